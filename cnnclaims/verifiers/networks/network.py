"""What every network of the canon is: named stages, run one after another."""

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from torch import nn


class Network(nn.Sequential):
    """Stages named like the rows of the paper's table; a subclass overrides `forward` only where it is no chain.

    `input_shape` is the input that the paper feeds the network, channels x height x width.
    """

    def __init__(self, stages: Mapping[str, nn.Module], input_shape: tuple[int, int, int]) -> None:
        super().__init__()
        for name, stage in stages.items():
            self.add_module(name, stage)
        self.input_shape = input_shape

    def __getitem__(self, index: Any) -> Any:
        """A stage, or with a slice the stages as a plain chain, which has no input of its own."""
        if isinstance(index, slice):
            return nn.Sequential(OrderedDict(list(self.named_children())[index]))
        return super().__getitem__(index)
