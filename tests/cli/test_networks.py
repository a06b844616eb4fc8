"""`cnnclaims layers`, what it and other commands say of what is no network, and what `cnnclaims verify` does with the sheets of networks, as a user types them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cnnclaims.claims import selection
from cnnclaims.verifiers import sheet_files

Run = Callable[..., Any]
SHIPPED = sheet_files.SHEETS


def test_layers_are_printed_with_what_they_cost_and_a_total(run: Run) -> None:
    done = run("layers", "lenet5_caffe")
    assert done.status == 0
    lines = [line.split() for line in done.out.splitlines()]
    assert lines[1] == ["conv1", "conv", "5x5", "1", "1", "20x24x24", "520", "288,000"]
    assert lines[-1] == ["total", "10", "431,080", "2,293,000"]


def test_stages_at_another_input(run: Run) -> None:
    done = run("layers", "resnet18(classes=10)", "--stages", "--input", "112")
    row = next(line.split() for line in done.out.splitlines() if line.startswith("conv3_x"))
    assert row[:6] == ["conv3_x", "128x14x14", "2", "2", "525,568", "102,760,448"]
    assert done.out.splitlines()[-1].split()[-2:] == ["100.0", "%"]


def test_layers_as_json_are_what_a_sheet_file_holds(run: Run) -> None:
    found = json.loads(run("layers", "lenet5_caffe", "--json").out)
    recorded = json.loads((sheet_files.SHEETS / "lenet5_caffe.json").read_text(encoding="utf-8"))
    assert found == recorded["calls"]["lenet5_caffe()"]


@pytest.mark.parametrize(("network", "said"), [
    ("resnet51", 'did you mean "resnet50"'),
    ("macs(resnet50())", "net is Network, found float"),
    ("params", "params needs net"),
    ("-resnet50()", "a network is not a number"),
    ("conv(c_in=depth(vgg16()), c_out=4, k=1, size=8)", "help: write the number itself"),
    ("1 + 1", "expression-syntax"),
])  # fmt: skip
def test_what_is_no_network_is_refused_with_its_repair(run: Run, network: str, said: str) -> None:
    done = run("layers", "--", network)
    assert (done.status, done.out) == (2, "")
    assert said in done.err


@pytest.mark.parametrize("command", ["ideas", "layers", "roofline"])
@pytest.mark.parametrize(("network", "help"), [
    ("resnet51", 'did you mean "resnet50" or "resnet18"?'),
    ("resnet51(classes=10)", 'did you mean "resnet50" or "resnet18"?'),
    ("qqqq", "cnnclaims list networks has them all"),
])  # fmt: skip
def test_a_name_that_is_no_networks_is_shown_as_it_was_typed(
    run: Run, command: str, network: str, help: str
) -> None:
    name = network.partition("(")[0]
    done = run(command, network)
    assert (done.status, done.out) == (2, "")
    assert done.err.splitlines() == [
        f"unknown-name: there is no network, kernel or measure '{name}'",
        f"  {network}",
        "  ^",
        f"  help: {help}",
    ]


def test_arguments_may_be_reckoned(run: Run) -> None:
    product = run("layers", "conv(c_in=2 * 3, c_out=4, k=1, size=8)")
    assert product.status == 0
    assert product.out == run("layers", "conv(c_in=6, c_out=4, k=1, size=8)").out


def test_a_network_that_cannot_be_built_says_why(run: Run) -> None:
    done = run("layers", "resnet18(classes=0)")
    assert (done.status, done.out) == (2, "")
    assert done.err == "resnet18(classes=0): ValueError: classes is 0; use at least 1\n"


@pytest.fixture
def one_network(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """One network in a folder of its own in place of all, and no record to verify."""
    monkeypatch.setattr(selection, "select", lambda *_: [])
    monkeypatch.setattr(sheet_files, "questions", lambda _: {"lenet5_caffe": [("lenet5_caffe()", None)]})
    monkeypatch.setattr(sheet_files, "SHEETS", tmp_path)
    return tmp_path


def test_a_missing_or_changed_sheet_is_a_finding_until_it_is_recorded(run: Run, one_network: Path) -> None:
    file = one_network / "lenet5_caffe.json"
    missing = run("verify", "--all")
    assert missing.status == 1
    assert f"{file}: not what is built" in missing.err
    assert "cnnclaims verify --all --update" in missing.err
    assert run("verify", "--all", "--update").status == 0
    assert run("verify").status == 0
    file.write_text(file.read_text().replace("288000", "288001"))
    assert run("verify").status == 1
    assert run("verify", "--update").status == 0
    assert file.read_text() == (SHIPPED / file.name).read_text()


def test_a_network_that_fails_records_nothing(
    run: Run, one_network: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheet_files, "questions", lambda _: {"resnet18": [("resnet18(classes=0)", None)]})
    done = run("verify", "--all", "--update")
    assert done.status == 1
    assert "classes is 0" in done.err
    assert list(one_network.iterdir()) == []


def test_sheets_are_held_only_where_every_record_is_asked(run: Run, one_network: Path) -> None:
    assert run("verify", "--only", "params").status == 0


def test_a_run_that_is_broken_off_among_the_sheets_records_nothing(
    run: Run, one_network: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken_off(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(sheet_files, "sheet_or_failure", broken_off)
    done = run("verify", "--all", "--update")
    assert done.status == 130
    assert "nothing was recorded" in done.err
    assert list(one_network.iterdir()) == []
