"""Both forms of blocks that join other operators, at inference; the control of each is its input with the channels in another order.

How far two orders of a block's sums may be apart follows from the block itself: rounding errors grow at most as the values do
where all terms of all sums are positive and no activation cuts them off.
"""

import copy
from collections.abc import Callable, Mapping

import torch
from torch import Tensor, nn

from cnnclaims.verifiers.checks.agreement import Draw
from cnnclaims.verifiers.kernels import cross_stage_partial as csp
from cnnclaims.verifiers.kernels import dense_block as dense
from cnnclaims.verifiers.kernels import inverted_residual as inverted
from cnnclaims.verifiers.kernels import one_shot_aggregation as osa
from cnnclaims.verifiers.kernels import resnext_block as aggregated
from cnnclaims.verifiers.kernels import shift as shifting
from cnnclaims.verifiers.kernels import shufflenet_v1_unit as shuffled
from cnnclaims.verifiers.kernels import shufflenet_v2_unit as split
from cnnclaims.verifiers.kernels import stochastic_depth as dropping
from cnnclaims.verifiers.kernels.forms.form import Forms, drawn, largest
from cnnclaims.verifiers.networks import densenet, mobilenet_v2, resnext, shufflenet_v1, shufflenet_v2
from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.trace import trace

Definition = Callable[[Tensor, Mapping[str, Tensor]], tuple[Tensor, int]]


def block(
    net: Network,
    the: Draw,
    definition: Definition,
    others: Callable[[Network], list[Network]] = lambda net: [],
) -> Forms:
    """Both forms of a network that is a block, or has one for its only stage; `others` are networks that do the same with its weights."""
    terms = sum(max(node.fan_in, 8) for node in trace(net).nodes)
    net, macs = drawn(net, the)
    x = the.image(*net.input_shape[:2])
    weights = (net[0] if len(net) == 1 else net).state_dict()
    y, counted = definition(x, weights)
    control, _ = definition(x.roll(1, 1), weights)
    alike = [net, *others(net)]
    framework = torch.cat([one.eval()(x) for one in alike])
    y, control = torch.cat([y] * len(alike)), torch.cat([control] * len(alike))
    return Forms(y, framework, control, counted, macs, terms, largest(_positive(net)(x.abs())))


def _positive(net: Network) -> Network:
    """The network with all terms of all sums positive, and ReLU for ReLU6."""
    net = copy.deepcopy(net)
    for parameter in net.parameters():
        parameter.abs_()
    for name, statistic in net.named_buffers():
        if name.endswith("running_mean"):
            statistic.copy_(-statistic.abs())
    for path, layer in list(net.named_modules()):
        if isinstance(layer, nn.ReLU6):
            net.set_submodule(path, nn.ReLU())
    return net


def cross_stage_partial(the: Draw) -> Forms:
    """Stages of one or two bottlenecks, with widths of their own."""
    c_in, half, inner, c_out = the.whole(2, 4), the.whole(2, 3), the.whole(1, 2), the.whole(2, 4)
    blocks, size = the.whole(1, 2), the.whole(3, 7)
    net = csp.cross_stage_partial(c_in, half, inner, c_out, blocks, size)
    return block(net, the, lambda x, weights: csp.cross_stage_partial_by_definition(x, weights, blocks))


def csc_module(the: Draw) -> Forms:
    """From fewer inner channels than displacements to three times as many."""
    channels, expansion, k, size = the.whole(8, 10), the.whole(1, 3), 2 * the.whole(0, 1) + 1, the.whole(3, 7)
    net = shifting.csc_module(channels, expansion, k, size)
    return block(net, the, lambda x, weights: shifting.csc_module_by_definition(x, weights, k))


def dense_block(the: Draw) -> Forms:
    """One to three layers, with and without bottlenecks."""
    layers, growth, channels, size = the.whole(1, 3), the.whole(2, 4), the.whole(2, 6), the.whole(3, 7)
    narrow = bool(the.whole(0, 1))
    net = densenet.dense_block(layers, growth, channels, narrow, size)
    return block(net, the, lambda x, weights: dense.dense_block_by_definition(x, weights, layers, narrow))


def inverted_residual(the: Draw) -> Forms:
    """Kernels of 1 to 5, both strides, as many channels out as in or not."""
    c_in, expansion, k, stride = the.whole(3, 6), the.whole(3, 6), 2 * the.whole(0, 2) + 1, the.whole(1, 2)
    c_out = c_in + the.whole(0, 2)
    net = mobilenet_v2.inverted_residual(c_in, c_out, expansion, the.whole(3, 8), stride, k)
    return block(net, the, lambda x, weights: inverted.inverted_residual_by_definition(x, weights, stride))


def one_shot_aggregation(the: Draw) -> Forms:
    """One to four layers."""
    c_in, width, c_out, layers = the.whole(4, 8), the.whole(4, 8), the.whole(4, 8), the.whole(1, 4)
    net = osa.one_shot_aggregation(c_in, width, c_out, layers, the.whole(3, 7))
    return block(net, the, lambda x, weights: osa.one_shot_aggregation_by_definition(x, weights, layers))


def resnext_block(the: Draw) -> Forms:
    """All three forms of Figure 3 on the same weights, one behind the other; the measure counts one of them."""
    cardinality, width, channels, size = the.whole(1, 4), the.whole(2, 3), the.whole(4, 7), the.whole(3, 7)
    net = resnext.resnext_block(cardinality, width, "c", channels, size)

    def definition(x: Tensor, weights: Mapping[str, Tensor]) -> tuple[Tensor, int]:
        return aggregated.resnext_block_by_definition(x, weights, cardinality)

    return block(
        net, the, definition, lambda c: [aggregated.in_form(c, form, cardinality) for form in ("a", "b")]
    )


def shufflenet_v1_unit(the: Draw) -> Forms:
    """Both strides; with 2 the channels grow."""
    groups, each, stride = the.whole(1, 3), the.whole(1, 3), the.whole(1, 2)
    c_in, size = groups * the.whole(2, 4), the.whole(4, 8)
    if stride == 1:
        net = shufflenet_v1.shufflenet_v1_unit(c_in, groups * each, groups, size)
    else:
        unit = shufflenet_v1.unit(c_in, 4 * groups * (each + 4), groups, groups)
        net = Network({"unit": unit}, (c_in, size, size))

    def definition(x: Tensor, weights: Mapping[str, Tensor]) -> tuple[Tensor, int]:
        return shuffled.shufflenet_v1_unit_by_definition(x, weights, groups, stride)

    return block(net, the, definition)


def shufflenet_v2_unit(the: Draw) -> Forms:
    """Both strides."""
    channels, size = 4 * the.whole(1, 4), the.whole(4, 8)
    if the.whole(1, 2) == 1:
        net = shufflenet_v2.shufflenet_v2_unit(channels, size)
        return block(net, the, split.shufflenet_v2_unit_by_definition)
    net = Network({"unit": shufflenet_v2.DownUnit(channels, 2 * channels)}, (channels, size, size))
    return block(net, the, split.shufflenet_v2_down_unit_by_definition)


def stochastic_depth(the: Draw) -> Forms:
    """At test time, where the branch counts by its probability."""
    survival = the.whole(1, 10) / 10
    net = dropping.stochastic_depth(the.whole(2, 6), the.whole(3, 7), survival)

    def definition(x: Tensor, weights: Mapping[str, Tensor]) -> tuple[Tensor, int]:
        own = {name.removeprefix("branch."): value for name, value in weights.items()}
        return dropping.stochastic_depth_by_definition(x, own, survival)

    return block(net, the, definition)
