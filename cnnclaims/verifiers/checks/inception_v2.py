"""What Batch Normalization (arXiv:1502.03167) claims that is not one number.

Letters are the paper's: u the input of a layer, W its weights, b its bias, a the factor on the weights, m the examples of
a batch. Random batches have 40 examples of 6 features, normally distributed with a mean of 2 and a deviation of 3.
"""

import itertools
from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple

import torch
from torch import Tensor, nn

from cnnclaims.verifiers.checks.found import Found
from cnnclaims.verifiers.networks.inception_v1 import googlenet
from cnnclaims.verifiers.networks.inception_v2 import bn_inception
from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.trace import trace, uninitialised
from cnnclaims.verifiers.traced import Trace, within

EPSILON = 1e-5
ROUNDING = 1e-10  # float64, on values of the order of one
SCALES = (0.01, 0.5, 3.0, 100.0)
BATCH = 4
POPULATION = (Fraction(-1), Fraction(0), Fraction(5))

Normalise = Callable[[Tensor, float], Tensor]


def algorithm_1(x: Tensor, epsilon: float) -> Tensor:
    """The normalised values of a batch, before scale and shift."""
    mean = x.sum(0) / len(x)
    variance = (x - mean).square().sum(0) / len(x)
    return (x - mean) / (variance + epsilon).sqrt()


# -- the network ---------------------------------------------------------------------------------------------


def three_modules_on_28() -> Found:
    """BN-Inception has three modules that read a map of 28 x 28; GoogLeNet must have two."""
    return counts_of_modules(modules_on(28, _traced(bn_inception)), modules_on(28, _traced(googlenet)))


def counts_of_modules(ours: list[str], control: list[str]) -> Found:
    """Whether three modules are ours and two the control's."""
    return Found(
        len(ours) == 3 and len(control) == 2,
        f"{len(ours)} modules of BN-Inception read a map of 28 x 28 ({', '.join(ours)}), and {len(control)} of "
        f"GoogLeNet ({', '.join(control)}).",
    )


def modules_on(side: int, net: Trace) -> list[str]:
    """The stages that end in a concatenation and read a map of the given side."""
    stages = dict.fromkeys(node.path.split(".")[0] for node in net.nodes if node.op == "concat")
    found = []
    for stage in stages:
        inside = {index for index, node in enumerate(net.nodes) if within(node.path, stage)}
        before = {i for index in inside for i in net.nodes[index].inputs} - inside
        if all(net.nodes[i].shape[1:] == (side, side) for i in before):
            found.append(stage)
    return found


def two_parameters_a_map() -> Found:
    """Every normalisation of BN-Inception has two parameters a map, however large the map is."""
    with uninitialised():
        net = bn_inception()
    return parameters_a_map(net)


def parameters_a_map(net: Network) -> Found:
    """Parameters of every normalisation over its maps; as the control, over its activations, which must differ."""
    maps, activations, parameters = [], [], []
    traced = trace(net)
    for path, layer in traced.layers.items():
        if layer.norms:
            assert layer.shape is not None
            maps.append(layer.shape[0])
            activations.append(layer.shape[0] * layer.shape[1] * layer.shape[2])
            own = net.get_submodule(path).parameters(recurse=False)
            parameters.append(sum(parameter.numel() for parameter in own))
    two_a_map = all(n == 2 * c for n, c in zip(parameters, maps, strict=True))
    two_an_activation = all(n == 2 * v for n, v in zip(parameters, activations, strict=True))
    return Found(
        bool(parameters) and two_a_map and not two_an_activation,
        f"{len(parameters)} normalisations have {sum(parameters):,} parameters for {sum(maps):,} maps, "
        f"{sum(parameters) / max(1, sum(maps)):.4g} a map; of their activations there are {sum(activations):,}.",
    )


# -- Algorithms 1 and 2 --------------------------------------------------------------------------------------


def normalised_mean_is_zero() -> Found:
    """The mean of normalised values over the batch is 0; that of the batch itself must not be."""
    return mean_after(algorithm_1)


