"""What study notes state of mobile networks, that is not one number and that no paper's own checks settle."""

from typing import Literal

from cnnclaims.verifiers.checks.found import Found
from cnnclaims.verifiers.checks.study_notes_networks import Build, convolutions, shown, traced
from cnnclaims.verifiers.networks.efficientnet import efficientnet_b0
from cnnclaims.verifiers.networks.mnasnet import mnasnet_a1
from cnnclaims.verifiers.networks.mobilenet_v1 import mobilenet_v1
from cnnclaims.verifiers.networks.mobilenet_v2 import mobilenet_v2
from cnnclaims.verifiers.networks.mobilenet_v3 import mobilenet_v3_large
from cnnclaims.verifiers.networks.resnet import resnet50
from cnnclaims.verifiers.networks.shufflenet_v1 import shufflenet_v1
from cnnclaims.verifiers.networks.xception import xception

BESIDE = (
    "batch_norm",
    "relu",
    "hardtanh",
    "dropout",
)  # what stands beside the layers that a block is named for


def mobilenet_is_separable(build: Build = mobilenet_v1) -> Found:
    """One full convolution, then depthwise and 1x1 in turn, each with normalisation and ReLU; the last layer has none."""
    nodes = traced(build).nodes
    weighted = [index for index, node in enumerate(nodes) if node.macs]
    sorts = ["linear" if nodes[i].op == "linear" else min(nodes[i].kinds - {"conv"}) for i in weighted]
    dressed = sum([n.op for n in nodes[i + 1 : i + 3]] == ["batch_norm", "relu"] for i in weighted)
    after = [node.op for node in nodes[weighted[-1] + 1 :]]
    pairs = sorts[1:-1]
    return Found(
        sorts[0] == "full"
        and sorts[-1] == "linear"
        and len(pairs) > 0
        and pairs == ["depthwise", "pointwise"] * (len(pairs) // 2)
        and dressed == len(weighted) - 1
        and not {"batch_norm", "relu"} & set(after),
        f"{len(weighted)} layers: the first is {sorts[0]}, {len(pairs) // 2} pairs follow, the last is {sorts[-1]}; "
        f"{dressed} have normalisation and ReLU behind them, and the last has {after or 'nothing'}",
    )


def inverted_residual_is_the_reverse(build: Build = mobilenet_v2) -> Found:
    """MobileNetV2 shows inverted residuals with linear ends and ResNet-50 neither; ResNet-50 shows bottlenecks, V2 none."""
    ideas, control = shown(build), shown(resnet50)
    wanted = {"inverted-residual", "linear-bottleneck", "identity-shortcut"}
    return Found(
        wanted <= ideas
        and "bottleneck-block" not in ideas
        and "bottleneck-block" in control
        and not {"inverted-residual", "linear-bottleneck"} & control,
        f"of inverted residual, linear bottleneck and identity shortcut the network shows {sorted(wanted & ideas)}, "
        f"ResNet-50 {sorted(wanted & control)}; the bottleneck block is shown by ResNet-50 alone",
    )


def mobilenet_v3_adds_two(build: Build = mobilenet_v3_large) -> Found:
    """MobileNetV3 shows what MobileNetV2's block shows, and squeeze-and-excitation and h-swish besides, which V2 does not."""
    return adds(build, {"squeeze-and-excitation", "h-swish"})


def efficientnet_adds_squeeze(build: Build = efficientnet_b0) -> Found:
    """EfficientNet shows MobileNetV2's inverted residual and linear bottleneck, and squeeze-and-excitation besides."""
    return adds(build, {"squeeze-and-excitation"})


def adds(build: Build, new: set[str]) -> Found:
    """Whether a network has MobileNetV2's block and ideas that MobileNetV2 does not show."""
    block = {"inverted-residual", "linear-bottleneck"}
    ideas, control = shown(build), shown(mobilenet_v2)
    return Found(
        block | new <= ideas and block <= control and not new & control,
        f"of {', '.join(sorted(block | new))} the network shows {', '.join(sorted((block | new) & ideas)) or 'none'} and "
        f"MobileNetV2 {', '.join(sorted((block | new) & control)) or 'none'}",
    )


def mnasnet_mixes_kernels(build: Build = mnasnet_a1) -> Found:
    """MnasNet-A1 has depthwise kernels of 5x5 beside those of 3x3; MobileNetV2 has 3x3 alone."""
    found, control = (depthwise_kernels(net) for net in (build, mobilenet_v2))
    layers = sum(node.window is not None and node.window.kernel[0] == 5 for node in convolutions(build))
    return Found(
        found == [3, 5] != control,
        f"depthwise kernels of {found}, 5x5 in {layers} layers; of MobileNetV2 {control}",
    )


def depthwise_kernels(build: Build) -> list[int]:
    """The different kernels of a network's depthwise convolutions."""
    return sorted(
        {node.window.kernel[0] for node in convolutions(build) if "depthwise" in node.kinds and node.window}
    )


def shufflenet_units(groups: Literal[1, 2, 3, 4, 8] = 3) -> Found:
    """Grouped 1x1, shuffle, depthwise 3x3, grouped 1x1 in every unit, joined by a sum or, at stride 2, to a pooled map."""
    made = traced(lambda: shufflenet_v1(groups=groups))
    units: dict[str, list[str]] = {}
    for node in made.nodes:
        unit = ".".join(node.path.split(".")[:2])
        if unit.startswith("stage") and node.op not in BESIDE:
            sort = min(node.kinds - {"conv"}) if node.op == "conv" else node.op
            units.setdefault(unit, []).append(sort)
    branch = ["grouped", "channel_shuffle", "depthwise", "grouped"]
    plain = sum(ops == [*branch, "add"] for ops in units.values())
    strided = sum(ops == [*branch, "avg_pool", "concat"] for ops in units.values())
    first = units["stage2.0"] == ["pointwise", *branch[1:], "avg_pool", "concat"]
    return Found(
        (plain, strided, first, len(units)) == (13, 2, True, 16),
        f"of {len(units)} units {plain} are grouped 1x1, shuffle, depthwise, grouped 1x1 and a sum, {strided} the same "
        f"with an averaged and concatenated shortcut; the very first has a full 1x1 at its start",
    )


def xception_filters_then_mixes(build: Build = xception) -> Found:
    """Each depthwise convolution of Xception goes straight into a 1x1; MobileNet has a ReLU between."""
    (deep, direct), (_, control) = joined(build), joined(mobilenet_v1)
    return Found(
        deep == direct == 34 and control == 0,
        f"{direct} of {deep} depthwise convolutions, with as many groups as channels, are read by a 1x1 at once; in "
        f"MobileNet, the control, {control}",
    )


def joined(build: Build) -> tuple[int, int]:
    """Depthwise convolutions, and those that a 1x1 convolution reads with nothing between."""
    made = traced(build)
    deep = [i for i, node in enumerate(made.nodes) if "depthwise" in node.kinds]
    read = {node.inputs[0] for node in made.nodes if "pointwise" in node.kinds}
    return len(deep), sum(index in read for index in deep)
