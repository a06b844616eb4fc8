"""Layers that change the size of a square map: transposed convolution.

Shapes are channels x height x width. Letters are those of arXiv:1603.07285.
"""

from torch import Tensor, nn

from cnnclaims.verifiers.networks.network import Network


def transposed_by_definition(
    x: Tensor, weight: Tensor, stride: int = 1, padding: int = 0, output_padding: int = 0
) -> tuple[Tensor, int]:
    """Every x[c, i, j] adds w[c, o, u, v] x[c, i, j] to y[o, s i + u - p, s j + v - p]; w is c x o x k x k.

    Its multiplications are those of one image; what falls into the padding is multiplied too.
    """
    k, (height, width) = weight.shape[3], x.shape[2:]
    tall, wide = (stride * (side - 1) + k + output_padding for side in (height, width))
    y, multiplications = x.new_zeros(len(x), weight.shape[1], tall, wide), 0
    for i in range(height):
        for j in range(width):
            products = weight * x[:, :, i, j, None, None, None]  # batch x c x o x u x v
            y[:, :, stride * i : stride * i + k, stride * j : stride * j + k] += products.sum(1)
            multiplications += products[0].numel()
    return y[:, :, padding : tall - padding, padding : wide - padding], multiplications


def transposed(
    c_in: int, c_out: int, k: int, size: int, stride: int = 1, padding: int = 0, output_padding: int = 0
) -> Network:
    """The transpose of a k x k convolution from c_out to c_in channels, on a map of size x size, without bias.

    Stride and padding are those of the convolution; `output_padding` is added at the bottom and the right.
    """
    _require(1, c_in=c_in, c_out=c_out, k=k, size=size, stride=stride)
    _require(0, padding=padding, output_padding=output_padding)
    if output_padding >= stride:
        raise ValueError(
            f"output_padding is {output_padding}: it tells apart the {stride} sizes of one stride; use less than {stride}"
        )
    if stride * (size - 1) + output_padding + k - 2 * padding < 1:
        raise ValueError(
            f"padding is {padding}, which leaves nothing of a map of {size}; use at most {(stride * (size - 1) + k - 1) // 2}"
        )
    layer = nn.ConvTranspose2d(c_in, c_out, k, stride, padding, output_padding, bias=False)
    return Network({"transposed": layer}, input_shape=(c_in, size, size))


def _require(least: int, **arguments: int) -> None:
    for name, value in arguments.items():
        if value < least:
            raise ValueError(f"{name} is {value}; use a whole number of at least {least}")
