"""Deep Compression (arXiv 1510.00149): what sharing and sparse storage cost, and what the tables add up to."""

import math
import warnings
from collections.abc import Mapping
from fractions import Fraction
from itertools import product

import torch
from torch import Tensor
from torch.nn import functional as F

from cnnclaims.verifiers.checks.found import Found
from cnnclaims.verifiers.checks.vector_quantization import pack, unpack

# Table 1. size before, size after (kB or MB)
TABLE_1 = {
    "LeNet-300-100": ("1070", "27"),
    "LeNet-5": ("1720", "44"),
    "AlexNet": ("240", "6.9"),
    "VGG-16": ("552", "11.3"),
}
# Tables 2 to 5, the totals. weights kept, size after quantization, after Huffman coding, in per cent
TOTALS = {
    "LeNet-300-100": ("8", "3.1", "2.49"),
    "LeNet-5": ("8", "3.05", "2.55"),
    "AlexNet": ("11", "3.7", "2.88"),
    "VGG-16": ("7.5", "3.2", "2.05"),
}
# Tables 2 to 5. bits of a distance in convolutions and in full layers
DISTANCES = {"LeNet-300-100": (None, 5), "LeNet-5": (5, 5), "AlexNet": (4, 4), "VGG-16": (5, 5)}
# Table 8, Titan X, one image. microseconds dense, pruned
TITAN_X = {
    "fc6 of AlexNet": (541.5, 134.8),
    "fc7 of AlexNet": (243.0, 65.8),
    "fc8 of AlexNet": (80.5, 54.6),
    "fc6 of VGG-16": (1467.8, 167.0),
    "fc7 of VGG-16": (243.0, 39.8),
    "fc8 of VGG-16": (80.5, 48.0),
}


# -- arithmetic on what the tables print ----------------------------------------------------------------------------------


def rates_of_table_1() -> Found:
    """The two large networks, rounded, mark the ends of the range; without Huffman coding they would not."""
    rates = {name: Fraction(before) / Fraction(after) for name, (before, after) in TABLE_1.items()}
    return ends_are(rates, (35, 49), rates_left(1))


def rates_after_pruning() -> Found:
    """One over the share of weights kept."""
    return ends_are(rates_left(0), (9, 13), rates_left(1))


def rates_after_quantization() -> Found:
    """One over the share of the size that pruning and quantization leave."""
    return ends_are(rates_left(1), (27, 31), rates_left(2))


def rates_left(stage: int) -> dict[str, Fraction]:
    """One over the printed total of each network."""
    return {name: 100 / Fraction(total[stage]) for name, total in TOTALS.items()}


def ends_are(rates: Mapping[str, Fraction], ends: tuple[int, int], control: Mapping[str, Fraction]) -> Found:
    """Whether AlexNet and VGG-16 give the two printed factors once rounded, and the control does not."""
    found, other = (tuple(round(each[name]) for name in ("AlexNet", "VGG-16")) for each in (rates, control))
    written = ", ".join(f"{name} {float(rate):.1f}" for name, rate in rates.items())
    sentence = f"{written}; another stage gives {other[0]} and {other[1]} for the last two"
    return Found(found == ends and other != ends, sentence, own_word=True)


def huffman_saves() -> Found:
    """The share of the storage that Huffman coding saves after quantization."""
    return savings_within({name: (pq, pqh) for name, (_, pq, pqh) in TOTALS.items()}, (20, 30))


def savings_within(totals: Mapping[str, tuple[str, str]], limits: tuple[int, int]) -> Found:
    """Whether every network saves a share within the limits, in whole per cent."""
    saved = {name: 100 * (1 - Fraction(after) / Fraction(before)) for name, (before, after) in totals.items()}
    written = ", ".join(f"{name} {float(share):.1f} %" for name, share in saved.items())
    low, high = limits
    holds = all(low <= round(share) <= high for share in saved.values())
    return Found(holds, f"Huffman coding saves: {written}", own_word=True)


def distances_of_convolutions() -> Found:
    """The bits of a distance in the convolutions of Tables 3 to 5."""
    return all_have({name: bits for name, (bits, _) in DISTANCES.items() if bits is not None}, 8)


def distances_of_full_layers() -> Found:
    """The bits of a distance in the full layers of Tables 2 to 5."""
    return all_have({name: bits for name, (_, bits) in DISTANCES.items()}, 5)


def all_have(bits: Mapping[str, int], printed: int) -> Found:
    """Whether every network has the bits that the text says."""
    written = ", ".join(f"{name} {number}" for name, number in bits.items())
    return Found(
        set(bits.values()) == {printed}, f"bits of a distance by the tables: {written}", own_word=True
    )


def mean_speed_up_on_the_titan_x() -> Found:
    """The geometric mean of the six layers' speed-ups, which is what one takes of ratios."""
    return geometric_mean_is(TITAN_X, (3.45, 3.55))


def geometric_mean_is(times: Mapping[str, tuple[float, float]], limits: tuple[float, float]) -> Found:
    """Whether the geometric mean of dense over pruned lies within the limits, and the arithmetic mean, the control, does not."""
    ratios = [dense / sparse for dense, sparse in times.values()]
    geometric = math.prod(ratios) ** (1 / len(ratios))
    arithmetic = sum(ratios) / len(ratios)
    low, high = limits
    sentence = (
        f"{len(ratios)} layers are {min(ratios):.2f} to {max(ratios):.2f} times faster, {geometric:.2f} in the geometric "
        f"mean; the arithmetic mean is {arithmetic:.2f}"
    )
    return Found(low <= geometric <= high and not low <= arithmetic <= high, sentence, own_word=True)


