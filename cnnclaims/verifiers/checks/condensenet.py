"""CondenseNet: what condensation leaves of a layer (Section 3), and how its networks grow (Section 4)."""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor, nn

from cnnclaims.verifiers.checks.found import Found
from cnnclaims.verifiers.networks.condensenet import (
    CondensedConv,
    LearnedGroupConv,
    condense,
    condensenet,
    condensenet_cifar,
    condensenet_light,
)
from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.trace import trace, uninitialised
from cnnclaims.verifiers.traced import Trace, within

FACTORS = (2, 4, 8)  # groups = condensation factor C
TOLERANCE = 1e-12


def learned(factor: int, inputs: int = 4) -> LearnedGroupConv:
    """A learned group convolution in float64, with random weights and a normalisation that has seen data.

    It reads `inputs` times C channels and makes three times C.
    """
    generator = torch.Generator().manual_seed(1711 + factor)
    layer = LearnedGroupConv(inputs * factor, 3 * factor, factor, factor).double().eval()
    for name, tensor in layer.state_dict().items():
        if name != "mask" and tensor.dtype == torch.float64:
            tensor.copy_(torch.randn(tensor.shape, generator=generator, dtype=torch.float64))
    layer.bn.running_var.abs_().add_(0.5)  # type: ignore[union-attr]
    return layer


def condensed(factor: int) -> LearnedGroupConv:
    """The same after all its condensing stages."""
    layer = learned(factor)
    for _ in range(factor - 1):
        layer.drop_inputs()
    return layer


def kept(layer: LearnedGroupConv, group: int) -> Tensor:
    """Which inputs the filters of a group still read, a row a filter."""
    return layer.mask[group :: layer.groups, :, 0, 0] == 1


# -- Section 3 -----------------------------------------------------------------------------------------------


def condensing_stages() -> Found:
    """C - 1 stages, each of which takes one in C of the inputs from every group."""
    return stages_fit({factor: shares(learned(factor), factor - 1) for factor in FACTORS})


def shares(layer: LearnedGroupConv, stages: int) -> list[float]:
    """The share of its inputs that a layer reads before and after each of so many stages, the same in all groups."""

    def now() -> float:
        means = {kept(layer, group).double().mean().item() for group in range(layer.groups)}
        return means.pop() if len(means) == 1 else -1.0

    found = [now()]
    for _ in range(stages):
        layer.drop_inputs()
        found.append(now())
    return found


def stages_fit(found: dict[int, list[float]]) -> Found:
    """Whether the shares fall by 1/C a stage and end at 1/C after C - 1 stages, and not before."""
    right = all(shares == [1 - stage / factor for stage in range(factor)] for factor, shares in found.items())
    early = any(shares[-2] <= 1 / factor for factor, shares in found.items())
    lists = "; ".join(
        f"C = {factor}: {', '.join(f'{share:g}' for share in shares)}" for factor, shares in found.items()
    )
    return Found(right and not early, f"share of the inputs left in each group, stage by stage: {lists}")


def remaining_share() -> Found:
    """After condensing, the filters of a group read one in C of the inputs, the same ones, those with most weight."""
    return remains_fit([condensed(factor) for factor in FACTORS], learned(4))


def remains_fit(layers: list[LearnedGroupConv], control: LearnedGroupConv) -> Found:
    """Whether each layer keeps 1/C of the inputs; the control, not condensed, must not."""

    def fits(layer: LearnedGroupConv) -> bool:
        inputs = layer.conv.in_channels // layer.condense
        for group in range(layer.groups):
            rows = kept(layer, group)
            strength = layer.conv.weight[group :: layer.groups, :, 0, 0].abs().sum(0)
            if not (rows == rows[0]).all() or rows[0].sum() != inputs:
                return False
            if strength[rows[0]].min() < strength[~rows[0]].max():
                return False
        return True

    found = ", ".join(
        f"{int(kept(layer, 0)[0].sum())} of {layer.conv.in_channels} inputs with C = {layer.condense}"
        for layer in layers
    )
    sentence = (
        f"every filter of a group keeps the same {found}, those with the largest sums of weights; "
        f"before condensing {int(kept(control, 0)[0].sum())} of {control.conv.in_channels}"
    )
    return Found(all(map(fits, layers)) and not fits(control), sentence)


@torch.no_grad()
def index_equivalence() -> Found:
    """A condensed layer is an index layer, a standard group convolution and a permutation; none can be left out."""
    return forms_agree([condensed(factor) for factor in FACTORS], condense)


