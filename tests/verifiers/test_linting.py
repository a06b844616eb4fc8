"""Each fault of a claim is found without building anything, at its line and column."""

import subprocess
import sys
from pathlib import Path

import pytest

from cnnclaims.claims.loading import load_file
from cnnclaims.verifiers.linting import lint, lint_claims

HEAD = """\
id: made-up
kind: paper
title: A made-up paper
authors: [Nobody]
year: 2015
summary: It says things.
"""


@pytest.fixture
def record(tmp_path):
    """A record of the head and a text."""

    def write(text, name="made-up.yaml"):
        path = tmp_path / name
        path.write_text(HEAD + text, encoding="utf-8")
        return load_file(path)

    return write


def claims(*keys):
    """`claims:` with one claim of these lines."""
    body = "\n".join(f"    {line}" for key in keys for line in key.splitlines())
    return "claims:\n  - id: c\n    says: Something.\n    where: Table 1\n" + body + "\n"


def place(record, marked):
    """Line and column of the text `marked` in the record's file; it stands there once."""
    lines = Path(record.file).read_text(encoding="utf-8").splitlines()
    found = [(n, line.index(marked) + 1) for n, line in enumerate(lines, 1) if marked in line]
    assert len(found) == 1
    return found[0]


def expect(record, name, marked, *words):
    """The record has this fault alone, at `marked`; its message and help have these words."""
    (fault,) = lint([record])
    assert fault.name == name
    assert fault.file == record.file
    assert (fault.line, fault.column) == place(record, marked)
    for word in words:
        assert word in fault.message + "\n" + fault.help
    assert fault.help
    assert lint_claims(record.claims_in_order()) == [fault]


# -- records without a fault ---------------------------------------------------------------------------------------------------


def test_a_record_that_says_what_the_language_knows_has_no_fault(record):
    text = """\
networks: [resnet50, vgg16]
tables:
  - id: t
    where: Table 1
    says: Sizes.
    columns:
      params: {heading: Parameters, unit: M params, measure: "params({of})"}
      error: {heading: Error, unit: "% top-1 error", open: {needs-data: It needs ImageNet.}}
    rows:
      - {id: a, label: A, of: resnet50(), cells: ["25.5", "many"]}
claims:
  - {id: c, says: So., printed: "32", unit: x, where: T, measure: params(vgg16()) / params(mobilenet_v1())}
  - {id: d, says: So., printed: the same, unit: x, where: T, check: lenet.map_pairs}
  - {id: e, says: So., printed: "> 50", unit: "%", where: T, measure: 1 - 6.67/15.3, explained_by: "1 / 2"}
"""
    assert lint([record(text)]) == []


def test_no_record_has_no_fault():
    assert lint([]) == []
    assert lint_claims([]) == []


# -- what is timed -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["measure", "explained_by"])
def test_no_verdict_rests_on_a_figure_that_differs_from_run_to_run(record, key):
    text = "2 * latency(vgg16())"
    keys = [f"measure: {text}"] if key == "measure" else ["measure: 1 + 1", f"explained_by: {text}"]
    found = record(claims('printed: "2"', "unit: s", *keys))
    expect(found, "timed-measure", "latency", "latency differs from machine to machine", "under `timing`")


def test_a_comparison_that_nothing_makes_is_told_the_nearest(record):
    keys = ('printed: "2"', "unit: x", "measure: 1 + 1", "timing: timing_convolutions.splitting_5x5")
    expect(
        record(claims(*keys)),
        "unknown-timing",
        "timing_conv",
        "did you mean",
        "timing_convolutions.splitting_7x7",
    )


def test_a_comparison_may_stand_beside_each_way_to_check(record):
    for way in ("measure: 1 + 1", "check: lenet.map_pairs", "open: {needs-hardware: A telephone.}"):
        keys = ('printed: "2"', "unit: x", way, "timing: timing_convolutions.splitting_7x7")
        assert lint([record(claims(*keys))]) == []


