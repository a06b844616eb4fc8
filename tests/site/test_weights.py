"""What a page weighs with all that it loads, and that the benchmark says so when a limit is broken."""

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from cnnclaims.site.build import Summary


@pytest.fixture
def results(shipped: Summary, benchmark: ModuleType) -> dict[str, Any]:
    """The benchmark's own form, with a build that took no time."""
    built = {"torch imported": False, "CPU seconds": 0.0}
    return {"build": built, "heaviest": benchmark.heaviest(shipped.out), "loads": {}}


def test_no_page_breaks_a_limit(
    browser: Any,
    results: dict[str, Any],
    shipped: Summary,
    serve: Callable[[Path], str],
    benchmark: ModuleType,
) -> None:
    loads = benchmark.asked(browser, serve(shipped.out), shipped.out, ("index",))
    assert {"index.html", "assets/cnnclaims.css", "assets/map.js"} <= set(loads["index"])
    assert benchmark.broken({**results, "loads": loads}) == []


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("build", {"torch imported": True, "CPU seconds": 1.0}, "building imports torch"),
        ("build", {"torch imported": False, "CPU seconds": 99.0}, "building takes 99.0 s of CPU"),
        ("heaviest", {"papers/a.html": 1_500_001}, "papers/a.html has 1,500,001 bytes"),
        ("loads", {"index": {"index.html": 500_001}}, "the front page loads 500,001 bytes before images"),
    ],
)
def test_a_broken_limit_is_said(
    results: dict[str, Any], benchmark: ModuleType, key: str, value: dict[str, Any], said: str
) -> None:
    (found,) = benchmark.broken({**results, key: value})
    assert found.startswith(said)


def test_images_do_not_count(benchmark: ModuleType) -> None:
    assert benchmark.weight({"index.html": 10, "a.css": 20, "a.svg": 40, "a.png": 80}) == 30
