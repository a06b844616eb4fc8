"""XNOR-Net (arXiv 1603.05279): the best scale of signs, products by counting bits, and what they save."""

from collections.abc import Callable, Iterable
from fractions import Fraction

import torch
from torch import Tensor
from torch.nn import functional as F

from cnnclaims.verifiers.checks.found import Found
from cnnclaims.verifiers.networks.xnor_net import XnorConv2d

WORD = 64  # bits


def mean_size_is_the_best_scale() -> Found:
    """Equation 6: of all signs and scales, sign(W) and the mean size come nearest to W; every sign pattern is tried."""
    generator = torch.Generator().manual_seed(20160316)
    filters = torch.randn(200, 8, generator=generator, dtype=torch.float64)
    return scale_is_best(filters, lambda w: w.abs().mean(1))


def scale_is_best(filters: Tensor, scale: Callable[[Tensor], Tensor]) -> Found:
    """Whether scale(W) sign(W) is as near as the nearest of all 2^n patterns with their own best scales, and a norm is not."""
    n = filters.shape[1]
    patterns = ((torch.arange(2**n).unsqueeze(1) >> torch.arange(n)) & 1).double() * 2 - 1
    nearest = (filters.square().sum(1, keepdim=True) - (filters @ patterns.T).square() / n).amin(
        1
    )  # W'B / n is B's best
    error, other = (
        (filters - size.unsqueeze(1) * filters.sign()).square().sum(1)
        for size in (scale(filters), filters.square().mean(1).sqrt())
    )
    worst, off = float((error - nearest).abs().max()), float((other - nearest).min())
    sentence = (
        f"on {len(filters)} filters of {n} weights and all {len(patterns)} patterns, the squared error is the least to "
        f"{worst:.0e}; with the root mean square in place of the mean size it is {off:.1e} or more above"
    )
    return Found(worst < 1e-12 and off > 1e-9, sentence)


def counting_bits_is_the_product() -> Found:
    """The product of two vectors of n signs is 2 popcount(xnor) - n, exactly."""
    return popcounts_agree(lambda agree, n: 2 * agree - n)


def popcounts_agree(formula: Callable[[int, int], int]) -> Found:
    """Whether the formula gives the product of random sign vectors of lengths 1 to 300; one without the length must fail."""
    generator = torch.Generator().manual_seed(20160316)
    right = without_n = 0
    for n in range(1, 301):
        a, b = (torch.randint(2, (2, n), generator=generator) * 2 - 1).unbind()
        product = int((a * b).sum())
        agree = (~(word(a) ^ word(b)) & ((1 << n) - 1)).bit_count()
        right += formula(agree, n) == product
        without_n += 2 * agree == product
    sentence = (
        f"{right} of 300 products are equal; twice the count without the length is right in {without_n}"
    )
    return Found(right == 300 and without_n == 0, sentence)


def word(signs: Tensor) -> int:
    """A bit a sign, 1 for plus."""
    return int("".join("1" if sign > 0 else "0" for sign in signs.tolist()), 2)


def weights_of_one_bit() -> Found:
    """A filter of 3 x 3 x 256 weights takes a bit a weight in place of 32, and one scale."""
    return saves(256 * 9, scales=1)


def saves(weights: int, scales: int) -> Found:
    """Whether signs and scales together take a 32nd of floats, as printed (31.5 to 32.5); with a byte a sign they do not."""
    with_scales = Fraction(32 * weights, weights + 32 * scales)
    as_bytes = Fraction(32 * weights, 8 * weights + 32 * scales)
    sentence = (
        f"{weights} weights: 32 times less for the signs alone, {float(with_scales):.2f} with {scales} scale; a byte a sign "
        f"would be {float(as_bytes):.2f}"
    )
    in_print = Fraction(63, 2), Fraction(65, 2)
    holds = in_print[0] <= with_scales <= in_print[1] and not in_print[0] <= as_bytes
    return Found(holds, sentence, own_word=True)


def speed_up_by_words() -> Found:
    """Section 4.1: a convolution by 64-bit words, its words and scalings counted while it gives the right result."""
    return counts_agree([speed_up(c, k) for c in (64, 128, 256) for k in (1, 3, 5)], speed_up(48, 1))


Count = tuple[
    int, Fraction, Fraction, bool
]  # weights of a filter, speed-up counted, by the formula, right result


def speed_up(channels: int, k: int, size: int = 4) -> Count:
    """One filter over one map of signs, window by window in words of 64 bits, against torch's convolution."""
    generator = torch.Generator().manual_seed(channels + k)
    layer = XnorConv2d(channels, 1, k, padding=0, input_scale=True).double()
    with torch.no_grad():
        layer.weight.normal_(generator=generator)
        layer.bias.zero_()  # type: ignore[union-attr]
        image = torch.randn(1, channels, size + k - 1, size + k - 1, generator=generator, dtype=torch.float64)
        expected = layer(image).flatten()
    windows = F.unfold(image, k)[0].T
    scales = layer.scales(image).flatten() * layer.weight.abs().mean()
    n = channels * k * k
    words_of_filter = words(layer.weight.detach().flatten())
    operations, found = 0, []
    for window, scale in zip(windows, scales, strict=True):
        differ = [a ^ b for a, b in zip(words(window), words_of_filter, strict=True)]
        operations += len(differ) + 1  # a word is one operation, the scaling another
        found.append((n - 2 * sum(bits.bit_count() for bits in differ)) * scale)
    right = torch.allclose(torch.stack(found), expected, rtol=1e-10)
    return n, Fraction(n * len(windows), operations), Fraction(WORD * n, n + WORD), right


def words(values: Tensor) -> list[int]:
    """The signs in words of 64 bits, the last one filled up with zeros."""
    return [word(part) for part in torch.split(values, WORD)]


def counts_agree(cases: Iterable[Count], control: Count) -> Found:
    """Whether results are right and counts the formula's for filters of whole words; broken words must save less."""
    cases = list(cases)
    agree = sum(right and counted == formula for _, counted, formula, right in cases)
    best = max(cases)
    sentence = (
        f"right results and the formula's count for {agree} of {len(cases)} filters, {float(best[1]):.2f} times fewer "
        f"operations at {best[0]} weights; a filter of {control[0]} weights fills no whole word and saves "
        f"{float(control[1]):.2f} times, not {float(control[2]):.2f}"
    )
    return Found(agree == len(cases) and control[3] and control[1] < control[2], sentence)