# -- expressions ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("quote", ["", '"', "'"])
@pytest.mark.parametrize(
    ("measure", "unit", "name", "marked", "words"),
    [
        ("params(resnet5())", "params", "unknown-name", "resnet5()", ("resnet5", "did you mean", "resnet50")),
        ("2 * parms(vgg16())", "params", "unknown-name", "parms", ("'parms'", "params")),
        ("params(vgg16(), prt=None)", "params", "unknown-argument", "prt", ("prt", "part")),
        ("params(vgg16(), only=None, only=None)", "params", "argument-twice", "only=None)", ("only",)),
        ("macs()", "mult-adds", "missing-argument", "macs()", ("needs net", "macs(net")),
        ("params(1 + 1)", "params", "argument-kind", "1 + 1", ("Network",)),
        ("params(vgg16)", "params", "expression-name", "vgg16", ("vgg16()",)),
        ("params(vgg16()) + x", "params", "expression-name", "x", ("'x'",)),
        ("params(vgg16())[0]", "params", "expression-syntax", "params(vgg16())[", ("subscript",)),
        ("1 / (2", "x", "expression-syntax", "(2", ("never closed",)),
        ("2 * 1e-99", "x", "expression-number", "1e-99", ("at most 64",)),
        ("vgg16()", "params", "expression-is-no-number", "vgg16()", ("measure it",)),
        ("macs(vgg16())", "params", "unit-does-not-fit", "macs", ("mult-adds", "params")),
        ("params(vgg16())", "x", "unit-does-not-fit", "params(", ("pure number", "params")),
        ("params(vgg16()) / 2", "% top-1 error", "unit-does-not-fit", "params(", ("top-1 error",)),
        (
            "1 + (params(vgg16()) - depth(vgg16()))",
            "params",
            "unit-does-not-fit",
            "params(",
            ("added or subtracted",),
        ),
    ],
)
def test_a_fault_of_a_measure_stands_at_its_character(record, quote, measure, unit, name, marked, words):
    text = claims('printed: "4.2"', f'unit: "{unit}"', f"measure: {quote}{measure}{quote}")
    expect(record(text), name, marked, *words, f"(in {measure})")


def test_two_faults_of_one_measure_are_both_found_in_their_order(record):
    made = record(claims('printed: "4.2"', "unit: x", "measure: parms(vgg16()) / parms(vgg61())"))
    faults = lint([made])
    assert [fault.name for fault in faults] == ["unknown-name"] * len(faults)
    line, column = place(made, "parms(vgg16())")
    assert [(fault.line, fault.column) for fault in faults] == [(line, column), (line, column + 17)]


def test_a_fault_of_an_inner_call_waits_for_the_outer_name(record):
    expect(
        record(claims('printed: "4.2"', "unit: params", "measure: params(vgg61())")),
        "unknown-name",
        "vgg61",
        "vgg16",
    )


@pytest.mark.parametrize("style", [">-", "|", '"', ""])
def test_a_fault_in_a_text_of_several_lines_stands_where_the_text_begins(record, style):
    lines = "params(vgg16())\n  / prms(vgg16())" + ('"' if style == '"' else "")
    text = f'measure: "{lines}' if style == '"' else f"measure: {style}\n  {lines}"
    made = record(claims('printed: "1"', "unit: x", text))
    (fault,) = lint([made]) if style != "|" else lint([made])[:1]
    assert fault.name == ("unknown-name" if style != "|" else "expression-character")
    source = Path(made.file).read_text(encoding="utf-8").splitlines()[fault.line - 1][fault.column - 1 :]
    assert source == {">-": ">-", "|": "|", '"': "params(vgg16())", "": "params(vgg16())"}[style]


def test_a_fault_behind_an_escaped_quote_stands_where_the_text_begins(record):
    made = record(claims('printed: "1"', "unit: M params", "measure: 'params(vgg16(), part=''a'', x=1)'"))
    expect(made, "unknown-argument", "params(vgg16()", "'x'")


def test_a_fault_after_letters_beyond_ascii_counts_characters(record):
    made = record('claims:\n  - {id: c, says: "é × 字 𝄞", where: T, printed: "1", unit: x, measure: xx()}\n')
    expect(made, "unknown-name", "xx()")


