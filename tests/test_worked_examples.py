"""Every number of an idea's worked example is what the measures give today."""

import pytest

from cnnclaims.claims.loading import load
from cnnclaims.claims.printed import parse
from cnnclaims.claims.units import UNITS
from cnnclaims.verifiers.running import values

STEPS = [(id, step) for id, (idea, _) in sorted(load().ideas.items()) for step in idea.example]


@pytest.fixture(scope="module")
def measured():
    return dict(values({step.measure for _, step in STEPS}, jobs=2, time_limit=120))


def test_there_are_examples():
    assert len({id for id, _ in STEPS}) >= 30


@pytest.mark.parametrize(
    ("id", "step"), STEPS, ids=[f"{id}-{number}" for number, (id, _) in enumerate(STEPS)]
)
def test_a_step_gives_what_it_says(measured, id, step):
    value = measured[step.measure] / UNITS[step.unit].scale
    printed = parse(step.gives, step.unit)
    assert printed.allows(value), f"{id}: {step.measure} is {float(value)}, not {step.gives} {step.unit}"


def test_a_number_one_off_in_its_last_digit_would_be_found(measured):
    step = next(step for _, step in STEPS if step.measure == "macs(bottleneck_block())")
    value = measured[step.measure] / UNITS[step.unit].scale
    assert parse("218.4", step.unit).allows(value)
    assert not parse("218.5", step.unit).allows(value)
