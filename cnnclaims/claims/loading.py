"""Records from files: one by one with every fault, or all together as a library whose names agree."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from pydantic import ValidationError

from cnnclaims.claims.faults import Fault, Faults
from cnnclaims.claims.library import Defined, Library, Loaded, join
from cnnclaims.claims.records import Record, Stubs
from cnnclaims.claims.refusals import refusals
from cnnclaims.claims.tables import expand
from cnnclaims.claims.tree import Tree
from cnnclaims.claims.yaml_text import LARGEST, scan

PAPERS = Path(__file__).parent.parent / "papers"
STUBS = "stubs.yaml"

__all__ = ["PAPERS", "Defined", "Library", "load", "load_file", "load_with"]


def load_file(path: str | Path) -> Record:
    """The record in a file; raises `Faults` with everything that is wrong in it."""
    loaded = _read(Path(path), str(path))
    if loaded.faults or loaded.record is None:
        raise Faults(loaded.faults)
    return loaded.record


def load(paths: Iterable[str | Path] | None = None) -> Library:
    """The library of these files and folders (default: the shipped papers); raises `Faults`."""
    return join([_read(path, name) for path, name in _files([PAPERS] if paths is None else paths)])


def load_with(paths: Iterable[str | Path]) -> Library:
    """The shipped papers and a user's own files beside them.

    A user's record takes the place of a shipped record or stub with its id; ideas of that stub stay known.
    """
    own = [_read(path, name) for path, name in _files(paths)]
    ids = {name for one in own for name in one.names("id")}
    places = {Path(one.tree.file).resolve() for one in own}
    shipped = [_read(path, name) for path, name in _files([PAPERS]) if path.resolve() not in places]
    kept = [one for one in shipped if not (one.record and one.record.id in ids)]
    return join(kept + own, replaced=ids)


def _files(paths: Iterable[str | Path]) -> Iterator[tuple[Path, str]]:
    """Files as given, and the YAML files of folders."""
    for given in paths:
        path = Path(given)
        for file in sorted(path.glob("*.yaml")) if path.is_dir() else [path]:
            yield file, str(file)


def _read(path: Path, name: str) -> Loaded:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        message = f"the file cannot be read: {error.strerror or type(error).__name__}"
        return Loaded(
            Tree(name),
            faults=[Fault(name, 1, 1, "unreadable-file", message, "check the path and its permissions")],
        )
    tree = scan(data, name)
    return _stubs(tree) if path.name == STUBS else _record(tree)


def _record(tree: Tree) -> Loaded:
    if tree.data is None:
        return Loaded(tree, faults=tree.faults)
    try:
        record = Record.model_validate(tree.data)
    except ValidationError as error:
        return Loaded(tree, faults=sorted([*tree.faults, *refusals(error, tree, Record)]))
    expansion = expand(record, tree)
    record._tree, record._claims = tree, expansion.claims
    return Loaded(tree, record, faults=sorted([*tree.faults, *expansion.faults]))


def _stubs(tree: Tree) -> Loaded:
    if tree.data is None:
        return Loaded(tree, faults=tree.faults)
    try:
        return Loaded(tree, stubs=Stubs.model_validate(tree.data), faults=tree.faults)
    except ValidationError as error:
        return Loaded(tree, faults=sorted([*tree.faults, *refusals(error, tree, Stubs)]))