# -- tables --------------------------------------------------------------------------------------------------------------------

TABLE = """\
tables:
  - id: t
    where: Table 1
    says: Sizes.
    columns:
      params: {heading: Parameters, unit: M params, measure: "%s"%s}
    rows:
      - id: a
        of: "%s"
        cells:
          - %s
"""


def table(measure="params({of})", column="", of="vgg16()", cell='"138"'):
    return TABLE % (measure, column, of, cell)


def test_a_fault_of_a_column_stands_in_the_column(record):
    expect(record(table(measure="2 * parms({of})")), "unknown-name", "parms", "(in 2 * parms(vgg16()))")


def test_a_fault_behind_the_filling_stands_in_the_column(record):
    expect(record(table(measure="params({of}, prt=None)")), "unknown-argument", "prt=None")


def test_a_fault_of_what_a_row_fills_in_stands_in_the_row(record):
    expect(record(table(of="vgg61()")), "unknown-name", "vgg61()", "(in params(vgg61()))")
    expect(record(table(of="vgg16(dropout=1)")), "unknown-argument", "dropout=1")


def test_a_fault_of_a_cells_own_measure_stands_in_the_cell(record):
    cell = '{printed: "138", measure: "1000 * prams({of})"}'
    expect(record(table(cell=cell)), "unknown-name", "prams", "(in 1000 * prams(vgg16()))")


def test_a_number_that_cannot_be_read_stands_in_its_cell(record):
    expect(record(table(cell='"138 or so"')), "printed-unreadable", "138 or so", "check: ...")
    cell = '{note: Rounded., printed: "138 or so"}'
    expect(record(table(cell=cell)), "printed-unreadable", "138 or so")


def test_a_unit_that_a_cell_takes_for_its_own_is_checked(record):
    expect(record(table(cell='{printed: "138", unit: M mult-adds}')), "unit-does-not-fit", "params({of})")


def test_an_explanation_of_a_column_is_checked(record):
    expect(record(table(column=', explained_by: "wights({of})"')), "unknown-name", "wights", "weights")


def test_a_check_of_a_column_or_of_a_cell_is_checked(record):
    text = table().replace('measure: "params({of})"', "check: lenet.map_pair")
    expect(record(text), "unknown-check", "lenet.map_pair", "lenet.map_pairs")
    cell = '{printed: "138", check: lenet.map_pair}'
    expect(record(table(cell=cell)), "unknown-check", "lenet.map_pair", "lenet.map_pairs")


def test_an_open_column_may_print_anything(record):
    text = table(cell='"n/a"').replace('measure: "params({of})"', "open: {needs-data: It needs ImageNet.}")
    assert lint([record(text)]) == []


# -- printed numbers -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("printed", "digits", "said"),
    [
        ("many", None, "expected a number"),
        ("4.2 or 4.3", None, "expected nothing after the number"),
        ("9 to 8", None, "from the lower to the higher"),
        ("4.20", 2, "which are printed digits"),
        ("15300", 2, "not zero"),
        ("15300", 9, "more than the 5 digits"),
        ("1" * 61, None, "at most 60 characters"),
        ("42%", None, "'%' in '42%' contradicts the unit 'M params'"),
        ("42x", None, "contradicts"),
        ("42 thousand", None, "contradicts"),
    ],
)
def test_a_printed_number_that_cannot_be_read_stands_at_its_first_digit(record, printed, digits, said):
    keys = [f'printed: "{printed}"', *([f"digits: {digits}"] if digits else []), "unit: M params"]
    made = record(claims(*keys, "measure: params(vgg16())"))
    expect(made, "printed-unreadable", printed, said, "check: ...")


def test_a_printed_number_and_a_measure_are_both_told(record):
    made = record(claims('printed: "many"', "unit: params", "measure: params(vgg61())"))
    assert [fault.name for fault in lint([made])] == ["printed-unreadable", "unknown-name"]


