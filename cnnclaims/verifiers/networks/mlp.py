"""Networks of full layers alone, as Glorot and Bengio (AISTATS 2010, Section 2) and others train them.

By default it is theirs for MNIST: 784 inputs, five hidden layers of 1000 units with tanh, 10 classes. Shapes are channels x height x
width; the inputs lie in one row, 1 x 1 x inputs.
"""

from typing import Literal, get_args

from torch import nn

from cnnclaims.verifiers.networks.network import Network

Activation = Literal["tanh", "sigmoid", "softsign", "relu"]
ACTIVATIONS = {"tanh": nn.Tanh, "sigmoid": nn.Sigmoid, "softsign": nn.Softsign, "relu": nn.ReLU}


def mlp(
    inputs: int = 784,
    units: int = 1000,
    layers: int = 5,
    classes: int = 10,
    activation: Activation = "tanh",
    last_units: int | None = None,
) -> Network:
    """Hidden full layers of equal width, of another in the last if `last_units` says so, and one for the classes."""
    if activation not in ACTIVATIONS:
        raise ValueError(f"activation is {activation!r}; use one of {', '.join(get_args(Activation))}")
    for name, value in (("inputs", inputs), ("units", units), ("layers", layers), ("classes", classes)):
        if value < 1:
            raise ValueError(f"{name} is {value}; use 1 or more")
    widths = [units] * (layers - 1) + [last_units or units]
    stages: dict[str, nn.Module] = {"flatten": nn.Flatten()}
    before = inputs
    for number, width in enumerate(widths, 1):
        stages[f"hidden{number}"] = nn.Linear(before, width)
        stages[f"act{number}"] = ACTIVATIONS[activation]()
        before = width
    stages["output"] = nn.Linear(before, classes)
    return Network(stages, input_shape=(1, 1, inputs))
