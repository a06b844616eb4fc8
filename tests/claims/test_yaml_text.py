import time

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cnnclaims.claims import yaml_text
from cnnclaims.claims.faults import Faults, nearest
from cnnclaims.claims.tree import Tree
from cnnclaims.claims.yaml_text import DEEPEST, LARGEST, MOST, parse, scan


@pytest.fixture(params=["libyaml", "python"])
def parser(request, monkeypatch):
    """Both parsers: the second is used where PyYAML was built without libyaml."""
    if request.param == "python":
        monkeypatch.setattr(yaml_text, "_PARSER", yaml.SafeLoader)
    return request.param


def faults(source):
    with pytest.raises(Faults) as caught:
        parse(source, "f.yaml")
    assert all(fault.help for fault in caught.value.faults)
    return [(fault.line, fault.column, fault.name) for fault in caught.value.faults]


# What YAML 1.1 makes of these is in brackets: no (False), 3:20 (200), 017 (15), 1_000 (1000), 1e3 (text),
# 2017-04-17 (a date), 4.20 (4.2, whose digit is lost, which is why `printed` is quoted).
@pytest.mark.parametrize(
    "text", ["no", "yes", "on", "off", "3:20", "017", "1_000", "2017-04-17", "0b11", "1.2.3", "-", "+", "."]
)
def test_what_only_yaml_1_1_resolves_stays_text(text, parser):
    assert (
        parse(f"a: {text}x\nb: [{text!r}]\nc: {text}\n" if text != "-" else "c: '-'", "f").data["c"] == text
    )


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e3", 1000.0),
        ("4.20", 4.2),
        ("true", True),
        ("FALSE", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("12", 12),
        ("-7", -7),
        ("+1", 1),
        ("0", 0),
        ("0o17", 15),
        ("0x1F", 31),
        (".5", 0.5),
        ("1.", 1.0),
        (".inf", float("inf")),
        ("-.INF", float("-inf")),
    ],
)
def test_the_core_schema_of_yaml_1_2_is_resolved(text, value, parser):
    found = parse(f"a: {text}\n", "f").data["a"]
    assert found == value
    assert type(found) is type(value)


def test_not_a_number_is_a_number():
    assert parse("a: .nan", "f").data["a"] != parse("a: .nan", "f").data["a"]


def test_a_number_of_five_thousand_digits_stays_text():
    assert parse(f"a: {'9' * 5000}\n", "f").data["a"] == "9" * 5000


def test_quoted_scalars_and_keys_are_always_text(parser):
    assert parse("""a: "4.20"\nb: 'true'\n12: x\nno: y\n~: z""", "f").data == {
        "a": "4.20",
        "b": "true",
        "12": "x",
        "no": "y",
        "~": "z",
    }


def test_the_digits_of_a_plain_number_are_kept_beside_its_value():
    assert parse("a: 4.20\nb: [0x10]\nc: x", "f").plain == {("a",): "4.20", ("b", 0): "0x10"}


def test_keys_and_values_have_line_and_column(parser):
    tree = parse('# a comment\nä: {b: "é😀",   c: x}\nd:\n  - 1\n  - e: |\n      text\n', "f")
    assert tree.keys[("ä", "c")] == (2, 16)
    assert tree.position(("ä", "c")) == (2, 19)
    assert tree.position(("d", 1)) == (5, 5)
    assert tree.position(("d", 1, "e")) == (5, 8)
    assert tree.key_position(("d", 1, "e")) == (5, 5)
    assert tree.position(()) == (2, 1)


def test_what_is_missing_has_the_position_of_what_is_around_it():
    tree = parse("a: 1\nb:\n  - c: 2\n", "f")
    assert tree.position(("b", 0, "nothing", 3)) == (3, 5)
    assert tree.key_position(("b", 0, "nothing")) == (3, 5)
    assert Tree("f").position(("x",)) == (1, 1)


def test_the_text_of_a_quoted_value_begins_after_the_quotation_mark():
    tree = parse("a: 'x y'\nb: x\nc: \"x\\ty\"\nd: >-\n  folded\n  text\ne: x\n   y", "f")
    assert tree.text_position(("a",)) == (1, 5, True)
    assert tree.text_position(("b",)) == (2, 4, True)
    assert tree.text_position(("c",)) == (3, 5, False)
    assert tree.text_position(("d",)) == (4, 4, False)
    assert tree.text_position(("e",)) == (7, 4, False)
    assert tree.text_position(("a", "no", "such")) == (1, 5, False)


