"""Which records a user means: papers by id or alias, record files, folders of them."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from cnnclaims.claims.faults import NotFound
from cnnclaims.claims.loading import STUBS, load, load_with
from cnnclaims.claims.records import Record


def select(targets: Sequence[str], every: bool = False) -> list[Record]:
    """The records that the targets name, each once, in that order; all shipped ones where nothing is named or `every` asks for them.

    A name of a paper is a paper, even where a file of that name exists (`./vgg` is the file). Raises `Faults` and `NotFound`.
    """
    library = load()
    names = {*library.records, *library.stubs, *library.aliases}
    paths = [target for target in targets if target.casefold() not in names and _is_path(target)]
    if paths:
        library = load_with(_each_once(paths))
    chosen = list(library.records.values()) if every or not targets else []
    for target in targets:
        chosen += _of_path(target, library.records.values()) if target in paths else [library.find(target)]
    return list({record.id: record for record in chosen}.values())


def _is_path(target: str) -> bool:
    return bool(target) and (os.path.exists(target) or target.endswith((".yaml", ".yml")) or os.sep in target)


def _each_once(paths: Iterable[str]) -> list[str]:
    """The paths without those that another one names too, as `resnet.yaml` beside the folder that it lies in."""
    by_place = {os.path.abspath(path): path for path in paths}
    return [
        path for place, path in by_place.items() if os.path.dirname(place) not in by_place or place == "/"
    ]


def _of_path(target: str, records: Iterable[Record]) -> list[Record]:
    place = Path(os.path.abspath(target))
    files = {Path(os.path.abspath(record.file)): record for record in records}
    found = [record for file, record in files.items() if place in (file, file.parent)]
    if (
        not found and place.name != STUBS
    ):  # stubs are read and hold no claims; a shell's *.yaml names them too
        help = "a record is a .yaml file with `id:` and `title:`; `cnnclaims schema` describes it"
        raise NotFound("no-record", f"{target} has no record in it", help)
    return found
