"""DenseNet: who reads whom in a dense block, and the blocks of Table 1, seen in the trace of a run."""

import random
from typing import NamedTuple

from cnnclaims.verifiers.checks.found import Found
from cnnclaims.verifiers.kernels.convolution import conv_stack
from cnnclaims.verifiers.networks.densenet import (
    dense_block,
    densenet,
    densenet121,
    densenet169,
    densenet201,
    densenet264,
)
from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.trace import trace, uninitialised
from cnnclaims.verifiers.traced import Trace, within

BLOCKS = 20
INPUT = -1  # what the trace calls the network's input


class Layer(NamedTuple):
    """A convolution that ran: where its maps come from, how many it reads and makes."""

    sources: frozenset[int]  # nodes that are convolutions, or the input
    channels_in: int
    channels: int


def layers(run: Trace) -> list[Layer]:
    """The convolutions of a run in order; normalisation, ReLU and concatenation are looked through."""
    seen: list[frozenset[int]] = []  # for every node, the convolutions whose maps it hands on
    found = []
    for index, node in enumerate(run.nodes):
        before = frozenset[int]().union(
            *(frozenset((INPUT,)) if i == INPUT else seen[i] for i in node.inputs)
        )
        if node.op == "conv":
            found.append(Layer(before, node.weight[1] * node.groups, node.weight[0]))
        seen.append(frozenset((index,)) if node.op == "conv" else before)
    return found


class Block(NamedTuple):
    """The sizes of a random block: layers L, growth rate k, maps that come in k0."""

    layers: int
    growth_rate: int
    channels: int


def random_blocks() -> list[Block]:
    """Blocks of 1 to 12 layers with growth rates of 1 to 16 and 1 to 40 maps coming in."""
    generator = random.Random(1608)
    return [
        Block(generator.randint(1, 12), generator.randint(1, 16), generator.randint(1, 40))
        for _ in range(BLOCKS)
    ]


def traced(block: Block) -> Trace:
    """A run of the dense block of these sizes."""
    with uninitialised():
        return trace(dense_block(block.layers, block.growth_rate, block.channels, size=8))


def chained(block: Block) -> Trace:
    """A run of as many convolutions one after another: the control."""
    with uninitialised():
        return trace(conv_stack(block.channels, 3, block.layers, 8))


# -- Section 3 -----------------------------------------------------------------------------------------------


def connections_in_a_block() -> Found:
    """Each of L layers reads all sources before it: L(L+1)/2 connections; a chain must have L."""
    blocks = [block for block in random_blocks() if block.layers > 1]
    return connections_fit([(block.layers, traced(block), chained(block)) for block in blocks])


def connections_fit(runs: list[tuple[int, Trace, Trace]]) -> Found:
    """Whether the connections of every block are L(L+1)/2, and those of its control are not."""
    right = fooled = 0
    for number, dense, control in runs:
        expected = number * (number + 1) // 2
        right += _connections(dense) == expected
        fooled += _connections(control) == expected
    number, dense, control = max(runs, key=lambda run: run[0])
    sentence = (
        f"L(L+1)/2 for {right} of {len(runs)} random blocks, such as {_connections(dense)} for {number} layers; "
        f"as many layers in a chain have {_connections(control)}"
    )
    return Found(right == len(runs) and fooled == 0, sentence)


def _connections(run: Trace) -> int:
    return sum(len(layer.sources) for layer in layers(run))


def block_of_figure_1() -> Found:
    """Five layers of growth rate 4."""
    return figure_fits(traced(Block(5, 4, 6)), traced(Block(4, 5, 6)))


def figure_fits(run: Trace, control: Trace) -> Found:
    """Whether five layers make four maps each and are joined by 15 connections; the control must differ."""

    def seen(one: Trace) -> tuple[int, set[int], int]:
        return len(layers(one)), {layer.channels for layer in layers(one)}, _connections(one)

    number, made, joined = seen(run)
    sentence = (
        f"{number} layers, {', '.join(map(str, made))} maps each, {joined} connections; "
        f"the control, a block of four layers, has {seen(control)[2]}"
    )
    expected = (5, {4}, 15)
    return Found(seen(run) == expected and seen(control) != expected, sentence, own_word=True)


