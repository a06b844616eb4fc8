"""ZFNet: Visualizing and Understanding Convolutional Networks (Zeiler and Fergus 2013, arXiv 1311.2901), Figure 3.

Shapes are channels x height x width. The figure gives filters, strides and the sides of all maps; the padding is what
makes them. The softmax is left to the loss.
"""

from torch import nn

from cnnclaims.verifiers.networks.alexnet import LocalResponseNormalisation
from cnnclaims.verifiers.networks.network import Network


def zfnet() -> Network:
    """The network of Figure 3: AlexNet without groups, its first filters 7x7 with stride 2."""
    stages: dict[str, nn.Module] = {
        "conv1": nn.Conv2d(3, 96, 7, stride=2, padding=1),  # 96 x 110 x 110
        "relu1": nn.ReLU(inplace=True),
        "pool1": nn.MaxPool2d(3, stride=2, padding=1),  # 96 x 55 x 55
        "norm1": LocalResponseNormalisation(),
        "conv2": nn.Conv2d(96, 256, 5, stride=2),  # 256 x 26 x 26
        "relu2": nn.ReLU(inplace=True),
        "pool2": nn.MaxPool2d(3, stride=2, padding=1),  # 256 x 13 x 13
        "norm2": LocalResponseNormalisation(),
        "conv3": nn.Conv2d(256, 384, 3, padding=1),  # 384 x 13 x 13
        "relu3": nn.ReLU(inplace=True),
        "conv4": nn.Conv2d(384, 384, 3, padding=1),  # 384 x 13 x 13
        "relu4": nn.ReLU(inplace=True),
        "conv5": nn.Conv2d(384, 256, 3, padding=1),  # 256 x 13 x 13
        "relu5": nn.ReLU(inplace=True),
        "pool5": nn.MaxPool2d(3, stride=2),  # 256 x 6 x 6
        "flatten": nn.Flatten(),  # 9216
        "fc6": nn.Linear(9216, 4096),  # 4096
        "relu6": nn.ReLU(inplace=True),
        "drop6": nn.Dropout(0.5),
        "fc7": nn.Linear(4096, 4096),  # 4096
        "relu7": nn.ReLU(inplace=True),
        "drop7": nn.Dropout(0.5),
        "fc8": nn.Linear(4096, 1000),  # 1000
    }
    return Network(stages, input_shape=(3, 224, 224))
