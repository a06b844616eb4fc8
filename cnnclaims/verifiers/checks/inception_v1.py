"""What GoogLeNet (arXiv:1409.4842) claims that is not one number: what is dropped in training."""

from cnnclaims.verifiers.checks.dropped import drops
from cnnclaims.verifiers.checks.found import Found
from cnnclaims.verifiers.networks.inception_v1 import googlenet
from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.trace import uninitialised


def dropout_of_the_features() -> Found:
    """Table 1: of the averaged features that the linear layer is handed 40 % are dropped; at test none."""
    with uninitialised():
        return features(googlenet())


def features(net: Network) -> Found:
    """Whether that is so in a network."""
    return drops(net, {"between average and linear layer": ("flatten", "linear")}, "40", "%")


def dropout_of_the_side_heads() -> Found:
    """Section 5: of the 1024 units of either side head 70 % are dropped in front of its classifier; at test none."""
    with uninitialised():
        return side_heads(googlenet(aux=True))


def side_heads(net: Network) -> Found:
    """Whether that is so in both heads of a network."""
    places = {f"in {name}": (f"{name}.relu1", f"{name}.fc2") for name in ("aux1", "aux2")}
    return drops(net, places, "70", "%")
