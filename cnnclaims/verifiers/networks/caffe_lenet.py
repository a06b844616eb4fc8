"""The LeNets that pruning papers prune. Han, Pool, Tran, Dally: Learning both Weights and Connections for Efficient Neural
Networks, arXiv:1506.02626, Tables 2 and 3.

Shapes are channels x height x width. LeNet-5 here is the network of Caffe's example for MNIST (examples/mnist), which has
430,500 weights, not the one of 1998 with its 60,000 parameters; layers are named as there.
"""

from torch import nn

from cnnclaims.verifiers.networks.network import Network


def lenet_300_100() -> Network:
    """LeNet-300-100: two hidden layers of 300 and 100 units on the pixels."""
    stages: dict[str, nn.Module] = {
        "flatten": nn.Flatten(),  # 784
        "ip1": nn.Linear(784, 300),  # 300
        "relu1": nn.ReLU(inplace=True),
        "ip2": nn.Linear(300, 100),  # 100
        "relu2": nn.ReLU(inplace=True),
        "ip3": nn.Linear(100, 10),  # 10
    }
    return Network(stages, input_shape=(1, 28, 28))


def lenet5_caffe() -> Network:
    """LeNet-5 as Caffe has it: max pooling, no squashing of the maps, and one rectified layer."""
    stages: dict[str, nn.Module] = {
        "conv1": nn.Conv2d(1, 20, 5),  # 20 x 24 x 24
        "pool1": nn.MaxPool2d(2, 2),  # 20 x 12 x 12
        "conv2": nn.Conv2d(20, 50, 5),  # 50 x 8 x 8
        "pool2": nn.MaxPool2d(2, 2),  # 50 x 4 x 4
        "flatten": nn.Flatten(),  # 800
        "ip1": nn.Linear(800, 500),  # 500
        "relu1": nn.ReLU(inplace=True),
        "ip2": nn.Linear(500, 10),  # 10
    }
    return Network(stages, input_shape=(1, 28, 28))
