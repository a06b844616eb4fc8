"""Checks of An Energy and GPU-Computation Efficient Backbone Network (arXiv 1904.09730).

MAC is the paper's memory access cost: numbers that a layer reads and writes. Letters are the paper's: ci and co the
channels in and out, k the kernel, h and w the sides of the map, B the multiply-adds.
"""

import math
import random
from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple

from cnnclaims.claims.printed import Printed, parse
from cnnclaims.verifiers.checks.found import Found
from cnnclaims.verifiers.kernels.convolution import conv
from cnnclaims.verifiers.measures.accesses import memory_access
from cnnclaims.verifiers.measures.cost import macs
from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.networks.resnet import resnet50, resnet101
from cnnclaims.verifiers.networks.vovnet import vovnet27_slim, vovnet39, vovnet57
from cnnclaims.verifiers.trace import trace, uninitialised

# -- Table 1 -------------------------------------------------------------------------------------------------


def modules_27_slim() -> Found:
    """OSA modules in each stage of VoVNet-27-slim."""
    with uninitialised():
        return modules_fit(vovnet27_slim(), (1, 1, 1, 1), control=vovnet39())


def modules_39() -> Found:
    """OSA modules in each stage of VoVNet-39."""
    with uninitialised():
        return modules_fit(vovnet39(), (1, 1, 2, 2), control=vovnet57())


def modules_57() -> Found:
    """OSA modules in each stage of VoVNet-57."""
    with uninitialised():
        return modules_fit(vovnet57(), (1, 1, 4, 3), control=vovnet39())


def modules_fit(net: Network, printed: tuple[int, ...], control: Network) -> Found:
    """Whether the stages aggregate as often as printed, by five 3x3 and one 1x1 convolution each time."""
    found, other = _stages(net), _stages(control)
    expected = [(modules, 5 * modules, modules) for modules in printed]
    sentence = (
        f"stage2 to stage5 concatenate {_column(found, 0)} times, with {_column(found, 1)} convolutions of 3x3 and "
        f"{_column(found, 2)} of 1x1; the control, another network, concatenates {_column(other, 0)} times"
    )
    return Found(found == expected and other != expected, sentence)


def _stages(net: Network) -> list[tuple[int, int, int]]:
    """Concatenations, 3x3 and 1x1 convolutions that run in each stage."""
    nodes = trace(net).nodes
    counted = []
    for stage in ("stage2", "stage3", "stage4", "stage5"):
        kinds = [kind for node in nodes if node.path.startswith(stage) for kind in node.kinds]
        counted.append((kinds.count("concat"), kinds.count("full"), kinds.count("pointwise")))
    return counted


def _column(rows: list[tuple[int, int, int]], number: int) -> str:
    return ", ".join(str(row[number]) for row in rows)


# -- Section 3.1: what a convolution reads and writes --------------------------------------------------------


class Layer(NamedTuple):
    """A convolution of stride 1 on a square map."""

    ci: int
    co: int
    k: int
    h: int


Cost = Callable[[Layer], Fraction]


def random_layers() -> list[Layer]:
    """Forty layers of 4 to 64 channels, never as many in as out, with kernels of 3 to 7 on maps of 7 to 28."""
    generator = random.Random(1904)
    layers = []
    for _ in range(40):
        ci, co = generator.sample(range(4, 65), 2)
        layers.append(Layer(ci, co, generator.choice((3, 5, 7)), generator.randint(7, 28)))
    return layers


def equation_1(layer: Layer) -> Fraction:
    """MAC as the paper writes it."""
    return Fraction(layer.h**2 * (layer.ci + layer.co) + layer.k**2 * layer.ci * layer.co)


def counted(layer: Layer) -> Fraction:
    """MAC of the layer, built and run."""
    with uninitialised():
        net = conv(layer.ci, layer.co, layer.k, layer.h)
    return Fraction(memory_access(trace(net)))


def access_cost() -> Found:
    """Equation 1 counts what convolutions read and write; without the kernel it must fit none."""
    return access_fits(equation_1)


def access_fits(formula: Cost) -> Found:
    """Whether the formula is what every random layer reads and writes, and one for kernels of 1 is that of none."""
    rows = [(layer, counted(layer)) for layer in random_layers()]
    right = sum(formula(layer) == found for layer, found in rows)
    fooled = sum(equation_1(layer._replace(k=1)) == found for layer, found in rows)
    sentence = (
        f"the formula counts the inputs, outputs and weights of {right} of {len(rows)} random layers; "
        f"for kernels of 1 it would fit {fooled}"
    )
    return Found(right == len(rows) and fooled == 0, sentence)


def access_bound() -> Found:
    """Layers of equal B: the bound holds for all, with equality for ci = co; without the weights it is not sharp."""
    return bound_holds(lambda b, k, h: 2 * math.sqrt(h * h * b / k**2) + b / h**2)


