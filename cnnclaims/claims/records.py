"""What a record may hold: one class a mapping of the YAML file, and the claim that everything else reads.

`Record` and the classes under it mirror the file key by key and refuse anything else. A `Claim` is what the rest of
the project works with: a written claim or a table's cell with its row and column filled in (`tables.py` does that).
"""

from typing import Annotated, Any, Literal, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    PrivateAttr,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from cnnclaims.claims.claim import Claim as Claim
from cnnclaims.claims.faults import listed, nearest, quoted
from cnnclaims.claims.tree import Tree
from cnnclaims.claims.units import UNITS

Relation = Literal["builds-on", "borrows", "compares-with", "answers", "generalises", "simplifies"]
Kind = Literal["paper", "notes"]
Reason = Literal["needs-data", "needs-training", "needs-hardware", "underspecified"]
RELATIONS: tuple[str, ...] = get_args(Relation)
REASONS: tuple[str, ...] = get_args(Reason)
ID = r"^[a-z0-9][a-z0-9.-]*$"


def fault(name: str, message: str, help: str) -> PydanticCustomError:
    """An error that loading turns into the fault of this name at the value's place."""
    return PydanticCustomError("fault", "{message}", {"name": name, "message": message, "help": help})


def _known_unit(unit: str) -> str:
    if unit in UNITS:
        return unit
    help = nearest(unit, UNITS) or f"write one of {listed(UNITS, 100)}"
    raise fault("unknown-unit", f"{quoted(unit)} is no unit of the list", help)


def _quoted_text(value: Any) -> Any:
    if isinstance(value, (int, float)):
        message = "a number stands without quotation marks, expected a quoted text"
        raise fault("printed-not-quoted", message, '"4.20" is not "4.2"')
    return value


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Id = Annotated[str, Field(pattern=ID)]
Network = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Check = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$")]
Printed = Annotated[Text, BeforeValidator(_quoted_text)]
Unit = Annotated[str, AfterValidator(_known_unit), WithJsonSchema({"enum": list(UNITS), "type": "string"})]
Digits = Annotated[int, Field(ge=1, le=30)]
ClaimName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]*/[a-z0-9][a-z0-9.-]*$")]


class Model(BaseModel):
    """A mapping of the file: its keys are known, its values keep their types, nothing changes it."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)


class Open(Model):
    """Why a claim cannot be checked: one key of the closed list, with the reason as its text."""

    needs_data: Text | None = Field(None, alias="needs-data")
    needs_training: Text | None = Field(None, alias="needs-training")
    needs_hardware: Text | None = Field(None, alias="needs-hardware")
    underspecified: Text | None = None

    model_config = ConfigDict(json_schema_extra={"minProperties": 1, "maxProperties": 1})

    @model_validator(mode="after")
    def _one_reason(self) -> "Open":
        if len(self._given()) != 1:
            found = listed(self._given()) or "none"
            raise fault(
                "not-one-reason", f"`open` needs one reason, found {found}", f"keep one of {listed(REASONS)}"
            )
        return self

    def _given(self) -> dict[str, str]:
        values = {name: getattr(self, name.replace("-", "_")) for name in REASONS}
        return {name: text for name, text in values.items() if text is not None}

    @property
    def kind(self) -> str:
        """The key: `needs-data`, `needs-training`, `needs-hardware` or `underspecified`."""
        return next(iter(self._given()))

    @property
    def reason(self) -> str:
        """The text under the key."""
        return next(iter(self._given().values()))


class Checked(Model):
    """What claims, columns and cells have in common: how to check them, at most one way."""

    measure: Text | None = None
    check: Check | None = None
    open: Open | None = None

    @property
    def ways(self) -> dict[str, Any]:
        """Those of `measure`, `check` and `open` that are given."""
        every = {"measure": self.measure, "check": self.check, "open": self.open}
        return {name: value for name, value in every.items() if value is not None}

    @model_validator(mode="after")
    def _one_way(self) -> "Checked":
        if len(self.ways) > 1:
            message = f"{' and '.join(f'`{way}`' for way in self.ways)} stand together"
            raise fault("not-one-way", message, "keep exactly one of `measure`, `check` and `open`")
        return self


class Edge(Model):
    """A line to another paper: `to` is a record's or a stub's id, `idea` what is carried along it."""

    to: Id
    relation: Relation
    idea: Id | None = None
    note: Text | None = None


class Step(Model):
    """A line of an idea's worked example: a measure and the number that it gives, rounded as it is written."""

    says: Text
    measure: Text
    gives: Printed
    unit: Unit


class Idea(Model):
    """An idea, defined where it was introduced and nowhere else; `checked_by` names claims that establish it."""

    id: Id
    name: Text
    says: Text
    equation: Text | None = None
    example: Annotated[tuple[Step, ...], BeforeValidator(_tuple)] = ()
    checked_by: Annotated[tuple[ClaimName, ...], BeforeValidator(_tuple)] = ()


class Use(Model):
    """An idea at work in this paper's networks."""

    idea: Id
    note: Text | None = None


