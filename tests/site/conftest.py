"""Two made-up papers with every kind of claim and every verdict, and the site built from them once."""

import http.server
import importlib.util
import os
import pickle
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from filelock import FileLock

from cnnclaims.claims.library import Library
from cnnclaims.claims.loading import load
from cnnclaims.claims.verdicts import document, load_verdicts, write_verdicts
from cnnclaims.site.build import Summary, build

BENCHMARK = Path(__file__).parents[2] / "benchmarks/site.py"
CHROMIUM = Path("/usr/bin/chromium")
QUIET_CHROMIUM = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run"
    " --disable-background-networking --disable-component-update --disable-sync"
).split()

STUBS = """
stubs:
  - id: old-work
    title: An older work
    authors: [A. Nobody]
    year: 1990
    ideas:
      - {id: old-idea, name: Old idea, says: What was known before.}
"""

FIRST = """
id: first-net
kind: paper
title: "First: a network"
authors: [Ada Lovelace, Łukasz Piątek]
year: 2012
venue: NIPS 2012
arxiv: "1201.00001"
doi: 10.1000/first
code: https://example.org/first
summary: >-
  A first network.
lineage:
  - {to: old-work, relation: builds-on, idea: old-idea, note: the one thing known}
ideas:
  - id: first-idea
    name: First idea
    says: Do it once.
    equation: y = F(x) + x_0^2
    example:
      - {says: Two networks together., measure: params(resnet18()) + params(resnet34()), gives: "33.5", unit: M params}
    checked_by: [first-net/s3-same, first-net/s3-layers]
uses:
  - {idea: old-idea, note: everywhere}
conventions: |
  Counts once.

  And never twice.
readings:
  - Padding is not given; we read 1, since the output size needs it.
tables:
  - id: t1
    where: Table 1
    says: Sizes of the networks.
    convention: in millions
    columns:
      params: {heading: Parameters, unit: M params, measure: "params({of})"}
      error: {heading: Error, unit: "% top-1 error", open: {needs-data: needs the images}}
    rows:
      - {id: small, label: Small net, of: "resnet18()", cells: ["11.7", "30.1"]}
      - {id: large, label: Large net, of: "resnet34()", cells: ["21.7", null]}
claims:
  - id: s3-layers
    says: The small net has 17 layers.
    printed: "17"
    unit: layers
    where: Section 3
    measure: depth(resnet18())
    explained_by: depth(resnet18()) - 1
    note: The last layer may not have been counted.
  - id: s3-same
    says: Both forms agree.
    printed: equal
    unit: constant
    where: Section 3
    check: resnet.some_check
  - id: s4-faster
    says: It trains faster.
    printed: faster
    unit: constant
    where: Section 4
    check: resnet.other_check
  - id: s4-new
    says: A claim that nobody has computed.
    printed: "3"
    unit: x
    where: Section 4
    measure: params(resnet34()) / params(resnet18())
    confirmed: false
  - id: s4-broken
    says: A claim on which we fail.
    printed: "4"
    unit: x
    where: Section 4
    measure: params(resnet34())
"""

SECOND = """
id: second-net
kind: paper
title: "Second: another network"
authors: [Someone Else]
year: 2015
summary: A second network.
lineage:
  - {to: first-net, relation: builds-on, idea: first-idea, note: twice}
  - {to: old-work, relation: compares-with}
uses:
  - {idea: first-idea}
claims:
  - id: s1-depth
    says: It is deep.
    printed: "34"
    unit: layers
    where: Section 1
    measure: depth(resnet34())
"""


def number(printed: str, unit: str, measure: str, verdict: str, measured: str, **more: Any) -> dict[str, Any]:
    stated = {"verdict": verdict, "printed": printed, "unit": unit, "measure": measure}
    return {**stated, "limits": f"around {printed}", "value": 11689512, "measured": measured, **more}


def word(printed: str, check: str, verdict: str, found: str) -> dict[str, Any]:
    return {"verdict": verdict, "printed": printed, "unit": "constant", "check": check, "found": found}


