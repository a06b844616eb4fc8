import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnclaims.claims.faults import Faults, NotFound
from cnnclaims.claims.loading import PAPERS, load, load_file, load_with


def record(id, more=""):
    return f"id: {id}\nkind: paper\ntitle: The {id}\nauthors: [A B]\nyear: 2015\nsummary: Of {id}.\n{more}"


CLAIM = 'claims:\n  - {id: c1, says: One., printed: "1", unit: x, where: Here, measure: "1"}\n'
IDEA = "ideas:\n  - {id: skipping, name: Skipping, says: Layers are passed by.}\n"
STUB = (
    "stubs:\n  - {id: highway, title: Highways, authors: [R S], year: 2015, aliases: [autobahn],\n"
    "     ideas: [{id: gates, name: Gates, says: Open or shut.}]}\n"
)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder to be in; calling it writes files into it: `folder(a="id: a ...", stubs="stubs: ...")`."""
    monkeypatch.chdir(tmp_path)

    def write(**texts):
        names = []
        for name, text in texts.items():
            names.append(f"{name}.yaml")
            Path(names[-1]).write_text(text)
        return names

    return write


@pytest.fixture
def shipped(tmp_path, monkeypatch):
    """Other papers than the package's in the place of the shipped ones."""
    papers = tmp_path / "shipped"
    papers.mkdir()
    (papers / "resnet.yaml").write_text(
        record(
            "resnet",
            f"aliases: [residual]\nlineage: [{{to: highway, relation: answers, idea: gates}}]\n{IDEA}",
        )
    )
    (papers / "stubs.yaml").write_text(STUB)
    monkeypatch.setattr("cnnclaims.claims.loading.PAPERS", papers)
    return papers


def refused(paths, loader=load):
    with pytest.raises(Faults) as caught:
        loader(paths)
    return [
        (f"{fault.file}:{fault.line}:{fault.column}", fault.name, f"{fault.message} | {fault.help}")
        for fault in caught.value.faults
    ]


# -- the library ---------------------------------------------------------------------------------------------------------


def test_a_library_joins_records_and_stubs(folder):
    library = load(folder(a=record("a", IDEA + CLAIM + "networks: [net]\naliases: [alpha]"), stubs=STUB))
    assert list(library.records) == ["a"]
    assert list(library.stubs) == ["highway"]
    assert {name: defined.paper for name, defined in library.ideas.items()} == {
        "skipping": "a",
        "gates": "highway",
    }
    assert library.aliases == {"alpha": "a", "autobahn": "highway"}
    assert library.networks == {"net": "a"}
    assert [claim.name for claim in library.claims()] == ["a/c1"]


def test_a_folder_stands_for_its_yaml_files_in_order(folder, tmp_path):
    folder(b=record("b"), a=record("a"))
    Path("notes.txt").write_text("no record")
    assert list(load([tmp_path]).records) == ["a", "b"]


def test_a_paper_is_found_by_id_and_alias_in_any_case(folder):
    library = load(folder(a=record("a", "aliases: [alpha]"), stubs=STUB))
    assert library.find("A") is library.find("Alpha") is library.records["a"]
    assert library.work("Autobahn") is library.work("highway") is library.stubs["highway"]
    assert library.work("alpha") is library.records["a"]


def test_an_idea_and_a_claim_are_found_by_name(folder):
    library = load(folder(a=record("a", IDEA + CLAIM + "aliases: [alpha]")))
    assert library.idea("skipping").idea.name == "Skipping"
    assert library.claim("alpha/c1").says == "One."


