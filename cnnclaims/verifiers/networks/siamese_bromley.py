"""The first Siamese network: Signature Verification using a "Siamese" Time Delay Neural Network (Bromley et al. 1993, no arXiv number).

Shapes are channels x height x width, of height 1: the width is time. The layers are those of a published summary of the paper; the
third of stride follows from them. What squashes the units is not known here and read as the hyperbolic tangent. A pair of
signatures is one input of twice eight features.
"""

from collections import OrderedDict

from torch import Tensor, nn
from torch.nn import functional as F

from cnnclaims.verifiers.networks.network import Network

FEATURES = 8  # of a signature at a point in time
POINTS = 200
# name, units at a time, width of their field # output
LAYERS = (
    ("1", 12, 11),  # 12 x 1 x 64
    ("2", 16, 10),  # 16 x 1 x 19
)
STRIDE = 3  # a layer of 64 units with fields of 11 over 200 points moves by 3, one of 19 with fields of 10 over 64 too


def branch() -> nn.Sequential:
    """The layers that each signature of a pair goes through."""
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    channels = FEATURES
    for name, units, field in LAYERS:
        layers[f"conv{name}"] = nn.Conv2d(channels, units, (1, field), stride=(1, STRIDE))
        layers[f"squash{name}"] = nn.Tanh()
        channels = units
    layers["flatten"] = nn.Flatten(1)  # 304
    return nn.Sequential(layers)


class Cosine(nn.Module):
    """The cosine of the angle between two feature vectors, one number a pair."""

    def forward(self, one: Tensor, two: Tensor) -> Tensor:
        return F.cosine_similarity(one, two)[:, None]


class Twins(Network):
    """One branch for both signatures, and the cosine of what it puts out for them."""

    def forward(self, x: Tensor) -> Tensor:
        branch, cosine = self.get_submodule("branch"), self.get_submodule("cosine")
        y: Tensor = cosine(branch(x[:, :FEATURES]), branch(x[:, FEATURES:]))
        return y


def siamese_bromley() -> Network:
    """Two time delay networks with one set of weights, 12 x 64 and 16 x 19 units, and the cosine between them."""
    stages: dict[str, nn.Module] = {"branch": branch(), "cosine": Cosine()}
    return Twins(stages, (2 * FEATURES, 1, POINTS))
