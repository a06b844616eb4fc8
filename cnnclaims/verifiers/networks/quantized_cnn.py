"""Q-CNN. Wu, Leng, Wang, Hu, Cheng: Quantized Convolutional Neural Networks for Mobile Devices, arXiv:1512.06473, Section 3,
with the sizes of the AlexNet that the authors released (github.com/jiaxiang-wu/quantized-cnn).

The channels of a layer's input are cut into sub-vectors, and each stretch of the weights is replaced by one of a few
centres. Inner products of an input with all centres are computed once and then only looked up and added.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cnnclaims.verifiers.networks.alexnet import alexnet
from cnnclaims.verifiers.networks.network import Network

# The headers of the released files: channels in a sub-vector (3 of the 8 of conv1 are used), centres of a sub-vector.
RELEASED_ALEXNET = {
    "conv1": (3, 128),
    "conv2": (8, 128),
    "conv3": (8, 128),
    "conv4": (8, 128),
    "conv5": (8, 128),
    "fc6": (4, 32),
    "fc7": (4, 32),
    "fc8": (1, 16),
}


class LookupLinear(nn.Module):
    """Section 3.1: for each sub-vector of the input the products with its centres, of which each output adds one."""

    codes: Tensor

    def __init__(self, c_in: int, c_out: int, subvector: int, centres: int) -> None:
        super().__init__()
        _require(c_in, subvector, centres)
        parts = c_in // subvector
        self.centres, self.assigned = centres, parts * c_out
        self.book = nn.Conv2d(c_in, parts * centres, 1, groups=parts, bias=False)  # one book a sub-vector
        self.bias = nn.Parameter(torch.zeros(c_out))
        self.register_buffer("codes", torch.zeros(parts, c_out, dtype=torch.int32))

    def forward(self, x: Tensor) -> Tensor:
        table = self.book(x.unsqueeze(-1).unsqueeze(-1)).flatten(1)
        entries = table[:, _places(self.codes, self.centres).flatten()]
        chosen: Tensor = torch.unflatten(entries, 1, self.codes.shape).sum(1)
        return chosen + self.bias

    def dense(self) -> Tensor:
        """The weights that the codes stand for, outputs x inputs."""
        parts, c_out = self.codes.shape
        book = self.book.weight.view(parts, self.centres, -1)
        chosen = [book[part, self.codes[part].long()] for part in range(parts)]
        return torch.stack(chosen, 1).reshape(c_out, -1)


class LookupConv2d(nn.Module):
    """Section 3.2: the table is made once for every pixel, and each window adds an entry for each of its pixels.

    The groups of a convolution share their code books, as in the released AlexNet.
    """

    codes: Tensor

    def __init__(
        self,
        c_in: int,
        c_out: int,
        kernel: int,
        subvector: int,
        centres: int,
        stride: int = 1,
        padding: int = 0,
        groups: int = 1,
    ) -> None:
        super().__init__()
        _require(c_in // groups, subvector, centres)
        parts = c_in // groups // subvector
        self.centres, self.assigned = centres, parts * c_out * kernel * kernel
        self.kernel, self.stride, self.padding, self.groups = kernel, stride, padding, groups
        self.book = nn.Conv2d(c_in // groups, parts * centres, 1, groups=parts, bias=False)
        self.bias = nn.Parameter(torch.zeros(c_out, 1, 1))
        shape = (kernel, kernel, parts, c_out)
        self.register_buffer("codes", torch.zeros(shape, dtype=torch.int32))

    def forward(self, x: Tensor) -> Tensor:
        tables = [F.pad(self.book(half), (self.padding,) * 4) for half in x.chunk(self.groups, 1)]
        halves = [
            self._add_up(table, codes)
            for table, codes in zip(tables, self.codes.chunk(self.groups, 3), strict=True)
        ]
        return torch.cat(halves, 1) + self.bias

    def _add_up(self, table: Tensor, codes: Tensor) -> Tensor:
        """One group's outputs: over the kernel's pixels and the sub-vectors, the entries that the codes name."""
        places = _places(codes, self.centres)
        height, width = ((side - self.kernel) // self.stride for side in table.shape[2:])
        outputs: list[Tensor] = []
        for row in range(self.kernel):
            for column in range(self.kernel):
                rows = slice(row, row + height * self.stride + 1, self.stride)
                columns = slice(column, column + width * self.stride + 1, self.stride)
                entries = table[:, :, rows, columns][:, places[row, column].flatten()]
                outputs.append(torch.unflatten(entries, 1, codes.shape[2:]).sum(1))
        return sum(outputs[1:], start=outputs[0])

    def dense(self) -> Tensor:
        """The kernels that the codes stand for, outputs x channels of a group x rows x columns."""
        kernel, _, parts, c_out = self.codes.shape
        book = self.book.weight.view(parts, self.centres, -1)
        chosen = [
            book[part, self.codes[:, :, part].long()] for part in range(parts)
        ]  # rows x columns x out x n
        return torch.stack(chosen, 3).reshape(kernel, kernel, c_out, -1).permute(2, 3, 0, 1)


def _places(codes: Tensor, centres: int) -> Tensor:
    """Where the entries stand in the table: all centres of the first sub-vector come first. The parts are the last axis but one."""
    first = torch.arange(codes.shape[-2], dtype=codes.dtype, device=codes.device) * centres
    return codes + first.unsqueeze(-1)


def _require(channels: int, subvector: int, centres: int) -> None:
    if subvector < 1 or channels % subvector:
        raise ValueError(
            f"subvector is {subvector}, which does not divide the {channels} channels; use a divisor"
        )
    if centres < 1:
        raise ValueError(f"centres is {centres}; use a whole number of at least 1")


def quantized_alexnet() -> Network:
    """AlexNet with every layer in code books, of the sizes that the authors released."""
    with torch.device("meta"):
        stages = dict(alexnet().named_children())
    for name, (subvector, centres) in RELEASED_ALEXNET.items():
        layer = stages[name]
        if isinstance(layer, nn.Conv2d):
            stages[name] = LookupConv2d(
                layer.in_channels,
                layer.out_channels,
                layer.kernel_size[0],
                subvector,
                centres,
                stride=layer.stride[0],
                padding=int(layer.padding[0]),
                groups=layer.groups,
            )
        elif isinstance(layer, nn.Linear):
            stages[name] = LookupLinear(layer.in_features, layer.out_features, subvector, centres)
    return Network(stages, input_shape=(3, 227, 227))
