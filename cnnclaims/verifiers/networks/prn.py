"""PRN: Enriching Variety of Layer-wise Learning Information by Gradient Combination (Wang et al., ICCV Workshops 2019).

Shapes are channels x height x width. The detector's head is read from the authors' file for Darknet, yolov3-tiny-prn.cfg,
in which a shortcut adds as many channels of a map as there are. The third scale repeats the second: with the 128 channels
of that, PeleeNet gains 0.20 M weights by it, as the authors' list of results has it (3.16 M and 3.36 M); halved once more
it would gain 0.06 M.
"""

from collections import OrderedDict
from typing import Literal

from torch import Tensor, nn

from cnnclaims.verifiers.networks.csppeleenet import csppeleenet
from cnnclaims.verifiers.networks.darknet import conv
from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.networks.peleenet import peleenet

Backbone = Literal["peleenet", "csppeleenet"]
BACKBONES = {
    "peleenet": (peleenet, 704),
    "csppeleenet": (csppeleenet, 640),
}  # builder, channels of its last map
READ = ("stage3", "stage2")  # maps of stride 16 and 8, whose first channels are added
COARSEST, FINER = 256, 128  # channels of the head on the last map, and on each finer one
ANCHORS = 3  # boxes a place
BOX = 5  # numbers that place one box and say whether it holds anything


class PartialAdd(nn.Module):
    """A map and the first channels of another, added."""

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        return x + y[:, : x.shape[1]]


class Coarsest(nn.Module):
    """A 1x1 and a 3x3 with a shortcut past it; what the finer scales get is the 3x3 alone."""

    def __init__(self, c_in: int, numbers: int) -> None:
        super().__init__()
        self.narrow = conv(c_in, COARSEST, 1)
        self.conv = conv(COARSEST, COARSEST, 3)
        self.add = PartialAdd()
        self.predict = nn.Conv2d(COARSEST, numbers, 1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        x = self.narrow(x)
        y = self.conv(x)
        return y, self.predict(self.add(y, x))


class Finer(nn.Module):
    """The coarser map narrowed and blown up, a finer one added to it and again behind a 3x3."""

    def __init__(self, c_in: int, numbers: int) -> None:
        super().__init__()
        self.narrow = conv(c_in, FINER, 1)
        self.up = nn.Upsample(scale_factor=2, mode="nearest")
        self.add = PartialAdd()
        self.conv = conv(FINER, FINER, 3)
        self.predict = nn.Conv2d(FINER, numbers, 1)

    def forward(self, coarser: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
        up = self.up(self.narrow(coarser))
        y = self.conv(self.add(up, x))
        return y, self.predict(self.add(self.add(y, up), x))


class Prn(Network):
    """The backbone, then one head for each scale; each head but the first gets what the one before it made."""

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        stages = OrderedDict(self.named_children())
        first, *finer = [*stages.pop("heads").children()]
        maps: dict[str, Tensor] = {}
        for name, stage in stages.items():
            x = stage(x)
            maps[name] = x
        x, predicted = first(x)
        found = [predicted]
        for head, name in zip(finer, READ, strict=False):
            x, predicted = head(x, maps[name])
            found.append(predicted)
        return tuple(found)


def prn416(backbone: Backbone = "csppeleenet", scales: int = 2, classes: int = 80) -> Network:
    """A partial residual network that finds objects in images of 416 pixels, on maps of two or three scales."""
    if backbone not in BACKBONES:
        raise ValueError(f"backbone is {backbone!r}; use one of {', '.join(BACKBONES)}")
    if scales not in (2, 3):
        raise ValueError(f"scales is {scales}; use 2 or 3")
    if classes < 1:
        raise ValueError(f"classes is {classes}; use at least 1, such as the 80 of COCO")
    build, channels = BACKBONES[backbone]
    numbers = ANCHORS * (BOX + classes)
    widths = (COARSEST, *[FINER] * (scales - 2))
    stages: dict[str, nn.Module] = dict(build(classes=None).named_children())
    stages["heads"] = nn.ModuleList([Coarsest(channels, numbers), *(Finer(c, numbers) for c in widths)])
    return Prn(stages, (3, 416, 416))
