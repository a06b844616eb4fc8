"""CSPPeleeNet (Wang et al. 2019, arXiv 1911.11929), Figures 3(b) and 7.

Shapes are channels x height x width. No file of this network was published. Figure 7 draws what each of its layers
costs at 416 pixels, one bar a layer, and every bar belongs to one layer only of the stage that Figure 3(b) draws: two 1x1
convolutions make the halves, one half goes through the dense layers and a transition as wide as what comes out of them,
and the second transition stands behind the pooling. Stages have 2, 4, 8 and 4 layers where PeleeNet has 3, 4, 8 and 6.
As in the authors' files for Darknet, convolutions have no bias and are followed by normalisation and leaky ReLU.
"""

from collections import OrderedDict

from torch import Tensor, nn

from cnnclaims.verifiers.networks.darknet import conv
from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.networks.peleenet import GROWTH, STEM, Concat

# name, dense layers, bottleneck width as in PeleeNet # output at 224, the halves side by side
STAGES = (
    ("stage1", 2, 1),  # 128 x 56 x 56
    ("stage2", 4, 2),  # 256 x 28 x 28
    ("stage3", 8, 4),  # 512 x 14 x 14
    ("stage4", 4, 4),  # 640 x 7 x 7
)


class CspStem(nn.Module):
    """PeleeNet's stem, with the 1x1 on what is pooled and not on both ways."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = conv(3, STEM, 3, stride=2)
        self.pool = nn.MaxPool2d(2)
        self.pooled = conv(STEM, STEM, 1)
        self.narrow = conv(STEM, STEM // 2, 1)
        self.down = conv(STEM // 2, STEM, 3, stride=2)
        self.concat = Concat()

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv(x)
        y: Tensor = self.concat(self.pooled(self.pool(x)), self.down(self.narrow(x)))
        return y


class TwoWayDenseLayer(nn.Module):
    """PeleeNet's: one way sees 3x3 places, the other 5x5 by two convolutions; both go beside the input."""

    def __init__(self, c_in: int, width: int) -> None:
        super().__init__()
        maps = GROWTH // 2
        self.way1 = nn.Sequential(
            conv(c_in, width * maps, 1), conv(width * maps, maps, 3), conv(maps, maps, 3)
        )
        self.way2 = nn.Sequential(conv(c_in, width * maps, 1), conv(width * maps, maps, 3))
        self.concat = Concat()

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.concat(x, self.way1(x), self.way2(x))
        return y


class CspDenseStage(nn.Module):
    """One half goes through the dense layers and a transition, the other past them."""

    def __init__(self, channels: int, layers: int, width: int) -> None:
        super().__init__()
        half = channels // 2
        self.bypass = conv(channels, half, 1)
        self.enter = conv(channels, half, 1)
        self.layers = nn.Sequential(*(TwoWayDenseLayer(half + i * GROWTH, width) for i in range(layers)))
        grown = half + layers * GROWTH
        self.partial_transition = conv(grown, grown, 1)
        self.concat = Concat()

    def forward(self, x: Tensor) -> Tensor:
        past = self.bypass(x)
        y: Tensor = self.concat(past, self.partial_transition(self.layers(self.enter(x))))
        return y


def csppeleenet(classes: int | None = 1000) -> Network:
    """CSPPeleeNet: half of the channels skip the dense layers of a stage; classes=None leaves the classifier out."""
    if classes is not None and classes < 1:
        raise ValueError(f"classes is {classes}; use at least 1, or None for no classifier")
    stages: OrderedDict[str, nn.Module] = OrderedDict(stem=CspStem())  # 64 x 56 x 56
    channels = 2 * STEM
    for number, (name, layers, width) in enumerate(STAGES, 1):
        stages[name] = CspDenseStage(channels, layers, width)
        channels += layers * GROWTH
        if name != "stage4":
            stages[f"pool{number}"] = nn.AvgPool2d(2, ceil_mode=True)
        stages[f"transition{number}"] = conv(channels, channels, 1)
    if classes is not None:
        stages["avgpool"] = nn.AdaptiveAvgPool2d(1)
        stages["flatten"] = nn.Flatten(1)
        stages["fc"] = nn.Linear(channels, classes)
    return Network(stages, (3, 224, 224))
