"""SSD300 on MobileNet v1, as released by chuanqi305 and measured in the papers on Pelee and VoVNet.

Shapes are channels x height x width. No paper describes it; layers are as in that release: MobileNet without its
classifier, four pairs of a 1x1 and a 3x3 convolution of stride 2, and 1x1 predictors with bias on six maps.
"""

from collections import OrderedDict

from torch import Tensor, nn

from cnnclaims.verifiers.networks.mobilenet_v1 import full, mobilenet_v1
from cnnclaims.verifiers.networks.network import Network

# Extra layers: name, channels of the 1x1, of the 3x3 # output
EXTRAS = (
    ("extra1", 256, 512),  # 512 x 5 x 5
    ("extra2", 128, 256),  # 256 x 3 x 3
    ("extra3", 128, 256),  # 256 x 2 x 2
    ("extra4", 64, 128),  # 128 x 1 x 1
)
READ = ("conv12", "conv14", "extra1", "extra2", "extra3", "extra4")  # of 19, 10, 5, 3, 2, 1 places a side
CHANNELS = (512, 1024, 512, 256, 256, 128)
ANCHORS = (3, 6, 6, 6, 6, 6)  # boxes a place
BOX = 4  # numbers that place one box


class MobileNetSsd(Network):
    """The stages one after another; the maps of READ are read by the predictors."""

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        *stages, (_, boxes), (_, classes) = self.named_children()
        maps = []
        for name, stage in stages:
            x = stage(x)
            if name in READ:
                maps.append(x)
        heads = [*boxes.children()], [*classes.children()]
        return tuple(predict(x) for head in heads for predict, x in zip(head, maps, strict=True))


def ssd300_mobilenet(classes: int = 20) -> Network:
    """SSD for images of 300 pixels on MobileNet v1; classes are counted without the background."""
    if classes < 1:
        raise ValueError(f"classes is {classes}; use at least 1, such as the 20 of VOC")
    backbone = dict(mobilenet_v1(classes=None).named_children())
    stages = {name: stage for name, stage in backbone.items() if name not in ("avgpool", "flatten")}
    c_in = 1024
    for name, narrow, channels in EXTRAS:
        pair = (("narrow", pointwise(c_in, narrow)), ("conv", full(narrow, channels, stride=2)))
        stages[name] = nn.Sequential(OrderedDict(pair))
        c_in = channels
    maps = list(zip(CHANNELS, ANCHORS, strict=True))
    stages["boxes"] = nn.ModuleList(nn.Conv2d(c, anchors * BOX, 1) for c, anchors in maps)
    stages["classes"] = nn.ModuleList(nn.Conv2d(c, anchors * (classes + 1), 1) for c, anchors in maps)
    return MobileNetSsd(stages, (3, 300, 300))


def pointwise(c_in: int, c_out: int) -> nn.Sequential:
    """A 1x1 convolution, normalisation, ReLU."""
    layers: dict[str, nn.Module] = {
        "conv": nn.Conv2d(c_in, c_out, 1, bias=False),
        "bn": nn.BatchNorm2d(c_out),
        "relu": nn.ReLU(inplace=True),
    }
    return nn.Sequential(OrderedDict(layers))
