"""Head of Fast R-CNN (Girshick 2015, arXiv 1504.08083) for VGG-16, Sections 2.1 and 4.4.

Shapes are channels x height x width. The input is what RoI pooling makes of one region. The softmax is left to the loss.
"""

from collections import OrderedDict

import torch
from torch import Tensor, nn

from cnnclaims.verifiers.networks.network import Network

REGION = (512, 7, 7)  # conv5_3 of VGG-16 behind RoI pooling
FEATURES = 4096
RANKS = {"fc6": 1024, "fc7": 256}  # Section 4.4: singular values that are kept
COORDINATES = 4


class FastRCNNHead(Network):
    """Full layers, then classes and boxes side by side in one vector."""

    def forward(self, x: Tensor) -> Tensor:
        for name, stage in self.named_children():
            if name not in ("classes", "boxes"):
                x = stage(x)
        return torch.cat([self.get_submodule(name)(x) for name in ("classes", "boxes")], 1)


def truncated(c_in: int, c_out: int, rank: int) -> nn.Sequential:
    """A linear layer as two (Section 3.1): the first without bias, nothing between them."""
    layers = (("first", nn.Linear(c_in, rank, bias=False)), ("second", nn.Linear(rank, c_out)))
    return nn.Sequential(OrderedDict(layers))


def fast_rcnn_head(svd: bool = False, classes: int = 21) -> Network:
    """What Fast R-CNN runs for each region of VGG-16's map; svd=True has fc6 and fc7 in two thin layers each."""
    if classes < 2:
        raise ValueError(f"classes is {classes}; use at least 2, the background and one more, such as 21")
    stages: dict[str, nn.Module] = {"flatten": nn.Flatten()}  # 25088
    features = REGION[0] * REGION[1] * REGION[2]
    for name, rank in RANKS.items():
        stages[name] = truncated(features, FEATURES, rank) if svd else nn.Linear(features, FEATURES)  # 4096
        stages[f"relu_{name}"] = nn.ReLU(inplace=True)
        stages[f"drop_{name}"] = nn.Dropout(0.5)
        features = FEATURES
    stages["classes"] = nn.Linear(features, classes)  # 21
    stages["boxes"] = nn.Linear(features, COORDINATES * classes)  # 84
    return FastRCNNHead(stages, REGION)
