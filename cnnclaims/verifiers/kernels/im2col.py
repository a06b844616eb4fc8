"""Convolution as one matrix product: the patches under the kernel laid out as columns, the kernels as rows.

By definition this is the convolution of `convolution.py`; the column of a patch has the order of a kernel's weights:
channels, then rows, then columns.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cnnclaims.verifiers.kernels.convolution import conv, taps
from cnnclaims.verifiers.networks.network import Network


def im2col_by_definition(
    x: Tensor, weight: Tensor, stride: int = 1, padding: int = 0, dilation: int = 1
) -> tuple[Tensor, int]:
    """Y = W P, with P[(c, u, v), (i, j)] = x[c, s i + d u - p, s j + d v - p] written out; and its multiplications."""
    seen = torch.stack([at for _, _, at in taps(x, weight.shape[2:], stride, padding, dilation)], 2)
    patches = seen.flatten(3).flatten(1, 2)  # batch x (c, u, v) x (i, j)
    products = weight.flatten(1)[:, :, None] * patches[:, None]
    return products.sum(2).reshape(len(x), len(weight), *seen.shape[3:]), products[0].numel()


class Im2ColConv2d(nn.Module):
    """Unfolds its input and multiplies it with the kernels, which are `weight`, c_out x c_in x k x k."""

    def __init__(self, c_in: int, c_out: int, k: int, stride: int, padding: int, dilation: int) -> None:
        super().__init__()
        self.stride, self.padding, self.dilation = stride, padding, dilation
        self.weight = nn.Parameter(torch.empty(c_out, c_in, k, k))

    def forward(self, x: Tensor) -> Tensor:
        """One matrix product an image."""
        k = self.weight.shape[3]
        rows, columns = (
            (side + 2 * self.padding - self.dilation * (k - 1) - 1) // self.stride + 1 for side in x.shape[2:]
        )
        patches = F.unfold(x, k, self.dilation, self.padding, self.stride)
        return (self.weight.flatten(1) @ patches).reshape(len(x), self.weight.shape[0], rows, columns)


def im2col(
    c_in: int, c_out: int, k: int, size: int, stride: int = 1, padding: int | None = None, dilation: int = 1
) -> Network:
    """The convolution of `conv` with the same arguments, as a product with the matrix of patches."""
    conv(
        c_in, c_out, k, size, stride, padding=padding, dilation=dilation
    )  # refuses what a convolution refuses
    padding = dilation * (k - 1) // 2 if padding is None else padding
    layer = Im2ColConv2d(c_in, c_out, k, stride, padding, dilation)
    return Network({"im2col": layer}, input_shape=(c_in, size, size))
