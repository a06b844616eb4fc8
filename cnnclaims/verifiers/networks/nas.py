"""NAS v1: Neural Architecture Search with Reinforcement Learning (Zoph and Le 2016, arXiv 1611.01578), Figure 7.

Shapes are channels x height x width. The network without strides or pooling: a layer reads the outputs of several
layers before it, concatenated. Each layer is convolution, normalisation and ReLU (Appendix A) on a map of 32 x 32. The
figure is a drawing; its arrows are read from the paths of the paper's file, whose ends lie on the boxes they join.
"""

from collections import OrderedDict

import torch
from torch import Tensor, nn

from cnnclaims.verifiers.networks.network import Network

# Figure 7 from the image upwards: kernel's height and width, filters, the layers that it reads (0 is the image)
# fmt: off
FIGURE_7 = {
    1:  (3, 3, 36, (0,)),
    2:  (3, 3, 48, (1,)),
    3:  (3, 3, 36, (1, 2)),
    4:  (5, 5, 36, (1, 2, 3)),
    5:  (3, 7, 48, (3, 4)),
    6:  (7, 7, 48, (2, 3, 4, 5)),
    7:  (7, 7, 48, (2, 3, 4, 5, 6)),
    8:  (7, 3, 36, (1, 6, 7)),
    9:  (7, 1, 36, (1, 5, 6, 8)),
    10: (7, 7, 36, (1, 3, 4, 5, 6, 7, 8, 9)),
    11: (5, 7, 36, (1, 2, 5, 6, 7, 8, 9, 10)),
    12: (7, 7, 48, (1, 2, 3, 4, 6, 11)),
    13: (7, 5, 48, (1, 3, 6, 7, 8, 9, 10, 11, 12)),
    14: (7, 5, 48, (3, 7, 12, 13)),
    15: (7, 5, 48, (2, 7, 11, 12, 13, 14)),
}
# fmt: on


class Concat(nn.Module):
    """Tensors side by side, as a layer."""

    def forward(self, *tensors: Tensor) -> Tensor:
        return torch.cat(tensors, dim=1)


class Reading(nn.Module):
    """A layer that reads several others: concatenation, convolution, normalisation, ReLU."""

    def __init__(self, c_in: int, filters: int, height: int, width: int) -> None:
        super().__init__()
        self.concat = Concat()
        self.conv = nn.Conv2d(c_in, filters, (height, width), padding=(height // 2, width // 2), bias=False)
        self.bn = nn.BatchNorm2d(filters)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, *read: Tensor) -> Tensor:
        y: Tensor = self.relu(self.bn(self.conv(self.concat(*read))))
        return y


class FoundNetwork(Network):
    """The layers of FIGURE_7, each with the outputs that it reads, then the classifier as a chain."""

    def forward(self, x: Tensor) -> Tensor:
        outputs = {0: x}
        stages = OrderedDict(self.named_children())
        for number, (*_, read) in FIGURE_7.items():
            x = stages.pop(f"layer{number}")(*(outputs[i] for i in read))
            outputs[number] = x
        for stage in stages.values():
            x = stage(x)
        return x


def nas_v1(classes: int = 10) -> Network:
    """The network of Figure 7: 15 layers of 36 or 48 filters for CIFAR-10, without stride or pooling."""
    if classes < 1:
        raise ValueError(f"classes is {classes}; use at least 1, such as CIFAR-10's 10")
    filters = {0: 3} | {number: row[2] for number, row in FIGURE_7.items()}
    stages: dict[str, nn.Module] = {}
    for number, (height, width, channels, read) in FIGURE_7.items():
        stages[f"layer{number}"] = Reading(sum(filters[i] for i in read), channels, height, width)
    stages["avgpool"] = nn.AdaptiveAvgPool2d(1)
    stages["flatten"] = nn.Flatten(1)
    stages["fc"] = nn.Linear(filters[15], classes)
    return FoundNetwork(stages, input_shape=(3, 32, 32))
