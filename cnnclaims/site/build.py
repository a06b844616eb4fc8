"""From records and verdicts to the finished site: writes the folder of pages, then has MkDocs build it.

MkDocs runs as a process of its own. Its settings file inherits `mkdocs.yml` beside this module, which has everything but
the paths. A site appears whole in its place or not at all.
"""

import importlib.util
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from cnnclaims.claims.library import Library
from cnnclaims.claims.loading import load
from cnnclaims.claims.verdicts import load_verdicts
from cnnclaims.site.expressions import Addresses
from cnnclaims.site.gathered import Verdicts, gather
from cnnclaims.site.pages import FolderError, take, write_pages
from cnnclaims.site.totals import in_a_sentence

HERE = Path(__file__).parent
SETTINGS = HERE / "mkdocs.yml"
HOOK = HERE / "hook.py"
MARK = ".cnnclaims-site"
NOWHERE = Addresses()
ADDRESS = re.compile(r"https?://[A-Za-z0-9.:-]+/([A-Za-z0-9._~%+-]+/)*")
PAPERS, VERDICTS = (
    "CNNCLAIMS_SITE_PAPERS",
    "CNNCLAIMS_SITE_VERDICTS",
)  # how `serve` tells the hook where to read


class SiteError(Exception):
    """The site could not be built; the message says why and what to do."""


class Summary(NamedTuple):
    """What was built: where, how many papers and claims, claims by verdict, pages, size of all files, time taken."""

    out: Path
    papers: int
    claims: int
    verdicts: Counter[str]
    pages: int
    bytes: int
    seconds: float

    def __str__(self) -> str:
        """The summary in three lines."""
        size, took = f"{self.bytes / 1e6:.1f} MB", f"{self.seconds:.1f} s"
        return (
            f"{self.papers} papers, {self.claims} claims: {in_a_sentence(self.verdicts)}\n"
            f"{self.pages} pages, {size}, in {took}\n{self.out / 'index.html'}"
        )


def read(papers: Path | None = None, verdicts: Path | None = None) -> tuple[Library, Verdicts]:
    """The records and verdicts that a site is made of: the shipped ones, or those of other folders."""
    return (load() if papers is None else load([papers])), load_verdicts(verdicts)


def build(
    out: Path,
    papers: Path | None = None,
    verdicts: Path | None = None,
    strict: bool = True,
    addresses: Addresses = NOWHERE,
) -> Summary:
    """Build the site into `out`, which must be absent, empty, or an earlier site of ours.

    Raises SiteError, and what loading raises for a faulty record or verdict file.
    """
    _check(addresses)
    began = time.monotonic()
    out = Path(os.path.realpath(out))
    _ready(out)
    library, known = read(papers, verdicts)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    except OSError as error:
        raise SiteError(
            f"{out} cannot be written: {error.strerror}\n  help: name another folder with --out"
        ) from None
    try:
        write_pages(work / "pages", library, known, addresses)
        _mkdocs(work, strict, addresses.site)
        finish(work / "site", addresses.site)
        _swap(work / "site", out, work / "old")
    finally:
        shutil.rmtree(work, ignore_errors=True)
    files = [path for path in out.rglob("*") if path.is_file()]
    counts, pages = gather(library, known).counts, sum(path.suffix == ".html" for path in files)
    size = sum(path.stat().st_size for path in files)
    return Summary(out, len(library.records), counts.total(), counts, pages, size, time.monotonic() - began)


def serve(port: int = 8000, papers: Path | None = None, verdicts: Path | None = None) -> int:
    """Serve the site on this machine and build it again when a record or a verdict changes; ends with Ctrl-C."""
    _need_mkdocs()
    port = _free(port)
    read(papers, verdicts)  # a faulty record is reported before a server starts
    with tempfile.TemporaryDirectory(prefix="cnnclaims-site-") as folder:
        work = Path(folder)
        _settings(work, HERE / "assets", hook=True)
        paths = {PAPERS: papers, VERDICTS: verdicts}
        told = {name: str(path.resolve()) for name, path in paths.items() if path is not None}
        line = _command(work, "serve", "--dev-addr", f"127.0.0.1:{port}")
        with subprocess.Popen(line, env=_environment() | told) as process:
            try:
                return process.wait()
            except KeyboardInterrupt:  # which a terminal sends to MkDocs too
                with suppress(subprocess.TimeoutExpired):
                    return process.wait(timeout=5)
                return 0
            finally:
                process.terminate()


def _ready(out: Path) -> None:
    _need_mkdocs()
    try:
        take(out, MARK)
    except FolderError as error:
        raise SiteError(str(error)) from None
    if Path.cwd().is_relative_to(out) and out.exists():
        raise SiteError(f"{out} holds the current folder\n  help: name a folder below it")


def _free(port: int) -> int:
    """The port, or any free one for 0; SiteError if something else listens there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            message = f"port {port} cannot be used: {error.strerror}\n  help: name another with --port"
            raise SiteError(message) from None
        return int(probe.getsockname()[1])


def _need_mkdocs() -> None:
    if any(importlib.util.find_spec(module) is None for module in ("mkdocs", "material")):
        help = "pip install 'mkdocs>=1.6.1,<1.7' 'mkdocs-material>=9.8,<10'"
        raise SiteError(
            f"the site needs MkDocs and its theme Material, which are not installed here\n  help: {help}"
        )


def finish(site: Path, address: str) -> None:
    """Mark a finished site as ours; without an address it has no sitemap, whose entries are whole addresses."""
    (site / MARK).touch()
    if not address:
        for name in ("sitemap.xml", "sitemap.xml.gz"):
            (site / name).unlink(missing_ok=True)


def _check(addresses: Addresses) -> None:
    for option, address in (("--site-url", addresses.site), ("--source-url", addresses.source)):
        if address and not ADDRESS.fullmatch(address):
            help = f"write it whole, to the slash at its end: {option} https://example.org/cnnclaims/"
            raise SiteError(f"{address!r} is no address of a folder on the web\n  help: {help}")


def _settings(work: Path, docs: Path, hook: bool, address: str = "") -> None:
    settings: dict[str, object] = {
        "INHERIT": str(SETTINGS),
        "docs_dir": str(docs),
        "site_dir": str(work / "site"),
    }
    if address:
        settings["site_url"] = address
    if hook:
        settings["hooks"] = [str(HOOK)]
    (work / "mkdocs.yml").write_text(json.dumps(settings), encoding="utf-8")  # JSON is YAML too


def _command(work: Path, verb: str, *options: str) -> list[str]:
    return [sys.executable, "-m", "mkdocs", verb, "--config-file", str(work / "mkdocs.yml"), *options]


def _environment() -> dict[str, str]:
    return os.environ | {"NO_MKDOCS_2_WARNING": "1"}


def _mkdocs(work: Path, strict: bool, address: str) -> None:
    _settings(work, work / "pages", hook=False, address=address)
    line = _command(work, "build", "--quiet", "--strict" if strict else "--no-strict")
    done = subprocess.run(line, env=_environment(), capture_output=True, text=True, check=False)
    if done.returncode:
        raise SiteError(
            f"MkDocs stopped with status {done.returncode}:\n{(done.stdout + done.stderr).strip()}"
        )


def _swap(new: Path, out: Path, old: Path) -> None:
    """Put the new site in its place; the old one is back if that fails."""
    if out.exists():
        out.rename(old)
    try:
        new.rename(out)
    except BaseException:
        if old.exists():
            old.rename(out)
        raise
