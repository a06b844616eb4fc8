"""Ideas with an equation, a worked example and the claims that establish them."""

import pytest

from cnnclaims.claims.faults import Faults
from cnnclaims.claims.loading import load

HEAD = "id: made-up\nkind: paper\ntitle: A paper\nauthors: [Nobody]\nyear: 2015\nsummary: Says.\n"
CLAIM = 'claims: [{id: s1-size, says: So., printed: "1", unit: x, where: Table 1, measure: "1"}]\n'
IDEA = "ideas:\n  - {{id: skipping, name: Skipping, says: Past., {}}}\n"
STEP = '{says: One., measure: "1 + 1", gives: "2", unit: x}'


@pytest.fixture
def read(tmp_path):
    def load_text(idea, stubs=""):
        (tmp_path / "made-up.yaml").write_text(HEAD + IDEA.format(idea) + CLAIM, encoding="utf-8")
        if stubs:
            (tmp_path / "stubs.yaml").write_text(stubs, encoding="utf-8")
        return load([tmp_path])

    return load_text


def fault(read, idea, stubs=""):
    with pytest.raises(Faults) as refused:
        read(idea, stubs)
    (found,) = refused.value.faults
    return found


def test_an_idea_may_have_an_equation_an_example_and_its_evidence(read):
    library = read(f"equation: y = x, example: [{STEP}], checked_by: [made-up/s1-size]")
    idea = library.idea("skipping").idea
    assert (idea.equation, idea.checked_by) == ("y = x", ("made-up/s1-size",))
    assert [(step.measure, step.gives, step.unit) for step in idea.example] == [("1 + 1", "2", "x")]


def test_an_idea_needs_none_of_them(read):
    idea = read("equation: y = x").idea("skipping").idea
    assert (idea.example, idea.checked_by) == ((), ())


def test_evidence_that_a_paper_does_not_have_is_refused_with_the_nearest_name(read):
    found = fault(read, "checked_by: [made-up/s1-sise]")
    assert (found.name, found.message) == ("unknown-claim", '"made-up" has no claim "s1-sise"')
    assert (found.line, found.column) == (8, 62)
    assert 'did you mean "s1-size"?' in found.help


def test_evidence_of_a_stubs_idea_is_looked_up_too(read):
    stub = (
        "stubs: [{id: old, title: Old, authors: [A B], year: 1990,"
        " ideas: [{id: gate, name: Gate, says: Shut., checked_by: [made-up/none]}]}]\n"
    )
    found = fault(read, "equation: y", stub)
    assert (found.name, found.file.endswith("stubs.yaml")) == ("unknown-claim", True)


def test_evidence_of_a_paper_that_is_not_loaded_counts_as_known(read):
    assert read("checked_by: [elsewhere/s1]").idea("skipping").idea.checked_by == ("elsewhere/s1",)


def test_a_claim_is_named_with_its_paper(read):
    found = fault(read, "checked_by: [s1]")
    assert "paper/claim" in found.help


def test_the_number_of_a_step_stands_in_quotes(read):
    found = fault(read, "example: [{says: One., measure: 1 + 1, gives: 2, unit: x}]")
    assert found.name == "printed-not-quoted"


def test_a_step_has_all_four_parts(read):
    found = fault(read, 'example: [{says: One., measure: 1 + 1, gives: "2"}]')
    assert (found.name, "unit" in found.message) == ("missing-key", True)