def inputs_of_every_layer() -> Found:
    """Layer l reads k0 + k(l - 1) maps; k0 + k l must not fit."""
    return inputs_fit([(block, traced(block)) for block in random_blocks()])


def inputs_fit(runs: list[tuple[Block, Trace]]) -> Found:
    """Whether every layer of every block reads as many maps as the formula says."""
    every = [
        (layer.channels_in, block.channels + block.growth_rate * (number - 1), block.growth_rate)
        for block, run in runs
        for number, layer in enumerate(layers(run), 1)
    ]
    right = sum(read == formula for read, formula, _ in every)
    fooled = sum(read == formula + rate for read, formula, rate in every)
    sentence = (
        f"k0 + k(l - 1) for {right} of {len(every)} layers of {len(runs)} random blocks, "
        f"the control, k0 + k l, for {fooled}"
    )
    return Found(right == len(every) and fooled == 0, sentence)


def cifar_blocks() -> Found:
    """The three blocks of the CIFAR networks."""
    with uninitialised():
        nets = [densenet(40, 12), densenet(100, 24), densenet(190, 40, bottleneck=True, compression=0.5)]
        larger = densenet(40, 12)
    larger.input_shape = (3, 64, 64)
    return cifar_fits([trace(net) for net in nets], trace(larger))


def cifar_fits(runs: list[Trace], control: Trace) -> Found:
    """Whether the blocks work on 32, 16 and 8 pixels with equally many layers; a larger image's must not."""

    def seen(run: Trace) -> list[tuple[int, int]]:
        blocks = ("block1", "block2", "block3")
        return [((run.layers[name].shape or (0, 0))[1], _concatenations(run, name)) for name in blocks]

    def fits(found: list[tuple[int, int]]) -> bool:
        return [side for side, _ in found] == [32, 16, 8] and len({number for _, number in found}) == 1

    sentence = (
        f"sides and layers of the blocks: {'; '.join(_pairs(seen(run)) for run in runs)}; "
        f"of an image of 64 pixels {_pairs(seen(control))}"
    )
    return Found(all(fits(seen(run)) for run in runs) and not fits(seen(control)), sentence)


def _pairs(found: list[tuple[int, int]]) -> str:
    return ", ".join(f"{side} and {number}" for side, number in found)


def _concatenations(run: Trace, part: str) -> int:
    return sum(node.op == "concat" and within(node.path, part) for node in run.nodes)


# -- Table 1 -------------------------------------------------------------------------------------------------


def repeats_121() -> Found:
    """Layers in each block of DenseNet-121."""
    with uninitialised():
        return blocks_have(densenet121(), (6, 12, 24, 16), densenet169())


def repeats_169() -> Found:
    """Layers in each block of DenseNet-169."""
    with uninitialised():
        return blocks_have(densenet169(), (6, 12, 32, 32), densenet121())


def repeats_201() -> Found:
    """Layers in each block of DenseNet-201."""
    with uninitialised():
        return blocks_have(densenet201(), (6, 12, 48, 32), densenet121())


def repeats_264() -> Found:
    """Layers in each block of DenseNet-264."""
    with uninitialised():
        return blocks_have(densenet264(), (6, 12, 64, 48), densenet121())


def blocks_have(net: Network, printed: tuple[int, ...], control: Network) -> Found:
    """Whether the four blocks run so many layers, each of two convolutions and a concatenation."""
    runs = [trace(net), trace(control)]
    names = ("block1", "block2", "block3", "block4")
    found, other = (tuple(_concatenations(run, name) for name in names) for run in runs)
    convolutions = sum(
        node.op == "conv" and within(node.path, name) for node in runs[0].nodes for name in names
    )
    sentence = (
        f"the blocks run {', '.join(map(str, found))} layers, {convolutions} convolutions together; "
        f"the control, another depth, runs {', '.join(map(str, other))}"
    )
    return Found(found == printed and convolutions == 2 * sum(printed) and other != printed, sentence)
