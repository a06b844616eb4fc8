"""The single operators that the measure language knows, alphabetical: name -> file of this folder."""

KERNELS: dict[str, str] = {
    "conv": "convolution",
    "conv_stack": "convolution",
    "depthwise": "convolution",
    "depthwise_separable": "convolution",
    "pointwise": "convolution",
}
