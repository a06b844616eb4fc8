"""Checks of Deep Residual Learning for Image Recognition (arXiv 1512.03385): counts of what runs."""

from typing import NamedTuple

from torch import nn

from cnnclaims.verifiers.checks.found import Found
from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.networks.resnet import (
    basic_block,
    bottleneck_block,
    resnet18,
    resnet34,
    resnet50,
    resnet101,
    resnet152,
)
from cnnclaims.verifiers.networks.resnet_cifar import STAGES, plain_cifar, resnet_cifar
from cnnclaims.verifiers.trace import trace, uninitialised
from cnnclaims.verifiers.traced import Trace, within

CIFAR_N = (3, 5, 7, 9, 18)  # the n of Section 4.2, 200 aside
SIMILAR = 0.1  # how far apart two costs may be that are called similar: what "about" allows a printed number


def weighted_layers(run: Trace, part: str | None = None) -> int:
    """Convolutions and linear layers that ran, those on shortcuts left out."""
    nodes = (node for node in run.nodes if node.op in ("conv", "linear") and ".shortcut" not in node.path)
    return sum(within(node.path, part) for node in nodes)


def additions(run: Trace) -> int:
    """Additions of two feature maps that ran."""
    return sum(node.op == "add" for node in run.nodes)


# -- Table 1 -------------------------------------------------------------------------------------------------


def repeats_18() -> Found:
    """Blocks of two layers in each stage of the 18-layer network."""
    with uninitialised():
        return stages_repeat(resnet18(option="A"), 2, (2, 2, 2, 2), resnet34(option="A"))


def repeats_34() -> Found:
    """Blocks of two layers in each stage of the 34-layer network."""
    with uninitialised():
        return stages_repeat(resnet34(option="A"), 2, (3, 4, 6, 3), resnet18(option="A"))


def repeats_50() -> Found:
    """Blocks of three layers in each stage of the 50-layer network."""
    with uninitialised():
        return stages_repeat(resnet50(), 3, (3, 4, 6, 3), resnet101())


def repeats_101() -> Found:
    """Blocks of three layers in each stage of the 101-layer network."""
    with uninitialised():
        return stages_repeat(resnet101(), 3, (3, 4, 23, 3), resnet50())


def repeats_152() -> Found:
    """Blocks of three layers in each stage of the 152-layer network."""
    with uninitialised():
        return stages_repeat(resnet152(), 3, (3, 8, 36, 3), resnet101())


def stages_repeat(net: Network, layers: int, printed: tuple[int, ...], control: Network) -> Found:
    """Whether the stages run `layers` weighted layers in each of the printed blocks; the control must not."""
    stages = ("conv2_x", "conv3_x", "conv4_x", "conv5_x")
    expected = [layers * blocks for blocks in printed]
    runs = [trace(net), trace(control)]
    found, other = ([weighted_layers(run, stage) for stage in stages] for run in runs)
    blocks = additions(runs[0])
    sentence = (
        f"conv2_x to conv5_x run {_listed(found)} weighted layers, {layers} a block, in {blocks} blocks; "
        f"with stem and classifier {weighted_layers(runs[0])}; the control, another depth, runs {_listed(other)}"
    )
    return Found(found == expected and blocks == sum(printed) and other != expected, sentence)


# -- Figure 5 ------------------------------------------------------------------------------------------------


def bottleneck_costs_like_basic() -> Found:
    """The bottleneck of 256 channels costs about as much as the basic block of 64."""
    with uninitialised():
        return costs_similar(bottleneck_block(), basic_block(), control=basic_block(channels=256))


def costs_similar(one: Network, other: Network, control: Network) -> Found:
    """Whether the multiply-adds of two blocks lie within ten per cent, and the control's do not."""
    cost, reference, far = (sum(node.macs for node in trace(net).nodes) for net in (one, other, control))
    ratio, control_ratio = cost / reference, far / reference
    sentence = (
        f"{cost:,} against {reference:,} multiply-adds on 56x56 maps, a ratio of {ratio:.3f}; "
        f"a basic block as wide as the bottleneck's ends has {control_ratio:.0f} times as many"
    )
    return Found(abs(ratio - 1) <= SIMILAR and abs(control_ratio - 1) > SIMILAR, sentence)


