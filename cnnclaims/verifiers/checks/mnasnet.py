"""MnasNet: the reward of its search (Section 3) and the sizes of its search spaces (Section 4.1).

Nothing is built: figures and formulas of the paper are held against others of its own figures.
"""

import math
import random
from collections.abc import Callable

from cnnclaims.verifiers.checks.found import Found

GAIN = 0.05  # relative accuracy that twice the latency is seen to bring
EXPONENT = -0.07  # alpha and beta
Reward = Callable[[float, float], float]  # of accuracy and latency over target


def reward(accuracy: float, latency: float, alpha: float = EXPONENT, beta: float = EXPONENT) -> float:
    """Equations 2 and 3: accuracy times the latency, over its target, to the power of w."""
    return float(accuracy * latency ** (alpha if latency <= 1 else beta))


# -- Section 3 -----------------------------------------------------------------------------------------------


def exponent() -> Found:
    """The exponent at which 5 % more accuracy at twice the latency changes no reward; 10 % must give another."""
    return exponent_rounds(GAIN, control=2 * GAIN)


def exponent_rounds(gain: float, control: float) -> Found:
    """Whether (1 + gain) 2^w = 1 has a w of -0.07, and not for the gain of the control."""
    solved, other = (-math.log2(1 + one) for one in (gain, control))
    sentence = (
        f"(1 + {gain:g}) 2^w = 1 has w = {solved:.4f}, for a gain of {control:g} it would be {other:.4f}"
    )
    return Found(round(solved, 2) == EXPONENT and round(other, 2) != EXPONENT, sentence, own_word=True)


def doubling_is_worth_five_per_cent() -> Found:
    """How much accuracy makes up for twice the latency at w = -0.07; at w = -1 it must be another share."""
    return worth(EXPONENT, control=-1.0)


def worth(w: float, control: float) -> Found:
    """Whether 2^-w - 1 is 5 %, rounded, and not for the exponent of the control."""
    share, other = (2**-one - 1 for one in (w, control))
    sentence = f"at w = {w:g} twice the latency costs as much reward as {share:.2%} of accuracy, at {control:g} {other:.0%}"
    return Found(round(share, 2) == GAIN and round(other, 2) != GAIN, sentence, own_word=True)


def product_keeps_equal_trades_equal() -> Found:
    """Equation 2 gives a network and one of twice the latency and 5 % more accuracy the same reward, anywhere."""
    return trades_are_equal(reward, lambda accuracy, latency: accuracy - 0.07 * latency)


def trades_are_equal(one: Reward, control: Reward) -> Found:
    """Whether both rewards of such pairs agree to a thousandth; a weighted sum, the control, must not."""
    generator = random.Random(1807)
    pairs = [(generator.uniform(0.3, 0.8), generator.uniform(0.2, 3)) for _ in range(200)]

    def apart(function: Reward) -> float:
        return max(
            abs(function(accuracy * (1 + GAIN), 2 * latency) / function(accuracy, latency) - 1)
            for accuracy, latency in pairs
        )

    sentence = (
        f"200 random pairs, the second of twice the latency and 5 % more accurate: rewards differ by {apart(one):.2%} "
        f"at most, as a weighted sum by up to {apart(control):.0%}"
    )
    return Found(apart(one) < 0.001 < apart(control), sentence, own_word=True)


def hard_and_soft_meet_at_the_target() -> Found:
    """Both curves of Figure 3 pass 0.5 at 80 ms and nowhere else together."""
    return meet_at(
        80.0, lambda latency: reward(0.5, latency / 80), lambda latency: reward(0.5, latency / 80, 0, -1)
    )


def meet_at(target: float, soft: Callable[[float], float], hard: Callable[[float], float]) -> Found:
    """Whether the curves are 0.5 at the target and apart at every other of the figure's latencies."""
    others = [latency for latency in range(20, 161, 5) if latency != target]
    together = [latency for latency in others if abs(soft(latency) - hard(latency)) < 1e-6]
    sentence = (
        f"at {target:g} ms the objectives are {soft(target):.3f} and {hard(target):.3f}, at 160 ms "
        f"{soft(160):.3f} and {hard(160):.3f}; of {len(others)} other latencies they meet at {len(together)}"
    )
    meet = all(abs(curve(target) - 0.5) < 1e-9 for curve in (soft, hard))
    return Found(meet and not together, sentence, own_word=True)


# -- Section 4.1 -----------------------------------------------------------------------------------------------

OPTIONS, BLOCKS, LAYERS = 432, 5, 3  # S, B and N


def size_by_blocks() -> Found:
    """S^B is of the order of 10^13; with a quarter of the options it must not be."""
    return order_of(OPTIONS**BLOCKS, 13, control=(OPTIONS // 4) ** BLOCKS)


def size_by_layers() -> Found:
    """S^(B N) is of the order of 10^39; the size by blocks must not be."""
    return order_of(OPTIONS ** (BLOCKS * LAYERS), 39, control=OPTIONS**BLOCKS)


def order_of(size: int, printed: int, control: int) -> Found:
    """Whether a size begins the printed power of ten, and the control another."""
    sentence = f"{size:.2e} networks, of the order of 10^{printed}; the control has {control:.2e}"
    begins = 10**printed <= size < 10 ** (printed + 1)
    return Found(begins and len(str(control)) != printed + 1, sentence, own_word=True)
