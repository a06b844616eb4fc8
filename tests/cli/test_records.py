"""Commands that look things up, and check records."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
Write = Callable[..., Path]
TRUE = 'printed: "2"\nunit: layers\nmeasure: 1 + 1'


def test_list_prints_rows_under_a_heading(run: Run, shipped: Path) -> None:
    assert run("list", "papers").out.splitlines() == [
        "paper  year  claims  reproduced  consistent  refuted  title",
        "new    2001  2       0           0           0        A paper on new",
        "old    2001  2       0           0           0        A paper on old",
    ]
    run("verify", "--update")
    assert "new    2001  2       0           1           1 " in run("list", "papers").out
    assert run("list", "ideas").out.splitlines()[1].split() == ["an-idea", "new", "An", "idea"]
    assert any(line.startswith("resnet50(") for line in run("list", "networks").out.splitlines())
    assert any(line.startswith("macs(net, ") for line in run("list", "measures").out.splitlines())


def test_show_finds_papers_ideas_networks_measures_and_claims(run: Run, shipped: Path) -> None:
    for name, text in (
        ("Ancient", "A paper on old (old)"),
        ("an-idea", "Introduced by new"),
        ("lenet5", "Paper: old"),
        ("macs", "Source: cnnclaims/verifiers/measures/"),
        ("new/no", "printed      2 (layers)"),
    ):
        done = run("show", name)
        assert done.status == 0
        assert text in done.out
        assert done.err == ""


def test_lineage_has_forms_directions_and_paths(run: Run, shipped: Path) -> None:
    assert "an-idea" in run("lineage", "new").out
    assert "old" not in run("lineage", "new", "--descendants").out
    assert "old" in run("lineage", "new", "--ancestors", "--depth", "1").out
    assert "new" in run("lineage", "new", "--to", "ancient").out
    assert json.loads(run("lineage", "ancient", "--format", "json").out)
    assert run("lineage", "old", "--format", "dot").out.startswith("digraph")
    done = run("lineage", "new", "--to", "old", "--ancestors")
    assert done.status == 2
    assert "--to" in done.err


def test_bibtex_prints_an_entry_a_paper(run: Run, shipped: Path) -> None:
    assert run("bibtex", "old", "new").out.count("author = {Ada Lovelace and Charles Babbage}") == 2


@pytest.mark.parametrize(
    ("arguments", "help"),
    [
        (["show", "lenet55"], 'did you mean "lenet5"'),
        (["show", "new/noo"], 'did you mean "no"'),
        (["show", "neww/no"], 'did you mean "new"'),
        (["lineage", "ancien"], 'did you mean "ancient"'),
        (["lineage", "new", "--to", "oldd"], 'did you mean "old"'),
        (["bibtex", "neww"], 'did you mean "new"'),
        (["list", "paper"], "papers"),
        (["lineag", "new"], "'lineage'"),
        (["lineage", "new", "--depth", "0"], "--depth"),
        (["lineage", "new", "--format", "png"], "mermaid"),
    ],
)
def test_an_unknown_name_ends_with_2_and_offers_the_nearest(
    run: Run, shipped: Path, arguments: list[str], help: str
) -> None:
    done = run(*arguments)
    assert done.status == 2
    assert help in done.err
    assert done.out == ""


def test_lint_prints_faults_to_stdout_and_ends_with_1(
    run: Run, shipped: Path, tmp_path: Path, write_record: Write
) -> None:
    assert run("lint") == (0, "2 records, no faults\n", "")
    write_record(tmp_path, "form", {"a": TRUE.replace("unit: layers", "unit: storeys")})
    write_record(tmp_path, "sense", {"a": TRUE.replace('"2"', '"a few"')})
    for name, fault in (
        ("form", "form.yaml:11:11: unknown-unit"),
        ("sense", "sense.yaml:10:15: printed-unr"),
    ):
        done = run("lint", f"{name}.yaml")
        assert done.status == 1
        assert fault in done.out
        assert "help: " in done.out
        assert done.err == ""
    assert run("lint", "oldd").status == 2


def test_schema_is_a_json_schema(run: Run) -> None:
    schema = json.loads(run("schema").out)
    assert schema["$schema"].startswith("https://json-schema.org/")
    assert {"id", "title", "claims"} <= schema["properties"].keys()


def test_looking_things_up_does_not_load_torch(write_record: Write, tmp_path: Path) -> None:
    path = write_record(tmp_path, "mine", {"yes": TRUE})
    commands = [
        *(["list", what] for what in ("papers", "networks", "ideas", "measures")),
        *(["show", name] for name in ("resnet", "resnet50", "macs", "residual-learning")),
        *(["lineage", "resnet", "--format", form] for form in ("tree", "mermaid", "dot", "json")),
        *(["bibtex", "resnet"], ["lint"], ["schema"], ["--help"], ["verify", "--help"]),
        ["verify", str(path)],
        ["measure", "1 + 1"],
    ]
    program = (
        "import sys\n"
        "from cnnclaims.cli import main\n"
        f"for command in {commands!r}:\n"
        "    try:\n"
        "        main(command)\n"
        "    except SystemExit as end:\n"
        "        assert not end.code, (command, end.code)\n"
        "    assert 'torch' not in sys.modules, command\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stderr == ""
    assert done.returncode == 0


def test_output_that_a_terminal_cannot_show_is_spelt_out(write_record: Write, tmp_path: Path) -> None:
    claim = 'printed: "2"\nunit: layers\nmeasure: 1 + 2\nnote: Not 2×1 – but 3.'
    path = write_record(tmp_path, "mine", {"no": claim})
    done = subprocess.run(
        [sys.executable, "-m", "cnnclaims", "verify", str(path)],
        capture_output=True,
        env=os.environ | {"PYTHONIOENCODING": "ascii"},
    )
    assert done.returncode == 1
    assert rb"2\xd71" in done.stdout
    assert done.stderr == b""


def test_help_lists_every_command(run: Run) -> None:
    done = run("--help")
    assert done.status == 0
    for command in (
        "verify",
        "measure",
        "list",
        "show",
        "lineage",
        "bibtex",
        "lint",
        "schema",
        "site",
        "roofline",
    ):
        assert f"\n  {command} " in done.out
    assert run().status == 2
