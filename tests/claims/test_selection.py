"""Which records a user means."""

from collections.abc import Callable
from pathlib import Path

import pytest

from cnnclaims.claims import loading
from cnnclaims.claims.faults import Faults, NotFound
from cnnclaims.claims.selection import select

TRUE = 'printed: "2"\nunit: layers\nmeasure: 1 + 1'
STUB = """\
stubs:
  - {id: sketch, aliases: [outline], title: A sketch, authors: [Ada Lovelace], year: 1999}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write_record: Callable[..., Path]) -> Path:
    """The working directory: shipped papers a and b and a stub, and a user's own c and a in `mine`."""
    shipped = tmp_path / "shipped"
    write_record(shipped, "a", {"yes": TRUE}, "aliases: [first]\n")
    write_record(shipped, "b", {"yes": TRUE})
    (shipped / "stubs.yaml").write_text(STUB)
    write_record(tmp_path / "mine", "c", {"yes": TRUE})
    write_record(tmp_path / "mine", "a", {"own": TRUE})
    monkeypatch.setattr(loading, "PAPERS", shipped)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def files(*targets: str, every: bool = False) -> list[str]:
    """The files of what is selected, with the folder that each lies in."""
    return ["/".join(Path(record.file).parts[-2:]) for record in select(targets, every)]


def test_nothing_named_is_every_shipped_record(folder: Path) -> None:
    assert files() == ["shipped/a.yaml", "shipped/b.yaml"]


def test_names_and_aliases_in_any_case_are_shipped_records(folder: Path) -> None:
    assert files("B", "First", "a") == ["shipped/b.yaml", "shipped/a.yaml"]


def test_a_users_record_takes_the_place_of_the_shipped_one(folder: Path) -> None:
    assert files("mine/a.yaml") == ["mine/a.yaml"]
    assert files("a", "mine") == ["mine/a.yaml", "mine/c.yaml"]
    assert sorted(files("mine/a.yaml", every=True)) == ["mine/a.yaml", "shipped/b.yaml"]


def test_a_path_that_is_named_twice_is_read_once(folder: Path) -> None:
    assert files("mine/c.yaml", "./mine/c.yaml", str(folder / "mine" / "c.yaml")) == ["mine/c.yaml"]
    assert files("mine/c.yaml", "mine/") == ["mine/c.yaml", "mine/a.yaml"]


def test_a_link_is_a_path_of_its_own(folder: Path) -> None:
    (folder / "link.yaml").symlink_to(folder / "mine" / "c.yaml")
    (folder / "there").symlink_to(folder / "mine")
    assert [record.id for record in select(["link.yaml"])] == ["c"]
    assert files("there") == ["there/a.yaml", "there/c.yaml"]


def test_shipped_files_may_be_named_as_files(folder: Path) -> None:
    assert files("shipped/b.yaml") == ["shipped/b.yaml"]
    assert files("shipped") == ["shipped/a.yaml", "shipped/b.yaml"]


def test_the_working_directory_is_a_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder / "mine")
    assert [record.id for record in select(["."])] == ["a", "c"]


def test_a_stub_has_no_record(folder: Path) -> None:
    for name in ("sketch", "outline"):
        with pytest.raises(NotFound, match="no record yet"):
            select([name])


def test_a_folder_without_records_and_a_file_that_is_missing_are_told_apart(folder: Path) -> None:
    (folder / "empty").mkdir()
    with pytest.raises(NotFound, match="empty has no record"):
        select(["empty"])
    with pytest.raises(Faults, match=r"missing\.yaml:1:1: unreadable-file"):
        select(["missing.yaml"])
    with pytest.raises(NotFound, match='there is no paper "missing"'):
        select(["missing"])


def test_a_shell_s_list_of_all_files_may_name_the_stubs_too() -> None:
    from cnnclaims.claims.loading import PAPERS

    names = [str(path) for path in sorted(PAPERS.glob("*.yaml"))]
    assert len(select(names)) == len(names) - 1
