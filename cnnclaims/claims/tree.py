"""What a YAML file says, and the line and column of everything in it."""

from dataclasses import dataclass, field
from typing import Any

from cnnclaims.claims.faults import Fault

Path = tuple[str | int, ...]  # the keys and list places that lead to a value
Position = tuple[int, int]  # line and column, from 1


@dataclass
class Tree:
    """What a file says and where: `data` is None only if the text could not be read to its end.

    `keys` and `values` give the line and column at which the key or the value at a path begins; `plain` has the
    source text of numbers, truth values and nulls, whose digits `data` may have lost; `faults` is what was refused.
    """

    file: str
    data: dict[str, Any] | None = None
    keys: dict[Path, Position] = field(default_factory=dict)
    values: dict[Path, Position] = field(default_factory=dict)
    plain: dict[Path, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    def position(self, path: Path) -> Position:
        """Where the value at the path begins, or else the nearest thing around it."""
        while path and path not in self.values:
            path = path[:-1]
        return self.values.get(path, (1, 1))

    def key_position(self, path: Path) -> Position:
        """Where the key at the path begins; its value if it is no key."""
        return self.keys.get(path) or self.position(path)

    def text_position(self, path: Path) -> tuple[int, int, bool]:
        """Line and column of a text's first character, and whether the text stands there letter for letter.

        It does not if it is folded over lines or has escapes in it; then only its beginning is known.
        """
        line, column = self.position(path)
        source = self.lines[line - 1] if line <= len(self.lines) else ""
        if source[column - 1 : column] in ('"', "'"):
            column += 1
        text = self._at(path)
        return line, column, isinstance(text, str) and source[column - 1 :].startswith(text)

    def _at(self, path: Path) -> Any:
        found: Any = self.data
        for step in path:
            try:
                found = found[step]
            except (KeyError, IndexError, TypeError):
                return None
        return found

    def fault(self, position: Position, name: str, message: str, help: str) -> None:
        """Add a fault at a place of this file."""
        self.faults.append(Fault(self.file, *position, name, message, help))
