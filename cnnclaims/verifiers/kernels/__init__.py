"""The single operators that the measure language knows, alphabetical: name -> file of this folder."""

KERNELS: dict[str, str] = {
    "asymmetric_pair": "factorised",
    "conv": "convolution",
    "conv_stack": "convolution",
    "deformable_conv": "deformable",
    "depthwise": "convolution",
    "depthwise_separable": "convolution",
    "dilated_stack": "dilated",
    "octave_conv": "octave",
    "pair_of_2x2": "factorised",
    "pointwise": "convolution",
    "pool": "resizing",
    "transposed": "resizing",
}
