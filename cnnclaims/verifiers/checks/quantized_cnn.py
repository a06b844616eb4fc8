"""Q-CNN (arXiv 1512.06473): what its tables cost, and that looking up gives what multiplying gives."""

import math
from itertools import product

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cnnclaims.verifiers.checks.found import Found
from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.networks.quantized_cnn import LookupConv2d, LookupLinear
from cnnclaims.verifiers.trace import trace, uninitialised

WIDTHS, SUBVECTORS, CENTRES = (256, 1024, 4096), (2, 4, 8), (16, 32, 64)


def full_layer_cost() -> Found:
    """Section 3.1: C_s K multiplications for the tables and C_t M additions, whatever the sizes."""
    cases = list(product(WIDTHS, WIDTHS, SUBVECTORS, CENTRES))
    return costs_agree([(*case, lookup_cost(*case)) for case in cases])


def lookup_cost(c_in: int, c_out: int, subvector: int, centres: int) -> int:
    """Multiplications of the tables and entries added, counted from what the layer does."""
    with uninitialised():
        layer = LookupLinear(c_in, c_out, subvector, centres)
    nodes = trace(Network({"flatten": nn.Flatten(), "layer": layer}, input_shape=(c_in, 1, 1))).nodes
    added = [math.prod(nodes[i].shape) for node in nodes if node.op == "sum" for i in node.inputs]
    return sum(node.macs for node in nodes) + sum(added)


def costs_agree(counted: list[tuple[int, int, int, int, int]]) -> Found:
    """Whether every count is C_s K + C_t M, and none is the dense C_s C_t."""
    wrong = [case for case in counted if case[4] != case[0] * case[3] + case[1] * case[0] // case[2]]
    dense = [case for case in counted if case[4] == case[0] * case[1]]
    least, most = (pick(c[0] * c[1] / c[4] for c in counted) for pick in (min, max))
    sentence = (
        f"the count is the formula's in {len(counted) - len(wrong)} of {len(counted)} layers; a dense layer takes "
        f"{least:.2f} to {most:.2f} times as many multiplications"
    )
    return Found(not wrong and not dense, sentence)


def lookup_is_the_dense_product() -> Found:
    """With the sub-vectors of the weights themselves as centres, looking up gives the dense product."""
    generator = torch.Generator().manual_seed(20151221)
    image = torch.randn(2, 12, 9, 9, generator=generator, dtype=torch.float64)
    kernels = torch.randn(10, 6, 3, 3, generator=generator, dtype=torch.float64)
    weights = torch.randn(20, 12, generator=generator, dtype=torch.float64)
    with torch.no_grad():
        linear, conv = exact_linear(weights, 3), exact_conv(kernels, 3, groups=2)
        vector = image[:, :, 0, 0]
        pairs = [
            (linear(vector), F.linear(vector, weights)),
            (conv(image), F.conv2d(image, kernels, stride=2, padding=1, groups=2)),
        ]
        (
            linear.codes.copy_(linear.codes // 2),
            conv.codes.copy_(conv.codes // 2),
        )  # half as many centres in use
        controls = [linear(vector), conv(image)]
    return products_agree(pairs, controls)


def exact_linear(weights: Tensor, subvector: int) -> LookupLinear:
    """A layer whose centres are the sub-vectors of its weights, one each."""
    c_out, c_in = weights.shape
    layer = LookupLinear(c_in, c_out, subvector, c_out).double()
    parts = c_in // subvector
    layer.book.weight.copy_(
        weights.view(c_out, parts, subvector).transpose(0, 1).reshape(-1, subvector, 1, 1)
    )
    layer.codes.copy_(torch.arange(c_out).expand(parts, -1))
    return layer


def exact_conv(kernels: Tensor, subvector: int, groups: int) -> LookupConv2d:
    """The same for a convolution with stride 2 and padding 1: a centre for every output and pixel of the kernel."""
    c_out, c_in, kernel, _ = kernels.shape
    parts, centres = c_in // subvector, c_out * kernel * kernel
    layer = LookupConv2d(c_in * groups, c_out, kernel, subvector, centres, 2, 1, groups).double()
    stretches = kernels.view(c_out, parts, subvector, kernel, kernel).permute(1, 0, 3, 4, 2)
    layer.book.weight.copy_(stretches.reshape(-1, subvector, 1, 1))
    order = torch.arange(centres).view(c_out, kernel, kernel).permute(1, 2, 0)
    layer.codes.copy_(order.unsqueeze(2).expand_as(layer.codes))
    return layer


def products_agree(pairs: list[tuple[Tensor, Tensor]], controls: list[Tensor]) -> Found:
    """Whether looked-up and dense results are equal up to rounding of float64, and the controls are far off."""
    scales = [float(dense.abs().max()) for _, dense in pairs]
    errors = [float((a - b).abs().max()) / s for (a, b), s in zip(pairs, scales, strict=True)]
    off = [float((c - b).abs().max()) / s for c, (_, b), s in zip(controls, pairs, scales, strict=True)]
    sentence = (
        f"a full layer agrees to {errors[0]:.0e} and a convolution in two groups to {errors[1]:.0e} of the largest output; "
        f"with half of the centres they are {off[0]:.1f} and {off[1]:.1f} off"
    )
    return Found(max(errors) < 1e-12 and min(off) > 0.1, sentence)
