"""Vector quantization (arXiv 1412.6115): its rates against the bits that compressed matrices really take."""

import math
from collections.abc import Iterable
from fractions import Fraction
from itertools import product

import torch
from torch import Tensor, nn

from cnnclaims.verifiers.checks.found import Found
from cnnclaims.verifiers.measures.coded import coded
from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.networks.quantized_cnn import LookupLinear
from cnnclaims.verifiers.trace import trace, uninitialised

ROWS, COLUMNS = 96, 160
FLOAT = 32  # bits
LOST = Fraction(0)  # the rate of a form from which the matrix does not come back
Case = tuple[str, Fraction, float]  # what, the rate counted, the rate by the formula


def scalar_rate() -> Found:
    """Section 3.2: a matrix of k different values takes log2(k) bits a value, 32 / log2(k) times fewer."""
    matrix = weights()
    cases = [scalar(matrix, 2**bits) for bits in range(1, 9)]
    return rates_agree(cases, scalar(matrix, 3))


def scalar(matrix: Tensor, k: int) -> Case:
    """The matrix by the nearest of k centres, its codes packed and unpacked again; the centres are not counted."""
    values = matrix.flatten()
    codes = (values.unsqueeze(1) - kmeans(values, k)).abs().argmin(1)
    return f"k = {k}", packed_rate(codes, (k - 1).bit_length()), FLOAT / math.log2(k)


def packed_rate(codes: Tensor, bits: int) -> Fraction:
    """How many times shorter than floats the packed codes are, if they come back as they went in."""
    packed = pack(codes, bits)
    if not torch.equal(unpack(packed, bits, len(codes)), codes):
        return LOST
    return Fraction(len(codes) * FLOAT, 8 * len(packed))


def kmeans(values: Tensor, k: int) -> Tensor:
    """Lloyd's algorithm on numbers, from evenly spaced quantiles, for ten rounds."""
    centres = torch.quantile(values, (torch.arange(k, dtype=values.dtype) + 0.5) / k)
    for _ in range(10):
        nearest = torch.bucketize(values, (centres[1:] + centres[:-1]) / 2)
        count = torch.bincount(nearest, minlength=k)
        centres = torch.where(count > 0, torch.bincount(nearest, values, k) / count, centres)
    return centres


def pack(codes: Tensor, bits: int) -> bytes:
    """Whole numbers as one string of bits, so many a number."""
    digits = "".join(f"{code:0{bits}b}" for code in codes.tolist())
    digits += "0" * (-len(digits) % 8)
    return int(digits, 2).to_bytes(len(digits) // 8, "big")


def unpack(packed: bytes, bits: int, count: int) -> Tensor:
    """The numbers that were packed."""
    digits = "".join(f"{byte:08b}" for byte in packed)
    return torch.tensor([int(digits[i * bits : (i + 1) * bits], 2) for i in range(count)])


def sign_rate() -> Found:
    """Signs alone take one bit a weight."""
    matrix = weights()
    counted = packed_rate((matrix > 0).flatten().long(), 1)
    as_bytes = packed_rate((matrix > 0).flatten().long(), 8)
    return rates_agree([("signs", counted, 32)], ("signs of a byte each", as_bytes, 32))


def product_rate() -> Found:
    """Section 3.3: m x n weights in s stretches a row with k centres each take 32kn + log2(k)ms bits."""
    cases = [split(*case) for case in product((512, 4096), (512, 4096), (64, 128), (16, 256))]
    m, n, s, k = 512, 4096, 64, 256
    without_book = Fraction(FLOAT * m * n, int(math.log2(k)) * m * s)
    return rates_agree(cases, ("codes alone", without_book, float(cases[-1][1])))


def split(m: int, n: int, s: int, k: int) -> Case:
    """A layer of code books, counted with its centres."""
    with uninitialised():
        layer = LookupLinear(n, m, subvector=n // s, centres=k)
    traced = trace(Network({"flatten": nn.Flatten(), "layer": layer}, input_shape=(n, 1, 1)))
    counted = 8 * coded(traced, part="layer") - FLOAT * m  # the biases are no part of the matrix
    formula = 32 * m * n / (32 * k * n + math.log2(k) * m * s)
    return f"m, n, s, k = {m}, {n}, {s}, {k}", FLOAT * m * n / counted, formula


def svd_rate() -> Found:
    """Section 3.1: the first k singular vectors on both sides and k singular values are k(m + n + 1) numbers."""
    matrix = weights()
    cases = [low_rank(matrix, k) for k in (1, 8, 32)]
    m, n = matrix.shape
    return rates_agree(cases, ("without the singular values", Fraction(m * n, 8 * (m + n)), cases[1][2]))


def low_rank(matrix: Tensor, k: int) -> Case:
    """The numbers that a truncated decomposition keeps, once it is as near as rank k can be."""
    u, s, v = torch.linalg.svd(matrix, full_matrices=False)
    kept = (u[:, :k].contiguous(), s[:k].contiguous(), v[:k].contiguous())
    error = (kept[0] * kept[1] @ kept[2] - matrix).norm()
    m, n = matrix.shape
    counted = Fraction(m * n, sum(part.numel() for part in kept))
    nearest = torch.isclose(error, s[k:].norm())
    return f"k = {k}", counted if nearest else LOST, m * n / (k * (m + n + 1))


def weights() -> Tensor:
    """A matrix from a standard normal law."""
    generator = torch.Generator().manual_seed(20141218)
    return torch.randn(ROWS, COLUMNS, generator=generator, dtype=torch.float64)


def rates_agree(cases: Iterable[Case], control: Case) -> Found:
    """Whether every counted rate is the formula's, and the control's is not."""
    cases = list(cases)
    wrong = [name for name, counted, formula in cases if not math.isclose(counted, formula, rel_tol=1e-12)]
    name, counted, formula = control
    differs = not math.isclose(counted, formula, rel_tol=1e-6)
    first, last = cases[0], cases[-1]
    sentence = (
        f"the bits agree with the formula in {len(cases) - len(wrong)} of {len(cases)} cases, from {float(first[1]):.4g} "
        f"times fewer ({first[0]}) to {float(last[1]):.4g} ({last[0]}); {name}: {float(counted):.4g} against {formula:.4g}"
    )
    return Found(not wrong and differs, sentence)
