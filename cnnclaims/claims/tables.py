"""A record's tables and written claims, turned into the claims that everything else reads."""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from cnnclaims.claims.claim import Claim, Span
from cnnclaims.claims.faults import Fault, listed, nearest, quoted
from cnnclaims.claims.records import Cell, Column, Row, Statement, Table
from cnnclaims.claims.tree import Path, Tree

_FILLING = re.compile(r"\{(\w*)\}")


class Expansion(NamedTuple):
    """The claims of a record in order, and what is wrong with its tables."""

    claims: tuple[Claim, ...]
    faults: list[Fault]


def expand(
    paper: str, tables: Mapping[int, Table], statements: Mapping[int, Statement], tree: Tree
) -> Expansion:
    """Every claim of a paper: tables first, row by row, then the written claims; the numbers are places in the file."""
    expander = _Tables(paper, tree)
    claims = (*expander.claims(tables), *_written(paper, statements, tree))
    first: dict[str, Claim] = {}
    for claim in claims:
        other = first.setdefault(claim.id, claim)
        if other is not claim:
            line, column = other.position()
            message = f"the claim {quoted(claim.id)} stands in line {line}, column {column} already"
            expander.fault(claim.position(), "duplicate-claim", message, "give one of the two another id")
    return Expansion(claims, expander.faults)


def _written(paper: str, statements: Mapping[int, Statement], tree: Tree) -> Iterator[Claim]:
    for number, one in statements.items():
        path: Path = ("claims", number)
        at = {
            key: (_span(tree, (*path, key)),) for key in Statement.model_fields if (*path, key) in tree.values
        }
        fields = {key: getattr(one, key) for key in Statement.model_fields}
        yield Claim(paper=paper, file=tree.file, at={"": (_beginning(tree, path),), **at}, **fields)


def _span(tree: Tree, path: Path, start: int = 0) -> Span:
    return Span(start, *tree.text_position(path))


def _beginning(tree: Tree, path: Path) -> Span:
    return Span(0, *tree.position(path), straight=False)


class _Text(NamedTuple):
    """A text of the file and where it stands."""

    text: str
    path: Path


class _Filled(NamedTuple):
    """A text with its row's values filled in, and where its parts stand."""

    text: str
    spans: tuple[Span, ...]


class _Tables:
    """The tables of one paper; `faults` grows while `claims` runs."""

    def __init__(self, paper: str, tree: Tree) -> None:
        self.paper, self.tree = paper, tree
        self.faults: list[Fault] = []

    def fault(self, position: tuple[int, int], name: str, message: str, help: str) -> None:
        self.faults.append(Fault(self.tree.file, *position, name, message, help))

    def claims(self, tables: Mapping[int, Table]) -> Iterator[Claim]:
        seen: dict[str, int] = {}
        for number, table in tables.items():
            path: Path = ("tables", number)
            if not self._is_new("table", table.id, (*path, "id"), seen):
                continue
            rows: dict[str, int] = {}
            for place, row in enumerate(table.rows):
                row_path: Path = (*path, "rows", place)
                if self._is_new("row", row.id, (*row_path, "id"), rows) and self._fits(table, row, row_path):
                    yield from self._row(table, path, row, row_path)

    def _is_new(self, kind: str, name: str, path: Path, seen: dict[str, int]) -> bool:
        position = self.tree.position(path)
        if name not in seen:
            seen[name] = position[0]
            return True
        message = f"the {kind} {quoted(name)} stands in line {seen[name]} already"
        self.fault(position, f"duplicate-{kind}", message, "give one of the two another id")
        return False

    def _fits(self, table: Table, row: Row, path: Path) -> bool:
        if len(row.cells) == len(table.columns):
            return True
        message = (
            f"the row {quoted(row.id)} has {len(row.cells)} cells, the table has {len(table.columns)} columns"
        )
        help = f"write one entry each for {listed(table.columns)}, null where nothing is printed"
        self.fault(self.tree.position((*path, "cells")), "wrong-number-of-cells", message, help)
        return False

    def _row(self, table: Table, path: Path, row: Row, row_path: Path) -> Iterator[Claim]:
        for number, (name, cell) in enumerate(zip(table.columns, row.cells, strict=True)):
            if cell is not None:
                yield from _CellClaim(
                    self, table, path, row, row_path, name, cell, (*row_path, "cells", number)
                ).claim()


