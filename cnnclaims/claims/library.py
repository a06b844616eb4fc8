"""All records together: their names, and whether everything that one says of another is there."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from cnnclaims.claims.faults import Fault, Faults, NotFound, nearest, quoted
from cnnclaims.claims.records import Claim, Idea, Record, Stub, Stubs
from cnnclaims.claims.tree import Path, Tree


class Defined(NamedTuple):
    """An idea and the id of the paper (or stub) that introduced it."""

    idea: Idea
    paper: str


@dataclass(frozen=True)
class Library:
    """All records and stubs, with their names joined up. `aliases` gives the id for every other name."""

    records: dict[str, Record]
    stubs: dict[str, Stub]
    ideas: dict[str, Defined]
    aliases: dict[str, str]
    networks: dict[str, str]  # network name -> id of the record that introduces it

    def find(self, name: str) -> Record:
        """The record with this id or alias, in whatever case; raises `NotFound` with the nearest names."""
        key = name.casefold()
        key = self.aliases.get(key, key)
        if key in self.records:
            return self.records[key]
        if key in self.stubs:
            message = f"{quoted(name)} is known by name only and has no record yet"
            raise NotFound("no-record", message, f"`cnnclaims lineage {key}` shows who refers to it")
        help = (
            nearest(name, (*self.records, *self.stubs, *self.aliases))
            or "`cnnclaims list papers` shows every paper"
        )
        raise NotFound("unknown-paper", f"there is no paper {quoted(name)}", help)

    def work(self, name: str) -> Record | Stub:
        """The record or the stub with this name; raises `NotFound`."""
        key = name.casefold()
        stub = self.stubs.get(self.aliases.get(key, key))
        return stub if stub is not None else self.find(name)

    def idea(self, name: str) -> Defined:
        """The idea with this id and the paper that introduced it; raises `NotFound`."""
        if name in self.ideas:
            return self.ideas[name]
        help = nearest(name, self.ideas) or "`cnnclaims list ideas` shows every idea"
        raise NotFound("unknown-idea", f"there is no idea {quoted(name)}", help)

    def claim(self, name: str) -> Claim:
        """The claim `paper/claim`; raises `NotFound`."""
        paper, slash, wanted = name.partition("/")
        record = self.find(paper)
        ids = [claim.id for claim in record.claims_in_order()]
        if wanted in ids:
            return record.claims_in_order()[ids.index(wanted)]
        if not slash:
            raise NotFound(
                "unknown-claim", f"{quoted(name)} names no claim", f"write `{record.id}/` and the claim's id"
            )
        help = nearest(wanted, ids) or f"`cnnclaims show {record.id}` lists its claims"
        raise NotFound("unknown-claim", f"{record.id} has no claim {quoted(wanted)}", help)

    def claims(self) -> Iterator[Claim]:
        """Every claim of every record."""
        for record in self.records.values():
            yield from record.claims_in_order()


@dataclass
class Loaded:
    """One file: its record or its stubs if they could be read, and its faults."""

    tree: Tree
    record: Record | None = None
    stubs: Stubs | None = None
    faults: list[Fault] = field(default_factory=list)
    shipped: bool = False  # gives way to a user's file

    def names(self, *keys: str) -> set[str]:
        """The texts to which the keys lead in the file's data, whether the file has faults or not."""
        found: list[Any] = [self.tree.data]
        for key in keys:
            parts = [one.get(key) for one in found if isinstance(one, dict)]
            found = [entry for part in parts for entry in (part if isinstance(part, list) else [part])]
        return {one for one in found if isinstance(one, str)}


def join(files: Sequence[Loaded], replaced: Iterable[str] = ()) -> Library:
    """The library of these files; raises `Faults` with theirs and with what doesn't fit between them.

    A shipped stub whose id is in `replaced` gives way, but its ideas stay known unless another file defines them.
    """
    joined = _Join(files, set(replaced))
    joined.records()
    joined.stubs()
    joined.aliases()
    joined.networks()
    joined.ideas()
    joined.references()
    faults = [fault for one in files for fault in one.faults] + joined.faults
    if faults:
        raise Faults(faults)
    return joined.library