# -- sharing and sparse storage -------------------------------------------------------------------------------------------


def rate_of_shared_weights() -> Found:
    """Equation 1 against the bits of packed codes and of the shared values."""
    return rates_agree([shared_bits(n, k) for n, k in product((64, 1000, 4096), (2, 4, 16, 32, 256))])


def shared_bits(n: int, k: int) -> tuple[int, int, int]:
    """n, k, and the bits that n weights of k shared values of 32 bits take, once they come back from their codes."""
    generator = torch.Generator().manual_seed(n + k)
    values = torch.randn(k, generator=generator, dtype=torch.float32)
    codes = torch.randint(k, (n,), generator=generator)
    width = (k - 1).bit_length()
    packed = pack(codes, width)
    intact = torch.equal(values[unpack(packed, width, n)], values[codes])
    return (
        n,
        k,
        n * width + 8 * values.element_size() * k if intact and 8 * len(packed) - n * width < 8 else 0,
    )


def rates_agree(cases: list[tuple[int, int, int]]) -> Found:
    """Whether nb over the bits counted is the formula's rate everywhere; the formula without the shared values must not be."""
    formulas = [32 * n / (n * math.log2(k) + k * 32) for n, k, _ in cases]
    without = [32 * n / (n * math.log2(k)) for n, k, _ in cases]
    counted = [32 * n / bits if bits else 0.0 for n, _, bits in cases]
    right, wrong = (sum(map(math.isclose, counted, each)) for each in (formulas, without))
    sentence = (
        f"the bits agree with the formula in {right} of {len(cases)} cases, from {max(counted):.1f} times smaller to "
        f"{min(counted):.2f}; without the shared values in {wrong}"
    )
    return Found(right == len(cases) and not wrong, sentence)


def gradient_of_a_shared_value_is_a_sum() -> Found:
    """Equation 3, on a layer of 40 x 60 weights with 16 shared values."""
    generator = torch.Generator().manual_seed(20151001)
    values = torch.randn(16, generator=generator, dtype=torch.float64, requires_grad=True)
    shared_by = torch.randint(16, (40, 60), generator=generator)
    image = torch.randn(8, 60, generator=generator, dtype=torch.float64)
    weights = values[shared_by]
    loss = F.linear(image, weights).tanh().square().sum()
    of_values, of_weights = torch.autograd.grad(loss, (values, weights))
    return sums_agree(of_values, of_weights, shared_by)


def sums_agree(of_values: Tensor, of_weights: Tensor, shared_by: Tensor) -> Found:
    """Whether gradients of shared values are sums over the weights that share them, and means, the control, are not."""
    sums = torch.zeros_like(of_values).index_add(0, shared_by.flatten(), of_weights.flatten())
    means = sums / torch.bincount(shared_by.flatten(), minlength=len(of_values))
    size = of_values.abs().max()
    error, off = (float((of_values - other).abs().max() / size) for other in (sums, means))
    sentence = (
        f"{shared_by.numel()} weights of {len(of_values)} values: sums agree to {error:.0e} of the largest gradient, means "
        f"are {off:.2f} off"
    )
    return Found(error < 1e-12 and off > 0.1, sentence)


def numbers_of_compressed_rows() -> Found:
    """What torch keeps of sparse matrices in compressed rows and in compressed columns."""
    generator = torch.Generator().manual_seed(20151001)
    matrices = []
    for rows, columns, density in ((30, 50, 0.1), (50, 30, 0.3), (100, 10, 0.05)):
        dense = torch.randn(rows, columns, generator=generator, dtype=torch.float64)
        matrices.append(dense * (torch.rand(rows, columns, generator=generator) < density))
    return numbers_agree([kept_numbers(matrix) for matrix in matrices])


def kept_numbers(matrix: Tensor) -> tuple[int, int, int, int, int, int]:
    """Non-zeros, rows, columns, and the numbers kept as compressed rows, as compressed columns and as coordinates."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch calls its compressed rows a beta version
        rows, columns, coordinates = matrix.to_sparse_csr(), matrix.to_sparse_csc(), matrix.to_sparse()
    by_row = rows.values().numel() + rows.col_indices().numel() + rows.crow_indices().numel()
    by_column = columns.values().numel() + columns.row_indices().numel() + columns.ccol_indices().numel()
    by_place = coordinates.values().numel() + coordinates.indices().numel()
    return int(matrix.count_nonzero()), *matrix.shape, by_row, by_column, by_place


def numbers_agree(kept: list[tuple[int, int, int, int, int, int]]) -> Found:
    """Whether both compressed forms keep 2a + n + 1 numbers; coordinates, the control, keep 3a."""
    right = all(
        by_row == 2 * a + n + 1 and by_column == 2 * a + m + 1 for a, n, m, by_row, by_column, _ in kept
    )
    control = all(
        by_place == 3 * a and by_place not in (by_row, by_column)
        for a, _, _, by_row, by_column, by_place in kept
    )
    written = ", ".join(
        f"{by_row} and {by_column} for {a} in {n} x {m}" for a, n, m, by_row, by_column, _ in kept
    )
    return Found(right and control, f"by rows and by columns: {written}; as coordinates three for each")
