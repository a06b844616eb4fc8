"""The layers of a composed block by their definitions, under the names that the framework's block has them."""

from collections.abc import Mapping

from torch import Tensor

from cnnclaims.verifiers.kernels import batch_norm, convolution


class Layers:
    """Layers with the weights of a block's `state_dict()`; adds up what they multiply for one image.

    Normalisations use the statistics that the block has stored, as at inference; their scales are no multiply-adds.
    """

    def __init__(self, weights: Mapping[str, Tensor]) -> None:
        self.weights = weights
        self.multiplications = 0

    def conv(self, x: Tensor, name: str, stride: int = 1, groups: int = 1) -> Tensor:
        """A convolution without bias, padded by half its kernel."""
        weight = self.weights[f"{name}.weight"]
        *_, k = weight.shape
        y, multiplications = convolution.grouped_by_definition(x, weight, groups, stride, k // 2)
        self.multiplications += multiplications
        return y

    def norm(self, x: Tensor, name: str) -> Tensor:
        """A batch normalisation at inference."""
        mean, variance, scale, shift = (
            self.weights[f"{name}.{key}"] for key in ("running_mean", "running_var", "weight", "bias")
        )
        return batch_norm.normalised(x, mean, variance, scale, shift)

    def conv_bn(self, x: Tensor, name: str, stride: int = 1, groups: int = 1) -> Tensor:
        """A convolution `conv` and its normalisation `bn` in one part of the block."""
        return self.norm(self.conv(x, f"{name}.conv", stride, groups), f"{name}.bn")


def relu(x: Tensor) -> Tensor:
    """max(x, 0)."""
    return x.clamp_min(0)
