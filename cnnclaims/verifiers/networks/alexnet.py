"""AlexNet. Krizhevsky, Sutskever, Hinton: ImageNet Classification with Deep Convolutional Neural Networks (NIPS 2012,
no arXiv number), Figure 2 and Section 3.5.

Shapes are channels x height x width. Paddings are not printed; they follow from the kernels beside the neurons of
Figure 2 (27, 13, 13 and 13 pixels at the second to fifth layer).
"""

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cnnclaims.verifiers.networks.network import Network

# Section 3.5. A layer is split where its kernels see only the maps on their own GPU.
# k, stride, padding, split, normalised, pooled
CONVOLUTIONS = (
    (11, 4, 0, False, True, True),  # 1: 96 x 55 x 55, pooled to 27
    (5, 1, 2, True, True, True),  # 2: 256 x 27 x 27, pooled to 13
    (3, 1, 1, False, False, False),  # 3: 384 x 13 x 13
    (3, 1, 1, True, False, False),  # 4: 384 x 13 x 13
    (3, 1, 1, True, False, True),  # 5: 256 x 13 x 13, pooled to 6
)
KERNELS = (96, 256, 384, 384, 256)
# Section 3.2 and its footnote: half as many kernels, but the last convolution and the full layers stay whole.
# That is 59,798,312 parameters; with a halved conv5 it would be 40,702,632.
KERNELS_ON_ONE_GPU = (48, 128, 192, 192, 256)


class LocalResponseNormalisation(nn.Module):
    """Section 3.3: each value over (k + alpha times the sum of squares of n neighbouring maps) to the power beta;
    at the first and last maps the neighbourhood is cut off.

    alpha multiplies the plain sum. torch and Caffe divide it by n first: their alpha is 5e-4 for the paper's 1e-4.
    """

    def __init__(self, k: float = 2, n: int = 5, alpha: float = 1e-4, beta: float = 0.75) -> None:
        super().__init__()
        if n < 1 or n % 2 == 0:
            raise ValueError(f"n is {n}, which has no map in the middle; use an odd number, such as 5")
        self.k, self.n, self.alpha, self.beta = k, n, alpha, beta

    def forward(self, x: Tensor) -> Tensor:
        return F.local_response_norm(x, self.n, alpha=self.alpha * self.n, beta=self.beta, k=self.k)


def alexnet(groups: int = 2, classes: int = 1000, image: Literal[224, 227] = 227) -> Network:
    """AlexNet; groups=1 is the same network without the split over two GPUs."""
    return _alexnet(KERNELS, groups, classes, image)


def alexnet_one_gpu(classes: int = 1000, image: Literal[224, 227] = 227) -> Network:
    """The smaller net of Section 3.2 that the two-GPU net is compared with."""
    return _alexnet(KERNELS_ON_ONE_GPU, 1, classes, image)


def _alexnet(kernels: tuple[int, ...], groups: int, classes: int, image: int) -> Network:
    _require(groups, classes, image)
    stages: dict[str, nn.Module] = {}
    # The paper prints 224, but (224 - 11) / 4 + 1 = 54.25. Its program, cuda-convnet, rounds up: the last window reaches
    # 3 pixels over the edge, and conv1 is 55 x 55. A 227 image without a border gives the same 55, so most others use it.
    if image == 224:
        stages["edge"] = nn.ZeroPad2d((0, 3, 0, 3))  # 3 x 227 x 227
    channels = 3
    for number, (out, layer) in enumerate(zip(kernels, CONVOLUTIONS, strict=True), 1):
        k, stride, padding, split, normalised, pooled = layer
        parts = groups if split else 1
        stages[f"conv{number}"] = nn.Conv2d(channels, out, k, stride, padding, groups=parts)
        stages[f"relu{number}"] = nn.ReLU(inplace=True)
        if normalised:
            stages[f"norm{number}"] = LocalResponseNormalisation()
        if pooled:
            stages[f"pool{number}"] = nn.MaxPool2d(3, stride=2)
        channels = out
    return Network(stages | _full_layers(channels * 6 * 6, classes), input_shape=(3, image, image))


def _full_layers(features: int, classes: int) -> dict[str, nn.Module]:
    return {
        "flatten": nn.Flatten(),  # 9216
        "fc6": nn.Linear(features, 4096),  # 4096
        "relu6": nn.ReLU(inplace=True),
        "drop6": nn.Dropout(0.5),
        "fc7": nn.Linear(4096, 4096),  # 4096
        "relu7": nn.ReLU(inplace=True),
        "drop7": nn.Dropout(0.5),
        "fc8": nn.Linear(4096, classes),  # 1000; the softmax belongs to the loss
    }


def _require(groups: int, classes: int, image: int) -> None:
    if groups < 1 or 32 % groups:
        raise ValueError(
            f"groups is {groups}, which does not divide the 96, 256 and 384 maps of the split layers; "
            "use 2 (the paper) or 1, or another power of two up to 32"
        )
    if classes < 1:
        raise ValueError(f"classes is {classes}; use a whole number of at least 1, such as 1000")
    if image not in (224, 227):
        raise ValueError(f"image is {image}; use 227, or 224 with the border that rounding up leaves empty")


def initialise(net: nn.Module, generator: torch.Generator | None = None) -> None:
    """Section 5: weights from a Gaussian of standard deviation 0.01; biases 1 where they help the ReLUs start, else 0."""
    for name, module in net.named_modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            nn.init.normal_(module.weight, 0, 0.01, generator=generator)
            first = 1 if name in ("conv2", "conv4", "conv5", "fc6", "fc7") else 0
            nn.init.constant_(module.get_parameter("bias"), first)
