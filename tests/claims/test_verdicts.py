"""Verdict files are written whole or not at all, and read with suspicion."""

import json
import os
import stat

import pytest

from cnnclaims.claims.verdicts import (
    VerdictFileError,
    changes,
    document,
    load_verdict_file,
    load_verdicts,
    write_verdicts,
    write_whole,
)

FINE = {"verdict": "reproduced", "printed": "4.2", "unit": "M params", "value": 4_200_000}
REFUTED = {"verdict": "refuted", "printed": "8 × 9", "unit": "x", "value": "1/3", "distance": "-67 %"}
WITH = {"cnnclaims": "0.1.0", "torch": "2.13.0"}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "resnet.json"


def contents(**claims):
    return document("resnet", claims, WITH)


# -- writing -------------------------------------------------------------------------------------------------------------------


def test_what_is_written_is_read_back(path):
    assert write_verdicts(path, contents(b=REFUTED, a=FINE))
    assert load_verdict_file(path) == {"paper": "resnet", "with": WITH, "claims": {"b": REFUTED, "a": FINE}}
    assert list(load_verdict_file(path)["claims"]) == ["b", "a"]


def test_a_file_is_text_for_people_and_ends_in_a_line_break(path):
    write_verdicts(path, contents(a=REFUTED))
    text = path.read_text(encoding="utf-8")
    assert "8 × 9" in text
    assert text.endswith("}\n")
    assert "\r" not in text


def test_a_file_that_says_the_same_is_left_alone(path):
    write_verdicts(path, contents(a=FINE))
    before = path.stat().st_mtime_ns, path.read_bytes()
    os.utime(path, ns=(1, 1))
    assert not write_verdicts(path, contents(a=dict(FINE)))
    assert path.stat().st_mtime_ns == 1
    assert path.read_bytes() == before[1]


def test_other_versions_alone_are_no_reason_to_write(path):
    write_verdicts(path, contents(a=FINE))
    assert not write_verdicts(path, document("resnet", {"a": FINE}, {"torch": "9.9"}))
    assert load_verdict_file(path)["with"] == WITH


def test_a_changed_verdict_is_written_with_the_versions_that_made_it(path):
    write_verdicts(path, contents(a=FINE))
    assert write_verdicts(path, document("resnet", {"a": REFUTED}, {"torch": "9.9"}))
    assert load_verdict_file(path) == {"paper": "resnet", "with": {"torch": "9.9"}, "claims": {"a": REFUTED}}


@pytest.mark.parametrize("broken", ["", "{", "[]", '{"claims": []}'])
def test_a_broken_file_is_written_anew(path, broken):
    path.write_text(broken)
    assert write_verdicts(path, contents(a=FINE))
    assert load_verdict_file(path)["claims"] == {"a": FINE}


def test_the_folder_is_made(tmp_path):
    path = tmp_path / "a" / "b" / "resnet.json"
    write_verdicts(path, contents(a=FINE))
    assert load_verdict_file(path)["claims"] == {"a": FINE}


def test_everybody_may_read_the_file(path):
    write_whole(path, "text")
    assert stat.S_IMODE(path.stat().st_mode) == 0o644


def fail(*args, **kwargs):
    raise OSError("no space left")


def test_a_failed_move_leaves_the_old_file_and_nothing_else(path, monkeypatch):
    write_verdicts(path, contents(a=FINE))
    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="no space left"):
        write_verdicts(path, contents(a=REFUTED))
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    assert load_verdict_file(path)["claims"] == {"a": FINE}


class Full:
    """A file on a disk that is full after some characters."""

    def __init__(self, handle, *args, **kwargs):
        self.file = open(handle, *args, **kwargs)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.file.close()

    def write(self, text):
        self.file.write(text[:10])
        raise OSError("no space left")


@pytest.mark.parametrize("exists", [True, False])
def test_a_failed_write_leaves_the_old_file_and_nothing_else(path, monkeypatch, exists):
    if exists:
        write_verdicts(path, contents(a=FINE))
    monkeypatch.setattr(os, "fdopen", Full)
    with pytest.raises(OSError, match="no space left"):
        write_verdicts(path, contents(a=REFUTED))
    assert [file.name for file in path.parent.iterdir()] == [path.name] * exists
    assert not exists or load_verdict_file(path)["claims"] == {"a": FINE}