# -- Section 4.2 ---------------------------------------------------------------------------------------------


class CifarRun(NamedTuple):
    """What was counted in a CIFAR network of n blocks a stage."""

    n: int
    layers: int
    shortcuts: int
    stages: list[tuple[int, int, int]]  # map size, filters, layers


def cifar_run(n: int, net: Network) -> CifarRun:
    """Counts in one network."""
    run = trace(net)
    stages = []
    for name, _, _ in STAGES:
        channels, size, _ = run.layers[name].shape or (0, 0, 0)
        stages.append((size, channels, weighted_layers(run, name)))
    return CifarRun(n, weighted_layers(run), additions(run), stages)


def _cifar_runs() -> list[CifarRun]:
    with uninitialised():
        return [cifar_run(n, resnet_cifar(depth=6 * n + 2)) for n in CIFAR_N]


def cifar_depth_formula() -> Found:
    """Weighted layers of the CIFAR networks are 6n + 2; without the last block there are two fewer."""
    with uninitialised():
        short = resnet_cifar(depth=20)
        assert isinstance(short.stage3, nn.Sequential)
        del short.stage3[-1]
        return depths_fit(_cifar_runs(), cifar_run(3, short))


def depths_fit(runs: list[CifarRun], control: CifarRun) -> Found:
    """Whether each run has 6n + 2 weighted layers, and the control does not."""
    counted = ", ".join(f"{run.layers} for n = {run.n}" for run in runs)
    sentence = f"weighted layers: {counted}; {control.layers} for n = {control.n} without the last block"
    return Found(all(map(_deep, runs)) and not _deep(control), sentence)


def _deep(run: CifarRun) -> bool:
    return run.layers == 6 * run.n + 2


def cifar_shortcut_count() -> Found:
    """The CIFAR networks have 3n shortcuts, the plain ones none."""
    with uninitialised():
        return shortcuts_fit(_cifar_runs(), cifar_run(3, plain_cifar(depth=20)))


def shortcuts_fit(runs: list[CifarRun], control: CifarRun) -> Found:
    """Whether each run adds 3n shortcuts, and the plain network none."""
    counted = ", ".join(f"{run.shortcuts} for n = {run.n}" for run in runs)
    sentence = f"shortcuts added: {counted}; {control.shortcuts} in the plain network for n = {control.n}"
    return Found(all(run.shortcuts == 3 * run.n for run in runs) and control.shortcuts == 0, sentence)


def cifar_stages() -> Found:
    """The stages work on maps of 32, 16, 8 pixels with 16, 32, 64 filters; not so on an image of 64."""
    with uninitialised():
        wide = resnet_cifar(depth=20)
        wide.input_shape = (3, 64, 64)
        return stages_fit(_cifar_runs(), cifar_run(3, wide))


def stages_fit(runs: list[CifarRun], control: CifarRun) -> Found:
    """Whether map sizes, filters and layers a stage are those of Section 4.2, and the control's are not."""
    sizes, filters, _ = zip(*runs[0].stages, strict=True)
    other = [size for size, _, _ in control.stages]
    sentence = (
        f"maps of {_listed(sizes)} pixels with {_listed(filters)} filters, layers on them counted for n = "
        f"{_listed([run.n for run in runs])}; an image of 64 pixels has maps of {_listed(other)}"
    )
    return Found(all(map(_staged, runs)) and not _staged(control), sentence)


def _staged(run: CifarRun) -> bool:
    return run.stages == [(32, 16, 2 * run.n), (16, 32, 2 * run.n), (8, 64, 2 * run.n)]


def _listed(numbers: list[int] | tuple[int, ...]) -> str:
    return ", ".join(map(str, numbers))
