import json
from pathlib import Path

import pytest

from cnnclaims.claims import graph
from cnnclaims.claims.drawing import as_json, dot, mermaid, path_lines, tree
from cnnclaims.claims.faults import NotFound
from cnnclaims.claims.lineage import Lineage, Link, between, lineage, links, paths
from cnnclaims.claims.loading import load
from cnnclaims.claims.records import Stub


def record(id, year, *edges, more=""):
    lines = "".join(
        f"  - {{to: {to}, relation: {relation}{f', idea: {idea}' if idea else ''}}}\n"
        for to, relation, idea in edges
    )
    return (
        f"id: {id}\nkind: paper\ntitle: The {id}\nauthors: [A B]\nyear: {year}\nsummary: Of {id}.\n"
        + (f"lineage:\n{lines}" if lines else "")
        + more
    )


RESNET = """\
networks: [resnet18]
aliases: [residual]
ideas: [{id: skipping, name: Skipping, says: Past.}]
claims:
  - {id: deep, says: Deep., printed: "18", unit: layers, where: T, measure: depth(resnet18()) + depth(vgg16()) * depth( resnet18 ())}
"""

FILES = {
    "lenet": record("lenet", 1998),
    "alexnet": record("alexnet", 2012, ("lenet", "builds-on", None), ("relu", "borrows", "relu")),
    "vgg": record("vgg", 2014, ("alexnet", "builds-on", None), ("google", "compares-with", None), more="networks: [vgg16]\n"),
    "google": record("google", 2014, ("alexnet", "compares-with", None), ("vgg", "compares-with", None)),
    "resnet": record("resnet", 2015, ("vgg", "builds-on", None), ("vgg", "borrows", "relu"), ("google", "compares-with", None), more=RESNET),
    "wide": record("wide", 2016, ("resnet", "builds-on", "skipping"), more="uses: [{idea: skipping}, {idea: relu}]\n"),
    "alone": record("alone", 2020),
    "stubs": "stubs: [{id: relu, title: Units, authors: [V N], year: 2010, ideas: [{id: relu, name: ReLU, says: Max.}]}]\n",
}  # fmt: skip


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    folder = tmp_path_factory.mktemp("papers")
    for name, text in FILES.items():
        (folder / f"{name}.yaml").write_text(text)
    return load([folder])


def test_the_graph_joins_papers_ideas_networks_and_claims(library):
    found = graph.graph(library)
    kinds = {name: data["kind"] for name, data in found.nodes(data=True)}
    assert kinds["paper:relu"] == "stub"
    assert kinds["paper:resnet"] == "paper"
    assert {kind for name, kind in kinds.items() if not name.startswith("paper:")} == {
        "idea",
        "network",
        "claim",
    }
    edges = {(one, other, data["relation"]) for one, other, data in found.edges(data=True)}
    assert edges >= {
        ("paper:resnet", "paper:vgg", "builds-on"),
        ("paper:resnet", "paper:vgg", "borrows"),
        ("paper:relu", "idea:relu", "introduces"),
        ("paper:wide", "idea:relu", "uses"),
        ("paper:vgg", "network:vgg16", "presents"),
        ("paper:resnet", "claim:resnet/deep", "states"),
        ("claim:resnet/deep", "network:vgg16", "about"),
        ("claim:resnet/deep", "network:resnet18", "about"),
    }


def test_the_claims_about_a_network_are_every_papers(library):
    assert [claim.name for claim in graph.claims_about(library, "vgg16")] == ["resnet/deep"]
    assert graph.claims_about(library, "vgg1") == []


def test_an_idea_has_a_story(library):
    story = graph.idea_story(library, "relu")
    assert (story.defined.paper, story.used_by) == ("relu", ("wide",))
    assert [(link.source, link.target) for link in story.carried_by] == [
        ("alexnet", "relu"),
        ("resnet", "vgg"),
    ]
    with pytest.raises(NotFound):
        graph.idea_story(library, "rellu")


def test_links_point_from_the_later_work_to_the_one_it_names(library):
    assert Link("wide", "resnet", "builds-on", "skipping") in list(links(library))