def test_ctrl_c_while_writing_leaves_nothing(path, monkeypatch):
    def interrupted(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "chmod", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_whole(path, "text")
    assert list(path.parent.iterdir()) == []


def test_a_failure_is_told_even_where_the_temporary_cannot_be_removed(path, monkeypatch):
    monkeypatch.setattr(os, "replace", fail)
    monkeypatch.setattr(os, "unlink", fail)
    with pytest.raises(OSError, match="no space left"):
        write_whole(path, "text")


def test_what_is_no_json_touches_nothing(path):
    write_verdicts(path, contents(a=FINE))
    with pytest.raises(TypeError):
        write_verdicts(path, contents(a={"verdict": object()}))
    with pytest.raises(UnicodeEncodeError):
        write_verdicts(path, contents(a={"verdict": "\ud800"}))
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    assert load_verdict_file(path)["claims"] == {"a": FINE}


def test_a_link_stays_a_link(tmp_path):
    real, link = tmp_path / "real" / "a.json", tmp_path / "a.json"
    real.parent.mkdir()
    real.write_text("old")
    link.symlink_to(real)
    write_whole(link, "new")
    assert link.is_symlink()
    assert real.read_text() == "new"
    assert [file.name for file in tmp_path.iterdir() if file.is_file()] == ["a.json"]


def test_a_device_is_written_to_and_never_replaced(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_whole(pipe, "text\n")
        assert os.read(reader, 100) == b"text\n"
    finally:
        os.close(reader)
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_folder_is_not_written_over(tmp_path):
    with pytest.raises(OSError, match=tmp_path.name):
        write_whole(tmp_path, "text")


# -- reading -------------------------------------------------------------------------------------------------------------------


def test_a_folders_files_are_loaded_by_paper(tmp_path):
    write_verdicts(tmp_path / "vgg.json", contents(a=FINE))
    write_verdicts(tmp_path / "alexnet.json", contents(b=FINE))
    (tmp_path / "notes.txt").write_text("no verdicts")
    assert list(load_verdicts(tmp_path)) == ["alexnet", "vgg"]


def test_a_folder_that_is_not_there_has_no_verdicts(tmp_path):
    assert load_verdicts(tmp_path / "none") == {}


def test_the_shipped_verdicts_are_loaded_where_no_folder_is_named():
    assert all(isinstance(found["claims"], dict) for found in load_verdicts().values())


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b"{'a': 1}",
        b'{"claims": {}',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"claims": {"a": {"verdict": "reproduced", "value": ' + b"9" * 5000 + b"}}}",
    ],
    ids=["empty", "open", "quotes", "half", "encoding", "deep", "huge"],
)
def test_broken_json_names_the_file_and_the_repair(path, text):
    path.write_bytes(text)
    with pytest.raises(VerdictFileError) as caught:
        load_verdict_file(path)
    assert str(caught.value).startswith(f"{path}: no verdicts can be read here: ")
    assert "help: write it anew: cnnclaims verify resnet --update" in str(caught.value)


@pytest.mark.parametrize(
    ("shape", "said"),
    [
        (None, "the key `claims`"),
        ([], "the key `claims`"),
        ("claims", "the key `claims`"),
        ({}, "the key `claims`"),
        ({"claims": None}, "the key `claims`"),
        ({"claims": [FINE]}, "the key `claims`"),
        ({"claims": {}, "with": []}, "under `with`"),
        ({"claims": {"a": FINE, "b": None}}, "under 'b'"),
        ({"claims": {"a": "reproduced"}}, "under 'a'"),
        ({"claims": {"a": {}}}, "under 'a', one of reproduced, consistent"),
        ({"claims": {"a": {"verdict": "true"}}}, "under 'a'"),
        ({"claims": {"a": {"verdict": ["reproduced"]}}}, "under 'a'"),
        ({"claims": {"a": {**REFUTED, "explained_by": "weights(net())"}}}, "`explained_by` of 'a'"),
        ({"claims": {"a": {"verdict": "open", "open": "needs-data"}}}, "`open` of 'a'"),
    ],
)
def test_a_wrong_shape_names_the_file_and_the_repair(path, shape, said):
    path.write_text(json.dumps(shape))
    with pytest.raises(VerdictFileError) as caught:
        load_verdict_file(path)
    first, second = str(caught.value).splitlines()
    assert first.startswith(f"{path}: expected ")
    assert said in first
    assert second == "  help: write it anew: cnnclaims verify resnet --update"


def test_a_file_that_cannot_be_opened_names_the_repair(tmp_path):
    for path in (tmp_path / "none.json", tmp_path):
        with pytest.raises(VerdictFileError, match="help: write it anew"):
            load_verdict_file(path)


def test_one_broken_file_of_a_folder_is_told(tmp_path):
    write_verdicts(tmp_path / "vgg.json", contents(a=FINE))
    (tmp_path / "alexnet.json").write_text("{")
    with pytest.raises(VerdictFileError, match=r"alexnet\.json"):
        load_verdicts(tmp_path)


# -- changes -------------------------------------------------------------------------------------------------------------------


def test_nothing_changed_is_no_change():
    assert changes({"a": FINE, "b": REFUTED}, {"b": dict(REFUTED), "a": dict(FINE)}) == {}


def test_a_change_is_told_in_either_direction():
    assert changes({"a": FINE}, {"a": REFUTED}) == {"a": "was reproduced, now refuted"}
    assert changes({"a": REFUTED}, {"a": FINE}) == {"a": "was refuted, now reproduced"}


def test_a_verdict_that_stays_tells_what_else_changed():
    other = {**FINE, "value": 4_200_001, "measure": "params(net())"}
    assert changes({"a": FINE}, {"a": other}) == {"a": "still reproduced, but measure, value changed"}
    assert changes({"a": other}, {"a": FINE}) == {"a": "still reproduced, but measure, value changed"}


def test_a_verdict_that_was_never_recorded_is_new():
    assert changes({}, {"a": FINE}) == {"a": "new: reproduced"}


def test_a_claim_that_was_not_asked_is_no_change():
    assert changes({"a": FINE, "b": REFUTED}, {"a": FINE}) == {}


def test_a_recorded_verdict_without_a_word_is_a_change():
    assert changes({"a": {}}, {"a": FINE}) == {"a": "was None, now reproduced"}
