"""ViT: An Image is Worth 16x16 Words (Dosovitskiy et al. 2020, arXiv 2010.11929), Table 1, Equations 1 to 4.

Images are channels x height x width, sequences are tokens x width. Letters are the paper's: P the side of a
patch, N the number of patches, D the hidden size, L the layers. The linear projection of flattened patches
(Equation 1) is written as the convolution that it is. The softmax over classes is left to the loss.
"""

from collections import OrderedDict
from typing import NamedTuple

import torch
from torch import Tensor, nn

from cnnclaims.verifiers.networks.network import Network


class Size(NamedTuple):
    """A row of Table 1."""

    layers: int
    hidden: int
    mlp: int
    heads: int


# Table 1: layers, hidden size D, MLP size, heads
BASE = Size(12, 768, 3072, 12)
LARGE = Size(24, 1024, 4096, 16)
HUGE = Size(32, 1280, 5120, 16)
EPSILON = 1e-6  # of layer normalisation, in the authors' code; the paper does not say


class Add(nn.Module):
    """The sum of two tensors, as a layer."""

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        return x + y


class Patches(nn.Module):
    """Equation 1, the projection E: each patch of P x P pixels becomes one token."""

    def __init__(self, patch: int, hidden: int) -> None:
        super().__init__()
        self.project = nn.Conv2d(3, hidden, patch, stride=patch)

    def forward(self, image: Tensor) -> Tensor:
        y: Tensor = self.project(image)  # D x side x side
        return y.flatten(2).transpose(1, 2)  # N x D


class Embedding(nn.Module):
    """Equation 1: the class token goes first, then every place has its learnt position added."""

    def __init__(self, patches: int, hidden: int, dropout: float) -> None:
        super().__init__()
        self.class_token = nn.Parameter(torch.zeros(1, 1, hidden))
        self.positions = nn.Parameter(torch.zeros(1, patches + 1, hidden))
        self.dropout = nn.Dropout(dropout)

    def forward(self, tokens: Tensor) -> Tensor:
        first = self.class_token.expand(tokens.shape[0], -1, -1)
        y: Tensor = self.dropout(torch.cat((first, tokens), 1) + self.positions)  # (N + 1) x D
        return y