def forms_agree(
    layers: list[LearnedGroupConv], converted: Callable[[LearnedGroupConv], CondensedConv]
) -> Found:
    """Whether both forms put out the same on random maps; without index or permutation they must not."""
    generator = torch.Generator().manual_seed(3)
    agreed, without_index, without_shuffle = 0.0, torch.inf, torch.inf
    for layer in layers:
        x = torch.randn(2, layer.conv.in_channels, 5, 5, generator=generator, dtype=torch.float64)
        expected, form = layer(x), converted(layer)
        agreed = max(agreed, _distance(form(x), expected))
        shuffle, form.shuffle = form.shuffle, nn.Identity()  # type: ignore[assignment]
        without_shuffle = min(without_shuffle, _distance(form(x), expected))
        form.shuffle = shuffle
        form.index.index = torch.arange(x.shape[1])
        without_index = min(without_index, _distance(form(x), expected))
    sentence = (
        f"the two forms differ by {agreed:.0e} of the largest value at most, for C of "
        f"{', '.join(str(layer.condense) for layer in layers)}; without the index by {without_index:.2f} "
        f"at least, without the permutation by {without_shuffle:.2f}"
    )
    return Found(agreed <= TOLERANCE < min(without_index, without_shuffle), sentence)


def _distance(one: Tensor, other: Tensor) -> float:
    return ((one - other).abs().max() / other.abs().max()).item()


# -- Section 4 -----------------------------------------------------------------------------------------------


def growth_doubles() -> Found:
    """The growth rate doubles from block to block; that of CondenseNet-light, the control, does not."""
    with uninitialised():
        nets = [condensenet(), condensenet_cifar(50), condensenet_cifar(182, 12)]
        light = condensenet_light()
    return growth_fits([trace(net) for net in nets], trace(light))


def growth_rates(run: Trace) -> list[int]:
    """How many maps a layer of each block adds; 0 where its layers differ."""
    blocks = [path for path in run.layers if path.startswith("block") and "." not in path]
    rates = []
    for path in blocks:
        made = {
            node.weight[0]
            for node in run.nodes
            if node.op == "conv" and within(node.path, path) and node.weight[2:] == (3, 3)
        }
        rates.append(made.pop() if len(made) == 1 else 0)
    return rates


def growth_fits(runs: list[Trace], control: Trace) -> Found:
    """Whether block m adds 2^(m - 1) times the maps of the first; the control must not."""

    def fits(run: Trace) -> bool:
        rates = growth_rates(run)
        return len(rates) > 1 and rates == [rates[0] * 2**m for m in range(len(rates))]

    sentence = (
        f"maps a layer adds, block by block: {'; '.join(_listed(growth_rates(run)) for run in runs)}; "
        f"in CondenseNet-light {_listed(growth_rates(control))}"
    )
    return Found(all(map(fits, runs)) and not fits(control), sentence)


class Depth(NamedTuple):
    """Layers a block and weighted layers that ran."""

    n: int
    layers: int


def depth_of(net: Network) -> Depth:
    """Counts in one network."""
    run = trace(net)
    layers = sum(node.op in ("conv", "linear") for node in run.nodes)
    return Depth(sum(node.op == "concat" for node in run.nodes) // 3, layers)


def depth_formula() -> Found:
    """CIFAR networks have 3 * 2 * N + 2 layers."""
    with uninitialised():
        found = [depth_of(condensenet_cifar(depth)) for depth in (50, 86, 122, 182)]
        light = depth_of(condensenet_light())
    return depths_fit(found, 2, light)


def light_depth_formula() -> Found:
    """CondenseNet-light has 3 * 2 * N + 4 layers."""
    with uninitialised():
        found = [depth_of(condensenet_light(94)), depth_of(condensenet_light(160, 32))]
        full = depth_of(condensenet_cifar(86))
    return depths_fit(found, 4, full)


def depths_fit(found: list[Depth], others: int, control: Depth) -> Found:
    """Whether each network has 6N layers and so many others; the control must not."""
    right = all(one.layers == 6 * one.n + others for one in found)
    counted = ", ".join(f"{one.layers} for N = {one.n}" for one in found)
    sentence = (
        f"layers counted: {counted}; the other sort of network has {control.layers} for N = {control.n}"
    )
    return Found(right and control.layers != 6 * control.n + others, sentence)


def _listed(numbers: list[int]) -> str:
    return ", ".join(map(str, numbers))
