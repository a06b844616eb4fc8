"""YOLOv2, the detector of YOLO9000 (Redmon and Farhadi 2016, arXiv 1612.08242), Table 6 and Section 3.

Shapes are channels x height x width. Darknet-19 up to its last full convolution, three more convolutions of 1024
channels, and a 1 x 1 that places five boxes. A passthrough layer joins the last map of 26 x 26 to that of 13 x 13,
each 2 x 2 of its places as channels of one. Every convolution but the last is without bias and normalised; all
have leaky ReLU.
"""

from collections import OrderedDict

import torch
from torch import Tensor, nn

from cnnclaims.verifiers.networks.network import Network

# Table 6 without its last convolution: channels, kernel of the convolutions of a stage; pooling halves in between
DARKNET_19 = {
    "conv1": ((32, 3),),  # 32 x 416 x 416
    "conv2": ((64, 3),),  # 64 x 208 x 208
    "conv3": ((128, 3), (64, 1), (128, 3)),  # 128 x 104 x 104
    "conv4": ((256, 3), (128, 1), (256, 3)),  # 256 x 52 x 52
    "conv5": ((512, 3), (256, 1), (512, 3), (256, 1), (512, 3)),  # 512 x 26 x 26
    "conv6": ((1024, 3), (512, 1), (1024, 3), (512, 1), (1024, 3)),  # 1024 x 13 x 13
}
ANCHORS, BOX = 5, 5  # boxes a place; four numbers that place a box and its score


class YoloV2(Network):
    """The stages one after another, the output of conv5 joined again before conv8."""

    def forward(self, x: Tensor) -> Tensor:
        fine = x
        for name, stage in self.named_children():
            if name == "passthrough":
                fine = stage(fine)
            elif name == "concat":
                x = stage(fine, x)
            else:
                x = stage(x)
            if name == "conv5":
                fine = x
        return x


class Stack(nn.Module):
    """The four maps of every second row and column, one behind the other: half the side, four times the channels."""

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([x[:, :, i::2, j::2] for i in (0, 1) for j in (0, 1)], 1)


class Concat(nn.Module):
    """The channels of two maps, one behind the other."""

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        return torch.cat((x, y), 1)


def yolo_v2(classes: int = 80, resolution: int = 416, passthrough: int | None = None) -> Network:
    """YOLOv2; the paper joins all 512 channels of conv5, the authors' later models `passthrough` = 64 of them.

    That is 67.45 M parameters and 17.50 G multiply-adds with all of them, 50.96 M and 14.73 G with 64.
    """
    if classes < 1:
        raise ValueError(f"classes is {classes}; use at least 1, such as COCO's 80")
    if resolution < 32 or resolution % 32:
        raise ValueError(f"resolution is {resolution}; use a multiple of 32, such as the paper's 416")
    stages: dict[str, nn.Module] = {}
    c_in = 3
    for name, layers in DARKNET_19.items():
        if c_in > 3:
            stages[f"pool{name[-1]}"] = nn.MaxPool2d(2)
        convolutions = []
        for channels, kernel in layers:
            convolutions.append(conv_bn_leaky(c_in, channels, kernel))
            c_in = channels
        stages[name] = nn.Sequential(*convolutions)
    stages["conv7"] = nn.Sequential(conv_bn_leaky(1024, 1024, 3), conv_bn_leaky(1024, 1024, 3))
    narrow = [conv_bn_leaky(512, passthrough, 1)] if passthrough is not None else []
    stages["passthrough"] = nn.Sequential(*narrow, Stack())  # 2048 x 13 x 13
    stages["concat"] = Concat()
    stages["conv8"] = conv_bn_leaky(4 * (passthrough or 512) + 1024, 1024, 3)  # 1024 x 13 x 13
    stages["conv9"] = nn.Conv2d(1024, ANCHORS * (BOX + classes), 1)  # 425 x 13 x 13
    return YoloV2(stages, input_shape=(3, resolution, resolution))


def conv_bn_leaky(c_in: int, c_out: int, kernel: int) -> nn.Sequential:
    """A convolution that keeps the map, normalisation, leaky ReLU."""
    return nn.Sequential(
        OrderedDict(
            conv=nn.Conv2d(c_in, c_out, kernel, padding=kernel // 2, bias=False),
            bn=nn.BatchNorm2d(c_out),
            leaky=nn.LeakyReLU(0.1, inplace=True),
        )
    )