class Cell(Checked):
    """One printed number of a table; what it gives takes the place of its column's."""

    printed: Printed
    digits: Digits | None = None
    unit: Unit | None = None
    says: Text | None = None
    where: Text | None = None
    timing: Check | None = None
    own_word: bool = False
    explained_by: Text | None = None
    note: Text | None = None
    confirmed: bool | None = None

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: Any) -> Any:
        return {"printed": value} if isinstance(value, (str, int, float)) else value

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: Any, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """A text alone is a cell too."""
        long_form = handler.resolve_ref_schema(handler(core_schema))
        return {"anyOf": [{"type": "string", "minLength": 1}, long_form]}


class Column(Checked):
    """A column of a table; `{of}`, `{label}`, `{id}` and `{heading}` in its texts are filled in for every row."""

    heading: Text
    unit: Unit
    digits: Digits | None = None
    says: Text | None = None
    explained_by: Text | None = None
    note: Text | None = None


class Row(Model):
    """A row: `of` is what stands for `{of}`, `cells` has one entry a column, null where nothing is printed."""

    id: Id
    label: Text | None = None
    of: Text | None = None
    cells: Annotated[tuple[Cell | None, ...], BeforeValidator(_tuple), Field(min_length=1)]


class Table(Model):
    """A table of the paper; its cell in row r and column c is the claim `<table>-<r>-<c>`."""

    id: Id
    where: Text
    says: Text
    convention: Text | None = None
    columns: Annotated[dict[Id, Column], Field(min_length=1)]
    rows: Annotated[tuple[Row, ...], BeforeValidator(_tuple), Field(min_length=1)]
    confirmed: bool | None = None


class Statement(Checked):
    """A claim as a record has it under `claims`."""

    id: Id
    says: Text
    printed: Printed
    digits: Digits | None = None
    unit: Unit
    where: Text
    timing: Check | None = None
    own_word: bool = False
    explained_by: Text | None = None
    note: Text | None = None
    confirmed: bool = True

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": [way]} for way in ("measure", "check", "open")]}
    )

    @model_validator(mode="after")
    def _some_way(self) -> "Statement":
        if not self.ways:
            message = f"nothing says how {quoted(self.id)} is checked"
            raise fault("not-one-way", message, "add one of `measure`, `check` and `open`")
        return self


class Record(Model):
    """What one paper (or one set of notes) states."""

    id: Id
    kind: Kind
    title: Text
    authors: Annotated[tuple[Text, ...], BeforeValidator(_tuple), Field(min_length=1)]
    year: Annotated[int, Field(ge=1900, le=2100)]
    venue: Text | None = None
    arxiv: Annotated[str, Field(pattern=r"^(\d{4}\.\d{4,5}|[a-z-]+(\.[A-Z]{2})?/\d{7})$")] | None = None
    doi: Annotated[str, Field(pattern=r"^10\.\d{4,9}/\S+$")] | None = None
    code: Annotated[str, Field(pattern=r"^https?://\S+$")] | None = None
    aliases: Annotated[tuple[Id, ...], BeforeValidator(_tuple)] = ()
    summary: Text
    lineage: Annotated[tuple[Edge, ...], BeforeValidator(_tuple)] = ()
    ideas: Annotated[tuple[Idea, ...], BeforeValidator(_tuple)] = ()
    uses: Annotated[tuple[Use, ...], BeforeValidator(_tuple)] = ()
    networks: Annotated[tuple[Network, ...], BeforeValidator(_tuple)] = ()
    conventions: Text | None = None
    readings: Annotated[tuple[Text, ...], BeforeValidator(_tuple)] = ()
    tables: Annotated[tuple[Table, ...], BeforeValidator(_tuple)] = ()
    claims: Annotated[tuple[Statement, ...], BeforeValidator(_tuple)] = ()

    _tree: Tree = PrivateAttr(default_factory=lambda: Tree(""))
    _claims: tuple[Claim, ...] = PrivateAttr(default=())

    @property
    def tree(self) -> Tree:
        """The file's text and the places of everything in it."""
        return self._tree

    @property
    def file(self) -> str:
        """The file's name as it was given."""
        return self._tree.file

    def claims_in_order(self) -> tuple[Claim, ...]:
        """Every claim: the tables' cells row by row, then the claims that stand alone."""
        return self._claims


class Stub(Model):
    """A work that records refer to and that has no record yet."""

    id: Id
    aliases: Annotated[tuple[Id, ...], BeforeValidator(_tuple)] = ()
    title: Text
    authors: Annotated[tuple[Text, ...], BeforeValidator(_tuple), Field(min_length=1)]
    year: Annotated[int, Field(ge=1900, le=2100)]
    venue: Text | None = None
    arxiv: Annotated[str, Field(pattern=r"^(\d{4}\.\d{4,5}|[a-z-]+(\.[A-Z]{2})?/\d{7})$")] | None = None
    doi: Annotated[str, Field(pattern=r"^10\.\d{4,9}/\S+$")] | None = None
    ideas: Annotated[tuple[Idea, ...], BeforeValidator(_tuple)] = ()


class Stubs(Model):
    """The file `stubs.yaml`."""

    stubs: Annotated[tuple[Stub, ...], BeforeValidator(_tuple)]