def test_what_a_check_is_about_may_be_any_text(record):
    made = record(claims("printed: three equal forms", "unit: x", "check: lenet.map_pairs"))
    assert lint([made]) == []


# -- checks, explanations, networks --------------------------------------------------------------------------------------------


def test_an_unknown_check_is_told_the_nearest(record):
    made = record(claims('printed: "1"', "unit: x", "check: lenet.map_pears"))
    expect(made, "unknown-check", "lenet.map_pears", "lenet.map_pairs")


def test_an_unknown_check_that_is_near_to_nothing_is_told_where_checks_are_listed(record):
    made = record(claims('printed: "1"', "unit: x", "check: zzzzz.qqqqq"))
    expect(made, "unknown-check", "zzzzz", "checks/__init__.py")


def test_an_unknown_name_that_is_near_to_nothing_is_told_where_names_are_listed(record):
    made = record(claims('printed: "1"', "unit: x", "measure: zzzzzzzz()"))
    expect(made, "unknown-name", "zzzzzzzz", "cnnclaims list measures")


def test_a_fault_of_an_explanation_stands_in_the_explanation(record):
    keys = ('printed: "1"', "unit: params", "measure: params(vgg16())")
    expect(
        record(claims(*keys, "explained_by: 2 * wights(vgg19())")), "unknown-name", "wights", "(in 2 * wights"
    )
    expect(record(claims(*keys, "explained_by: macs(vgg19())")), "unit-does-not-fit", "macs(vgg19())")


@pytest.mark.parametrize("way", ["check: lenet.map_pairs", "open: {needs-data: It needs ImageNet.}"])
def test_only_a_measure_can_lean_on_the_works_own_word(record, way):
    made = record(claims('printed: "1"', "unit: params", way, "own_word: true"))
    expect(made, "own-word-alone", "true", "leave")


@pytest.mark.parametrize("way", ["check: lenet.map_pairs", "open: {needs-data: It needs ImageNet.}"])
def test_only_a_measure_can_be_explained(record, way):
    made = record(claims('printed: "1"', "unit: params", way, "explained_by: params(vgg19())"))
    expect(made, "explained-by-alone", "params(vgg19())", "note")


def test_a_network_that_nothing_builds_is_told_the_nearest(record):
    made = record("networks: [resnet50, resnet5000]\n")
    (fault,) = lint([made])
    assert fault.name == "unknown-network"
    assert (fault.line, fault.column) == place(made, "resnet5000")
    assert "'resnet5000'" in fault.message
    assert "resnet50" in fault.help


def test_a_measure_is_no_network(record):
    made = record("networks:\n  - vgg16\n  - macs\n")
    (fault,) = lint([made])
    assert fault.name == "unknown-network"
    assert (fault.line, fault.column) == place(made, "macs")
    assert fault.help


def test_a_network_that_is_near_to_nothing_is_told_where_networks_are_listed(record):
    (fault,) = lint([record("networks: [zzzzzzzz]\n")])
    assert fault.help == "cnnclaims list networks has them all"


# -- order ---------------------------------------------------------------------------------------------------------------------


def test_faults_come_file_by_file_and_line_by_line(record):
    first = record(claims('printed: "many"', "unit: params", "measure: parms(vgg16())"), "a.yaml")
    second = record("networks: [zzzzzzzz]\n" + claims('printed: "1"', "unit: x", "check: a.b"), "b.yaml")
    faults = lint([second, first])
    assert [fault.name for fault in faults] == [
        "printed-unreadable",
        "unknown-name",
        "unknown-network",
        "unknown-check",
    ]
    assert [(fault.file, fault.line) for fault in faults] == sorted((f.file, f.line) for f in faults)


def test_linting_imports_no_torch(record):
    made = record(claims('printed: "many"', "unit: params", "measure: params(resnet5())"))
    code = (
        "import sys; from cnnclaims.claims.loading import load_file; from cnnclaims.verifiers.linting import lint; "
        "print(len(lint([load_file(sys.argv[1])])), 'torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code, made.file], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["2", "False"]
