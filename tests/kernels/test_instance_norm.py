"""Instance normalisation and its half in IBN: values worked by hand, what it takes away, and the arguments that are refused."""

import pytest
import torch

from cnnclaims.verifiers.kernels.instance_norm import (
    instance_batch_norm,
    instance_batch_norm_by_definition,
    instance_norm,
    instance_norm_by_definition,
)
from cnnclaims.verifiers.measures.cost import macs, params
from cnnclaims.verifiers.trace import trace

ONE, TWO = torch.tensor([1.0]).double(), torch.tensor([2.0]).double()
IMAGES = torch.tensor([[[[1.0, 3.0]]], [[[5.0, 9.0]]]]).double()  # means 2 and 7, variances 1 and 4


def test_each_image_has_its_own_mean_and_variance():
    y = instance_norm_by_definition(IMAGES, TWO, ONE, epsilon=0.0)
    assert y.flatten().tolist() == [-1.0, 3.0, -1.0, 3.0]
    y = instance_norm_by_definition(IMAGES, ONE, TWO, epsilon=5.0)  # 2 + (x - 7) / sqrt(4 + 5)
    assert y[1].flatten().tolist() == pytest.approx([2 - 2 / 3, 2 + 2 / 3], rel=1e-14)


def test_contrast_and_brightness_of_an_image_are_gone():
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(2, 3, 5, 5, generator=generator, dtype=torch.float64)
    brighter = torch.cat([7 * x[:1] + 3, 0.2 * x[1:] - 9])
    scale, shift = torch.ones(3).double(), torch.zeros(3).double()
    plain, changed = (instance_norm_by_definition(image, scale, shift, 0.0) for image in (x, brighter))
    assert torch.allclose(plain, changed, rtol=0, atol=1e-12)


def test_half_of_the_channels_are_normalised_by_instance_and_the_others_over_the_batch():
    x = torch.cat([IMAGES, IMAGES], 1)
    y = instance_batch_norm_by_definition(x, 1, torch.ones(2).double(), torch.zeros(2).double(), epsilon=0.0)
    assert y[:, 0].flatten().tolist() == [-1.0, 1.0, -1.0, 1.0]
    assert y[:, 1].mean().item() == pytest.approx(0, abs=1e-15)
    assert y[0, 1].mean().item() == pytest.approx(-2.5 / 8.75**0.5)  # mean 4.5, variance 8.75


@pytest.mark.parametrize(("by_instance", "first"), [(None, 3), (1, 1), (5, 5)])
def test_a_network_has_half_or_the_given_number_of_channels_by_instance(by_instance, first):
    net = instance_batch_norm(6, 4, by_instance)
    assert net.ibn.instance.num_channels == first
    assert net.ibn.batch.num_features == 6 - first
    assert params(trace(net)) == params(trace(instance_norm(6, 4))) == 12
    assert macs(trace(net)) == macs(trace(instance_norm(6, 4))) == 0


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: instance_norm(0, 4), "channels is 0; use a whole number of at least 1"),
        (lambda: instance_norm(4, 0), "size is 0; use a whole number of at least 1"),
        (lambda: instance_batch_norm(1, 4), "channels is 1; use a whole number of at least 2"),
        (lambda: instance_batch_norm(4, 0), "size is 0; use a whole number of at least 1"),
        (lambda: instance_batch_norm(4, 4, 0), "by_instance is 0; use 1 to 3, so that both sorts"),
        (lambda: instance_batch_norm(4, 4, 4), "by_instance is 4; use 1 to 3, so that both sorts"),
    ],
)
def test_a_bad_argument_is_refused_with_its_name_and_a_repair(build, message):
    with pytest.raises(ValueError, match=message):
        build()
