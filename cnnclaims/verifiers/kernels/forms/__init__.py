"""Each operator twice on the same random weights: by its definition, and as the framework computes it.

FORMS is alphabetical: operator -> file of this folder, whose function of the same name draws a random legal shape.
"""

import importlib
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cnnclaims.verifiers.checks.agreement import Draw
    from cnnclaims.verifiers.kernels.forms.form import Forms

FORMS: dict[str, str] = {
    "asymmetric_pair": "stacks",
    "channel_shuffle": "convolution",
    "conv": "convolution",
    "conv_stack": "stacks",
    "cp_conv": "stacks",
    "deformable_conv": "deformable",
    "depthwise": "convolution",
    "depthwise_separable": "convolution",
    "dilated": "convolution",
    "dilated_stack": "stacks",
    "flattened_conv": "stacks",
    "grouped": "convolution",
    "im2col": "convolution",
    "octave_conv": "octave",
    "pair_of_2x2": "stacks",
    "pointwise": "convolution",
    "separable_basis": "stacks",
    "shift": "convolution",
    "spatial_pair": "stacks",
    "spatially_separable": "convolution",
    "transposed": "convolution",
    "winograd": "convolution",
}


def forms_of(name: str) -> "Callable[[Draw], Forms]":
    """The function that draws both forms of an operator."""
    module = importlib.import_module(f"cnnclaims.verifiers.kernels.forms.{FORMS[name]}")
    found: Callable[[Draw], Forms] = getattr(module, name)
    return found
