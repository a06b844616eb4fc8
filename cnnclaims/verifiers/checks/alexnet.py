"""Checks of Krizhevsky, Sutskever, Hinton 2012: normalisation, pooling, sizes of the two nets, the first weights."""

import math
from collections.abc import Callable, Iterable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cnnclaims.verifiers.checks.found import Found
from cnnclaims.verifiers.networks.alexnet import (
    LocalResponseNormalisation,
    alexnet,
    alexnet_one_gpu,
    initialise,
)

BIASES_OF_ONE = ("conv2", "conv4", "conv5", "fc6", "fc7")


def plain_sum_normalisation() -> Found:
    """Section 3.3: alpha multiplies the plain sum of squares, which is five times what torch and Caffe make of it."""
    return normalises_as_printed(LocalResponseNormalisation())


def normalises_as_printed(module: Callable[[Tensor], Tensor]) -> Found:
    """Whether `module` computes the formula with k = 2, n = 5, alpha = 0.0001, beta = 0.75 on strong random values."""
    generator = torch.Generator().manual_seed(1)
    x = 100 * torch.randn(2, 12, 3, 3, generator=generator, dtype=torch.float64)
    printed = by_definition(x)
    off = (module(x) - printed).abs().max().item()
    control = (F.local_response_norm(x, 5, alpha=1e-4, beta=0.75, k=2) - printed).abs().max().item()
    return Found(
        off < 1e-12 and control > 0.1,
        f"the normalisation is at most {off:.0e} from the printed formula on values up to {printed.abs().max():.1f}; "
        f"torch's operator with alpha = 0.0001, which it divides by n, is up to {control:.1f} away",
    )


def by_definition(x: Tensor, k: float = 2, n: int = 5, alpha: float = 1e-4, beta: float = 0.75) -> Tensor:
    """The formula of Section 3.3, one map after another."""
    maps = x.shape[1]
    result = torch.empty_like(x)
    for i in range(maps):
        first, last = max(0, i - n // 2), min(maps - 1, i + n // 2)
        energy = torch.stack([x[:, j] ** 2 for j in range(first, last + 1)]).sum(0)
        result[:, i] = x[:, i] / (k + alpha * energy) ** beta
    return result


def pooling_schemes_agree_in_size() -> Found:
    """Windows of 3 and windows of 2, both at stride 2, give maps of the same size, as long as sizes are rounded down."""
    return agree_in_size((55, 27, 13))


def agree_in_size(sizes: tuple[int, ...]) -> Found:
    """Whether both windows make the same of maps of these sizes; rounded up, they must not."""
    down = [(pooled(size, 3), pooled(size, 2)) for size in sizes]
    up = [(pooled(size, 3, ceil_mode=True), pooled(size, 2, ceil_mode=True)) for size in sizes]
    return Found(
        all(three == two for three, two in down) and all(three != two for three, two in up),
        f"rounded down, {_list(sizes)} become {_list(three for three, _ in down)} with windows of 3 and "
        f"{_list(two for _, two in down)} with windows of 2; rounded up, {_list(three for three, _ in up)} and "
        f"{_list(two for _, two in up)}",
    )


def _list(numbers: Iterable[int]) -> str:
    return ", ".join(map(str, numbers))


def pooled(size: int, window: int, ceil_mode: bool = False) -> int:
    """The side that max pooling at stride 2 makes of a map of `size`."""
    pool = nn.MaxPool2d(window, stride=2, ceil_mode=ceil_mode)
    return int(pool(torch.empty(1, 1, size, size, device="meta")).shape[-1])


def first_full_layer_holds_most() -> Found:
    """More than half of all parameters are in the first full layer; no other layer has that many."""
    with torch.device("meta"):
        net = alexnet()
    total, first, second = (
        sum(p.numel() for p in part.parameters())
        for part in (net, net.get_submodule("fc6"), net.get_submodule("fc7"))
    )
    return Found(
        first > total / 2 > second,
        f"fc6 has {first:,} of {total:,} parameters, {100 * first / total:.1f} %; fc7, the next, {100 * second / total:.1f} %",
    )


def one_gpu_net_is_as_large() -> Found:
    """The one-GPU net has about the parameters of the two-GPU net: within the ten per cent that "about" allows here."""
    with torch.device("meta"):
        two, one = (sum(p.numel() for p in net.parameters()) for net in (alexnet(), alexnet_one_gpu()))
    # What the footnote says was not done: 128 kernels in conv5 too, so that fc6 has half of its inputs.
    halved = one - 128 * (192 * 9 + 1) - 128 * 6 * 6 * 4096
    return Found(
        abs(one / two - 1) <= 0.1 < abs(halved / two - 1),
        f"{one:,} parameters against {two:,}, {one / two:.3f} of them; with a halved conv5 it would be {halved / two:.3f}",
    )


def first_weights() -> Found:
    """Weights start with standard deviation 0.01 around 0; biases with 1 in five layers and 0 in three."""
    with torch.device("meta"):
        net = alexnet()
    net = net.to_empty(device="cpu")
    initialise(net, torch.Generator().manual_seed(1))
    return starts_as_printed(net)


def starts_as_printed(net: nn.Module) -> Found:
    """Whether the weights of all layers have mean 0 and deviation 0.01 as closely as their number allows (5 sigma)."""
    layers = {name: m for name, m in net.named_modules() if isinstance(m, nn.Conv2d | nn.Linear)}
    control = nn.Conv2d(3, 96, 11)  # as torch starts it
    deviations = [layer.weight.std().item() for layer in layers.values()]
    ones, zeros = (tuple(name for name in layers if _bias_is(layers[name], value)) for value in (1, 0))
    return Found(
        all(map(_is_gaussian, layers.values()))
        and not _is_gaussian(control)
        and (ones, len(ones + zeros)) == (BIASES_OF_ONE, 8),
        f"the standard deviations of the eight layers are {min(deviations):.5f} to {max(deviations):.5f} (torch starts "
        f"conv1 with {control.weight.std().item():.3f}); biases are 1 in {', '.join(ones)} and 0 in {', '.join(zeros)}",
    )


def _bias_is(layer: nn.Module, value: int) -> bool:
    bias = layer.get_parameter("bias")
    return torch.equal(bias, torch.full_like(bias, value))


def _is_gaussian(layer: nn.Conv2d | nn.Linear) -> bool:
    count = layer.weight.numel()
    spread = abs(layer.weight.std().item() - 0.01) < 5 * 0.01 / math.sqrt(2 * count)
    return spread and abs(layer.weight.mean().item()) < 5 * 0.01 / math.sqrt(count)
