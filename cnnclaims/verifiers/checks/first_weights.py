"""What the first weights of built networks are drawn from: what checks of several papers' initialisation share."""

import math
from fractions import Fraction
from typing import NamedTuple

from torch import Tensor, nn

from cnnclaims.claims.printed import decimal, parse
from cnnclaims.verifiers.checks.found import Found

SIGMAS = 6  # by chance two in a thousand million draws are further off
WITHIN_ONE = math.erf(math.sqrt(0.5))  # the share of a normal law within one deviation, 68.3 %


class Gaussian(NamedTuple):
    """A normal law around 0, by the printed text of its deviation (unit std) or of its variance."""

    printed: str
    unit: str

    def told(self, deviation: float) -> float:
        """What is printed of a law of this deviation."""
        return deviation if self.unit == "std" else deviation**2

    def drew(self, weights: Tensor) -> bool:
        """Whether weights are as a normal law of the printed deviation draws them, as closely as their number allows."""
        number = parse(self.printed, self.unit).number
        assert number is not None
        sigma = float(number) ** (1 if self.unit == "std" else 0.5)
        n = weights.numel()
        bound = SIGMAS / math.sqrt(n)
        within = (weights.abs() <= sigma).double().mean().item()
        return (
            abs(weights.mean().item()) <= bound * sigma
            and abs(weights.std().item() / sigma - 1) <= bound / math.sqrt(2)
            and abs(within - WITHIN_ONE) <= bound * math.sqrt(WITHIN_ONE * (1 - WITHIN_ONE))
        )


def first_weights(net: nn.Module, control: nn.Module, law: Gaussian) -> Found:
    """Whether the weights of every layer were drawn from the law, and those of the control were not."""
    drawn = [layer.weight.detach() for layer in net.modules() if isinstance(layer, nn.Conv2d | nn.Linear)]
    other = [layer.weight.detach() for layer in control.modules() if isinstance(layer, nn.Conv2d | nn.Linear)]
    values = [law.told(weights.std().item()) for weights in drawn]
    as_law, fooled = ([law.drew(weights) for weights in each] for each in (drawn, other))
    allowed = parse(law.printed, law.unit)
    sentence = (
        f"in {sum(as_law)} of {len(as_law)} layers the weights are as a Gaussian around 0 of the printed {law.unit} draws "
        f"them; it is {_decimal(min(values))} to {_decimal(max(values))}, in {sum(w.numel() for w in drawn):,} weights. A "
        f"layer as torch starts it has {_decimal(law.told(other[0].std().item()))}"
    )
    holds = all(as_law) and all(allowed.allows(Fraction(value)) for value in values)
    return Found(holds and not any(fooled), sentence, own_word=True)


def _decimal(value: float) -> str:
    return decimal(Fraction(value), 4)
