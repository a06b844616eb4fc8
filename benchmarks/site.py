"""How long the site of the whole canon takes to build, and how heavy its pages are, against the limits that we set ourselves.

    python benchmarks/site.py [--out FOLDER] [--json FILE]

Run by hand on a quiet machine. Seconds of CPU are given beside those of the clock: of this process, which reads the records
and writes the pages, and of MkDocs, which it starts. Sizes are those of the files, before any compression by a server. What a
page loads is asked of Chromium; without it that part is left out, and said to be. Ends with status 1 where a limit is broken.
"""

import argparse
import http.server
import json
import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

CHROMIUM = Path("/usr/bin/chromium")
KINDS = (
    "index papers papers/mobilenet-v1 networks networks/mobilenet_v1 ideas ideas/depthwise-separable-convolution"
    " lineage compare errata disagreements notes language how add-a-paper machines 404"
).split()
IMAGES = {".svg", ".png"}
MOST_FRONT, MOST_PAGE, MOST_SECONDS = 500_000, 1_500_000, 10.0
HEAVIEST = 8


def timed_build(out: Path) -> dict[str, object]:
    """Build the site; seconds by the clock and of CPU, by this process and by MkDocs; what came of it."""
    from cnnclaims.site.build import build

    before, began = os.times(), time.perf_counter()
    done = build(out)
    clock, after = time.perf_counter() - began, os.times()
    pages = after.user + after.system - before.user - before.system
    mkdocs = after.children_user + after.children_system - before.children_user - before.children_system
    return {
        "seconds": clock,
        "CPU seconds": pages + mkdocs,
        "of which records and pages": pages,
        "of which MkDocs": mkdocs,
        "torch imported": "torch" in sys.modules,
        "papers": done.papers,
        "claims": done.claims,
        "pages": done.pages,
        "bytes": done.bytes,
    }


def heaviest(site: Path) -> dict[str, int]:
    """The largest pages and their bytes, largest first."""
    sizes = {page.relative_to(site).as_posix(): page.stat().st_size for page in site.rglob("*.html")}
    return dict(sorted(sizes.items(), key=lambda one: -one[1])[:HEAVIEST])


def loads(site: Path) -> dict[str, dict[str, int]]:
    """The files that a browser asks for on each kind of page, with their bytes; empty where there is no browser."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return {}
    if not CHROMIUM.exists():
        return {}
    with (
        http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site))) as server,
        sync_playwright() as started,
    ):
        threading.Thread(target=server.serve_forever, daemon=True).start()
        browser = started.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        found = asked(browser, f"http://127.0.0.1:{server.server_port}", site, KINDS)
        browser.close()
        server.shutdown()
    return found


def asked(browser: Any, address: str, site: Path, pages: Iterable[str]) -> dict[str, dict[str, int]]:
    """The files of the site that each page asks its server for, with their bytes."""
    found = {}
    for name in pages:
        page, urls = browser.new_page(), []
        page.on("request", lambda request, urls=urls: urls.append(request.url))
        page.goto(f"{address}/{name}.html", wait_until="networkidle")
        files = {unquote(urlsplit(url).path)[1:] for url in urls if url.startswith(address)}
        found[name] = {file: (site / file).stat().st_size for file in sorted(files)}
        page.close()
    return found


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


def weight(files: dict[str, int]) -> int:
    """The bytes of a page with everything it loads but images."""
    return sum(size for name, size in files.items() if Path(name).suffix not in IMAGES)


def broken(results: dict) -> list[str]:
    """Each limit that does not hold, as a sentence."""
    built, found = results["build"], []
    if built["torch imported"]:
        found.append("building imports torch")
    if built["CPU seconds"] > MOST_SECONDS:
        found.append(
            f"building takes {built['CPU seconds']:.1f} s of CPU, at most {MOST_SECONDS:.0f} s are allowed"
        )
    for name, size in results["heaviest"].items():
        if size > MOST_PAGE:
            found.append(f"{name} has {size:,} bytes, at most {MOST_PAGE:,} are allowed")
    front = weight(results["loads"].get("index", {}))
    if front > MOST_FRONT:
        found.append(
            f"the front page loads {front:,} bytes before images, at most {MOST_FRONT:,} are allowed"
        )
    return found


def report(results: dict) -> None:
    """All figures as tables, then what they break."""
    built = results["build"]
    print(
        f"{built['papers']} papers, {built['claims']:,} claims, {built['pages']} pages, {built['bytes'] / 1e6:.1f} MB in all"
    )
    print(
        f"built in {built['seconds']:.1f} s; CPU {built['CPU seconds']:.1f} s: {built['of which records and pages']:.1f} s"
        f" records and pages, {built['of which MkDocs']:.1f} s MkDocs; torch {'IMPORTED' if built['torch imported'] else 'not imported'}"
    )
    print("\nheaviest pages, kB")
    for name, size in results["heaviest"].items():
        print(f"  {name:<44}{size / 1000:>9.0f}")
    print("\nkind of page, kB" + f"{'page':>38}{'all but images':>16}{'images':>8}{'files':>7}")
    for kind, files in results["loads"].items():
        images = sum(files.values()) - weight(files)
        own = files[f"{kind}.html"]
        print(
            f"  {kind:<44}{own / 1000:>8.0f}{weight(files) / 1000:>16.0f}{images / 1000:>8.0f}{len(files):>7}"
        )
    if not results["loads"]:
        print(f"  not measured: this needs playwright and {CHROMIUM}")
    print("\n" + ("\n".join(results["broken"]) or "all limits hold"))


def main() -> int:
    """Measure, print, and write the figures where asked."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="keep the site here")
    parser.add_argument("--json", type=Path, metavar="FILE")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        site = (arguments.out or Path(folder) / "site").resolve()
        results: dict = {"build": timed_build(site), "heaviest": heaviest(site), "loads": loads(site)}
    results["broken"] = broken(results)
    report(results)
    if arguments.json:
        arguments.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    return 1 if results["broken"] else 0


if __name__ == "__main__":
    sys.exit(main())
