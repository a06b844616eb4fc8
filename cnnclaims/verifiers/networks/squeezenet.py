"""SqueezeNet (Iandola et al. 2016, arXiv 1602.07360), Table 1 and Figure 2. Shapes are channels x height x width.

Every convolution has a bias and no normalisation. v1.1 is not in the paper: the authors released it later.
"""

from collections import OrderedDict
from typing import Any, Literal

import torch
from torch import nn

from cnnclaims.verifiers.networks.network import Network

Rows = tuple[tuple[Any, ...], ...]

# Table 1: name, squeeze s1x1, expand e1x1, expand e3x3 # output. A row of one name is max pooling, 3 x 3 / 2.
V1_0: Rows = (
    ("maxpool1",),  # 96 x 55 x 55, behind conv1: 7 x 7 / 2, 96 x 111 x 111
    ("fire2", 16, 64, 64),  # 128 x 55 x 55
    ("fire3", 16, 64, 64),  # 128 x 55 x 55
    ("fire4", 32, 128, 128),  # 256 x 55 x 55
    ("maxpool4",),  # 256 x 27 x 27
    ("fire5", 32, 128, 128),  # 256 x 27 x 27
    ("fire6", 48, 192, 192),  # 384 x 27 x 27
    ("fire7", 48, 192, 192),  # 384 x 27 x 27
    ("fire8", 64, 256, 256),  # 512 x 27 x 27
    ("maxpool8",),  # 512 x 13 x 13; the paper prints 13 x 12 x 512
    ("fire9", 64, 256, 256),  # 512 x 13 x 13
)

# The same modules with earlier pooling, behind conv1: 3 x 3 / 2, 64 x 113 x 113
V1_1: Rows = (
    ("maxpool1",),  # 64 x 56 x 56
    ("fire2", 16, 64, 64),  # 128 x 56 x 56
    ("fire3", 16, 64, 64),  # 128 x 56 x 56
    ("maxpool3",),  # 128 x 28 x 28
    ("fire4", 32, 128, 128),  # 256 x 28 x 28
    ("fire5", 32, 128, 128),  # 256 x 28 x 28
    ("maxpool5",),  # 256 x 14 x 14
    ("fire6", 48, 192, 192),  # 384 x 14 x 14
    ("fire7", 48, 192, 192),  # 384 x 14 x 14
    ("fire8", 64, 256, 256),  # 512 x 14 x 14
    ("fire9", 64, 256, 256),  # 512 x 14 x 14
)


# Figure 2: whether a module's input goes round it to its output
Bypass = Literal["none", "simple", "complex"]
# Section 5.1: the module after which the maps are pooled
POOLED_AFTER = ("fire4", "fire8")


