"""CSPNet: A New Backbone that can Enhance Learning Capability of CNN (Wang et al. 2019, arXiv 1911.11929), Section 3.

Shapes are channels x height x width. The paper draws a stage and leaves the layers to the authors' configuration
files for Darknet, which are the tables here. There the map is not cut in two: two 1x1 convolutions make a half
each. Convolutions have no bias and are followed by normalisation and leaky ReLU.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from cnnclaims.verifiers.networks.darknet import bottleneck, conv, darknet_block, head, stem
from cnnclaims.verifiers.networks.network import Network


class Stage(NamedTuple):
    """A row of a table: blocks, channels of each half, channels inside a block, channels out."""

    name: str
    blocks: int
    half: int
    inner: int
    out: int
    linear: bool = False  # the two 1x1 that make the halves have no activation


RESNET = (
    Stage("stage1", 3, 128, 64, 128),  # 128 x 64 x 64
    Stage("stage2", 3, 256, 128, 256, linear=True),  # 256 x 32 x 32
    Stage("stage3", 5, 512, 256, 512, linear=True),  # 512 x 16 x 16
    Stage("stage4", 2, 1024, 512, 1024),  # 1024 x 8 x 8
)
RESNEXT = (
    Stage("stage1", 3, 128, 128, 256),  # 256 x 64 x 64
    Stage("stage2", 3, 256, 256, 512, linear=True),  # 512 x 32 x 32
    Stage("stage3", 5, 512, 512, 1024, linear=True),  # 1024 x 16 x 16
    Stage("stage4", 2, 1024, 1024, 2048),  # 2048 x 8 x 8
)
DARKNET53 = (
    Stage("stage1", 1, 64, 32, 64),  # 64 x 128 x 128
    Stage("stage2", 2, 64, 64, 128),  # 128 x 64 x 64
    Stage("stage3", 8, 128, 128, 256),  # 256 x 32 x 32
    Stage("stage4", 8, 256, 256, 512),  # 512 x 16 x 16
    Stage("stage5", 4, 512, 512, 1024),  # 1024 x 8 x 8
)


class Concat(nn.Module):
    """Two tensors side by side, as a layer."""

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        return torch.cat([x, y], dim=1)


class CspStage(nn.Module):
    """One half goes through the blocks and a transition, the other past them; a second transition mixes both."""

    def __init__(self, down: nn.Module, c_in: int, row: Stage, enter: int, blocks: list[nn.Module]) -> None:
        super().__init__()
        self.down = down
        self.bypass = conv(c_in, row.half, 1, linear=row.linear)
        self.enter = conv(c_in, enter, 1, linear=row.linear)
        self.blocks = nn.Sequential(*blocks)
        self.partial_transition = conv(row.half, row.half, 1)
        self.concat = Concat()
        self.transition = conv(2 * row.half, row.out, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.down(x)
        part = self.partial_transition(self.blocks(self.enter(x)))
        y: Tensor = self.transition(self.concat(part, self.bypass(x)))
        return y


def _csp_resnet(table: tuple[Stage, ...], groups: int, classes: int) -> Network:
    stages = stem()
    c_in = 64
    for row in table:
        first = (
            row.name == "stage1"
        )  # not shrunk, and entered by 64 channels, half of what its blocks put out
        enter = c_in if first else row.half
        down = nn.Identity() if first else conv(c_in, c_in, 3, 2, groups)
        widths = [enter, *[row.half] * (row.blocks - 1)]
        blocks: list[nn.Module] = [bottleneck(c, row.inner, row.half, groups=groups) for c in widths]
        stages[row.name] = CspStage(down, c_in, row, enter, blocks)
        c_in = row.out
    return Network({**stages, **head(c_in, classes)}, (3, 256, 256))


def cspresnet50(classes: int = 1000) -> Network:
    """CSPResNet-50: half of the channels go through 3, 3, 5 and 2 bottlenecks of half their width."""
    return _csp_resnet(RESNET, 1, classes)


def cspresnext50(classes: int = 1000) -> Network:
    """CSPResNeXt-50: half of the channels go through 3, 3, 5 and 2 blocks of one width, 32 groups in each."""
    return _csp_resnet(RESNEXT, 32, classes)


def cspdarknet53(classes: int = 1000) -> Network:
    """CSPDarknet-53: half of the channels go through 1, 2, 8, 8 and 4 blocks."""
    stages: dict[str, nn.Module] = {"conv1": conv(3, 32, 3)}  # 32 x 256 x 256
    c_in = 32
    for row in DARKNET53:
        channels = 2 * c_in
        blocks: list[nn.Module] = [darknet_block(row.half, row.inner) for _ in range(row.blocks)]
        down = conv(c_in, channels, 3, stride=2)
        stages[row.name] = CspStage(down, channels, row, row.half, blocks)
        c_in = row.out
    return Network({**stages, **head(c_in, classes)}, (3, 256, 256))
