"""Multi-Scale Context Aggregation by Dilated Convolutions, arXiv:1511.07122: front end (Section 4), context module (Table 1).

Shapes are channels x height x width. The context module works on C maps, one a class, of 64 x 64 positions.
"""

from typing import Literal

import torch
from torch import nn

from cnnclaims.verifiers.networks.network import Network

# Table 1 by its columns: side of the kernel, dilation, channels of the basic and of the large module over C.
# fmt: off
TABLE_1: list[tuple[int, int, int, int]] = [
    # k, d, basic, large     receptive field
    (3, 1,  1, 2),         # 3 x 3
    (3, 1,  1, 2),         # 5 x 5
    (3, 2,  1, 4),         # 9 x 9
    (3, 4,  1, 8),         # 17 x 17
    (3, 8,  1, 16),        # 33 x 33
    (3, 16, 1, 32),        # 65 x 65
    (3, 1,  1, 32),        # 67 x 67
    (1, 1,  1, 1),         # 67 x 67
]
# fmt: on
LAYER_6 = 5
BASIC = [(k, d, basic) for k, d, basic, _ in TABLE_1]
LARGE = [(k, d, large) for k, d, _, large in TABLE_1]

# Section 4: convolutions a block of VGG-16, their channels and dilation; only the first three blocks are pooled.
FRONT_END = [(2, 64, 1), (2, 128, 1), (3, 256, 1), (3, 512, 1), (3, 512, 2)]
POOLED = 3
LEAST = 380  # pixels of a padded image that give one position; every 8 more give another: 884 give 64


def context_module(classes: int = 21, form: Literal["basic", "large"] = "basic") -> Network:
    """The context module of Table 1 on maps of 64 x 64; it has ReLUs after all layers but the last."""
    if form not in ("basic", "large"):
        raise ValueError(f"form is {form!r}; use 'basic' or 'large'")
    return _context(classes, BASIC if form == "basic" else LARGE)


def dilation7_context(classes: int = 11) -> Network:
    """The context module for KITTI (Appendix A.2): the basic one without layer 6, of dilation 16."""
    return _context(classes, BASIC[:LAYER_6] + BASIC[LAYER_6 + 1 :])


def dilation10_context(classes: int = 19) -> Network:
    """The context module for Cityscapes (Appendix A.3): after layer 6 come two more, of dilation 32 and 64."""
    return _context(classes, [*BASIC[: LAYER_6 + 1], (3, 32, 1), (3, 64, 1), *BASIC[LAYER_6 + 1 :]])


def _context(classes: int, rows: list[tuple[int, int, int]]) -> Network:
    """Layers from rows of kernel, dilation and multiple of C."""
    _require_positive(classes=classes)
    # Section 5 pads the input once, by half of what the module sees; the released training code pads every layer.
    buffer = sum(d * (k - 1) // 2 for k, d, _ in rows)
    stages: dict[str, nn.Module] = {"pad": nn.ZeroPad2d(buffer)}
    channels = classes
    for number, (k, d, multiple) in enumerate(rows, 1):
        stages[f"layer{number}"] = nn.Conv2d(channels, multiple * classes, k, dilation=d)
        if number < len(rows):
            stages[f"relu{number}"] = nn.ReLU(inplace=True)
        channels = multiple * classes
    return Network(stages, input_shape=(classes, 64, 64))


def dilated_vgg16(classes: int = 21) -> Network:
    """The front end: VGG-16 without its last two poolings, dilated instead; no padding between, C maps at stride 8."""
    _require_positive(classes=classes)
    stages: dict[str, nn.Module] = {}
    channels = 3
    for block, (layers, width, dilation) in enumerate(FRONT_END, 1):
        for layer in range(1, layers + 1):
            stages[f"conv{block}_{layer}"] = nn.Conv2d(channels, width, 3, dilation=dilation)
            stages[f"relu{block}_{layer}"] = nn.ReLU(inplace=True)
            channels = width
        if block <= POOLED:
            stages[f"pool{block}"] = nn.MaxPool2d(2, 2)
    stages |= {
        "fc6": nn.Conv2d(channels, 4096, 7, dilation=4),
        "relu6": nn.ReLU(inplace=True),
        "drop6": nn.Dropout(0.5),
        "fc7": nn.Conv2d(4096, 4096, 1),
        "relu7": nn.ReLU(inplace=True),
        "drop7": nn.Dropout(0.5),
        "final": nn.Conv2d(4096, classes, 1),
    }
    # The image is padded by reflection before it comes in, by 186 pixels a side in the released code.
    return Network(stages, input_shape=(3, LEAST, LEAST))


def initialise(net: Network, std: float = 0.0, generator: torch.Generator | None = None) -> Network:
    """Section 3: a context module starts as the identity of each class's maps, and noise of `std` elsewhere.

    A layer from c to c' channels has C / c' at the centre tap from a to b where a C / c and b C / c' round down to the
    same class.
    """
    classes = net.input_shape[0]
    for layer in net.modules():
        if isinstance(layer, nn.Conv2d):
            centre = layer.kernel_size[0] // 2
            into = torch.arange(layer.out_channels) * classes // layer.out_channels
            out_of = torch.arange(layer.in_channels) * classes // layer.in_channels
            same = into[:, None] == out_of[None]
            nn.init.normal_(layer.weight, std=std, generator=generator)
            assert layer.bias is not None
            nn.init.zeros_(layer.bias)
            with torch.no_grad():
                layer.weight[:, :, centre, centre][same] = classes / layer.out_channels
    return net


def _require_positive(**arguments: int) -> None:
    for name, value in arguments.items():
        if value < 1:
            raise ValueError(f"{name} is {value}; use a whole number of at least 1")
