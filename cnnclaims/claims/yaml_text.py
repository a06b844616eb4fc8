"""YAML text to plain Python data, with the line and column of everything in it.

A small, strict part of YAML 1.2: mappings, sequences and scalars. Only `true`, `false`, `null` and plain decimal,
octal (`0o17`), hexadecimal and floating numbers are resolved; `no`, `3:20`, `017`, `1_000` and dates stay text.
Keys are always text. Tags, anchors, aliases, merge keys and duplicate keys are refused, and the size and the depth of
a file are bounded, since a file may come from anyone.
"""

import re
from dataclasses import dataclass
from typing import Any

import yaml

from cnnclaims.claims.faults import Faults, quoted
from cnnclaims.claims.tree import Path, Position, Tree

LARGEST = 2_000_000  # bytes
DEEPEST = 20  # mappings and sequences inside one another
MOST = 100_000  # values in one file
_PARSER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# What may not stand in a text: control characters, line breaks that editors don't count (U+0085, U+2028, U+2029),
# marks that turn the direction of writing around, byte order marks, halves of surrogate pairs.
_REFUSED = re.compile(
    "[^\t\n\r\x20-\x7e\xa0-\u2027\u202f-\u2065\u206a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_BREAK = re.compile("\r\n|\r|\n")
_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,39})")
_BASED = re.compile(r"0o[0-7]{1,40}|0x[0-9a-fA-F]{1,40}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|(0|[1-9][0-9]*)(\.[0-9]*|(?=[eE])))([eE][-+]?[0-9]+)?")
_INFINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")


def parse(source: str | bytes, file: str) -> Tree:
    """The tree of a text; raises `Faults` with everything that is refused in it."""
    tree = scan(source, file)
    if tree.faults:
        raise Faults(tree.faults)
    return tree


def scan(source: str | bytes, file: str) -> Tree:
    """The tree of a text as far as it can be read, with what is refused in `tree.faults`; raises nothing."""
    tree = Tree(file)
    text = _decoded(source, tree)
    if text is None:
        return tree
    tree.lines = _BREAK.split(text)
    if _refuse_characters(text, tree):
        return tree
    reader = _Reader(tree)
    try:
        for event in yaml.parse(text, Loader=_PARSER):
            reader.take(event)
    except yaml.YAMLError as error:
        _syntax_fault(error, tree)
    except _Stop:
        pass
    else:
        _keep_mapping(reader.root, tree)
    return tree


class _Stop(Exception):
    """The rest of the text is not worth reading; the fault is already in the tree."""


def _decoded(source: str | bytes, tree: Tree) -> str | None:
    data = source.encode("utf-8", "surrogatepass") if isinstance(source, str) else source
    if len(data) > LARGEST:
        tree.fault(
            (1, 1),
            "file-too-large",
            f"the file has more than {LARGEST:,} bytes",
            "split it: one file a paper",
        )
        return None
    try:
        return (source if isinstance(source, str) else data.decode("utf-8")).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        before = _BREAK.split(data[: error.start].decode("utf-8").removeprefix("\ufeff"))
        tree.lines = _BREAK.split(data.decode("utf-8", "replace"))
        message = f"byte {error.start} (0x{data[error.start]:02x}) is not UTF-8 text"
        tree.fault(
            (len(before), len(before[-1]) + 1), "not-utf-8", message, "save the file with the encoding UTF-8"
        )
        return None


def _refuse_characters(text: str, tree: Tree) -> bool:
    found = _REFUSED.search(text)
    if found is None:
        return False
    before = _BREAK.split(text[: found.start()])
    tree.fault((len(before), len(before[-1]) + 1), "control-character", *_about(found.group()))
    return True


def _about(character: str) -> tuple[str, str]:
    message = f"the character U+{ord(character):04X} may not stand in a record"
    return message, "delete it, or write a space in its place"


def _keep_mapping(root: Any, tree: Tree) -> None:
    if isinstance(root, dict):
        tree.data = root
        return
    written = (line.strip() for line in tree.lines)
    if all(not line or line.startswith("#") for line in written):
        tree.fault((1, 1), "empty-file", "the file says nothing", "begin with `id:` and `title:`")
        return
    kind = {list: "a list", str: "a text", type(None): "null"}.get(type(root), "a number or truth value")
    message = f"the file holds {kind}, not a mapping of keys to values"
    tree.fault(
        tree.position(()), "not-a-mapping", message, "begin with `id:` and `title:` at the left margin"
    )


# What libyaml's (and PyYAML's) words mean for somebody who writes a record.
_REPAIRS = (
    ("mapping values are not allowed", 'put the text in quotes if it has a colon and a space (": ") in it'),
    (
        "cannot start any token",
        "indent with spaces, not tabs, and quote a text that begins with @, `, % or another sign",
    ),
    ("tab", "indent with spaces, not tabs"),
    ("escape", "write a backslash twice, or use single quotes"),
    ("quoted scalar", "close the quotation mark"),
    ("unexpected end of stream", "close the quotation mark or bracket"),
    ("'}'", "close the brace, and quote a text that has braces or commas in it"),
    ("']'", "close the bracket, and quote a text that has brackets or commas in it"),
    ("':'", "write `key: value`, with a space after the colon"),
    ("block", "indent the keys of one mapping alike, and the dashes of one list alike"),
)