FIRST_VERDICTS: dict[str, Any] = {
    "t1-small-params": number("11.7", "M params", "params(resnet18())", "reproduced", "11.689512"),
    "t1-large-params": number("21.7", "M params", "params(resnet34())", "truncated", "21.797672"),
    "t1-small-error": {
        "verdict": "open",
        "printed": "30.1",
        "unit": "% top-1 error",
        "open": {"needs-data": "needs the images"},
    },
    "s3-layers": number(
        "17",
        "layers",
        "depth(resnet18())",
        "refuted",
        "18",
        distance="+5.9 %",
        explained_by={"measure": "depth(resnet18()) - 1", "value": 17, "measured": "17"},
    ),
    "s3-same": word("equal", "resnet.some_check", "reproduced", "Both forms differ by 1e-15 at most."),
    "s4-faster": word("faster", "resnet.other_check", "supported", "Loss 0.3 against 0.5 after 20 steps."),
    "s4-new": number(
        "2", "x", "params(resnet34()) / params(resnet18())", "reproduced", "1.86"
    ),  # was printed "2"
    "s4-broken": {
        "verdict": "error",
        "printed": "4",
        "unit": "x",
        "measure": "params(resnet34())",
        "error": "no",
    },
}


@pytest.fixture(scope="session")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("papers")
    for name, text in {"stubs": STUBS, "first-net": FIRST, "second-net": SECOND}.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("verdicts")
    made_with = {"cnnclaims": "0.1.0", "torch": "2.13.0"}
    write_verdicts(folder / "first-net.json", document("first-net", FIRST_VERDICTS, made_with))
    return folder


@pytest.fixture(scope="session")
def library(papers: Path) -> Library:
    return load([papers])


@pytest.fixture(scope="session")
def known(verdicts: Path) -> dict[str, dict[str, Any]]:
    return load_verdicts(verdicts)


def once(folders: pytest.TempPathFactory, name: str, make: Callable[[Path], Summary]) -> Summary:
    """A site that all processes of a test run share: the first that asks builds it, the others wait for it."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return make(folders.mktemp(name) / "site")
    folder = folders.getbasetemp().parent / name
    with FileLock(f"{folder}.lock"):
        told = folder / "summary"
        if not told.exists():
            folder.mkdir(exist_ok=True)
            told.write_bytes(pickle.dumps(make(folder / "site")))
        return Summary(*pickle.loads(told.read_bytes()))


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory, papers: Path, verdicts: Path) -> Summary:
    """The finished site of the made-up papers."""
    return once(tmp_path_factory, "made-up", lambda out: build(out, papers, verdicts))


@pytest.fixture(scope="session")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Summary:
    """The site of the shipped records and verdicts."""
    return once(tmp_path_factory, "shipped", build)


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def serve() -> Iterator[Callable[[Path], str]]:
    """Serve a folder on this machine and give its address."""
    servers = []

    def start(folder: Path) -> str:
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="session")
def benchmark() -> ModuleType:
    """benchmarks/site.py, which is no module of the package."""
    spec = importlib.util.spec_from_file_location("benchmark_of_the_site", BENCHMARK)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def kinds_of_page(benchmark: ModuleType) -> list[str]:
    """A page of each kind, without `.html`."""
    kinds: list[str] = benchmark.KINDS
    return kinds


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Debian's Chromium, told to make no requests of its own."""
    playwright = pytest.importorskip("playwright.sync_api", reason="the browser tests need playwright")
    if not CHROMIUM.exists():
        pytest.skip(f"the browser tests need {CHROMIUM}: apt-get install chromium")
    with playwright.sync_playwright() as started:
        chromium = started.chromium.launch(executable_path=str(CHROMIUM), args=QUIET_CHROMIUM)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def address(built: Summary, serve: Callable[..., str]) -> str:
    return serve(built.out)


@pytest.fixture
def watched(browser: Any, address: str) -> Iterator[Callable[..., tuple[Any, list[str]]]]:
    """Open pages and write down every message, failed request and request elsewhere."""
    contexts = []

    def open_page(width: int, scheme: str = "light") -> tuple[Any, list[str]]:
        context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
        contexts.append(context)
        page, seen = context.new_page(), []
        page.set_default_timeout(10_000)
        page.on("console", lambda message: seen.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: seen.append(f"error: {error}"))
        page.on("requestfailed", lambda request: _was_left(request) or seen.append(f"failed: {request.url}"))
        page.on(
            "response", lambda got: seen.append(f"{got.status}: {got.url}") if got.status >= 400 else None
        )
        page.on(
            "request",
            lambda request: _is_ours(request.url, address) or seen.append(f"foreign: {request.url}"),
        )
        return page, seen

    yield open_page
    for context in contexts:
        context.close()


def _is_ours(url: str, address: str) -> bool:
    return url.startswith((address, "data:", f"blob:{address}"))


def _was_left(request: Any) -> bool:
    """Whether we went to the next page while this one was still asking."""
    return request.failure == "net::ERR_ABORTED"
