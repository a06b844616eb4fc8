"""SSD and SSDLite on mobile networks (MobileNetV2, arXiv 1801.04381, Section 6.2 and Tables 5 and 6).

Shapes are channels x height x width. SSD reads boxes and classes off six maps: one of stride 16 and one of
stride 32 out of the network, and four that extra layers make out of the latter. SSDLite has separable
convolutions in place of the full ones in the extra layers and in the predictors.

What the papers leave out is as in the authors' code, the TensorFlow Object Detection API: the channels of the
extra layers and the number of anchors below, a first 1 x 1 convolution to half the channels in every extra layer,
and a class of background beside the classes of COCO. With 80 classes 14.77 M parameters and 1.26 G multiply-adds
of Table 5 come out for SSD on MobileNetV2 (printed: 14.8 and 1.25).
"""

from collections import OrderedDict
from collections.abc import Callable

from torch import Tensor, nn

from cnnclaims.verifiers.networks import mobilenet_v2
from cnnclaims.verifiers.networks.mobilenet_v1 import mobilenet_v1
from cnnclaims.verifiers.networks.mobilenet_v2 import conv_bn_relu6, divisible
from cnnclaims.verifiers.networks.network import Network

EXTRAS = (512, 256, 256, 128)  # 5 x 5, 3 x 3, 2 x 2, 1 x 1 at 320 pixels
ANCHORS = (3, 6, 6, 6, 6, 6)  # boxes a place of each map, C4 first
BOX = 4  # numbers that place one box

Stages = dict[str, nn.Module]


class Detector(Network):
    """A network up to C5, with C4 as a stage of its own, and the layers of SSD on both."""

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        for name, stage in self.named_children():
            if name == "ssd":
                maps: tuple[Tensor, ...] = stage(c4, x)
            else:
                x = stage(x)
                c4 = x if name == "c4" else c4 if "c4" in locals() else x
        return maps