@pytest.mark.parametrize(
    ("ask", "text"),
    [
        (lambda library: library.find("rasnet"), 'unknown-paper: there is no paper "rasnet"\n  help: did you mean "resnet"?'),
        (lambda library: library.find("zzz"), 'unknown-paper: there is no paper "zzz"\n  help: `cnnclaims list papers` shows every paper'),
        (lambda library: library.find("highway"), "no-record: "),
        (lambda library: library.work("hihgway"), 'did you mean "highway"?'),
        (lambda library: library.idea("skiping"), 'unknown-idea: there is no idea "skiping"\n  help: did you mean "skipping"?'),
        (lambda library: library.idea("zzz"), "help: `cnnclaims list ideas` shows every idea"),
        (lambda library: library.claim("resnet/c11"), 'unknown-claim: resnet has no claim "c11"\n  help: did you mean "c1"?'),
        (lambda library: library.claim("resnet/zzz"), "help: `cnnclaims show resnet` lists its claims"),
        (lambda library: library.claim("resnet"), "help: write `resnet/` and the claim's id"),
        (lambda library: library.claim("rasnet/c1"), "unknown-paper"),
    ],
)  # fmt: skip
def test_an_unknown_name_is_answered_with_the_nearest(folder, ask, text):
    library = load(folder(resnet=record("resnet", IDEA + CLAIM), stubs=STUB))
    with pytest.raises(NotFound) as caught:
        ask(library)
    assert text in str(caught.value)


# -- what does not fit between files -------------------------------------------------------------------------------------


def test_two_records_with_one_id_are_refused_with_both_places(folder):
    found = refused(folder(a=record("a"), b=record("a")))
    assert [(place, name) for place, name, _ in found] == [("b.yaml:1:5", "duplicate-record")]
    assert "a.yaml:1" in found[0][2]


def test_two_claims_with_one_id_are_refused_with_both_places(folder):
    found = refused(folder(a=record("a", CLAIM + CLAIM.removeprefix("claims:\n"))))
    assert [(place, name) for place, name, _ in found] == [("a.yaml:9:5", "duplicate-claim")]
    assert "line 8, column 5" in found[0][2]


def test_a_stub_that_has_a_record_is_refused(folder):
    found = refused(folder(a=record("highway"), stubs=STUB))
    assert [(place, name) for place, name, _ in found] == [("stubs.yaml:2:10", "stub-has-record")]
    assert "a.yaml:1" in found[0][2]


def test_two_stubs_with_one_id_are_refused(folder):
    found = refused(folder(stubs=STUB + "  - {id: highway, title: X, authors: [Y], year: 2000}\n"))
    assert [(place, name) for place, name, _ in found] == [("stubs.yaml:4:10", "duplicate-stub")]


def test_two_papers_with_one_alias_are_refused(folder):
    found = refused(folder(a=record("a", "aliases: [x]"), b=record("b", "aliases: [x]")))
    assert [(place, name) for place, name, _ in found] == [("b.yaml:7:11", "duplicate-alias")]
    assert "a.yaml:7" in found[0][2]


@pytest.mark.parametrize("alias", ["b", "highway"])
def test_an_alias_that_is_the_id_of_another_is_refused(folder, alias):
    found = refused(folder(a=record("a", f"aliases: [{alias}]"), b=record("b"), stubs=STUB))
    assert [(place, name) for place, name, _ in found] == [("a.yaml:7:11", "alias-is-an-id")]


def test_a_network_has_one_paper(folder):
    found = refused(folder(a=record("a", "networks: [net]"), b=record("b", "networks: [net]")))
    assert [(place, name) for place, name, _ in found] == [("b.yaml:7:12", "duplicate-network")]


def test_an_idea_defined_twice_is_refused_with_both_places(folder):
    found = refused(
        folder(
            a=record("a", IDEA),
            b=record("b", IDEA.replace("skipping", "gates")),
            c=record("c", IDEA),
            stubs=STUB,
        )
    )
    assert [(place, name) for place, name, _ in found] == [
        ("c.yaml:8:10", "duplicate-idea"),
        ("stubs.yaml:3:19", "duplicate-idea"),
    ]
    assert "a.yaml:8" in found[0][2]
    assert "b.yaml:8" in found[1][2]


