"""Records from files: one by one with every fault, or all together as a library whose names agree."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from cnnclaims.claims.faults import Fault, Faults
from cnnclaims.claims.library import Defined, Library, Loaded, join
from cnnclaims.claims.records import Record, Statement, Stubs, Table
from cnnclaims.claims.refusals import refusals
from cnnclaims.claims.tables import expand
from cnnclaims.claims.tree import Tree
from cnnclaims.claims.yaml_text import LARGEST, scan

PAPERS = Path(__file__).parent.parent / "papers"
STUBS = "stubs.yaml"
_Model = TypeVar("_Model", bound=BaseModel)

__all__ = ["PAPERS", "Defined", "Library", "load", "load_file", "load_with"]


def load_file(path: str | Path) -> Record:
    """The record in a file; raises `Faults` with everything that is wrong in it."""
    loaded = _record(_tree(Path(path), str(path)))
    if loaded.faults or loaded.record is None:
        raise Faults(loaded.faults)
    return loaded.record


def load(paths: Iterable[str | Path] | None = None) -> Library:
    """The library of these files and folders (default: the shipped papers); raises `Faults`."""
    return join(_shipped() if paths is None else [_read(path, name) for path, name in _files(paths)])


def load_with(paths: Iterable[str | Path]) -> Library:
    """The shipped papers and a user's own files beside them; raises `Faults`.

    A user's record or stub takes the place of the shipped one with its id; ideas of a shipped stub stay known.
    """
    own = [_read(path, name) for path, name in _files(paths)]
    ids = {name for one in own for name in (*one.names("id"), *one.names("stubs", "id"))}
    places = {Path(one.tree.file).resolve() for one in own}
    kept = [
        one
        for one in _shipped()
        if Path(one.tree.file).resolve() not in places and not (one.record and one.record.id in ids)
    ]
    return join(kept + own, replaced=ids)


def _files(paths: Iterable[str | Path]) -> Iterator[tuple[Path, str]]:
    """Files under the names that were given, and the .yaml files of folders."""
    for given in paths:
        path = Path(given)
        if path.is_dir():
            yield from ((file, str(file)) for file in sorted(path.glob("*.yaml")))
        else:
            yield path, str(given)


def _shipped() -> list[Loaded]:
    loaded = [_read(path, _from_here(path)) for path in sorted(PAPERS.glob("*.yaml"))]
    for one in loaded:
        one.shipped = True
    return loaded


def _from_here(path: Path) -> str:
    """The path as one would type it here, if it lies below the working directory."""
    try:
        return str(path.relative_to(Path.cwd()))
    except (ValueError, OSError):
        return str(path)


def _read(path: Path, name: str) -> Loaded:
    tree = _tree(path, name)
    return _stubs(tree) if path.name == STUBS else _record(tree)


def _tree(path: Path, name: str) -> Tree:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        tree = Tree(name)
        message = f"the file cannot be read: {getattr(error, 'strerror', None) or error}"
        tree.fault((1, 1), "unreadable-file", message, "check the path and its permissions")
        return tree
    return scan(data, name)


def _record(tree: Tree) -> Loaded:
    if tree.data is None:
        return Loaded(tree, faults=tree.faults)
    try:
        record = Record.model_validate(tree.data)
    except ValidationError as error:
        faults = [*tree.faults, *refusals(error, tree, Record), *_faults_of_the_rest(tree)]
        return Loaded(tree, faults=sorted(faults))
    tables, statements = dict(enumerate(record.tables)), dict(enumerate(record.claims))
    expansion = expand(record.id, tables, statements, tree)
    record._tree, record._claims = tree, expansion.claims
    return Loaded(tree, record, faults=sorted([*tree.faults, *expansion.faults]))


def _faults_of_the_rest(tree: Tree) -> list[Fault]:
    """What is wrong with those tables and claims of a faulty record that have no fault of form."""
    data = tree.data or {}
    return expand("", _sound(Table, data.get("tables")), _sound(Statement, data.get("claims")), tree).faults


def _sound(model: type[_Model], entries: object) -> dict[int, _Model]:
    found: dict[int, _Model] = {}
    for number, entry in enumerate(entries if isinstance(entries, list) else ()):
        with suppress(ValidationError):
            found[number] = model.model_validate(entry)
    return found


def _stubs(tree: Tree) -> Loaded:
    if tree.data is None:
        return Loaded(tree, faults=tree.faults)
    try:
        return Loaded(tree, stubs=Stubs.model_validate(tree.data), faults=tree.faults)
    except ValidationError as error:
        return Loaded(tree, faults=sorted([*tree.faults, *refusals(error, tree, Stubs)]))