class Fire(nn.Module):
    """Squeeze to s1 channels by 1 x 1, then expand by 1 x 1 and by 3 x 3 side by side.

    Where the output has as many channels as the input, both bypasses add the input to it. Elsewhere the complex
    one adds a 1 x 1 convolution of the input, rectified as in the authors' generator of these networks.
    """

    def __init__(self, c_in: int, s1: int, e1: int, e3: int, bypass: Bypass = "none") -> None:
        super().__init__()
        self.squeeze = rectified(c_in, s1, 1)
        self.expand1x1 = rectified(s1, e1, 1)
        self.expand3x3 = rectified(s1, e3, 3, padding=1)
        self.bypass: nn.Module | None = None
        if bypass != "none" and c_in == e1 + e3:
            self.bypass = nn.Identity()
        elif bypass == "complex":
            self.bypass = rectified(c_in, e1 + e3, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Channels of the 1 x 1 branch first."""
        squeezed = self.squeeze(x)
        out = torch.cat([self.expand1x1(squeezed), self.expand3x3(squeezed)], dim=1)
        return out if self.bypass is None else self.bypass(x) + out


def squeezenet1_0(bypass: Bypass = "none", conv10_padding: int = 0, classes: int = 1000) -> Network:
    """SqueezeNet as in the paper's Table 1, with the bypasses of Figure 2 if wanted; conv10_padding=1 as released."""
    return _squeezenet(96, 7, V1_0, bypass, conv10_padding, classes)


def squeezenet1_1(classes: int = 1000) -> Network:
    """SqueezeNet v1.1 of the authors' repository: smaller first filters, earlier pooling."""
    return _squeezenet(64, 3, V1_1, "none", 0, classes)


def squeezenet(
    base_e: int = 128,
    incr_e: int = 128,
    pct3x3: float = 0.5,
    freq: int = 2,
    sr: float = 0.125,
    bypass: Bypass = "none",
    classes: int = 1000,
) -> Network:
    """SqueezeNet by the metaparameters of Section 5.1; the paper's own are the defaults."""
    _require_metaparameters(base_e, incr_e, pct3x3, freq, sr)
    rows: list[tuple[Any, ...]] = [("maxpool1",)]
    for i in range(8):
        e = base_e + incr_e * (i // freq)
        e3 = round(pct3x3 * e)  # the paper does not say how a broken number of filters is rounded
        rows.append((f"fire{i + 2}", round(sr * e), e - e3, e3))
        if f"fire{i + 2}" in POOLED_AFTER:
            rows.append((f"maxpool{i + 2}",))
    return _squeezenet(96, 7, tuple(rows), bypass, 0, classes)


def _require_metaparameters(base_e: int, incr_e: int, pct3x3: float, freq: int, sr: float) -> None:
    for name, value in (("base_e", base_e), ("freq", freq)):
        if value < 1:
            raise ValueError(f"{name} is {value}; use a whole number of at least 1")
    if incr_e < 0:
        raise ValueError(f"incr_e is {incr_e}; use 0 for modules of one width, or more")
    for name, share in (("pct3x3", pct3x3), ("sr", sr)):
        if round(share * base_e) < 1:
            raise ValueError(f"{name} is {share}, no filter of {base_e}; use at least {1 / base_e}")
    if not round(pct3x3 * base_e) < base_e:
        raise ValueError(f"pct3x3 is {pct3x3}, which leaves no 1x1 filter; use less than 1")


def rectified(c_in: int, c_out: int, k: int, stride: int = 1, padding: int = 0) -> nn.Sequential:
    """A convolution with bias, and ReLU."""
    return nn.Sequential(
        OrderedDict(conv=nn.Conv2d(c_in, c_out, k, stride, padding), relu=nn.ReLU(inplace=True))
    )


def _squeezenet(
    conv1: int, kernel: int, rows: Rows, bypass: Bypass, conv10_padding: int, classes: int
) -> Network:
    if classes < 1:
        raise ValueError(f"classes is {classes}; use a whole number of at least 1")
    if bypass not in ("none", "simple", "complex"):
        raise ValueError(f"bypass is {bypass!r}; use 'none', 'simple' or 'complex'")
    if conv10_padding not in (0, 1):
        raise ValueError(f"conv10_padding is {conv10_padding}; use 0 as in Table 1, or 1 as released")
    stages: dict[str, nn.Module] = {"conv1": rectified(3, conv1, kernel, stride=2)}
    c_in = conv1
    for name, *widths in rows:
        if widths:
            s1, e1, e3 = widths
            stages[name] = Fire(c_in, s1, e1, e3, bypass)
            c_in = e1 + e3
        else:
            stages[name] = nn.MaxPool2d(3, 2, ceil_mode=True)  # Caffe rounds up: v1.1 has 28 and 14
    stages["drop9"] = nn.Dropout(0.5)
    # Without padding, as Table 1's 13 x 13 x 1000 needs. The released v1.0 pads it by 1: 861 M multiply-adds
    # instead of 833 M, the same parameters.
    stages["conv10"] = rectified(c_in, classes, 1, padding=conv10_padding)
    stages["avgpool10"] = nn.AdaptiveAvgPool2d(1)
    stages["flatten"] = nn.Flatten(1)
    # The paper says 224; an unpadded conv1 gives Table 1's 111 x 111 only from 227, the released net's crop.
    return Network(stages, input_shape=(3, 227, 227))
