"""The whole way to a finished site, and what stops it."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from cnnclaims.site import build as module
from cnnclaims.site import hook
from cnnclaims.site.build import SiteError, Summary, build, serve

CHECKOUT = Path(__file__).parents[2]


def test_the_summary_counts_papers_claims_verdicts_and_pages(built: Summary) -> None:
    assert (built.papers, built.claims, built.verdicts["refuted"]) == (2, 9, 1)
    assert built.pages == len(list(built.out.glob("**/*.html"))) > 10
    assert built.bytes > 100_000


def test_every_font_style_and_script_is_in_the_site(built: Summary) -> None:
    fonts = built.out / "assets/fonts"
    assert len(list(fonts.glob("*.woff2"))) == 5
    assert len(list(fonts.glob("*LICENSE.txt"))) == 2
    assert (built.out / "assets/cnnclaims.css").is_file()


def test_no_page_is_heavy(built: Summary) -> None:
    pages = [
        page for page in built.out.rglob("*.html") if page.name != "language.html"
    ]  # as long as the language
    assert all(page.stat().st_size < 100_000 for page in pages)


def test_an_earlier_site_is_replaced_whole(tmp_path: Path, papers: Path, verdicts: Path) -> None:
    out = tmp_path / "site"
    build(out, papers, verdicts)
    (out / "old.html").write_text("old")
    build(out, papers, verdicts)
    assert not (out / "old.html").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path, papers: Path) -> None:
    (tmp_path / "thesis.tex").write_text("mine")
    with pytest.raises(SiteError, match="did not write"):
        build(tmp_path, papers)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_a_file_is_no_place_for_a_site(tmp_path: Path, papers: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(SiteError, match="is a file"):
        build(tmp_path / "file", papers)


def test_the_earlier_site_stays_when_mkdocs_fails(
    tmp_path: Path, papers: Path, verdicts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "site"
    build(out, papers, verdicts)
    monkeypatch.setattr(module, "SETTINGS", tmp_path / "absent.yml")
    with pytest.raises(SiteError, match="MkDocs stopped"):
        build(out, papers, verdicts)
    assert (out / "index.html").is_file()
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_missing_mkdocs_is_said_before_anything_is_written(
    tmp_path: Path, papers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(SiteError, match="pip install"):
        build(tmp_path / "site", papers)
    assert not list(tmp_path.iterdir())


def test_a_port_in_use_is_said_before_a_server_starts(papers: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(SiteError, match="--port"):
            serve(taken.getsockname()[1], papers)


def test_building_imports_no_torch() -> None:
    code = "import sys, cnnclaims.site.build; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, cwd=CHECKOUT).returncode == 0


def test_mkdocs_builds_in_a_checkout(tmp_path: Path, papers: Path, verdicts: Path) -> None:
    settings = (CHECKOUT / "mkdocs.yml").read_text(encoding="utf-8")
    for path in ("cnnclaims/site/mkdocs.yml", "cnnclaims/site/assets", "cnnclaims/site/hook.py"):
        settings = settings.replace(f" {path}", f" {CHECKOUT / path}").replace(
            f"[{path}", f"[{CHECKOUT / path}"
        )
    (tmp_path / "mkdocs.yml").write_text(settings, encoding="utf-8")
    line = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet"]
    told = os.environ | {module.PAPERS: str(papers), module.VERDICTS: str(verdicts)}
    done = subprocess.run(line, cwd=tmp_path, env=told, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "build/site/papers/first-net.html").is_file()
    assert (tmp_path / "build/pages/index.md").is_file()


def test_the_hook_reads_other_folders_only_when_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(module.PAPERS, raising=False)
    monkeypatch.setenv(module.VERDICTS, "elsewhere")
    assert hook._given(module.PAPERS) is None
    assert hook._given(module.VERDICTS) == Path("elsewhere")