def test_a_lineage_to_nowhere_is_refused_with_the_nearest_name(folder):
    found = refused(
        folder(a=record("a", "lineage:\n  - {to: highwy, relation: borrows, idea: gatez}"), stubs=STUB)
    )
    assert [(place, name) for place, name, _ in found] == [
        ("a.yaml:8:10", "unknown-paper"),
        ("a.yaml:8:43", "unknown-idea"),
    ]
    assert 'did you mean "highway"?' in found[0][2]
    assert 'did you mean "gates"?' in found[1][2]


def test_a_use_of_an_idea_that_nobody_introduced_is_refused(folder):
    found = refused(folder(a=record("a", "uses: [{idea: gates}]")))
    assert [(place, name) for place, name, _ in found] == [("a.yaml:7:15", "unknown-idea")]


def test_a_lineage_names_ids_and_no_aliases(folder):
    found = refused(folder(a=record("a", "lineage:\n  - {to: autobahn, relation: borrows}"), stubs=STUB))
    assert [(place, name) for place, name, _ in found] == [("a.yaml:8:10", "unknown-paper")]
    assert 'write the id, "highway"' in found[0][2]


def test_a_lineage_to_itself_is_refused(folder):
    found = refused(folder(a=record("a", "lineage:\n  - {to: a, relation: borrows}")))
    assert [(place, name) for place, name, _ in found] == [("a.yaml:8:10", "lineage-to-itself")]


def test_papers_and_ideas_of_a_file_with_faults_count_as_known(folder):
    found = refused(
        folder(
            a=record(
                "a",
                "lineage:\n  - {to: b, relation: borrows, idea: skipping}\n  - {to: highway, relation: borrows, idea: gates}",
            ),
            b=record("b", IDEA).replace("year: 2015", "year: x"),
            stubs=STUB.replace("year: 2015", "year: x"),
        )
    )
    assert [(place.partition(":")[0], name) for place, name, _ in found] == [
        ("b.yaml", "wrong-type"),
        ("stubs.yaml", "wrong-type"),
    ]


def test_the_faults_of_all_files_are_found_at_once(folder):
    found = refused(
        folder(
            a="x: [",
            b=record("b").replace("kind: paper\n", ""),
            c=record("c", "uses: [{idea: none}]"),
            stubs="- 1",
        )
    )
    assert [name for _, name, _ in found] == ["yaml-syntax", "missing-key", "not-a-mapping", "unknown-idea"]


def test_a_stub_is_read_as_strictly_as_a_record(folder):
    found = refused(folder(stubs=STUB.replace("authors: [R S], ", "").replace("aliases", "alias")))
    assert [(place, name) for place, name, _ in found] == [
        ("stubs.yaml:2:5", "missing-key"),
        ("stubs.yaml:2:48", "unknown-key"),
    ]
    assert 'a stub has no key "alias"' in found[1][2]


# -- files ---------------------------------------------------------------------------------------------------------------


def test_a_file_that_cannot_be_read_is_a_fault(folder):
    assert [(place, name) for place, name, _ in refused(["nothing.yaml"])] == [
        ("nothing.yaml:1:1", "unreadable-file")
    ]
    assert [(place, name) for place, name, _ in refused("nothing.yaml", load_file)] == [
        ("nothing.yaml:1:1", "unreadable-file")
    ]
    assert refused(".", load_file)[0][1] == "unreadable-file"
    assert refused("a\0b", load_file)[0][1] == "unreadable-file"


def test_a_path_stands_in_messages_as_it_was_given(folder):
    folder(a="x: [")
    assert refused(["./a.yaml"])[0][0].startswith("./a.yaml:")
    assert refused("./a.yaml", load_file)[0][0].startswith("./a.yaml:")


@pytest.mark.skipif(
    not Path("/dev/zero").exists(), reason="/dev/zero is the endless file, and this system has none"
)
def test_an_endless_file_is_refused():
    assert refused("/dev/zero", load_file)[0][1] == "file-too-large"


