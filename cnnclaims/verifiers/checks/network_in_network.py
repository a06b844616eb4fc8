"""Network In Network (arXiv 1312.4400): what an mlpconv layer and a global average compute."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from cnnclaims.verifiers.checks.found import Found
from cnnclaims.verifiers.networks.network_in_network import mlpconv, nin_cifar
from cnnclaims.verifiers.trace import trace, uninitialised

SAME, DIFFERENT = 1e-12, 1e-3  # float64 rounding, and what no rounding explains
Perceptron = Callable[[Tensor], Tensor]


# -- Section 3.1 ---------------------------------------------------------------------------------------------


@torch.no_grad()
def perceptron_slides() -> Found:
    """A perceptron slid over the input by hand is a convolution followed by 1 x 1 convolutions.

    Normal weights, biases and input; the control leaves out the hidden layers' ReLU.
    """
    generator = torch.Generator().manual_seed(1312)
    layer = mlpconv(1, nn.Conv2d(3, 8, 5, padding=2), 6, 4).double()
    for parameter in layer.parameters():
        parameter.normal_(generator=generator)
    x = torch.randn(2, 3, 9, 7, dtype=torch.float64, generator=generator)
    slid = slide(perceptron(layer), x, k=5, padding=2)
    linear = slide(perceptron(layer, hidden=nn.Identity()), x, k=5, padding=2)
    return agrees(layer(x), slid, linear)


def perceptron(layer: nn.Sequential, hidden: nn.Module | None = None) -> Perceptron:
    """The three weight matrices of an mlpconv layer as a perceptron of one patch, with ReLU unless told otherwise."""
    matrices: list[tuple[Tensor, Tensor]] = []
    for conv in layer:
        if isinstance(conv, nn.Conv2d):
            assert conv.bias is not None
            matrices.append((conv.weight.flatten(1), conv.bias))
    between = hidden or nn.ReLU()

    def of_patch(patch: Tensor) -> Tensor:
        for weight, bias in matrices[:-1]:
            patch = between(weight @ patch + bias)
        weight, bias = matrices[-1]
        return torch.relu(weight @ patch + bias)

    return of_patch


def slide(function: Perceptron, x: Tensor, k: int, padding: int) -> Tensor:
    """A function of one patch, called at every place of every image, one after another."""
    padded = nn.functional.pad(x, [padding] * 4)
    images, _, height, width = x.shape
    rows = []
    for image in range(images):
        for i in range(height):
            for j in range(width):
                rows.append(function(padded[image, :, i : i + k, j : j + k].flatten()))
    return torch.stack(rows).view(images, height, width, -1).movedim(3, 1)


def agrees(layer: Tensor, slid: Tensor, control: Tensor) -> Found:
    """Whether the layer's output is that of the slid perceptron, and not the control's."""
    scale = slid.abs().max()
    off, far = (float((layer - other).abs().max() / scale) for other in (slid, control))
    sentence = (
        f"on random inputs in float64 the two outputs differ by {off:.1e} of the largest, "
        f"the control without ReLU in the hidden layers by {far:.1e}"
    )
    return Found(off < SAME and far > DIFFERENT, sentence)


# -- Section 3.2 ---------------------------------------------------------------------------------------------


def average_has_no_parameters() -> Found:
    """Behind the last mlpconv layer nothing has parameters; a linear layer there would."""
    with uninitialised():
        net = nin_cifar()
        full = nn.Linear(10 * 8 * 8, 10)
    return parameterless(net[-2:], full)


def parameterless(head: nn.Module, control: nn.Module) -> Found:
    """Whether a head has no parameters, and the control some."""
    numbers = sum(p.numel() for p in head.parameters())
    others = sum(p.numel() for p in control.parameters())
    sentence = (
        f"{numbers} parameters behind the last layer; a linear layer in its place would have {others:,}"
    )
    return Found(numbers == 0 and others > 0, sentence)


def one_map_a_class() -> Found:
    """The last layer puts out as many maps as there are classes, and each score depends on its own map alone."""
    with uninitialised():
        found = {classes: _maps(classes) for classes in (10, 100)}
        net = nin_cifar()
    generator = torch.Generator().manual_seed(1312)
    full = nn.Sequential(nn.Flatten(1), nn.Linear(10 * 8 * 8, 10)).double()
    with torch.no_grad():
        for parameter in full.parameters():
            parameter.normal_(generator=generator)
    maps = torch.randn(1, 10, 8, 8, dtype=torch.float64, generator=generator)
    return class_maps(found, dependence(net[-2:], maps), dependence(full, maps))


def _maps(classes: int) -> int:
    shape = trace(nin_cifar(classes=classes)).layers["mlpconv3"].shape
    return shape[0] if shape else 0


def dependence(head: nn.Module, maps: Tensor) -> Tensor:
    """Whether score k (row) depends on map j (column)."""
    maps = maps.detach().requires_grad_()
    scores = head(maps)[0]
    rows = [torch.autograd.grad(score, maps, retain_graph=True)[0][0] for score in scores]
    return torch.stack([row.abs().sum(dim=(1, 2)) > 0 for row in rows])


def class_maps(found: dict[int, int], average: Tensor, full: Tensor) -> Found:
    """Whether maps are as many as classes and the average joins each to its score only; a full layer must not."""
    own = torch.eye(len(average), dtype=torch.bool)
    counts = ", ".join(f"{maps} maps for {classes} classes" for classes, maps in found.items())
    sentence = (
        f"{counts}; {int(average.sum())} of {own.numel()} pairs of score and map are joined by the average, "
        f"{int(full.sum())} by a linear layer"
    )
    one_each = all(classes == maps for classes, maps in found.items())
    return Found(one_each and torch.equal(average, own) and not torch.equal(full, own), sentence)