def test_ancestors_are_what_a_paper_goes_back_to(library):
    found = lineage(library, "vgg", "ancestors")
    assert list(found.works) == ["vgg", "alexnet", "google", "lenet", "relu"]
    assert found.forth == ()
    assert found.links == found.back


def test_descendants_are_what_goes_back_to_a_paper(library):
    found = lineage(library, "vgg", "descendants")
    assert set(found.works) == {"vgg", "google", "resnet", "wide"}
    assert found.back == ()


def test_the_lineage_goes_both_ways_by_default_and_has_each_link_once(library):
    found = lineage(library, "vgg")
    assert set(found.works) == set(library.records) - {"alone"} | {"relu"}
    assert len(found.links) == len(set(found.links)) == len(list(links(library)))


def test_the_lineage_ends_at_its_depth(library):
    assert set(lineage(library, "resnet", "ancestors", depth=1).works) == {"resnet", "vgg", "google"}
    assert set(lineage(library, "resnet", "ancestors", depth=0).works) == {"resnet"}
    assert {link.source for link in lineage(library, "resnet", "ancestors", depth=2).links} == {
        "resnet",
        "vgg",
        "google",
    }


def test_a_stub_and_an_alias_have_a_lineage(library):
    assert lineage(library, "ReLU").works["relu"] is library.stubs["relu"]
    assert lineage(library, "residual").root == "resnet"
    with pytest.raises(NotFound, match="rasnet"):
        lineage(library, "rasnet")


def test_the_paths_between_two_papers_are_the_same_from_either_end(library):
    ways = paths(library, "resnet", "lenet")
    assert ways == paths(library, "lenet", "resnet")
    assert [len(way) for way in ways] == [3, 3, 3, 4, 4, 4]
    assert sorted(" ".join(link.target for link in way) for way in ways) == [
        "google alexnet lenet",
        "google vgg alexnet lenet",
        "vgg alexnet lenet",
        "vgg alexnet lenet",
        "vgg google alexnet lenet",
        "vgg google alexnet lenet",
    ]
    assert {way[0].relation for way in ways if way[0].target == "vgg"} == {"builds-on", "borrows"}


def test_papers_that_compare_themselves_have_paths_both_ways(library):
    assert sorted((way[0].source, way[-1].target) for way in paths(library, "vgg", "google")) == [
        ("google", "vgg"),
        ("vgg", "google"),
    ]


def test_paths_have_limits(library):
    assert len(paths(library, "resnet", "lenet", limit=3)) == 3
    assert {len(way) for way in paths(library, "resnet", "lenet", longest=3)} == {3}


def test_there_is_no_path_to_a_stranger_or_to_oneself(library):
    assert paths(library, "resnet", "alone") == []
    assert paths(library, "resnet", "residual") == []


def test_a_dense_tangle_of_comparisons_ends(tmp_path):
    names = [f"p{number}" for number in range(30)]
    for name in names:
        (tmp_path / f"{name}.yaml").write_text(
            record(name, 2000, *((other, "compares-with", None) for other in names if other != name))
        )
    tangle = load([tmp_path])
    assert len(paths(tangle, "p0", "p29")) == 100
    assert len(tree(lineage(tangle, "p0")).splitlines()) == 2 * 30 * 29 + 3


def test_a_chain_of_two_thousand_papers_is_drawn_without_recursion():
    works = {
        f"p{number}": Stub(id=f"p{number}", title="T", authors=("A",), year=2000) for number in range(2001)
    }
    back = tuple(Link(f"p{number}", f"p{number + 1}", "builds-on") for number in range(2000))
    assert len(tree(Lineage("p0", works, back, direction="ancestors")).splitlines()) == 2003


def test_the_tree_shows_idea_repeats_and_cycles(library):
    assert (
        tree(lineage(library, "resnet"))
        == """\
resnet (2015)  The resnet
goes back to
├─ builds-on vgg (2014)
│  ├─ builds-on alexnet (2012)
│  │  ├─ builds-on lenet (1998)
│  │  └─ borrows relu (2010)* [relu]
│  └─ compares-with google (2014)
│     ├─ compares-with alexnet (2012) (above)
│     └─ compares-with vgg (2014) (cycle)
├─ borrows vgg (2014) [relu] (above)
└─ compares-with google (2014) (above)
leads to
└─ wide (2016) builds-on [skipping]
* has no record yet"""
    )