class _CellClaim(NamedTuple):
    """One cell on its way to a claim."""

    tables: _Tables
    table: Table
    table_path: Path
    row: Row
    row_path: Path
    name: str
    cell: Cell
    path: Path

    @property
    def column(self) -> Column:
        return self.table.columns[self.name]

    @property
    def column_path(self) -> Path:
        return (*self.table_path, "columns", self.name)

    def claim(self) -> Iterator[Claim]:
        """The claim, or none and a fault if nothing says how it is checked."""
        ways = self.cell.ways or self.column.ways
        if not ways:
            message = f"neither the column {quoted(self.name)} nor its cell says how the number is checked"
            help = "give the column (or every cell of it) one of `measure`, `check` and `open`"
            self.tables.fault(self.tables.tree.key_position(self.column_path), "not-one-way", message, help)
            return
        filled = {key: self._filled(text) for key, text in self._texts().items()}
        table, row, cell = self.table, self.row, self.cell
        yield Claim(
            paper=self.tables.paper,
            id=f"{table.id}-{row.id}-{self.name}",
            says=filled["says"].text,
            printed=cell.printed,
            digits=cell.digits if cell.digits is not None else self.column.digits,
            unit=cell.unit or self.column.unit,
            where=cell.where or table.where,
            measure=filled["measure"].text if "measure" in filled else None,
            check=ways.get("check"),
            open=ways.get("open"),
            explained_by=filled["explained_by"].text if "explained_by" in filled else None,
            note=filled["note"].text if "note" in filled else None,
            timing=cell.timing,
            own_word=cell.own_word,
            confirmed=next((said for said in (cell.confirmed, table.confirmed) if said is not None), True),
            table=table.id,
            row=row.id,
            column=self.name,
            file=self.tables.tree.file,
            at=self._places({key: text.spans for key, text in filled.items()}),
        )

    def _texts(self) -> dict[str, _Text]:
        """The texts to be filled in: the cell's own, else its column's."""
        found = {"says": self._default_says()}
        for key in ("says", "measure", "explained_by", "note"):
            if (own := getattr(self.cell, key)) is not None:
                found[key] = _Text(own, (*self.path, key))
            elif key in ("measure", "explained_by") and self.cell.ways:
                continue  # checked another way than its column
            elif (shared := getattr(self.column, key)) is not None:
                found[key] = _Text(shared, (*self.column_path, key))
        return found

    def _default_says(self) -> _Text:
        return _Text("{heading} of {label}", (*self.column_path, "heading"))

    def _values(self) -> dict[str, _Text | None]:
        label = _Text(self.row.label, (*self.row_path, "label")) if self.row.label else None
        name = _Text(self.row.id, (*self.row_path, "id"))
        return {
            "of": _Text(self.row.of, (*self.row_path, "of")) if self.row.of else None,
            "label": label or name,
            "id": name,
            "heading": _Text(self.column.heading, (*self.column_path, "heading")),
        }

    def _filled(self, template: _Text) -> _Filled:
        tree, values = self.tables.tree, self._values()
        line, column, straight = tree.text_position(template.path)
        text, spans, last = "", [Span(0, line, column, straight)], 0
        for found in _FILLING.finditer(template.text):
            value = values.get(found.group(1)) or self._no_value(found, Span(0, line, column, straight))
            text += template.text[last : found.start()]
            spans.append(_span(tree, value.path, len(text)))
            text += value.text
            last = found.end()
            spans.append(Span(len(text), line, column + (last if straight else 0), straight))
        return _Filled(text + template.text[last:], tuple(spans))

    def _no_value(self, found: re.Match[str], at: Span) -> _Text:
        """A fault for a name in braces that has no value in this row; the braces stay."""
        name, known = found.group(1), self._values()
        if name in known:
            message = f"the row {quoted(self.row.id)} has no `{name}`, which the column {quoted(self.name)} asks for"
            self.tables.fault(
                self.tables.tree.position(self.row_path),
                "missing-filling",
                message,
                f"add `{name}:` to the row",
            )
        else:
            position = (at.line, at.column + (found.start() if at.straight else 0))
            message = (
                f"{found.group()} has no value: a row fills in {', '.join(f'{{{key}}}' for key in known)}"
            )
            self.tables.fault(
                position, "unknown-filling", message, nearest(name, known) or "write one of these"
            )
        return _Text(found.group(), self.path)

    def _places(self, filled: dict[str, tuple[Span, ...]]) -> dict[str, tuple[Span, ...]]:
        tree = self.tables.tree
        own = {
            key: (_span(tree, (*self.path, key)),)
            for key in Cell.model_fields
            if (*self.path, key) in tree.values
        }
        shared = {
            key: (_span(tree, (*self.column_path, key)),)
            for key in ("unit", "digits", "check", "open")
            if (*self.column_path, key) in tree.values
        }
        table = {"where": (_span(tree, (*self.table_path, "where")),)}
        return {
            **table,
            **shared,
            "printed": (_span(tree, self.path),),
            **own,
            **filled,
            "": (_beginning(tree, self.path),),
        }