def _syntax_fault(error: yaml.YAMLError, tree: Tree) -> None:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    position = _clamped(mark, tree)
    said = " ".join(
        str(part) for part in (getattr(error, "context", None), getattr(error, "problem", None)) if part
    )
    if "nesting" in said:
        tree.fault(position, *_too_deep())
        return
    help = next(
        (repair for word, repair in _REPAIRS if word in said), "check the indentation and the quotation marks"
    )
    tree.fault(position, "yaml-syntax", f"this is not YAML: {said or type(error).__name__}", help)


def _clamped(mark: Any, tree: Tree) -> Position:
    if mark is None:
        return 1, 1
    line = min(mark.line, len(tree.lines) - 1)
    return line + 1, min(mark.column, len(tree.lines[line])) + 1


def _too_deep() -> tuple[str, str, str]:
    message = f"brackets, mappings and lists stand more than {DEEPEST} deep inside one another"
    return "nesting-too-deep", message, "a record needs five levels; look for brackets that were never closed"


@dataclass
class _Open:
    """A mapping or a sequence that has not ended yet; `key` is the key whose value comes next."""

    data: dict[str, Any] | list[Any]
    path: Path
    key: str | None = None


class _Reader:
    """Builds the data out of the parser's events, without recursion."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.root: Any = None
        self.open: list[_Open] = []
        self.documents = 0
        self.count = 0

    def take(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.DocumentStartEvent):
            self._begin_document(event)
        elif isinstance(event, yaml.AliasEvent):
            self._refuse(
                event,
                "alias",
                f"{quoted(f'*{event.anchor}')} refers to another place",
                "write the text out again",
            )
            self._value(event, None)
        elif isinstance(event, yaml.ScalarEvent):
            self._scalar(event)
        elif isinstance(event, yaml.MappingStartEvent):
            self._begin(event, {})
        elif isinstance(event, yaml.SequenceStartEvent):
            self._begin(event, [])
        elif isinstance(event, yaml.CollectionEndEvent):
            self.open.pop()

    def _refuse(self, event: Any, name: str, message: str, help: str) -> None:
        self.tree.fault(_clamped(event.start_mark, self.tree), name, message, help)

    def _begin_document(self, event: Any) -> None:
        self.documents += 1
        if self.documents > 1:
            self._refuse(
                event,
                "second-document",
                "a second document begins here",
                "write one paper a file, without `---`",
            )
            raise _Stop
        if event.tags or event.version:
            self._refuse(
                event,
                "yaml-directive",
                "a %-directive stands before the record",
                "delete the line that begins with %",
            )

    def _decorations(self, event: Any) -> None:
        if event.tag is not None:
            self._refuse(
                event,
                "tag",
                f"the tag {quoted(event.tag)} is not allowed",
                "delete the word that begins with !",
            )
        if event.anchor is not None:
            self._refuse(
                event,
                "anchor",
                f"the anchor {quoted(f'&{event.anchor}')} is not allowed",
                "delete it and write repeated text out",
            )

    def _scalar(self, event: Any) -> None:
        self._decorations(event)
        if escaped := _REFUSED.search(event.value):  # "\0" and the like
            self._refuse(event, "control-character", *_about(escaped.group()))
            event.value = ""
        if self.open and isinstance(self.open[-1].data, dict) and self.open[-1].key is None:
            self._key(event)
            return
        if event.style:
            self._value(event, event.value)
            return
        value = resolve(event.value)
        path = self._value(event, value)
        if not isinstance(value, str):
            self.tree.plain[path] = event.value

    def _key(self, event: Any) -> None:
        at, key = self.open[-1], event.value
        if key == "<<" and not event.style:
            self._refuse(event, "merge-key", "merge keys (<<) are not allowed", "write the keys out")
        path = (*at.path, key)
        if path in self.tree.keys:
            line = self.tree.keys[path][0]
            self._refuse(
                event,
                "duplicate-key",
                f"the key {quoted(key)} stands in line {line} already",
                "delete one of the two",
            )
        else:
            self.tree.keys[path] = _clamped(event.start_mark, self.tree)
        at.key = key

    def _value(self, event: Any, value: Any) -> Path:
        self.count += 1
        if self.count > MOST:
            self._refuse(
                event,
                "too-many-values",
                f"the file has more than {MOST:,} values",
                "split it: one file a paper",
            )
            raise _Stop
        path: Path = ()
        if self.open:
            path = self._put(event, self.open[-1], value)
        else:
            self.root = value
        self.tree.values.setdefault(path, _clamped(event.start_mark, self.tree))
        return path

    def _put(self, event: Any, at: _Open, value: Any) -> Path:
        if isinstance(at.data, list):
            at.data.append(value)
            return (*at.path, len(at.data) - 1)
        if at.key is None:
            message = "a key is a list, a mapping or an alias"
            self._refuse(event, "key-not-text", message, "quote a text that has braces or brackets in it")
            raise _Stop
        key, at.key = at.key, None
        at.data.setdefault(key, value)
        return (*at.path, key)

    def _begin(self, event: Any, data: dict[str, Any] | list[Any]) -> None:
        self._decorations(event)
        path = self._value(event, data)
        self.open.append(_Open(data, path))
        if len(self.open) > DEEPEST:
            self._refuse(event, *_too_deep())
            raise _Stop


def resolve(text: str) -> bool | int | float | str | None:
    """A plain (unquoted) scalar as YAML 1.2's core schema reads it, except that numbers with leading zeros stay text."""
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _BASED.fullmatch(text):
        return int(text, 0)
    if _FLOAT.fullmatch(text):
        return float(text)
    if _INFINITE.fullmatch(text):
        return float(text.replace(".", "", 1))
    return text
