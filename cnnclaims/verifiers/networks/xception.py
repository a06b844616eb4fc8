"""Xception: Deep Learning with Depthwise Separable Convolutions, arXiv:1610.02357, Figure 5.

Shapes are channels x height x width. Every convolution and separable convolution is without bias and followed by batch
normalisation; within a separable one nothing stands between the depthwise and the pointwise half. The paper does not
name its padding; as in the author's release (Keras), the first two convolutions have none and everything else keeps
the map or halves it, rounded up. V marks what is without padding.
"""

from collections import OrderedDict
from typing import Literal

from torch import Tensor, nn

from cnnclaims.verifiers.networks.inception_v2 import conv_bn
from cnnclaims.verifiers.networks.network import Network

Activation = Literal["none", "relu", "elu"]
BETWEEN = {"none": nn.Identity, "relu": nn.ReLU, "elu": nn.ELU}  # Section 4.7

# Figure 5: channels of the separable convolutions of a module, and whether it halves the map
ENTRY = (
    ((128, 128), True),  # 128 x 74 x 74, no ReLU in front
    ((256, 256), True),  # 256 x 37 x 37
    ((728, 728), True),  # 728 x 19 x 19
)
MIDDLE = (((728, 728, 728), False),) * 8  # 728 x 19 x 19
EXIT = ((728, 1024), True)  # 1024 x 10 x 10
LAST = (1536, 2048)  # 2048 x 10 x 10


class Module(nn.Module):
    """ReLUs and separable convolutions with a shortcut around them, a 1x1 convolution where the map is halved."""

    def __init__(
        self,
        c: int,
        widths: tuple[int, ...],
        halve: bool,
        between: Activation,
        residual: bool,
        first_relu: bool = True,
    ) -> None:
        super().__init__()
        self.body = nn.Sequential()
        c_in = c
        for i, width in enumerate(widths, start=1):
            if first_relu or i > 1:
                self.body.add_module(f"relu{i}", nn.ReLU())
            self.body.add_module(f"sep{i}", separable(c_in, width, between))
            c_in = width
        if halve:
            self.body.add_module("pool", nn.MaxPool2d(3, stride=2, padding=1))
        self.shortcut = _shortcut(c, c_in) if halve and residual else None
        self.residual = residual

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.body(x)
        if not self.residual:
            return out
        return out + (x if self.shortcut is None else self.shortcut(x))


def xception(
    classes: int = 1000, full_layers: bool = False, residual: bool = True, between: Activation = "none"
) -> Network:
    """Xception of Figure 5; `full_layers` puts two layers of 4096 units in the dropout's place, as on JFT.

    `residual=False` is the network of Section 4.6, `between` names what Section 4.7 puts inside separable convolutions.
    """
    _require_arguments(classes, between)
    entry = [_stem()]  # 64 x 147 x 147
    c = 64
    for widths, halve in ENTRY:
        entry.append(Module(c, widths, halve, between, residual, first_relu=c > 64))
        c = widths[-1]
    stages: dict[str, nn.Module] = {
        "entry": nn.Sequential(*entry),  # 728 x 19 x 19
        "middle": nn.Sequential(*[Module(728, *module, between, residual) for module in MIDDLE]),
        "exit": nn.Sequential(Module(728, *EXIT, between, residual), _last(1024, between)),  # 2048 x 10 x 10
        "avgpool": nn.AdaptiveAvgPool2d(1),
        "flatten": nn.Flatten(),
    }
    c = LAST[-1]
    if full_layers:
        stages["fc1"] = nn.Sequential(nn.Linear(c, 4096), nn.ReLU(inplace=True))
        stages["fc2"] = nn.Sequential(nn.Linear(4096, 4096), nn.ReLU(inplace=True))
        c = 4096
    else:
        stages["dropout"] = nn.Dropout(0.5)  # on ImageNet
    stages["linear"] = nn.Linear(c, classes)
    return Network(stages, input_shape=(3, 299, 299))


def separable(c_in: int, c_out: int, between: Activation = "none") -> nn.Sequential:
    """A 3x3 filter a channel, then a 1x1 convolution, then normalisation."""
    layers = {
        "depthwise": nn.Conv2d(c_in, c_in, 3, padding=1, groups=c_in, bias=False),
        "between": BETWEEN[between](),
        "pointwise": nn.Conv2d(c_in, c_out, 1, bias=False),
        "bn": nn.BatchNorm2d(c_out, eps=0.001),
    }
    return nn.Sequential(OrderedDict(layers))


def _stem() -> nn.Module:
    layers = {
        "conv1": conv_bn(3, 32, 3, stride=2, padding=0),  # V, 32 x 149 x 149
        "conv2": conv_bn(32, 64, 3, padding=0),  # V, 64 x 147 x 147
    }
    return nn.Sequential(OrderedDict(layers))


def _last(c: int, between: Activation) -> nn.Module:
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    for i, width in enumerate(LAST, start=1):
        layers[f"sep{i}"] = separable(c, width, between)
        layers[f"relu{i}"] = nn.ReLU(inplace=True)
        c = width
    return nn.Sequential(layers)


def _shortcut(c_in: int, c_out: int) -> nn.Module:
    layers = {"conv": nn.Conv2d(c_in, c_out, 1, stride=2, bias=False), "bn": nn.BatchNorm2d(c_out, eps=0.001)}
    return nn.Sequential(OrderedDict(layers))


def _require_arguments(classes: int, between: str) -> None:
    if between not in BETWEEN:
        raise ValueError(f"between is {between!r}; use one of {', '.join(BETWEEN)}")
    if classes < 1:
        raise ValueError(f"classes is {classes}; use a whole number of at least 1")