def mean_after(normalise: Normalise) -> Found:
    """The largest mean of a normalised feature, and the smallest of the features before it."""
    x = _batch()
    after, before = normalise(x, EPSILON).mean(0).abs().max().item(), x.mean(0).abs().min().item()
    return Found(
        after < ROUNDING and before > 0.1,
        f"No normalised feature has a mean above {after:.1e}; before, none was below {before:.2f}.",
    )


def normalised_variance_is_one() -> Found:
    """The variance of normalised values over the batch is 1 but for epsilon; the batch's own must not be."""
    return variance_after(algorithm_1)


def variance_after(normalise: Normalise) -> Found:
    """How far the variance of normalised features is from 1, and from what epsilon leaves of it."""
    x = _batch()
    variance, after = x.var(0, correction=0), normalise(x, EPSILON).var(0, correction=0)
    from_one = (after - 1).abs().max().item()
    from_exact = (after - variance / (variance + EPSILON)).abs().max().item()
    before = (variance - 1).abs().min().item()
    return Found(
        from_exact < ROUNDING and from_one < EPSILON and before > 0.1,
        f"The variances are 1 within {from_one:.1e}, which is what an epsilon of {EPSILON:g} takes from them "
        f"(within {from_exact:.0e}); before, they were {before:.1f} or more away from 1.",
    )


def population_variance_needs_the_factor() -> Found:
    """Variances of batches, averaged and times m/(m-1), are the population's; without the factor they must not be.

    Every batch of 4 that can be drawn from a population of 3 values is drawn, in fractions. torch's running variance
    must have the factor too.
    """
    return average_of_batch_variances(Fraction(BATCH, BATCH - 1))


def average_of_batch_variances(factor: Fraction) -> Found:
    """Whether the average over all batches, times the factor, is the variance of the population."""
    variances = [_variance(batch) for batch in itertools.product(POPULATION, repeat=BATCH)]
    average, population = sum(variances, Fraction(0)) / len(variances), _variance(POPULATION)
    layer = nn.BatchNorm1d(1, momentum=1.0, dtype=torch.float64)
    batch = torch.tensor([[-1.0], [0.0], [5.0], [5.0]], dtype=torch.float64)
    layer(batch)
    running = layer.running_var.item() / batch.var(correction=0).item()  # type: ignore[union-attr]
    return Found(
        factor * average == population != average and abs(running - factor) < ROUNDING,
        f"Over all {len(variances)} batches of {BATCH} the variance averages {average}; times {factor} it is "
        f"{factor * average}, and the population's is {population}. torch's running variance has a factor of "
        f"{running:.6g}.",
    )


def _variance(values: tuple[Fraction, ...]) -> Fraction:
    mean = sum(values, Fraction(0)) / len(values)
    return sum(((value - mean) ** 2 for value in values), Fraction(0)) / len(values)


# -- Sections 3.2 and 3.3 ------------------------------------------------------------------------------------


def bias_before_bn_has_no_effect() -> Found:
    """A bias changes nothing that is normalised after it; without normalisation it must."""
    return effect_of_a_bias(algorithm_1)


def effect_of_a_bias(normalise: Normalise) -> Found:
    """What a bias of the order of ten changes in the outputs of a layer, normalised and not."""
    layer = _layer()
    bias = 10 * torch.randn(layer.w.shape[0], generator=_generator(2), dtype=torch.float64)
    plain, shifted = layer.u @ layer.w.T, layer.u @ layer.w.T + bias
    change = (normalise(shifted, EPSILON) - normalise(plain, EPSILON)).abs().max().item()
    control = (shifted - plain).abs().max().item()
    return Found(
        change < ROUNDING and control > 1,
        f"Biases of up to {control:.1f} change no normalised output by more than {change:.1e}.",
    )


class Effect(NamedTuple):
    """What a factor on the weights does: largest relative change of the output, ratios of the two gradients."""

    output: float
    by_u: float
    by_w: float


def scale_of_weights_cancels() -> Found:
    """Weights times a give the same normalised outputs, with epsilon 0; without normalisation they must not."""
    return scale_cancels(algorithm_1)


