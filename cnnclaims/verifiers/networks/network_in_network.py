"""Network In Network (Lin et al. 2013, arXiv 1312.4400), Section 3 and Figure 2. Shapes are channels x height x width.

The paper leaves the widths to its supplement; those here are the authors' own definition files for cuda-convnet
(cifar-10_def, cifar-100_def, svhn_def, mnist_def) and their later Caffe model for ImageNet. Every convolution has a
bias and ReLU, the last one too. The softmax is left to the loss.
"""

from collections import OrderedDict

from torch import nn

from cnnclaims.verifiers.networks.network import Network

# One mlpconv layer a row: kernel, stride, padding of the convolution; its channels, and those of the two 1 x 1 layers
# after it (None: one for each class) # output, and after the pooling 3 x 3 / 2, which keeps a partial window
Mlpconv = tuple[int, int, int, tuple[int, int, int | None]]

CIFAR: tuple[Mlpconv, ...] = (
    (5, 1, 2, (192, 160, 96)),  # 96 x 32 x 32, pooled to 16
    (5, 1, 2, (192, 192, 192)),  # 192 x 16 x 16, pooled to 8
    (3, 1, 1, (192, 192, None)),  # classes x 8 x 8
)
SVHN: tuple[Mlpconv, ...] = (
    (5, 1, 2, (128, 96, 64)),  # 64 x 32 x 32, pooled to 16
    (5, 1, 2, (320, 256, 128)),  # 128 x 16 x 16, pooled to 8
    (5, 1, 2, (384, 256, None)),  # 10 x 8 x 8
)
MNIST: tuple[Mlpconv, ...] = (
    (5, 1, 2, (96, 64, 48)),  # 48 x 28 x 28, pooled to 14
    (5, 1, 2, (128, 96, 48)),  # 48 x 14 x 14, pooled to 7
    (5, 1, 2, (128, 96, None)),  # 10 x 7 x 7
)
# Not in the paper: four layers, dropout before the last only
IMAGENET: tuple[Mlpconv, ...] = (
    (11, 4, 0, (96, 96, 96)),  # 96 x 54 x 54, pooled to 27
    (5, 1, 2, (256, 256, 256)),  # 256 x 27 x 27, pooled to 13
    (3, 1, 1, (384, 384, 384)),  # 384 x 13 x 13, pooled to 6
    (3, 1, 1, (1024, 1024, None)),  # 1000 x 6 x 6
)


def nin_cifar(classes: int = 10, dropout: float = 0.5) -> Network:
    """Network In Network for CIFAR-10 and CIFAR-100."""
    return _nin(CIFAR, (3, 32, 32), classes, dropout, dropped_after=(1, 2))


def nin_svhn(classes: int = 10, dropout: float = 0.5) -> Network:
    """Network In Network for street view house numbers."""
    return _nin(SVHN, (3, 32, 32), classes, dropout, dropped_after=(1, 2))


def nin_mnist(classes: int = 10, dropout: float = 0.5) -> Network:
    """Network In Network for MNIST."""
    return _nin(MNIST, (1, 28, 28), classes, dropout, dropped_after=(1, 2))


def nin_imagenet(classes: int = 1000, dropout: float = 0.5) -> Network:
    """Network In Network for ImageNet, which the authors released later."""
    return _nin(IMAGENET, (3, 224, 224), classes, dropout, dropped_after=(3,))


def _nin(
    layers: tuple[Mlpconv, ...],
    input_shape: tuple[int, int, int],
    classes: int,
    dropout: float,
    dropped_after: tuple[int, ...],
) -> Network:
    if classes < 1:
        raise ValueError(f"classes is {classes}; use a whole number of at least 1")
    if not 0 <= dropout < 1:
        raise ValueError(f"dropout is {dropout}; use a probability below 1, such as the paper's 0.5")
    stages: dict[str, nn.Module] = {}
    c_in = input_shape[0]
    for number, (k, stride, padding, widths) in enumerate(layers, 1):
        conv, first, last = (width or classes for width in widths)
        stages[f"mlpconv{number}"] = mlpconv(number, nn.Conv2d(c_in, conv, k, stride, padding), first, last)
        c_in = last
        if number < len(layers):
            stages[f"pool{number}"] = nn.MaxPool2d(3, 2, ceil_mode=True)
        if number in dropped_after and dropout:
            stages[f"dropout{number}"] = nn.Dropout(dropout)
    stages["poolg"] = nn.AdaptiveAvgPool2d(1)
    stages["flatten"] = nn.Flatten(1)
    return Network(stages, input_shape)


def mlpconv(number: int, conv: nn.Conv2d, first: int, last: int) -> nn.Sequential:
    """A convolution and two 1 x 1 layers, each with ReLU, named as in the authors' files: cccp1 to cccp6."""
    cccp = 2 * number
    return nn.Sequential(
        OrderedDict(
            {
                f"conv{number}": conv,
                f"relu{number}": nn.ReLU(inplace=True),
                f"cccp{cccp - 1}": nn.Conv2d(conv.out_channels, first, 1),
                f"cccp{cccp - 1}_relu": nn.ReLU(inplace=True),
                f"cccp{cccp}": nn.Conv2d(first, last, 1),
                f"cccp{cccp}_relu": nn.ReLU(inplace=True),
            }
        )
    )
