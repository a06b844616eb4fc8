from torch.nn import functional as F

from cnnclaims.verifiers.checks import inception_v1 as checks


def test_side_losses_weigh_030():
    found = checks.side_losses_weigh_030()
    assert found.holds, found.found


def test_other_weights_are_found_out(monkeypatch):
    def with_040(outputs, target):
        main, aux1, aux2 = (F.cross_entropy(scores, target) for scores in outputs)
        return main + 0.4 * aux1 + 0.3 * aux2

    monkeypatch.setattr(checks, "training_loss", with_040)
    assert not checks.side_losses_weigh_030().holds


def test_a_loss_that_is_no_weighted_cross_entropy_agrees_with_nothing():
    shares = checks.gradient_shares(lambda outputs, target: sum(scores.square().sum() for scores in outputs))
    assert not checks.agrees(shares, (1, 0.3, 0.3))
    assert not checks.agrees(shares, shares)


def test_the_plain_sum_passes_every_gradient_on():
    assert checks.agrees(checks.gradient_shares(checks.plain_sum), (1, 1, 1))
