"""The checks that records may name, alphabetical: `<file of this folder>.<function>`."""

CHECKS: tuple[str, ...] = (
    "mobilenet_v1.conv_cost",
    "mobilenet_v1.reduction_by_separation",
    "mobilenet_v1.resolution_square",
    "mobilenet_v1.separable_cost",
    "mobilenet_v1.width_and_resolution_cost",
    "mobilenet_v1.width_cost",
    "mobilenet_v1.width_square",
    "resnet.bottleneck_costs_like_basic",
    "resnet.cifar_depth_formula",
    "resnet.cifar_shortcut_count",
    "resnet.cifar_stages",
    "resnet.repeats_101",
    "resnet.repeats_152",
    "resnet.repeats_18",
    "resnet.repeats_34",
    "resnet.repeats_50",
)
