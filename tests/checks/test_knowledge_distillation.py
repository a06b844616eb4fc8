import pytest

from cnnclaims.verifiers.checks import CHECKS, knowledge_distillation
from cnnclaims.verifiers.checks.agreement import agree
from cnnclaims.verifiers.checks.knowledge_distillation import CLASSES, gradient

NAMES = [name.partition(".")[2] for name in CHECKS if name.startswith("knowledge_distillation.")]


@pytest.mark.parametrize("name", NAMES)
def test_the_check_holds(name):
    found = getattr(knowledge_distillation, name)()
    assert found.holds, found.found


def test_another_gradient_is_found():
    assert not agree("one", "other", knowledge_distillation.against(lambda z, v, t: (z - v) / t)).holds


def test_another_limit_is_found():
    matches = knowledge_distillation.matches_logits
    assert not matches(lambda z, v, t: t * t * gradient(z, v, t)).holds
    assert not matches(lambda z, v, t: CLASSES * t * gradient(z, v, t)).holds


def test_a_gradient_that_was_scaled_back_does_not_fall():
    assert not knowledge_distillation.power(lambda z, v, t: t * t * gradient(z, v, t)).holds