def test_a_byte_order_mark_is_no_part_of_the_text(parser):
    tree = parse(b"\xef\xbb\xbfa: 1", "f")
    assert tree.data == {"a": 1}
    assert tree.keys[("a",)] == (1, 1)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_end_counts(end, parser):
    assert parse(f"a: 1{end}b: 2{end}", "f").keys[("b",)] == (2, 1)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (b"a: 1\nb: \xe4x", (2, 4, "not-utf-8")),
        ("a: 1".encode("utf-16"), (1, 1, "not-utf-8")),
        (b"a: " + b"x" * LARGEST, (1, 1, "file-too-large")),
        ("a: !x 1", (1, 4, "tag")),
        ("a: !!python/object/apply:os.system [ls]", (1, 4, "tag")),
        ("a: !!str 1", (1, 4, "tag")),
        ("!x {a: 1}", (1, 1, "tag")),
        ("a: &b 1", (1, 4, "anchor")),
        ("a: &b [1]", (1, 4, "anchor")),
        ("a: 1\nc: *b", (2, 4, "alias")),
        ("a: {b: 1, <<: {c: 1}}", (1, 11, "merge-key")),
        ("a: 1\nb: 2\na: 3", (3, 1, "duplicate-key")),
        ("a: {b: 1, 'b': 2}", (1, 11, "duplicate-key")),
        ("a: " + "[" * (DEEPEST + 1) + "]" * (DEEPEST + 1), (1, DEEPEST + 3, "nesting-too-deep")),
        ("a: 1\n---\nb: 2", (2, 1, "second-document")),
        ("%YAML 1.1\n---\na: 1", (1, 1, "yaml-directive")),
        ("{[a]: 1}", (1, 2, "key-not-text")),
        ("? {a: b}\n: 1", (1, 3, "key-not-text")),
        ("", (1, 1, "empty-file")),
        ("# only this\n\n", (1, 1, "empty-file")),
        ("- a", (1, 1, "not-a-mapping")),
        ("\n  text", (2, 3, "not-a-mapping")),
        ("12", (1, 1, "not-a-mapping")),
        ("null", (1, 1, "not-a-mapping")),
        ("a: \x00", (1, 4, "control-character")),
        ("a: 1\nb: x\x1b[31m", (2, 5, "control-character")),
        ("a: \u2028", (1, 4, "control-character")),
        ("a: \u202e", (1, 4, "control-character")),
        ("a: x\ufeff", (1, 5, "control-character")),
        ("a: \ud800", (1, 4, "control-character")),
        ('a: "x\\0"', (1, 4, "control-character")),
        ('"\\x1b": x', (1, 1, "control-character")),
        ("a: b: c", (1, 5, "yaml-syntax")),
        ("a:\n\t- b", (2, 1, "yaml-syntax")),
    ],
)  # fmt: skip
def test_a_file_is_refused_with_its_place(source, expected, parser):
    assert faults(source) == [expected]


@pytest.mark.parametrize(
    ("source", "help"),
    [
        ("says: a claim: with a colon", 'put the text in quotes if it has a colon and a space (": ") in it'),
        ("a:\n\tb: 1", "indent with spaces, not tabs"),
        ('a: "x', "close the quotation mark"),
        ("a: [1, 2", "close the bracket"),
        ("a: {b: macs({of})}", "close the brace"),
        ("a: @b", "quote a text that begins with @"),
        ('a: "\\q"', "write a backslash twice"),
    ],
)
def test_a_syntax_fault_says_how_to_mend_it(source, help):
    (fault,) = scan(source, "f").faults
    assert fault.name == "yaml-syntax"
    assert help in fault.help


def test_the_fault_of_a_duplicate_key_names_the_line_of_the_first():
    assert "line 2" in scan("x: 1\na: 1\na: 2", "f").faults[0].message


