"""Faults of an idea's worked example are found without building anything."""

import pytest

from cnnclaims.claims.loading import load_file
from cnnclaims.verifiers.linting import lint

RECORD = """\
id: made-up
kind: paper
title: A made-up paper
authors: [Nobody]
year: 2015
summary: It says things.
ideas:
  - id: idea
    name: Idea
    says: Thought.
    example:
      - {{says: One., measure: "{measure}", gives: "{gives}", unit: {unit}}}
"""


@pytest.fixture
def faults(tmp_path):
    def find(measure="params(resnet18())", gives="11.7", unit="M params"):
        path = tmp_path / "made-up.yaml"
        path.write_text(RECORD.format(measure=measure, gives=gives, unit=unit), encoding="utf-8")
        return [(one.line, one.column, one.name) for one in lint([load_file(path)])]

    return find


def test_a_sound_example_has_no_fault(faults):
    assert faults() == []


def test_an_unknown_function_is_pointed_at(faults):
    assert faults(measure="parms(resnet18())") == [(12, 32, "unknown-name")]


def test_the_unit_has_to_fit_the_measure(faults):
    assert [name for _, _, name in faults(measure="macs(resnet18())")] == ["unit-does-not-fit"]


def test_a_number_that_cannot_be_read_is_pointed_at(faults):
    ((line, _, name),) = faults(gives="some")
    assert (line, name) == (12, "printed-unreadable")
