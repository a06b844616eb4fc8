"""Batch normalisation of maps, arXiv:1502.03167, and its folding into the convolution before it.

Algorithm 1 with Section 3.2: a channel has one mean and one variance, over all images and places, so that every place of a
map is treated alike (spatial normalisation). Definitions take batch x channels x height x width; nothing in them is a
multiplication that `macs` counts.
"""

from torch import Tensor, nn

from cnnclaims.verifiers.kernels.arguments import require, require_odd
from cnnclaims.verifiers.networks.network import Network

EPSILON = 1e-5  # the framework's


def batch_norm_by_definition(
    x: Tensor, scale: Tensor, shift: Tensor, epsilon: float = EPSILON
) -> tuple[Tensor, Tensor, Tensor]:
    """Algorithm 1: y = scale (x - mean) / sqrt(variance + epsilon) + shift, with the mean and variance of the batch behind it."""
    summands = x.shape[0] * x.shape[2] * x.shape[3]
    mean = x.sum((0, 2, 3)) / summands
    variance = (x - _a_channel(mean)).square().sum((0, 2, 3)) / summands
    return normalised(x, mean, variance, scale, shift, epsilon), mean, variance


def normalised(
    x: Tensor, mean: Tensor, variance: Tensor, scale: Tensor, shift: Tensor, epsilon: float = EPSILON
) -> Tensor:
    """The same with a mean and a variance from elsewhere: at inference those of the training data."""
    deviation = (_a_channel(variance) + epsilon).sqrt()
    return _a_channel(scale) * (x - _a_channel(mean)) / deviation + _a_channel(shift)


def folded(
    weight: Tensor, mean: Tensor, variance: Tensor, scale: Tensor, shift: Tensor
) -> tuple[Tensor, Tensor]:
    """Weight and bias of the one convolution that does what a convolution without bias and its normalisation do at inference."""
    factor = scale / (variance + EPSILON).sqrt()
    return factor[:, None, None, None] * weight, shift - factor * mean


def _a_channel(values: Tensor) -> Tensor:
    return values[:, None, None]


def batch_norm(channels: int, size: int) -> Network:
    """Batch normalisation of channels x size x size, with a scale and a shift a channel."""
    require(1, channels=channels, size=size)
    return Network({"bn": nn.BatchNorm2d(channels, EPSILON)}, input_shape=(channels, size, size))


def conv_batch_norm(c_in: int, c_out: int, k: int, size: int, folds: bool = False) -> Network:
    """A k x k convolution that keeps the map's size, and its normalisation; one convolution with bias where it `folds`."""
    require(1, c_in=c_in, c_out=c_out, k=k, size=size)
    require_odd(k=k)
    stages: dict[str, nn.Module] = {"conv": nn.Conv2d(c_in, c_out, k, padding=k // 2, bias=folds)}
    if not folds:
        stages["bn"] = nn.BatchNorm2d(c_out, EPSILON)
    return Network(stages, input_shape=(c_in, size, size))


def fold(net: Network) -> Network:
    """The network of one convolution for one that `conv_batch_norm` made, with its weights and statistics."""
    kept = net.state_dict()
    statistics = (kept[f"bn.{name}"] for name in ("running_mean", "running_var", "weight", "bias"))
    weight, bias = folded(kept["conv.weight"], *statistics)
    c_out, c_in, k, _ = weight.shape
    _, size, _ = net.input_shape
    one = conv_batch_norm(c_in, c_out, k, size, folds=True).to(weight)
    one.load_state_dict({"conv.weight": weight, "conv.bias": bias})
    return one
