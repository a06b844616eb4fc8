"""SSD300 and SSD512 on VGG-16 (Liu et al. 2015, arXiv 1512.02325), Figure 2. Shapes are channels x height x width.

The convolutions of VGG-16 with fc6 and fc7 as convolutions of 1024 channels, the former dilated, then layers that
shrink the map to one place. All convolutions have biases and ReLU, none is normalised; only conv4_3 is scaled to
a learnt length a channel before it is read. Shapes and the 512 variant as in the authors' code.
"""

from typing import Literal

import torch
from torch import Tensor, nn

from cnnclaims.verifiers.networks.network import Network

VGG = ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3))  # channels, convolutions of conv1_x to conv5_x
# Extra layers: channels of the 1 x 1, then channels, kernel, stride, padding of the next # output
EXTRAS = {
    300: (
        (256, 512, 3, 2, 1),  # 512 x 10 x 10
        (128, 256, 3, 2, 1),  # 256 x 5 x 5
        (128, 256, 3, 1, 0),  # 256 x 3 x 3
        (128, 256, 3, 1, 0),  # 256 x 1 x 1
    ),
    512: (
        (256, 512, 3, 2, 1),  # 512 x 16 x 16
        (128, 256, 3, 2, 1),  # 256 x 8 x 8
        (128, 256, 3, 2, 1),  # 256 x 4 x 4
        (128, 256, 3, 2, 1),  # 256 x 2 x 2
        (128, 256, 4, 1, 1),  # 256 x 1 x 1
    ),
}
ANCHORS = {300: (4, 6, 6, 6, 4, 4), 512: (4, 6, 6, 6, 6, 4, 4)}  # boxes a place of conv4_3, fc7, extra layers
BOX = 4  # numbers that place one box


class L2Norm(nn.Module):
    """The channels of a place as a vector of length one, each channel times a learnt number."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.full((channels, 1, 1), 20.0))

    def forward(self, x: Tensor) -> Tensor:
        return nn.functional.normalize(x, dim=1) * self.weight


class SsdVgg16(Network):
    """The stages one after another; conv4, fc7 and the extra layers are read by the predictors."""

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        read = []
        for name, stage in self.named_children():
            if name == "l2norm":
                read.append(stage(x))
            elif name not in ("boxes", "classes"):
                x = stage(x)
                if name == "fc7" or name.startswith("extra"):
                    read.append(x)
        found = []
        for predictors in (self.boxes, self.classes):
            assert isinstance(predictors, nn.ModuleList)
            found += [predict(x) for predict, x in zip(predictors, read, strict=True)]
        return tuple(found)


def ssd_vgg16(resolution: Literal[300, 512] = 300, classes: int = 80) -> Network:
    """SSD300 or SSD512 on VGG-16; classes are those of the objects, one of background is added."""
    if resolution not in EXTRAS:
        raise ValueError(f"resolution is {resolution}; use 300 or 512")
    if classes < 1:
        raise ValueError(f"classes is {classes}; use at least 1, such as COCO's 80")
    stages, maps = backbone()
    for number, (narrow, channels, k, stride, padding) in enumerate(EXTRAS[resolution], 1):
        first = conv_relu(maps[-1], narrow, 1)
        stages[f"extra{number}"] = nn.Sequential(*first, *conv_relu(narrow, channels, k, stride, padding))
        maps.append(channels)
    pairs = list(zip(maps, ANCHORS[resolution], strict=True))
    stages["boxes"] = nn.ModuleList(nn.Conv2d(c, a * BOX, 3, padding=1) for c, a in pairs)
    stages["classes"] = nn.ModuleList(nn.Conv2d(c, a * (classes + 1), 3, padding=1) for c, a in pairs)
    return SsdVgg16(stages, input_shape=(3, resolution, resolution))


def backbone() -> tuple[dict[str, nn.Module], list[int]]:
    """VGG-16 up to fc7, and the channels of the two maps that are read."""
    stages: dict[str, nn.Module] = {}
    c_in = 3
    for number, (channels, repeats) in enumerate(VGG, 1):
        layers: list[nn.Module] = []
        for _ in range(repeats):
            layers += conv_relu(c_in, channels, 3, padding=1)
            c_in = channels
        stages[f"conv{number}"] = nn.Sequential(*layers)  # at 300: 300, 150, 75, 38 and 19 pixels
        if number == 4:
            stages["l2norm"] = L2Norm(channels)
        if number < 5:
            stages[f"pool{number}"] = nn.MaxPool2d(2, ceil_mode=True)
    stages["pool5"] = nn.MaxPool2d(3, 1, padding=1)
    stages["fc6"] = nn.Sequential(*conv_relu(512, 1024, 3, padding=6, dilation=6))  # 1024 x 19 x 19
    stages["fc7"] = nn.Sequential(*conv_relu(1024, 1024, 1))  # 1024 x 19 x 19
    return stages, [512, 1024]


def conv_relu(
    c_in: int, c_out: int, k: int, stride: int = 1, padding: int = 0, dilation: int = 1
) -> tuple[nn.Module, nn.Module]:
    """A convolution with bias, and ReLU."""
    return nn.Conv2d(c_in, c_out, k, stride, padding, dilation), nn.ReLU(inplace=True)
