"""What VGG (arXiv:1409.1556) claims that is not one number."""

import torch
from torch import Tensor, nn

from cnnclaims.verifiers.checks.agreement import seeded
from cnnclaims.verifiers.checks.first_weights import Gaussian, first_weights
from cnnclaims.verifiers.checks.found import Found
from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.networks.vgg import CONFIGS, TABLE_1, from_blocks, fully_convolutional, initialise
from cnnclaims.verifiers.trace import uninitialised


def full_layers_become_convolutions() -> Found:
    """On a 224 x 224 image the fully convolutional form gives the same scores as the net with full layers."""
    generator = torch.Generator().manual_seed(0)
    net = narrow_a(divisor=16, generator=generator).eval()
    dense = fully_convolutional(net)
    image = torch.rand(1, *net.input_shape, generator=generator, dtype=torch.float64)
    same = largest_difference(net, dense, image)
    control = largest_difference(net, turned(dense), image)
    full = [stage for name, stage in dense.named_children() if name.startswith("fc")]
    sides = [stage.kernel_size[0] for stage in full if isinstance(stage, nn.Conv2d)]
    holds = sides == [7, 1, 1] and same < 1e-12 and control > 1e-6
    return Found(
        holds,
        f"Net A with a sixteenth of its channels, in float64: the full layers as convolutions of sides "
        f"{', '.join(map(str, sides))} give scores that differ by {same:.1g} of the largest; with the first "
        f"kernels upside down they differ by {control:.1g}.",
    )


def divided_a(divisor: int) -> Network:
    """Net A with its channels and units divided."""
    blocks = [(channels // divisor, kernels[CONFIGS.index("A")]) for channels, kernels in TABLE_1]
    return from_blocks(blocks, full=4096 // divisor, classes=1000 // divisor)


@torch.no_grad()
def narrow_a(divisor: int, generator: torch.Generator) -> Network:
    """The same in float64, at the paper's image size, all parameters normal."""
    net = divided_a(divisor).double()
    for parameter in net.parameters():
        parameter.normal_(0, 0.1, generator=generator)
    return net


@torch.no_grad()
def largest_difference(net: nn.Module, other: nn.Module, image: Tensor) -> float:
    """Largest difference of two nets' scores, against the largest score."""
    expected, found = net(image), other(image)
    return float((expected - found).abs().max() / expected.abs().max())


def turned(dense: Network) -> Network:
    """The same net with the first full layer's kernels upside down."""
    stages = dict(dense.named_children())
    first = stages["fc6"]
    assert isinstance(first, nn.Conv2d)
    conv = nn.Conv2d(first.in_channels, first.out_channels, 7, device="meta")
    conv.weight, conv.bias = nn.Parameter(first.weight.detach().flip(2)), first.bias
    return Network(stages | {"fc6": conv}, dense.input_shape).eval()


def shallow_net_sees_as_far() -> Found:
    """The net of 5x5 convolutions depends on as much of the image as net B: each pair of 3x3 is a 5x5."""
    pairs = [seen_side([3, 3]), seen_side([5])]
    alone = seen_side([3])
    blocks = [(channels, kernels[CONFIGS.index("B")]) for channels, kernels in TABLE_1]
    all_pairs = all(kernels == [3, 3] for _, kernels in blocks)
    holds = all_pairs and pairs == [5, 5] and alone != 5
    return Found(
        holds,
        f"All {len(blocks)} blocks of B are two 3x3 convolutions; through them a pixel sees a square of "
        f"{pairs[0]}, through one 5x5 a square of {pairs[1]}, through one 3x3 of {alone}.",
    )


def seen_side(kernels: list[int]) -> int:
    """Side of the square of input pixels that a random stack's middle output has a gradient by."""
    generator = torch.Generator().manual_seed(0)
    image = torch.zeros(1, 1, 15, 15, dtype=torch.float64, requires_grad=True)
    x: Tensor = image
    for kernel in kernels:
        weight = torch.rand(1, 1, kernel, kernel, generator=generator, dtype=torch.float64)
        x = nn.functional.conv2d(x, weight, padding=kernel // 2)
    (gradient,) = torch.autograd.grad(x[0, 0, 7, 7], image)
    rows = gradient[0, 0].any(1).nonzero().flatten()
    return int(rows.max() - rows.min() + 1)


def weights_start_with_a_variance_of_001() -> Found:
    """Section 3.1: the weights of net A are drawn from a Gaussian of variance 0.01; torch's own start is none.

    The net has a quarter of its channels, which changes nothing in what a weight is drawn from.
    """
    with uninitialised():
        net = divided_a(4)
    initialise(net, torch.Generator().manual_seed(2014))
    with seeded(2014):
        return starts_with(net, nn.Conv2d(64, 128, 3))


def starts_with(net: nn.Module, control: nn.Module) -> Found:
    """Whether the layers of `net` start so, and the control does not."""
    return first_weights(net, control, Gaussian("10^-2", "variance"))