def test_the_tree_of_a_paper_without_lineage_says_so(library):
    assert tree(lineage(library, "alone")) == (
        "alone (2020)  The alone\ngoes back to\n└─ nothing recorded\nleads to\n└─ nothing recorded"
    )


def test_a_path_is_a_line(library):
    assert path_lines(paths(library, "wide", "vgg")[:2]) == (
        "wide -builds-on [skipping]-> resnet -builds-on-> vgg\n"
        "wide -builds-on [skipping]-> resnet -borrows [relu]-> vgg"
    )


def test_mermaid_has_a_node_a_work_and_an_arrow_a_link(library):
    assert (
        mermaid(lineage(library, "alexnet", "ancestors"))
        == """\
flowchart LR
  n0["alexnet (2012)"]
  n1["lenet (1998)"]
  n2(["relu (2010)"])
  n0 -->|"builds-on"| n1
  n0 -->|"borrows: relu"| n2"""
    )


def test_dot_has_a_node_a_work_and_an_arrow_a_link(library):
    assert dot(lineage(library, "alexnet", "ancestors", depth=1)).splitlines()[3:] == [
        '  "alexnet" [label="alexnet (2012)", tooltip="The alexnet"];',
        '  "lenet" [label="lenet (1998)", tooltip="The lenet"];',
        '  "relu" [label="relu (2010)", tooltip="Units", style=dashed];',
        '  "alexnet" -> "lenet" [label="builds-on"];',
        '  "alexnet" -> "relu" [label="borrows: relu"];',
        "}",
    ]


def test_json_can_be_read_back(library):
    found = json.loads(as_json(lineage(library, "alexnet", "ancestors")))
    assert found["root"] == "alexnet"
    assert found["works"][2] == {"id": "relu", "kind": "stub", "title": "Units", "year": 2010}
    assert found["links"][1] == {
        "from": "alexnet",
        "to": "relu",
        "relation": "borrows",
        "idea": "relu",
        "note": None,
    }


def test_labels_are_escaped():
    odd = 'a"b\\c<d>&#;|`e\nf'
    work = Stub(id="x", title=odd, authors=("A",), year=2000)
    drawn = Lineage("x", {"x": work, odd: work}, (Link("x", odd, "borrows", odd, odd),))
    quoted = 'a\\"b\\\\c<d>&#;|`e f'
    assert f'"{quoted}" [label="{quoted} (2000)", tooltip="{quoted}", style=dashed];' in dot(drawn)
    assert "a#34;b#92;c#60;d#62;#38;#35;#59;#124;#96;e f" in mermaid(drawn)
    assert all(line.count('"') in (0, 2) for line in mermaid(drawn).splitlines())
    assert json.loads(as_json(drawn))["links"][0]["note"] == odd
    assert tree(drawn).splitlines()[0] == 'x (2000)*  a"b\\c<d>&#;|`e f'


def test_the_command_line_has_one_text_a_form(library):
    assert graph.lineage_text(library, "vgg") == tree(lineage(library, "vgg"))
    assert graph.lineage_text(library, "vgg", "ancestors", 1, "dot") == dot(
        lineage(library, "vgg", "ancestors", 1)
    )
    assert graph.lineage_text(library, "vgg", form="json") == as_json(lineage(library, "vgg"))
    ways = paths(library, "wide", "lenet")
    assert graph.paths_text(library, "wide", "lenet") == path_lines(ways)
    assert graph.paths_text(library, "wide", "lenet", "mermaid") == mermaid(
        between(library, "wide", "lenet", ways)
    )
    assert graph.paths_text(library, "alone", "lenet") == "no lineage leads from alone to lenet or back"
    assert json.loads(graph.paths_text(library, "alone", "lenet", "json"))["links"] == []


def test_nothing_here_imports_torch():
    claims = Path(graph.__file__).parent
    assert [file.name for file in claims.glob("*.py") if "import torch" in file.read_text()] == []
