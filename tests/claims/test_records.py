import copy
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnclaims.claims.claim import Claim
from cnnclaims.claims.faults import Faults
from cnnclaims.claims.loading import load_file
from cnnclaims.claims.records import REASONS, RELATIONS, Record
from cnnclaims.claims.refusals import MOST
from cnnclaims.claims.schema import schema, schema_text
from cnnclaims.claims.units import UNITS
from cnnclaims.claims.yaml_text import parse

RECORD = """\
id: mobilenet-v1
kind: paper
title: "MobileNets: Efficient Networks"
authors: [Andrew G. Howard, Menglong Zhu]
year: 2017
venue: arXiv
arxiv: "1704.04861"
doi: 10.48550/arXiv.1704.04861
code: https://example.org/code
aliases: [mobilenets]
summary: >-
  A summary
  on two lines.
lineage:
  - {to: xception, relation: compares-with, idea: width-multiplier, note: At the same time.}
ideas:
  - {id: width-multiplier, name: Width multiplier, says: One factor thins all layers.}
uses:
  - {idea: width-multiplier, note: everywhere}
networks: [mobilenet_v1]
conventions: |
  Counted so.
readings: ["Left open, read so."]
tables:
  - id: t6
    where: Table 6
    says: Width multipliers.
    convention: With the last layer.
    columns:
      top1: {heading: Accuracy, unit: "% top-1 accuracy", open: {needs-data: "No images."}}
      madds: {heading: Mult-Adds, unit: M mult-adds, measure: "macs({of})", says: "Cost of {label}, row {id}.", digits: 3, note: "{heading}"}
    rows:
      - {id: "050", label: 0.5 MobileNet, of: mobilenet_v1(width=0.5), cells: ["63.7", "149"]}
      - id: "025"
        of: mobilenet_v1(width=0.25)
        cells:
          - null
          - {printed: "41", digits: 2, unit: G mult-adds, says: Another text., where: Table 7, explained_by: "1 * macs({of})", note: Odd., confirmed: false}
      - {id: "010", label: Tiny, of: x, cells: [{printed: "9", check: mobilenet_v1.tiny}, {printed: "1", open: {underspecified: Unclear.}}]}
claims:
  - id: s3.2-cheaper
    says: Nine times cheaper.
    printed: "8 to 9"
    unit: x
    where: Section 3.2
    measure: '9 * macs(mobilenet_v1())'
    explained_by: 1 + 8
    note: A note.
"""


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Writes a record and changes to its folder, so that messages begin with the bare name."""
    monkeypatch.chdir(tmp_path)

    def write(text=RECORD, name="paper.yaml"):
        Path(name).write_text(text)
        return name

    return write


@pytest.fixture
def faults(write):
    def faults(old, new):
        assert RECORD.count(old) == 1, "the text to be replaced must be there once"
        with pytest.raises(Faults) as caught:
            load_file(write(RECORD.replace(old, new)))
        return caught.value.faults

    return faults


def test_a_record_is_read(write):
    record = load_file(write())
    assert record.id == "mobilenet-v1"
    assert record.authors == ("Andrew G. Howard", "Menglong Zhu")
    assert record.summary == "A summary on two lines."
    assert record.conventions == "Counted so."
    assert record.tables[0].columns["top1"].open.kind == "needs-data"
    assert record.lineage[0].idea == "width-multiplier"
    assert record.file == "paper.yaml"


def test_a_record_needs_no_more_than_seven_keys(write):
    record = load_file(write("id: x\nkind: notes\ntitle: X\nauthors: [Y]\nyear: 2024\nsummary: Z\n"))
    assert record.claims_in_order() == ()
    assert (record.venue, record.arxiv, record.lineage, record.networks) == (None, None, (), ())


def test_tables_become_claims_before_the_written_ones(write):
    claims = load_file(write()).claims_in_order()
    assert [claim.id for claim in claims] == [
        "t6-050-top1", "t6-050-madds", "t6-025-madds", "t6-010-top1", "t6-010-madds", "s3.2-cheaper",
    ]  # fmt: skip
    assert [(claim.table, claim.row, claim.column) for claim in claims[::5]] == [
        ("t6", "050", "top1"),
        (None, None, None),
    ]
    assert claims[0].name == "mobilenet-v1/t6-050-top1"


def test_a_cell_takes_what_its_column_gives(write):
    first, second, *_ = load_file(write()).claims_in_order()
    assert (first.says, first.printed, first.unit, first.where) == (
        "Accuracy of 0.5 MobileNet", "63.7", "% top-1 accuracy", "Table 6",
    )  # fmt: skip
    assert (first.measure, first.check, first.open.reason) == (None, None, "No images.")
    assert (second.says, second.measure, second.digits, second.note, second.confirmed) == (
        "Cost of 0.5 MobileNet, row 050.", "macs(mobilenet_v1(width=0.5))", 3, "Mult-Adds", True,
    )  # fmt: skip


def test_what_a_cell_gives_takes_the_place_of_its_column(write):
    claim = load_file(write()).claims_in_order()[2]
    assert claim == Claim(
        paper="mobilenet-v1", id="t6-025-madds", says="Another text.", printed="41", digits=2, unit="G mult-adds",
        where="Table 7", measure="macs(mobilenet_v1(width=0.25))", check=None, open=None,
        explained_by="1 * macs(mobilenet_v1(width=0.25))", note="Odd.", confirmed=False, table="t6", row="025",
        column="madds", file="paper.yaml",
    )  # fmt: skip


def test_a_cell_that_is_checked_its_own_way_drops_its_columns(write):
    top1, madds = load_file(write()).claims_in_order()[3:5]
    assert (top1.check, top1.open) == ("mobilenet_v1.tiny", None)
    assert (madds.measure, madds.open.kind, madds.open.reason) == (None, "underspecified", "Unclear.")


def test_a_row_without_a_label_is_called_by_its_id(write):
    text = RECORD.replace("says: Another text., ", "").replace('says: "Cost of {label}, row {id}.", ', "")
    assert load_file(write(text)).claims_in_order()[2].says == "Mult-Adds of 025"


def test_a_table_can_be_unconfirmed_as_a_whole(write):
    text = RECORD.replace("convention: With the last layer.", "confirmed: false")
    assert {claim.confirmed for claim in load_file(write(text)).claims_in_order()[:5]} == {False}


def source(claim, key, offset=0):
    """What stands in the file where the claim says that its text stands."""
    line, column = claim.position(key, offset)
    return Path(claim.file).read_text().splitlines()[line - 1][column - 1 :]


def test_a_written_claim_knows_where_its_texts_stand(write):
    claim = load_file(write()).claims_in_order()[-1]
    assert source(claim, "measure").startswith("9 * macs")
    assert source(claim, "measure", 4).startswith("macs")
    assert source(claim, "printed").startswith("8 to 9")
    assert source(claim, "explained_by", 4) == "8"
    assert source(claim, "unit") == "x"
    assert source(claim, "").startswith("id: s3.2")
    assert claim.position("nothing") == claim.position("")


def test_a_filled_in_text_knows_where_each_part_of_it_stands(write):
    claim = load_file(write()).claims_in_order()[1]
    assert claim.measure == "macs(mobilenet_v1(width=0.5))"
    assert source(claim, "measure").startswith("macs({of})")
    assert source(claim, "measure", 5).startswith("mobilenet_v1(width=0.5), cells")
    assert source(claim, "measure", claim.measure.index("0.5")).startswith("0.5), cells")
    assert source(claim, "measure", len(claim.measure) - 1).startswith(')", says')
    assert source(claim, "printed").startswith('149"]')
    assert source(claim, "where") == "Table 6"
    assert source(claim, "says", claim.says.index("row")).startswith("row {id}")


def test_an_overridden_text_stands_in_its_cell(write):
    claim = load_file(write()).claims_in_order()[2]
    assert source(claim, "explained_by", 9).startswith("mobilenet_v1(width=0.25)")
    assert source(claim, "where").startswith("Table 7")
    assert source(claim, "printed").startswith('41"')
    assert source(claim, "").startswith("{printed:")


def test_the_default_says_stands_at_the_heading(write):
    claim = load_file(write()).claims_in_order()[0]
    assert source(claim, "says").startswith("Accuracy, unit")
    assert source(claim, "says", claim.says.index("0.5")).startswith("0.5 MobileNet,")


FOUND = [
    # a text, what takes its place, what stands where the fault is, its name, words of its message and of its help
    ("id: mobilenet-v1\n", "id: MobileNet\n", "MobileNet", "wrong-form", '`id` cannot be "MobileNet"', "lower-case"),
    ("id: mobilenet-v1\n", "id: -x\n", "-x", "wrong-form", '"-x"', "lower-case"),
    ("id: mobilenet-v1\n", "", "kind: paper", "missing-key", "a record needs `id`", "add `id:`"),
    ("kind: paper", "kind: papers", "papers", "unknown-word", '`kind` is "papers"', 'did you mean "paper"?'),
    ("kind: paper", "kind: 1", "1\n", "unknown-word", '`kind` is "1"', "write one of paper, notes"),
    ("year: 2017", "year: 217", "217", "out-of-range", "greater than or equal to 1900", "look at"),
    ("year: 2017", "year: 99999999999999999999999999999", "99999", "out-of-range", "2100", "look at"),
    ("year: 2017", 'year: "2017"', '"2017"', "wrong-type", "is a text, expected a whole number", "write a whole"),
    ("year: 2017", "year: 2017.0", "2017.0", "wrong-type", "is a number, expected a whole number", "write a whole"),
    ("year: 2017", "year: true", "true", "wrong-type", "is true or false, expected a whole number", "write a whole"),
    ('arxiv: "1704.04861"', "arxiv: 1704.04861", "1704.04861", "wrong-type", "is a number", 'quote it: "1704.04861"'),
    ('arxiv: "1704.04861"', 'arxiv: "arXiv:1704.04861"', '"arXiv:', "wrong-form", "`arxiv`", '"1512.03385"'),
    ("doi: 10.48550/arXiv.1704.04861", "doi: https://doi.org/10.1/x", "https://doi", "wrong-form", "`doi`", "10.1109"),
    ("code: https://example.org/code", "code: on request", "on request", "wrong-form", "`code`", "https://"),
    ("venue: arXiv", "venu: arXiv", "venu:", "unknown-key", 'a record has no key "venu"', 'did you mean "venue"?'),
    ("venue: arXiv", "zzzz: arXiv", "zzzz:", "unknown-key", '"zzzz"', "a record may have id, kind, title"),
    ("venue: arXiv", 'venue: "  "', '"  "', "empty", "`venue` says nothing", "leave the key out"),
    ("[Andrew G. Howard, Menglong Zhu]", "[]", "[]", "empty", "`authors`", "write it"),
    ("[Andrew G. Howard, Menglong Zhu]", "Howard", "Howard", "wrong-type", "expected a list", "[one, two]"),
    ("[Andrew G. Howard, Menglong Zhu]", "[A, 7]", "7]", "wrong-type", "entry 2 of `authors`", 'quote it: "7"'),
    ("[mobilenet_v1]", "[mobilenet-v1]", "mobilenet-v1]", "wrong-form", "entry 1 of `networks`", "resnet50"),
    ("relation: compares-with", "relation: compares", "compares,", "unknown-word", '"compares"', '"compares-with"'),
    ("{to: xception, ", "{", "{relation", "missing-key", "an edge needs `to`", "add `to:`"),
    ("name: Width multiplier, ", "", "{id: width", "missing-key", "an idea needs `name`", "add"),
    ("note: everywhere", "nota: everywhere", "nota:", "unknown-key", "a use has no key", 'did you mean "note"'),
    ("    where: Table 6\n", "", "id: t6", "missing-key", "a table needs `where`", "add"),
    ("heading: Accuracy, ", "", '{unit: "%', "missing-key", "a column needs `heading`", "add"),
    ("top1: {", '"top 1": {', '"top 1": {', "wrong-form", 'cannot be "top 1"', "lower-case"),
    ('unit: "% top-1 accuracy"', "unit: top-1", "top-1,", "unknown-unit", '"top-1" is no unit', "% top-1"),
    ("unit: x\n", "unit: zzzzzz\n", "zzzzzz", "unknown-unit", '"zzzzzz"', "write one of params"),
    ('{needs-data: "No images."}', '{needs-date: "No"}', "needs-date:", "unknown-key", "`open` has", "needs-data"),
    ('{needs-data: "No images."}', "{}", "{}}", "not-one-reason", "found none", "keep one of needs-data"),
    ('{needs-data: "No images."}', "{needs-data: a, underspecified: b}", "{needs-data: a", "not-one-reason", "needs-data, und", "keep"),
    ('{needs-data: "No images."}', "needs-data", "needs-data}", "wrong-type", "`open` is a text", "{needs-data:"),
    ('{needs-data: "No images."}', '{needs-data: " "}', '" "}', "empty", "`needs-data`", "write it"),
    ('measure: "macs({of})"', "measure: {of}", "{of}, says", "wrong-type", "is a mapping, expected a text", "braces"),
    ('measure: "macs({of})"', 'measure: a, check: b.c', "{heading: Mult-Adds", "not-one-way", "`measure` and `check`", "exactly one"),
    ('measure: "macs({of})", ', "", "madds: {", "not-one-way", "neither the column \"madds\" nor its cell", "give the"),
    ("row {id}.", "row {labl}.", "{labl}", "unknown-filling", "{labl} has no value", 'did you mean "label"?'),
    ("        of: mobilenet_v1(width=0.25)\n", "", 'id: "025"\n', "missing-filling", 'the row "025" has no `of`', "add `of:`"),
    ('["63.7", "149"]', '["63.7"]', '["63.7"]', "wrong-number-of-cells", "1 cells, the table has 2", "top1, madds"),
    ('["63.7", "149"]', "[]", "[]", "empty", "`cells`", "write it"),
    ('["63.7", "149"]', '[63.70, "149"]', "63.70", "printed-not-quoted", "expected a quoted text", 'quote it: "63.70"'),
    ('["63.7", "149"]', '["63.7", {printed: 1e2}]', "1e2", "printed-not-quoted", "quotation marks", 'quote it: "1e2"'),
    ('["63.7", "149"]', '["63.7", ""]', '""]', "empty", "`printed`", "write it"),
    ('["63.7", "149"]', '["63.7", [1]]', "[1]]", "wrong-type", "entry 2 of `cells` is a list", "write a mapping"),
    ('["63.7", "149"]', '["63.7", {note: x}]', "{note: x}", "missing-key", "a cell needs `printed`", "add"),
    ('["63.7", "149"]', '["63.7", {printed: "1", digit: 2}]', "digit: 2", "unknown-key", "a cell has no key", '"digits"'),
    ('id: "025"', 'id: "050"', '"050"\n', "duplicate-row", "stands in line 33", "another id"),
    ("  - id: s3.2-cheaper", "  - id: t6-050-top1", "id: t6-050-top1", "duplicate-claim", "line 33, column 80", "another id"),
    ('printed: "8 to 9"', "printed: 8", "8\n", "printed-not-quoted", "quoted", 'quote it: "8"'),
    ('printed: "8 to 9"', "printed: true", "true", "printed-not-quoted", "quoted", 'quote it: "true"'),
    ('printed: "8 to 9"', "printed:", "\n", "wrong-type", "`printed` is empty", "after the colon"),
    ("measure: '9 * macs(mobilenet_v1())'", "digits: 0", "0\n", "out-of-range", "greater than", "look"),
    ("    measure: '9 * macs(mobilenet_v1())'\n", "", "id: s3.2", "not-one-way", 'how "s3.2-cheaper" is', "add one of"),
    ("measure: '9 * macs(mobilenet_v1())'", "check: squash", "squash", "wrong-form", "`check`", "file.function"),
    ("note: A note.", "confirmed: no", "no\n", "wrong-type", "is a text, expected true or false", "write true"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "place", "name", "message", "help"), FOUND)
def test_a_faulty_record_is_refused_with_place_and_repair(faults, old, new, place, name, message, help):
    found = [fault for fault in faults(old, new) if fault.name == name]
    assert len(found) == 1
    lines = Path("paper.yaml").read_text().splitlines(keepends=True)
    assert lines[found[0].line - 1][found[0].column - 1 :].startswith(place)
    assert message in found[0].message
    assert help in found[0].help


def test_a_second_table_with_the_same_id_is_refused(write):
    table = RECORD[RECORD.index("  - id: t6") : RECORD.index("claims:\n")]
    with pytest.raises(Faults) as caught:
        load_file(write(RECORD.replace("claims:\n", f"{table}claims:\n")))
    assert [(fault.name, fault.line) for fault in caught.value.faults] == [("duplicate-table", 40)]
    assert "line 25" in caught.value.faults[0].message


def test_all_faults_of_a_file_are_found_at_once_in_the_order_of_its_lines(write):
    changes = {
        "year: 2017": "year: x\nyear: 1",
        'id: "025"': 'id: "050"',
        "unit: x": "unit: y",
        '"8 to 9"': "8",
        "note: A note.": "nota: x",
    }
    text = RECORD
    for old, new in changes.items():
        text = text.replace(old, new)
    with pytest.raises(Faults) as caught:
        load_file(write(text))
    names = [fault.name for fault in caught.value.faults]
    assert names == [
        "wrong-type",
        "duplicate-key",
        "duplicate-row",
        "printed-not-quoted",
        "unknown-unit",
        "unknown-key",
    ]


def test_what_yaml_refused_is_not_refused_twice(write):
    with pytest.raises(Faults) as caught:
        load_file(write(RECORD.replace("title: ", "title: *x #")))
    assert [fault.name for fault in caught.value.faults] == ["alias"]


def test_no_more_than_a_hundred_faults_of_one_file_are_told(write):
    with pytest.raises(Faults) as caught:
        load_file(write(RECORD + "".join(f"k{number}: 1\n" for number in range(MOST + 20))))
    assert len(caught.value.faults) == MOST + 1
    assert [fault.message for fault in caught.value.faults if fault.name == "too-many-faults"] == [
        "20 more faults are not shown"
    ]


@pytest.mark.parametrize("relation", RELATIONS)
def test_every_relation_of_the_list_is_read(write, relation):
    assert load_file(write(RECORD.replace("compares-with", relation))).lineage[0].relation == relation


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_of_the_list_is_read(write, reason):
    claim = load_file(write(RECORD.replace("{needs-data:", f"{{{reason}:"))).claims_in_order()[0]
    assert (claim.open.kind, claim.open.reason) == (reason, "No images.")


@pytest.mark.parametrize("arxiv", ["1512.03385", "0704.0001", "hep-th/9901001", "cs.LG/0102030"])
def test_every_form_of_arxiv_number_is_read(write, arxiv):
    assert load_file(write(RECORD.replace('1704.04861"\ndoi', f'{arxiv}"\ndoi'))).arxiv == arxiv


def test_a_record_cannot_be_changed(write):
    record = load_file(write())
    with pytest.raises(ValueError, match="frozen"):
        record.title = "x"


def test_a_claim_can_be_a_key(write):
    claims = load_file(write()).claims_in_order()
    assert len(dict.fromkeys(claims)) == len(claims)


_JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
_WHOLE = parse(RECORD, "").data


def _paths(data, path=()):
    yield path
    for key, value in (
        data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    ):
        yield from _paths(value, (*path, key))


@settings(deadline=None, max_examples=200)
@given(st.sampled_from(list(_paths(_WHOLE))[1:]), _JUNK)
def test_whatever_takes_the_place_of_a_value_gives_a_record_or_faults(tmp_path_factory, path, junk):
    data = copy.deepcopy(_WHOLE)
    inner = data
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = junk
    file = tmp_path_factory.mktemp("junk") / "paper.yaml"
    file.write_text(yaml.safe_dump(data))
    lines = file.read_text().splitlines()
    found = []
    try:
        load_file(file)
    except Faults as caught:
        found = caught.faults
    assert all(1 <= fault.line <= len(lines) for fault in found)
    assert all(fault.help and "\n" not in f"{fault.message}{fault.help}" for fault in found)


def test_the_schema_file_is_the_models_schema():
    file = Path(__file__).parents[2] / "cnnclaims" / "papers" / "paper.schema.json"
    assert file.read_text() == schema_text(), (
        "write it anew: cnnclaims schema > cnnclaims/papers/paper.schema.json"
    )


def test_the_schema_knows_the_closed_lists():
    definitions = schema()["$defs"]
    assert definitions["Edge"]["properties"]["relation"]["enum"] == list(RELATIONS)
    assert definitions["Column"]["properties"]["unit"]["enum"] == list(UNITS)
    assert set(definitions["Open"]["properties"]) == set(REASONS)
    assert definitions["Statement"]["properties"]["printed"]["type"] == "string"
    assert definitions["Statement"]["additionalProperties"] is False
    assert set(schema()["properties"]) == set(Record.model_fields)