def test_the_fault_of_bad_bytes_names_their_offset():
    assert "byte 8 (0xe4)" in scan(b"a: 1\nb: \xe4x", "f").faults[0].message


def test_several_faults_are_found_in_one_run(parser):
    source = "a: 1\na: 2\nb: &x 3\nc: *x\nd: {<<: 1}\ne: !y z\n"
    names = ["duplicate-key", "anchor", "alias", "merge-key", "tag"]
    assert [name for _, _, name in faults(source)] == names


def test_what_stands_twenty_deep_is_read(parser):
    deep = "[" * (DEEPEST - 1) + "]" * (DEEPEST - 1)
    assert parse(f"a: {deep}", "f").data


@pytest.mark.parametrize(
    "bomb", ["[" * 100_000, "{a: " * 50_000, "- " * 100_000, "a: " + "[" * 100_000, "? " * 100_000]
)
def test_a_nesting_bomb_is_refused_in_a_moment(bomb, parser):
    begin = time.perf_counter()
    ((_, _, name),) = faults(bomb)
    assert name in ("nesting-too-deep", "key-not-text")
    assert time.perf_counter() - begin < 2


def test_a_flood_of_values_is_refused():
    ((_, _, name),) = faults("a: [" + ",".join("x" * (MOST + 1)) + "]")
    assert name == "too-many-values"


def test_a_fault_is_two_lines():
    fault = scan("a: 1\na: 2", "papers/x.yaml").faults[0]
    assert str(fault) == (
        'papers/x.yaml:2:1: duplicate-key: the key "a" stands in line 1 already\n  help: delete one of the two'
    )
    assert str(Faults([fault, fault])) == str(fault)


def test_the_nearest_name_is_offered():
    assert nearest("resnt", ["resnet", "vgg"]) == 'did you mean "resnet"?'
    assert nearest("ResNet", ["resnet"]) == 'did you mean "resnet"?'
    assert nearest("zebra", ["resnet", "vgg"]) == ""
    assert nearest("x" * 1_000_000, ["xx"]) == ""


_TEXT = st.lists(
    st.sampled_from(["a", ": ", "- ", "[", "]", "{", "}", ",", "\n", "\n  ", "'", '"', "&", "*", "!", "|", ">", "#", "\t", "%", "?", "<<", "---", "é", "😀", "\r", "\\", "1", "~"])
).map("".join)  # fmt: skip


def inside(tree, position):
    line, column = position
    return (
        1 <= line <= max(1, len(tree.lines))
        and 1 <= column <= len(tree.lines[line - 1] if tree.lines else "") + 1
    )


@settings(deadline=None)
@given(st.binary(max_size=200) | _TEXT.map(str.encode) | st.text(max_size=100) | _TEXT)
@example(b"\xef\xbb\xbf")
@example("a: |\n")
@example('"\\ud800": x')
def test_any_text_gives_a_tree_or_faults_whose_places_are_in_the_text(source):
    tree = scan(source, "f")
    assert (tree.data is None) <= bool(tree.faults)
    places = [
        *tree.keys.values(),
        *tree.values.values(),
        *((fault.line, fault.column) for fault in tree.faults),
    ]
    assert all(inside(tree, place) for place in places)
    for path in tree.values:
        assert inside(tree, tree.text_position(path)[:2])


@settings(deadline=None)
@given(_TEXT)
def test_both_parsers_agree_on_what_they_read(source):
    first = scan(source, "f")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(yaml_text, "_PARSER", yaml.SafeLoader)
        second = scan(source, "f")
    if not first.faults and not second.faults:
        assert (first.data, first.keys, first.plain) == (second.data, second.keys, second.plain)


_WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Zl", "Zp"]))
_KEYS = st.from_regex(r"[a-z]{1,5}", fullmatch=True)
_TREES = st.recursive(
    _WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=3),
    max_leaves=10,
)


@settings(deadline=None)
@given(st.dictionaries(_KEYS, _TREES, min_size=1, max_size=4), st.booleans(), st.sampled_from(['"', "'"]))
def test_quoted_text_that_pyyaml_writes_is_read_back(data, flow, quote):
    text = yaml.safe_dump(data, default_style=quote, default_flow_style=flow, allow_unicode=True, width=40)
    assert parse(text, "f").data == data
