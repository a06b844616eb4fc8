"""The folder of pages that MkDocs turns into the site: Markdown, SVG and the shipped styles, scripts and fonts."""

from collections.abc import Mapping
from pathlib import Path

import yaml

from cnnclaims.claims.library import Library
from cnnclaims.site.badges import badge_example, badge_svg
from cnnclaims.site.compare import compare_page, data_file
from cnnclaims.site.data import data_files
from cnnclaims.site.disagreements import disagreements
from cnnclaims.site.errata import errata
from cnnclaims.site.expressions import Addresses
from cnnclaims.site.front import front
from cnnclaims.site.gathered import Verdicts, gather
from cnnclaims.site.ideas import idea_pages
from cnnclaims.site.known_networks import known_networks
from cnnclaims.site.language_page import language_page
from cnnclaims.site.lineage import lineage
from cnnclaims.site.lists import papers
from cnnclaims.site.network_pages import network_pages
from cnnclaims.site.notes import notes
from cnnclaims.site.paper import paper_page
from cnnclaims.site.parts import Page
from cnnclaims.site.search import ENTRIES, entries
from cnnclaims.site.sections import beside
from cnnclaims.site.totals import kinds, meanings
from cnnclaims.verifiers import comparing
from cnnclaims.verifiers.sheet_files import load_sheets

HERE = Path(__file__).parent
ASSETS = HERE / "assets"
NOWHERE = Addresses()
NOTHING: Mapping[str, str] = {}
MARK = ".cnnclaims-pages"  # says that a folder is ours to write in; MkDocs leaves it out of the site


class FolderError(Exception):
    """A folder that is not ours to write in; the message says which and what to do."""


def write_pages(
    folder: Path, library: Library, verdicts: Verdicts, addresses: Addresses = NOWHERE
) -> list[Path]:
    """Write every page and asset into `folder`, remove what an earlier run left there, return the files in order.

    The same records and verdicts give the same bytes. A file that has them already is not touched.
    """
    take(folder, MARK)
    wanted = {MARK: b"", **_assets(), **_pages(library, verdicts, addresses)}
    for old in sorted(folder.rglob("*"), reverse=True):
        if old.is_dir() and not old.is_symlink():
            if not any(old.iterdir()):
                old.rmdir()
        elif old.relative_to(folder).as_posix() not in wanted:
            old.unlink()
    for name, content in wanted.items():
        path = folder / name
        if not path.is_file() or path.read_bytes() != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    return [folder / name for name in wanted if name != MARK]


def take(folder: Path, mark: str) -> None:
    """Raise FolderError unless the folder is absent, empty or marked as ours."""
    if folder.exists() and not folder.is_dir():
        raise FolderError(f"{folder} is a file\n  help: name a folder")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / mark).is_file():
        raise FolderError(
            f"{folder} has files that cnnclaims did not write\n  help: name a new or an empty folder"
        )


def _assets() -> dict[str, bytes]:
    files = (path for path in sorted(ASSETS.rglob("*")) if path.is_file())
    return {f"assets/{path.relative_to(ASSETS).as_posix()}": path.read_bytes() for path in files}


def _pages(library: Library, verdicts: Verdicts, addresses: Addresses) -> dict[str, bytes]:
    canon = gather(library, verdicts)
    apart = comparing.disagreements(library, verdicts)
    networks = known_networks(canon, load_sheets())
    pages = {
        "index.md": front(canon),
        "papers.md": papers(canon),
        "lineage.md": lineage(canon),
        "errata.md": errata(canon),
        "disagreements.md": disagreements(apart),
        "how.md": _written(
            "how.md",
            {"MEANINGS\n": meanings(), "KINDS\n": kinds()},
        ),
        "notes.md": notes(canon),
        "add-a-paper.md": _written("add-a-paper.md"),
        "machines.md": _written("machines.md", {"BADGE\n": badge_example(canon)}),
        "language.md": language_page(canon, addresses),
        **{
            f"papers/{paper.record.id}.md": paper_page(canon, paper, addresses, networks)
            for paper in canon.papers
        },
        "compare.md": compare_page(networks),
        **network_pages(canon, networks),
        **idea_pages(canon, networks),
    }
    return {
        **{name: page.text(name).encode() for name, page in pages.items()},
        **data_files(canon, library, apart, pages.keys(), addresses),
        **{
            f"badges/{paper.record.id}.svg": badge_svg(paper).encode()
            for paper in canon.papers
            if not paper.is_our_own
        },
        "data/networks.json": data_file(networks),
        ENTRIES: entries(canon, pages),
    }


def _written(name: str, filled_in: Mapping[str, str] = NOTHING) -> Page:
    """A page that people wrote, with the words in capitals replaced by what is computed."""
    _, front, body = (HERE / name).read_text(encoding="utf-8").split("---\n", 2)
    for mark, text in {"BESIDE\n": beside(name.replace(".md", ".html")), **filled_in}.items():
        body = body.replace(mark, text)
    known = yaml.safe_load(front)
    return Page(known["title"], known["description"], body, known["hide"])
