"""Every check of the ResNet paper holds, and can fail."""

import pytest

from cnnclaims.verifiers.checks import resnet as checks
from cnnclaims.verifiers.networks.resnet import basic_block, bottleneck_block, resnet18, resnet34
from cnnclaims.verifiers.networks.resnet_cifar import plain_cifar, resnet_cifar
from cnnclaims.verifiers.trace import uninitialised

REPEATS = ("repeats_18", "repeats_34", "repeats_50", "repeats_101", "repeats_152")
CIFAR = ("cifar_depth_formula", "cifar_shortcut_count", "cifar_stages")


@pytest.fixture
def built():
    with uninitialised():
        yield


@pytest.mark.parametrize("name", [*REPEATS, *CIFAR, "bottleneck_costs_like_basic"])
def test_the_claim_holds(name):
    found = getattr(checks, name)()
    assert found.holds, found.found
    assert not found.scaled_down


def test_the_counts_stand_in_the_sentence():
    assert "9, 12, 69, 9 weighted layers, 3 a block, in 33 blocks" in checks.repeats_101().found
    assert "56 for n = 9" in checks.cifar_depth_formula().found
    assert "a ratio of 0.944" in checks.bottleneck_costs_like_basic().found


@pytest.mark.parametrize("printed", [(2, 2, 2, 1), (3, 2, 2, 2), (1, 3, 2, 2)])
def test_another_number_of_blocks_is_refused(built, printed):
    assert not checks.stages_repeat(resnet18(), 2, printed, control=resnet34()).holds


def test_blocks_of_another_depth_are_refused(built):
    assert not checks.stages_repeat(resnet18(), 1, (4, 4, 4, 4), control=resnet34()).holds


def test_repeats_fail_without_a_control_that_differs(built):
    assert not checks.stages_repeat(resnet18(), 2, (2, 2, 2, 2), control=resnet18()).holds


def test_costs_more_than_ten_per_cent_apart_are_not_similar(built):
    wide = basic_block(channels=256)
    assert not checks.costs_similar(bottleneck_block(projection=True), basic_block(), control=wide).holds
    assert checks.costs_similar(bottleneck_block(), basic_block(), control=wide).holds
    assert not checks.costs_similar(bottleneck_block(), basic_block(), control=basic_block()).holds


def test_a_network_of_another_n_breaks_each_formula(built):
    right, wrong = checks.cifar_run(3, resnet_cifar(20)), checks.cifar_run(4, resnet_cifar(20))
    for fits in (checks.depths_fit, checks.stages_fit):
        assert fits([right], control=wrong).holds
        assert not fits([right, wrong], control=wrong).holds
        assert not fits([right], control=right).holds


def test_shortcuts_that_are_missing_or_stay_in_the_control_are_refused(built):
    residual, plain = checks.cifar_run(3, resnet_cifar(20)), checks.cifar_run(3, plain_cifar(20))
    assert checks.shortcuts_fit([residual], control=plain).holds
    assert not checks.shortcuts_fit([plain], control=plain).holds
    assert not checks.shortcuts_fit([residual], control=residual).holds


def test_projections_are_no_weighted_layers_of_the_depth(built):
    assert checks.cifar_run(3, resnet_cifar(20, option="C")).layers == 20