def scale_cancels(normalise: Normalise) -> Found:
    """The change of the outputs over all factors."""
    worst = max(effect(normalise, a).output for a in SCALES)
    control = min(effect(_not_normalised, a).output for a in SCALES)
    return Found(
        worst < ROUNDING and control > 0.1,
        f"Weights times {_listed()} change the normalised outputs by {worst:.1e} of their size at most, those that "
        f"are not normalised by {control:.2f} at least. Epsilon is 0.",
    )


def gradient_by_input_stays() -> Found:
    """The gradient by u is the same whatever a is; without normalisation it must be a times as large."""
    return gradient_by_u(algorithm_1)


def gradient_by_u(normalise: Normalise) -> Found:
    """The gradient by the input with weights times a over that without a."""
    return _held_against(normalise, "by_u", lambda a: 1.0, lambda a: a, "by u")


def gradient_by_weights_shrinks() -> Found:
    """The gradient by the weights is 1/a of the other; without normalisation it must stay."""
    return gradient_by_w(algorithm_1)


def gradient_by_w(normalise: Normalise) -> Found:
    """The gradient by the weights times a over that by the weights."""
    return _held_against(normalise, "by_w", lambda a: 1 / a, lambda a: 1.0, "by the weights")


def _held_against(
    normalise: Normalise,
    gradient: str,
    expected: Callable[[float], float],
    control: Callable[[float], float],
    name: str,
) -> Found:
    found = {a: getattr(effect(normalise, a), gradient) for a in SCALES}
    plain = {a: getattr(effect(_not_normalised, a), gradient) for a in SCALES}
    holds = all(abs(found[a] / expected(a) - 1) < ROUNDING for a in SCALES)
    differs = all(abs(plain[a] / control(a) - 1) < ROUNDING for a in SCALES)
    return Found(
        holds and differs,
        f"With weights times {_listed()} the gradient {name} is {_listed(found)} times the other; without "
        f"normalisation it is {_listed(plain)} times.",
    )


def effect(normalise: Normalise, a: float) -> Effect:
    """Outputs and gradients of a layer with weights times a against those of the layer; nan where not parallel."""
    layer = _layer()
    output, by_u, by_w = _gradients(layer, layer.w, normalise)
    scaled_output, scaled_by_u, scaled_by_w = _gradients(layer, a * layer.w, normalise)
    change = ((scaled_output - output).abs().max() / output.abs().max()).item()
    return Effect(change, _ratio(scaled_by_u, by_u), _ratio(scaled_by_w, by_w))


class Layer(NamedTuple):
    """A layer's input and weights, and the gradient that reaches its outputs."""

    u: Tensor
    w: Tensor
    gradient: Tensor


def _layer() -> Layer:
    w = torch.randn(5, 6, generator=_generator(1), dtype=torch.float64)
    return Layer(_batch(), w, torch.randn(40, 5, generator=_generator(3), dtype=torch.float64))


def _gradients(layer: Layer, weights: Tensor, normalise: Normalise) -> tuple[Tensor, Tensor, Tensor]:
    u, w = layer.u.clone().requires_grad_(), weights.clone().requires_grad_()
    output = normalise(u @ w.T, 0.0)
    by_u, by_w = torch.autograd.grad(output, (u, w), layer.gradient)
    return output.detach(), by_u, by_w


def _ratio(one: Tensor, other: Tensor) -> float:
    ratio = (one * other).sum() / (other * other).sum()
    return ratio.item() if torch.allclose(one, ratio * other, rtol=1e-7, atol=1e-12) else float("nan")


def _not_normalised(x: Tensor, epsilon: float) -> Tensor:
    return x


def _listed(values: dict[float, float] | None = None) -> str:
    numbers = list(SCALES if values is None else values.values())
    return ", ".join(f"{number:.4g}" for number in numbers[:-1]) + f" and {numbers[-1]:.4g}"


def _batch() -> Tensor:
    return 2 + 3 * torch.randn(40, 6, generator=_generator(0), dtype=torch.float64)


def _generator(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def _traced(build: Callable[[], Network]) -> Trace:
    with uninitialised():
        net = build()
    return trace(net)
