"""CNN-S. Chatfield, Simonyan, Vedaldi, Zisserman: Return of the Devil in the Details, arXiv:1405.3531, Table 1, the row of the slow
network.

Shapes are channels x height x width. The table gives the strides and the poolings; that poolings keep partial windows, as Caffe's
do, gives the 18,432 inputs of the first full layer, and with them the 102,908,520 parameters of the released network.
"""

from torch import nn

from cnnclaims.verifiers.networks.alexnet import LocalResponseNormalisation
from cnnclaims.verifiers.networks.network import Network


def vgg_cnn_s() -> Network:
    """CNN-S, the most accurate of the three networks of Chatfield et al."""
    stages: dict[str, nn.Module] = {
        "conv1": nn.Conv2d(3, 96, 7, stride=2),  # 96 x 109 x 109
        "relu1": nn.ReLU(inplace=True),
        "norm1": LocalResponseNormalisation(),
        "pool1": nn.MaxPool2d(3, stride=3, ceil_mode=True),  # 96 x 37 x 37
        "conv2": nn.Conv2d(96, 256, 5),  # 256 x 33 x 33
        "relu2": nn.ReLU(inplace=True),
        "pool2": nn.MaxPool2d(2, stride=2, ceil_mode=True),  # 256 x 17 x 17
        "conv3": nn.Conv2d(256, 512, 3, padding=1),  # 512 x 17 x 17
        "relu3": nn.ReLU(inplace=True),
        "conv4": nn.Conv2d(512, 512, 3, padding=1),  # 512 x 17 x 17
        "relu4": nn.ReLU(inplace=True),
        "conv5": nn.Conv2d(512, 512, 3, padding=1),  # 512 x 17 x 17
        "relu5": nn.ReLU(inplace=True),
        "pool5": nn.MaxPool2d(3, stride=3, ceil_mode=True),  # 512 x 6 x 6
        "flatten": nn.Flatten(),  # 18432
        "fc6": nn.Linear(18432, 4096),  # 4096
        "relu6": nn.ReLU(inplace=True),
        "drop6": nn.Dropout(0.5),
        "fc7": nn.Linear(4096, 4096),  # 4096
        "relu7": nn.ReLU(inplace=True),
        "drop7": nn.Dropout(0.5),
        "fc8": nn.Linear(4096, 1000),  # 1000
    }
    return Network(stages, input_shape=(3, 224, 224))