@settings(deadline=None, max_examples=50)
@given(st.binary(max_size=100))
def test_any_bytes_give_a_record_or_faults(tmp_path_factory, data):
    file = tmp_path_factory.mktemp("any") / "a.yaml"
    file.write_bytes(data)
    assert all(name for _, name, _ in refused(file, load_file))


# -- a user's files beside the shipped ones ------------------------------------------------------------------------------


def test_a_users_record_may_refer_to_shipped_papers_and_ideas(folder, shipped):
    names = folder(
        mine=record(
            "mine",
            "lineage: [{to: resnet, relation: builds-on, idea: skipping}, {to: highway, relation: borrows}]",
        )
    )
    library = load_with(names)
    assert set(library.records) == {"resnet", "mine"}
    assert library.find("mine").file == "mine.yaml"
    assert library.find("residual").id == "resnet"


def test_a_users_record_is_held_against_the_shipped_library(folder, shipped):
    found = refused(
        folder(mine=record("mine", f"lineage: [{{to: resnat, relation: builds-on}}]\n{IDEA}")), load_with
    )
    assert [name for _, name, _ in found] == ["duplicate-idea", "unknown-paper"]


def test_a_users_record_takes_the_place_of_the_shipped_one(folder, shipped):
    library = load_with(folder(copy=record("resnet", IDEA + CLAIM)))
    assert library.find("resnet").file == "copy.yaml"
    assert len(library.find("resnet").claims_in_order()) == 1


def test_a_users_record_takes_the_place_of_a_shipped_stub_whose_ideas_stay(folder, shipped):
    library = load_with(folder(mine=record("highway")))
    assert library.stubs == {}
    assert library.idea("gates").paper == "highway"
    own = load_with(folder(mine=record("highway", "ideas: [{id: gates, name: My gates, says: Mine.}]")))
    assert own.idea("gates").idea.name == "My gates"


def test_a_copy_of_the_whole_shipped_folder_can_be_loaded(folder, shipped, tmp_path):
    (tmp_path / "copy").mkdir()
    for file in shipped.iterdir():
        (tmp_path / "copy" / file.name).write_text(file.read_text())
    library = load_with(["copy"])
    assert library.find("resnet").file == os.path.join("copy", "resnet.yaml")
    assert list(library.stubs) == ["highway"]


def test_a_shipped_file_can_be_given_as_ones_own(shipped):
    given = shipped / "resnet.yaml"
    assert load_with([given]).find("resnet").file == str(given)


def test_a_faulty_copy_of_a_shipped_record_has_its_own_faults_only(folder, shipped):
    found = refused(folder(copy=record("resnet").replace("2015", "x")), load_with)
    assert [(place, name) for place, name, _ in found] == [("copy.yaml:5:7", "wrong-type")]


# -- what is shipped -----------------------------------------------------------------------------------------------------


def test_the_shipped_papers_load():
    library = load()
    assert {"lenet", "alexnet", "vgg", "inception-v1", "resnet", "mobilenet-v1"} <= set(library.records)
    assert all(Path(one.file).resolve().parent == PAPERS for one in library.records.values())
    assert all(Path(one.file).name == f"{name}.yaml" for name, one in library.records.items())


def test_every_shipped_stub_is_referred_to():
    library = load()
    records = library.records.values()
    targets = {edge.to for one in records for edge in one.lineage}
    carried = {edge.idea for one in records for edge in one.lineage} | {
        use.idea for one in records for use in one.uses
    }
    idle = [
        name
        for name, stub in library.stubs.items()
        if name not in targets and not carried & {idea.id for idea in stub.ideas}
    ]
    assert idle == [], "delete these stubs"


def test_shipped_files_are_named_from_where_one_stands(monkeypatch, tmp_path):
    monkeypatch.chdir(PAPERS.parent)
    assert load().find("resnet").file == os.path.join("papers", "resnet.yaml")
    monkeypatch.chdir(tmp_path)
    assert load().find("resnet").file == str(PAPERS / "resnet.yaml")
