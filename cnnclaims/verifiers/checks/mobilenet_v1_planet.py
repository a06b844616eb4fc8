"""PlaNet in MobileNet v1's Section 4.4: three printed figures leave two things unsaid, its classes and its side head.

PlaNet is a classifier of places on Inception v3. Its last layers grow with the number of classes; everything else does not.
"""

from fractions import Fraction

from cnnclaims.claims.printed import parse
from cnnclaims.claims.units import UNITS
from cnnclaims.verifiers.checks.found import Found
from cnnclaims.verifiers.measures.cost import macs, params
from cnnclaims.verifiers.networks.inception_v3 import inception_v3
from cnnclaims.verifiers.networks.mobilenet_v1 import mobilenet_v1
from cnnclaims.verifiers.trace import trace, uninitialised
from cnnclaims.verifiers.traced import Trace

# As printed in Section 4.4: the last layer on MobileNet; PlaNet on Inception v3, its parameters and multiply-adds
LAST, WHOLE, COST = ("10", "M params"), ("52", "M params"), ("5.74", "G mult-adds")
BUILT = 1000  # classes of the networks that are built here
Range = tuple[int, int]  # numbers of classes, the first and the last


def planet_on_inception_v3() -> Found:
    """Whether one number of classes gives all three figures if the side head is counted, and none if it is not."""
    return planet(LAST, WHOLE, COST)


def planet(last: tuple[str, str], whole: tuple[str, str], cost: tuple[str, str]) -> Found:
    """The numbers of classes at which each figure comes out as printed, with the side head and without."""
    with uninitialised():
        small = trace(mobilenet_v1())
        large = {aux: trace(inception_v3(aux=aux)) for aux in (True, False)}
    from_last = classes(last, Fraction(0), per_class(small, biases=True))
    fits, said = {}, []
    for aux, traced in large.items():
        size, multiplications = per_class(traced, biases=True), per_class(traced, biases=False)
        by_size = classes(whole, params(traced) - BUILT * size, size)
        by_cost = classes(cost, macs(traced) - BUILT * multiplications, multiplications)
        fits[aux] = meeting(from_last, by_size, by_cost)
        said.append(
            f"{'with' if aux else 'without'} the side head {_spelled(by_size)} make {whole[0]} {whole[1]}, {_spelled(by_cost)} "
            f"{cost[0]} {cost[1]}: {_spelled(fits[aux]) + ' do for all three' if fits[aux] else 'none does for all three'}"
        )
    start = f"{_spelled(from_last)} make a last layer of {last[0]} {last[1]} on MobileNet"
    return Found(fits[True] is not None and fits[False] is None, "; ".join([start, *said]), own_word=True)


def per_class(net: Trace, biases: bool) -> int:
    """What one more class adds to the linear layers: a weight for every input, and as parameters a bias each."""
    heads = [layer for layer in net.layers.values() if layer.type == "Linear"]
    return sum(layer.weights + (layer.biases if biases else 0) for layer in heads) // BUILT


def classes(printed: tuple[str, str], fixed: Fraction | int, slope: int) -> Range:
    """The numbers of classes c at which fixed + slope c is as printed."""
    limits, scale = parse(*printed), UNITS[printed[1]].scale
    assert limits.low is not None
    assert limits.high is not None
    first = -((fixed - limits.low * scale) // slope)
    return int(first), int((limits.high * scale - fixed) // slope)


def meeting(*ranges: Range) -> Range | None:
    """What is in all of the ranges; None where nothing is."""
    first, last = max(each[0] for each in ranges), min(each[1] for each in ranges)
    return (first, last) if first <= last else None


def _spelled(numbers: Range | None) -> str:
    return f"{numbers[0]:,} to {numbers[1]:,} classes" if numbers else "no number of classes"