class Attention(nn.Module):
    """Appendix A: every head compares all tokens with each other and mixes them; U joins the heads."""

    def __init__(self, hidden: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(hidden, 3 * hidden)
        self.softmax = nn.Softmax(-1)
        self.project = nn.Linear(hidden, hidden)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        width = x.shape[-1] // self.heads
        heads = self.qkv(x).unflatten(-1, (3, self.heads, width)).permute(2, 0, 3, 1, 4)
        q, k, v = heads.unbind(0)  # heads x (N + 1) x width
        weights = self.softmax(q @ k.transpose(-2, -1) / width**0.5)
        y: Tensor = self.dropout(self.project((weights @ v).transpose(1, 2).flatten(2)))
        return y


def mlp(hidden: int, inner: int, dropout: float) -> nn.Sequential:
    """Two linear layers with a GELU between them."""
    layers: dict[str, nn.Module] = {
        "fc1": nn.Linear(hidden, inner),
        "gelu": nn.GELU(),
        "dropout1": nn.Dropout(dropout),
        "fc2": nn.Linear(inner, hidden),
        "dropout2": nn.Dropout(dropout),
    }
    return nn.Sequential(OrderedDict(layers))


class Block(nn.Module):
    """Equations 2 and 3: attention, then the MLP, each normalised before and added to its own input."""

    def __init__(self, size: Size, dropout: float) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(size.hidden, EPSILON)
        self.attention = Attention(size.hidden, size.heads, dropout)
        self.add1 = Add()
        self.norm2 = nn.LayerNorm(size.hidden, EPSILON)
        self.mlp = mlp(size.hidden, size.mlp, dropout)
        self.add2 = Add()

    def forward(self, z: Tensor) -> Tensor:
        z = self.add1(self.attention(self.norm1(z)), z)
        y: Tensor = self.add2(self.mlp(self.norm2(z)), z)
        return y


class First(nn.Module):
    """The class token alone."""

    def forward(self, tokens: Tensor) -> Tensor:
        return tokens[:, 0]


def _vit(
    size: Size, patch: int, resolution: int, classes: int | None, pre_logits: bool, dropout: float
) -> Network:
    if resolution < 1 or resolution % patch:
        near = max(1, round(resolution / patch)) * patch
        raise ValueError(f"resolution is {resolution}; use a multiple of the patch's side, such as {near}")
    if classes is not None and classes < 1:
        raise ValueError(f"classes is {classes}; use at least 1, or None for no classifier")
    if not 0 <= dropout < 1:
        raise ValueError(f"dropout is {dropout}; use a probability from 0 up to 1, such as the paper's 0.1")
    patches = (resolution // patch) ** 2
    # at 224 pixels and P = 16, for Base:
    stages: dict[str, nn.Module] = {
        "patches": Patches(patch, size.hidden),  # 196 x 768
        "embedding": Embedding(patches, size.hidden, dropout),  # 197 x 768
        "encoder": nn.Sequential(*(Block(size, dropout) for _ in range(size.layers))),  # 197 x 768
        "class_token": First(),  # 768
        "norm": nn.LayerNorm(size.hidden, EPSILON),  # Equation 4
    }
    if pre_logits:  # the hidden layer of the head, in pre-training only; tanh in the authors' code
        layers = (("fc", nn.Linear(size.hidden, size.hidden)), ("tanh", nn.Tanh()))
        stages["pre_logits"] = nn.Sequential(OrderedDict(layers))
    if classes is not None:
        stages["head"] = nn.Linear(size.hidden, classes)
    return Network(stages, (3, resolution, resolution))


# The head has one hidden layer in pre-training and none in fine-tuning (Section 3.1). The default is the
# fine-tuned network, as released and as in torchvision: ViT-B/16 has 86.57 M parameters, without its 1000
# classes 85.80 M, and 86.39 M with the hidden layer in their place.


def vit_b_16(
    resolution: int = 224, classes: int | None = 1000, pre_logits: bool = False, dropout: float = 0.0
) -> Network:
    """ViT-B/16: 12 layers of width 768 on patches of 16 pixels; classes=None leaves the classifier out."""
    return _vit(BASE, 16, resolution, classes, pre_logits, dropout)


def vit_b_32(
    resolution: int = 224, classes: int | None = 1000, pre_logits: bool = False, dropout: float = 0.0
) -> Network:
    """ViT-B/32: 12 layers of width 768 on patches of 32 pixels; classes=None leaves the classifier out."""
    return _vit(BASE, 32, resolution, classes, pre_logits, dropout)


def vit_l_16(
    resolution: int = 224, classes: int | None = 1000, pre_logits: bool = False, dropout: float = 0.0
) -> Network:
    """ViT-L/16: 24 layers of width 1024 on patches of 16 pixels; classes=None leaves the classifier out."""
    return _vit(LARGE, 16, resolution, classes, pre_logits, dropout)


def vit_l_32(
    resolution: int = 224, classes: int | None = 1000, pre_logits: bool = False, dropout: float = 0.0
) -> Network:
    """ViT-L/32: 24 layers of width 1024 on patches of 32 pixels; classes=None leaves the classifier out."""
    return _vit(LARGE, 32, resolution, classes, pre_logits, dropout)


def vit_h_14(
    resolution: int = 224, classes: int | None = 1000, pre_logits: bool = False, dropout: float = 0.0
) -> Network:
    """ViT-H/14: 32 layers of width 1280 on patches of 14 pixels; classes=None leaves the classifier out."""
    return _vit(HUGE, 14, resolution, classes, pre_logits, dropout)


def resized_positions(positions: Tensor, side: int) -> Tensor:
    """Section 3.2: learnt positions, laid out as the grid that they were learnt on, for a grid of another side.

    Linear interpolation along both axes, corners on corners, as in the authors' code; the class token keeps its own.
    """
    first, grid = positions[:, :1], positions[:, 1:]
    old = round(grid.shape[1] ** 0.5)
    image = grid.transpose(1, 2).reshape(grid.shape[0], grid.shape[2], old, old)
    larger = nn.functional.interpolate(image, size=(side, side), mode="bilinear", align_corners=True)
    return torch.cat((first, larger.flatten(2).transpose(1, 2)), 1)
