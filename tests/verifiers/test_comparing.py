"""Errata and disagreements over made-up records."""

import pytest

from cnnclaims.claims.faults import NotFound
from cnnclaims.claims.judging import judge_value
from cnnclaims.claims.loading import load
from cnnclaims.verifiers.comparing import disagreements, errata, subject

RECORD = """
id: {id}
kind: paper
title: A made-up paper
authors: [A. Author]
year: 2020
summary: Made up.
claims:
  - id: params
    says: ResNet-50 has so many parameters.
    printed: "{printed}"
    unit: M params
    where: Table 1
    measure: {measure}
    note: Made up.
"""


@pytest.fixture
def canon(tmp_path):
    """Records that state a number each, with the verdicts of a value of 25,557,032."""

    def make(**stated):
        for paper, (printed, measure) in stated.items():
            text = RECORD.format(id=paper, printed=printed, measure=measure)
            (tmp_path / f"{paper}.yaml").write_text(text, encoding="utf-8")
        library = load([tmp_path])
        verdicts = {
            claim.paper: {"claims": {claim.id: judge_value(claim, 25557032)}} for claim in library.claims()
        }
        return library, verdicts

    return make


def test_works_that_exclude_each_other_disagree(canon):
    found = disagreements(*canon(a=("25.6", "params(resnet50())"), b=("25.5", "params(resnet50())")))
    assert [(d.quantity, d.network) for d in found] == [("params", "resnet50()")]
    assert [(s.claim.paper, s.verdict["verdict"]) for s in found[0].statements] == [
        ("a", "reproduced"),
        ("b", "truncated"),
    ]


def test_a_coarser_number_does_not_disagree_with_a_finer_one(canon):
    assert disagreements(*canon(a=("25.6", "params(resnet50())"), b=("26", "params(resnet50())"))) == []


def test_arguments_that_say_the_default_are_the_same_network(canon):
    assert disagreements(*canon(a=("26", 'params(resnet50(option="B"))'), b=("25", "params(resnet50())")))


def test_counts_by_other_conventions_are_of_the_same_quantity(canon):
    assert disagreements(*canon(a=("26", "weights(resnet50())"), b=("25", "params(resnet50())")))


def test_other_networks_and_parts_are_other_quantities(canon):
    assert not disagreements(*canon(a=("26", "params(resnet50())"), b=("25", "params(resnet101())")))
    assert subject('params(resnet50(), part="fc")') != subject("params(resnet50())")
    assert subject("macs(resnet50(), input=160)") != subject("macs(resnet50())")


@pytest.mark.parametrize("measure", ["2 * 3", "params(vgg16()) / params(resnet50())", "params(", ""])
def test_ratios_and_sums_have_no_one_subject(measure):
    assert subject(measure) is None


def test_errata_are_what_did_not_come_out(canon):
    library, verdicts = canon(
        a=("25.6", "params(resnet50())"), b=("25.5", "params(resnet50())"), c=("30", "params(resnet50())")
    )
    assert [s.claim.paper for s in errata(library, verdicts)] == ["b", "c"]
    assert [s.claim.paper for s in errata(library, verdicts, "c")] == ["c"]
    with pytest.raises(NotFound):
        errata(library, verdicts, "nobody")


def test_a_stale_verdict_is_no_erratum(canon):
    library, verdicts = canon(a=("30", "params(resnet50())"))
    verdicts["a"]["claims"]["params"]["printed"] = "31"
    assert errata(library, verdicts) == []
