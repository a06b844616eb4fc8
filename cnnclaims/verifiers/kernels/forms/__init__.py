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
    "batch_norm": "normalisation",
    "channel_shuffle": "convolution",
    "conv": "convolution",
    "conv_batch_norm": "normalisation",
    "conv_stack": "stacks",
    "cp_conv": "stacks",
    "cross_stage_partial": "composed",
    "csc_module": "composed",
    "deformable_conv": "deformable",
    "dense_block": "composed",
    "depthwise": "convolution",
    "depthwise_separable": "convolution",
    "dilated": "convolution",
    "dilated_stack": "stacks",
    "flattened_conv": "stacks",
    "grouped": "convolution",
    "hard_sigmoid": "valuewise",
    "hard_swish": "valuewise",
    "im2col": "convolution",
    "instance_batch_norm": "normalisation",
    "instance_norm": "normalisation",
    "inverted_residual": "composed",
    "local_response_norm": "normalisation",
    "octave_conv": "octave",
    "one_shot_aggregation": "composed",
    "pair_of_2x2": "stacks",
    "pointwise": "convolution",
    "pool": "valuewise",
    "relu6": "valuewise",
    "resnext_block": "composed",
    "separable_basis": "stacks",
    "shaken_sum": "valuewise",
    "shift": "convolution",
    "shufflenet_v1_unit": "composed",
    "shufflenet_v2_unit": "composed",
    "spatial_pair": "stacks",
    "spatially_separable": "convolution",
    "squeeze_excitation": "valuewise",
    "stochastic_depth": "composed",
    "swish": "valuewise",
    "transposed": "convolution",
    "winograd": "convolution",
}


def forms_of(name: str) -> "Callable[[Draw], Forms]":
    """The function that draws both forms of an operator."""
    module = importlib.import_module(f"cnnclaims.verifiers.kernels.forms.{FORMS[name]}")
    found: Callable[[Draw], Forms] = getattr(module, name)
    return found