class _Join:
    """Puts a library together step by step and collects what is wrong."""

    def __init__(self, files: Sequence[Loaded], replaced: set[str]) -> None:
        self.files, self.replaced = files, replaced
        self.library = Library({}, {}, {}, {}, {})
        self.faults: list[Fault] = []
        self.places: dict[tuple[str, str], str] = {}  # (kind of name, name) -> file:line of the first

    def _fault(self, tree: Tree, path: Path, name: str, message: str, help: str) -> None:
        self.faults.append(Fault(tree.file, *tree.position(path), name, message, help))

    def _is_first(self, kind: str, name: str, tree: Tree, path: Path) -> bool:
        """Whether no other has this name; a fault that names the other's place if one has."""
        place = f"{tree.file}:{tree.position(path)[0]}"
        first = self.places.setdefault((kind, name), place)
        if first is place:
            return True
        help = "delete one of the two, or give it another name"
        self._fault(
            tree, path, f"duplicate-{kind}", f"the {kind} {quoted(name)} stands in {first} already", help
        )
        return False

    def _each_record(self) -> Iterator[tuple[Record, Tree]]:
        for one in self.files:
            if one.record is not None:
                yield one.record, one.tree

    def _each_stub(self, replaced: bool = False) -> Iterator[tuple[Stub, Tree, Path]]:
        for one in self.files:
            for number, stub in enumerate(one.stubs.stubs if one.stubs else ()):
                if (one.shipped and stub.id in self.replaced) == replaced:
                    yield stub, one.tree, ("stubs", number)

    def records(self) -> None:
        for record, tree in self._each_record():
            if self._is_first("record", record.id, tree, ("id",)):
                self.library.records[record.id] = record

    def stubs(self) -> None:
        for stub, tree, path in self._each_stub():
            if ("record", stub.id) in self.places:
                message = f"the stub {quoted(stub.id)} has a record in {self.places['record', stub.id]}"
                self._fault(
                    tree,
                    (*path, "id"),
                    "stub-has-record",
                    message,
                    "delete the stub; its ideas belong to the record",
                )
            elif self._is_first("stub", stub.id, tree, (*path, "id")):
                self.library.stubs[stub.id] = stub

    def aliases(self) -> None:
        for record, tree in self._each_record():
            self._add_aliases(record, tree, ())
        for stub, tree, path in self._each_stub():
            if self.library.stubs.get(stub.id) is stub:
                self._add_aliases(stub, tree, path)

    def _add_aliases(self, work: Record | Stub, tree: Tree, path: Path) -> None:
        for number, alias in enumerate(work.aliases):
            place: Path = (*path, "aliases", number)
            owner = next((kind for kind in ("record", "stub") if (kind, alias) in self.places), None)
            if owner:
                message = f"the alias {quoted(alias)} is the id of the {owner} in {self.places[owner, alias]}"
                self._fault(tree, place, "alias-is-an-id", message, "delete the alias")
            elif self._is_first("alias", alias, tree, place):
                self.library.aliases[alias] = work.id

    def networks(self) -> None:
        for record, tree in self._each_record():
            for number, network in enumerate(record.networks):
                if self._is_first("network", network, tree, ("networks", number)):
                    self.library.networks[network] = record.id

    def ideas(self) -> None:
        for record, tree in self._each_record():
            for number, idea in enumerate(record.ideas):
                if self._is_first("idea", idea.id, tree, ("ideas", number, "id")):
                    self.library.ideas[idea.id] = Defined(idea, record.id)
        for stub, tree, path in self._each_stub():
            for number, idea in enumerate(stub.ideas):
                if self._is_first("idea", idea.id, tree, (*path, "ideas", number, "id")):
                    self.library.ideas[idea.id] = Defined(idea, stub.id)
        for stub, _, _ in self._each_stub(replaced=True):
            for idea in stub.ideas:
                self.library.ideas.setdefault(idea.id, Defined(idea, stub.id))

    def references(self) -> None:
        """Papers and ideas in `lineage` and `uses`; names in files that could not be read count as known."""
        works = {
            *self.library.records,
            *self.library.stubs,
            *self._unread("id"),
            *self._unread("stubs", "id"),
        }
        ideas = {*self.library.ideas, *self._unread("ideas", "id"), *self._unread("stubs", "ideas", "id")}
        for record, tree in self._each_record():
            for number, edge in enumerate(record.lineage):
                self._check_target(record, edge.to, works, tree, ("lineage", number, "to"))
                self._check_idea(edge.idea, ideas, tree, ("lineage", number, "idea"))
            for number, use in enumerate(record.uses):
                self._check_idea(use.idea, ideas, tree, ("uses", number, "idea"))
            for number, idea in enumerate(record.ideas):
                self._check_evidence(idea, tree, ("ideas", number))
        for stub, tree, path in self._each_stub():
            for number, idea in enumerate(stub.ideas):
                self._check_evidence(idea, tree, (*path, "ideas", number))

    def _check_evidence(self, idea: Idea, tree: Tree, path: Path) -> None:
        """The claims that an idea is checked by; those of papers that are not loaded count as known."""
        for number, name in enumerate(idea.checked_by):
            paper, _, id = name.partition("/")
            if paper in self.library.records:
                known = [claim.id for claim in self.library.records[paper].claims_in_order()]
                if id not in known:
                    help = nearest(id, known) or f"`cnnclaims show {paper}` has its claims"
                    message = f"{quoted(paper)} has no claim {quoted(id)}"
                    self._fault(tree, (*path, "checked_by", number), "unknown-claim", message, help)

    def _unread(self, *keys: str) -> set[str]:
        return {name for one in self.files if not (one.record or one.stubs) for name in one.names(*keys)}

    def _check_target(self, record: Record, to: str, works: set[str], tree: Tree, path: Path) -> None:
        if to == record.id:
            self._fault(
                tree, path, "lineage-to-itself", f"{quoted(to)} is this paper", "name the other paper"
            )
        elif to in self.library.aliases:
            message = f"{quoted(to)} is an alias"
            self._fault(
                tree, path, "unknown-paper", message, f"write the id, {quoted(self.library.aliases[to])}"
            )
        elif to not in works:
            help = nearest(to, works) or "add it to stubs.yaml if it has no record yet"
            self._fault(tree, path, "unknown-paper", f"there is no paper {quoted(to)}", help)

    def _check_idea(self, idea: str | None, ideas: set[str], tree: Tree, path: Path) -> None:
        if idea is not None and idea not in ideas:
            help = nearest(idea, ideas) or "define it under `ideas` of the paper (or stub) that introduced it"
            self._fault(tree, path, "unknown-idea", f"no paper introduces the idea {quoted(idea)}", help)