def bound_holds(bound: Callable[[int, int, int], float]) -> Found:
    """Whether the bound is met by ci = co and passed by every other split of the same product ci co."""
    least, most, equal = math.inf, 0.0, []
    for k, h, c in ((1, 14, 24), (3, 14, 24), (3, 28, 36), (5, 7, 60), (7, 28, 12)):
        splits = [(ci, c * c // ci) for ci in range(1, c * c + 1) if c * c % ci == 0]
        for ci, co in splits:
            with uninitialised():
                run = trace(conv(ci, co, k, h))
            ratio = memory_access(run) / bound(macs(run), k, h)
            if ci == co:
                equal.append(ratio)
            else:
                least, most = min(least, ratio), max(most, ratio)
    worst = max(abs(ratio - 1) for ratio in equal)
    sentence = (
        f"for {len(equal)} numbers of multiply-adds the cost is the bound where ci = co, within {worst:.1g}, and "
        f"{least:.4f} to {most:.2f} times the bound for every other split of ci co"
    )
    return Found(worst < 1e-12 and least > 1 + 1e-6, sentence)


# -- Tables 2 and 4: GFLOP/s are FLOPs times frames a second, as printed ---------------------------------------


def efficiency_of_mobilenet() -> Found:
    """Table 2, SSD300 on MobileNet; with the speed of the VoVNet row it must not fit."""
    return product_fits("1.1", "37", "42", control="71")


def efficiency_of_pelee() -> Found:
    """Table 2, Pelee; with the speed of the VoVNet row it must not fit."""
    return product_fits("1.2", "35", "43", control="71")


def efficiency_of_densenet67() -> Found:
    """Table 2, DSOD300 on DenseNet-67; with the speed of the VoVNet row it must not fit."""
    return product_fits("5.3", "35", "189", control="71")


def efficiency_of_vovnet27_slim() -> Found:
    """Table 2, DSOD300 on VoVNet-27-slim; with the speed of the DenseNet row it must not fit."""
    return product_fits("5.6", "71", "400", control="35")


def efficiency_of_resnet50() -> Found:
    """Table 4, ResNet-50; with the speed of the next row it must not fit."""
    return product_fits("25.43", "23.2", "591.3", control="12.0")


def efficiency_of_densenet201() -> Found:
    """Table 4, DenseNet-201; with the speed of the next row it must not fit."""
    return product_fits("24.65", "12.0", "296.9", control="25.0")


def efficiency_of_vovnet39() -> Found:
    """Table 4, VoVNet-39; with the speed of the next row it must not fit."""
    return product_fits("32.6", "25.0", "815.0", control="17.5")


def efficiency_of_resnet101() -> Found:
    """Table 4, ResNet-101; with the speed of the next row it must not fit."""
    return product_fits("33.02", "17.5", "579.2", control="12.8")


def efficiency_of_densenet161() -> Found:
    """Table 4, DenseNet-161; with the speed of the next row it must not fit."""
    return product_fits("32.74", "12.8", "419.7", control="21.2")


def efficiency_of_vovnet57() -> Found:
    """Table 4, VoVNet-57; with the speed of the row before it must not fit."""
    return product_fits("36.45", "21.2", "775.5", control="12.8")


def product_fits(flops: str, fps: str, printed: str, control: str) -> Found:
    """Whether FLOPs and frames a second that round as printed can have the printed product; the control's must not."""
    low, high = _product(flops, fps)
    other = _product(flops, control)
    sentence = (
        f"{flops} G times {fps} images/s, both as they round, is {float(low):.1f} to {float(high):.1f} G a second, "
        f"where {printed} is printed; with {control} images/s it would be {float(other[0]):.1f} to {float(other[1]):.1f}"
    )
    return Found(_meet((low, high), printed) and not _meet(other, printed), sentence, own_word=True)


# -- Table 4: rows of one detector on two networks of one family ------------------------------------------------

# Table 4, parameters in millions. The detector around the networks is not described; both of a pair give it maps of the same
# channels, so that whatever it is, the rows differ by what the networks differ by.
TABLE_4 = {"ResNet-50": "63.46", "ResNet-101": "82.45", "VoVNet-39": "56.28", "VoVNet-57": "70.32"}


def resnets_differ_by_blocks() -> Found:
    """The rows of ResNet-50 and ResNet-101, by 17 bottleneck blocks."""
    with uninitialised():
        return rows_differ({"ResNet-50": resnet50(), "ResNet-101": resnet101()})


def vovnets_differ_by_modules() -> Found:
    """The rows of VoVNet-39 and VoVNet-57, by three OSA modules."""
    with uninitialised():
        return rows_differ({"VoVNet-39": vovnet39(), "VoVNet-57": vovnet57()})


def rows_differ(nets: dict[str, Network]) -> Found:
    """Whether two rows differ, as they are rounded, by what the networks differ by; without normalisation they must not."""
    small, large = nets
    (low, high), (from_, to) = (_limits(parse(TABLE_4[name], "constant")) for name in (small, large))
    layers = [trace(net).layers.values() for net in nets.values()]
    few, many = (sum(layer.params for layer in each) for each in layers)
    bare_few, bare_many = (sum(layer.weights for layer in each) for each in layers)
    more, bare = Fraction(many - few, 10**6), Fraction(bare_many - bare_few, 10**6)
    sentence = (
        f"{large} has {float(more):.3f} M parameters more than {small}, and the two rows differ by {float(from_ - high):.2f} to "
        f"{float(to - low):.2f} M as they are rounded; without normalisation and biases it would be {float(bare):.3f}. The "
        f"detector that both rows have around the networks is not counted, so that they are held against one another alone"
    )
    fit = [from_ - high <= value <= to - low for value in (more, bare)]
    return Found(fit == [True, False], sentence, own_word=True)


def _product(flops: str, fps: str) -> tuple[Fraction, Fraction]:
    one, other = _limits(parse(flops, "constant")), _limits(parse(fps, "constant"))
    return one[0] * other[0], one[1] * other[1]


def _meet(limits: tuple[Fraction, Fraction], printed: str) -> bool:
    low, high = _limits(parse(printed, "constant"))
    return limits[0] <= high and low <= limits[1]


def _limits(printed: Printed) -> tuple[Fraction, Fraction]:
    assert printed.low is not None
    assert printed.high is not None
    return printed.low, printed.high
