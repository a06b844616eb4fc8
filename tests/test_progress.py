"""How far a long run is."""

import threading
import time

import pytest

from cnnclaims.progress import progress


def test_a_short_run_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with progress(3, "claims") as advance:
        advance()
    assert capsys.readouterr() == ("", "")


def test_a_long_run_says_how_far_it_is_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    with progress(3, "claims", every=0.02) as advance:
        advance()
        advance()
        time.sleep(0.2)
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines()[0] == "2 of 3 claims after 0 s"
    assert len(err.splitlines()) > 1


def test_progress_ends_with_an_interrupted_run(capsys: pytest.CaptureFixture[str]) -> None:
    before = threading.active_count()
    with pytest.raises(KeyboardInterrupt), progress(3, "claims", every=60):
        raise KeyboardInterrupt
    assert threading.active_count() == before


def test_a_terminal_gets_a_bar_that_leaves_nothing_behind(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    with progress(2, "claims") as advance:
        advance()
        advance()
    out, err = capsys.readouterr()
    assert out == ""
    assert "claims" in err
    assert "2/2" in err
    assert err.endswith("\x1b[2K")
