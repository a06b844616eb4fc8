"""The single operators that the measure language knows, alphabetical: name -> file of this folder."""

KERNELS: dict[str, str] = {
    "asymmetric_pair": "factorised",
    "conv": "convolution",
    "conv_stack": "convolution",
    "cp_conv": "low_rank",
    "csc_module": "shift",
    "deformable_conv": "deformable",
    "depthwise": "convolution",
    "depthwise_separable": "convolution",
    "dilated_stack": "dilated",
    "flattened_conv": "low_rank",
    "octave_conv": "octave",
    "pair_of_2x2": "factorised",
    "pointwise": "convolution",
    "pool": "resizing",
    "separable_basis": "low_rank",
    "spatial_pair": "low_rank",
    "transposed": "resizing",
}
