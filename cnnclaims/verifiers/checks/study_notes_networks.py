"""What study notes state of the canon's networks, that is not one number and that no paper's own checks settle."""

from collections.abc import Callable, Sequence
from itertools import pairwise

from cnnclaims.verifiers.checks.found import Found
from cnnclaims.verifiers.measures.cost import macs
from cnnclaims.verifiers.measures.ideas import DETECTORS
from cnnclaims.verifiers.measures.wiring import Graph
from cnnclaims.verifiers.networks.alexnet import alexnet
from cnnclaims.verifiers.networks.densenet import densenet
from cnnclaims.verifiers.networks.inception_v1 import googlenet
from cnnclaims.verifiers.networks.inception_v2 import bn_inception
from cnnclaims.verifiers.networks.inception_v3 import inception_v3
from cnnclaims.verifiers.networks.inception_v4 import inception_v4
from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.networks.resnet import basic_block, bottleneck_block
from cnnclaims.verifiers.networks.stacked_hourglass import stacked_hourglass
from cnnclaims.verifiers.networks.vgg import vgg, vgg16, vgg_b_5x5
from cnnclaims.verifiers.networks.wide_resnet import wrn
from cnnclaims.verifiers.trace import trace, uninitialised
from cnnclaims.verifiers.traced import Node, Trace

Build = Callable[[], Network]


def traced(build: Build) -> Trace:
    """One forward pass through a network whose weights do not matter."""
    with uninitialised():
        return trace(build())


def convolutions(build: Build) -> list[Node]:
    """The convolutions in the order they run."""
    return [node for node in traced(build).nodes if node.op == "conv"]


def windows(build: Build, ops: Sequence[str], what: str) -> list[int]:
    """The different sides of kernels, or strides, of these operations, in order."""
    nodes = (node for node in traced(build).nodes if node.op in ops and node.window)
    return sorted({getattr(node.window, what)[0] for node in nodes})


def shown(build: Build) -> set[str]:
    """The ideas that a network shows in its operations."""
    graph = Graph(traced(build))
    return {idea for idea, detector in DETECTORS.items() if detector(graph)}


# -- AlexNet and VGG -------------------------------------------------------------------------------------------------


def alexnet_kernels(build: Build = alexnet) -> Found:
    """AlexNet's convolutions have kernels of 3, 5 and 11 pixels; VGG-16's of 3 alone."""
    found, control = (windows(net, ("conv",), "kernel") for net in (build, vgg16))
    return Found(found == [3, 5, 11] != control, f"kernels of {found} pixels a side; of VGG-16 {control}")


def alexnet_strides(build: Build = alexnet) -> Found:
    """AlexNet steps by 4 and 1 in convolutions and by 2 in pooling; VGG-16 has no 4."""
    convs, pools = (windows(build, (op,), "stride") for op in ("conv", "max_pool"))
    control = windows(vgg16, ("conv", "max_pool"), "stride")
    return Found(
        sorted({*convs, *pools}) == [1, 2, 4] != control,
        f"strides of {convs} in convolutions and {pools} in pooling; of VGG-16 {control} in both",
    )


def alexnet_pools_overlap(build: Build = alexnet) -> Found:
    """All pooling of AlexNet has windows of 3 at stride 2; VGG-16's windows do not overlap."""
    found, control = (
        [windows(net, ("max_pool",), what) for what in ("kernel", "stride")] for net in (build, vgg16)
    )
    return Found(
        found == [[3], [2]] != control, f"windows of {found[0]} at strides {found[1]}; of VGG-16 {control}"
    )


def vgg16_is_uniform(build: Build = vgg16) -> Found:
    """16 layers with weights, convolutions of 3x3 at stride 1, pooling of 2x2 at stride 2; not so configuration C."""

    def layers(net: Build) -> tuple[int, list[list[int]]]:
        weighted = sum(bool(node.macs) for node in traced(net).nodes)
        return weighted, [windows(net, (op,), x) for op in ("conv", "max_pool") for x in ("kernel", "stride")]

    (number, found), (_, control) = layers(build), layers(lambda: vgg("C"))
    return Found(
        (number, found) == (16, [[3], [1], [2], [2]]) and control != found,
        f"{number} layers; convolutions with kernels of {found[0]} at strides {found[1]}, pooling with windows of "
        f"{found[2]} at strides {found[3]}; configuration C, the control, has kernels of {control[0]}",
    )


def three_layers_three_relus(build: Build = vgg16) -> Found:
    """A block of three 3x3 runs three ReLUs; one larger convolution in its place runs one."""
    three, one = (relus_by_block(net) for net in (build, vgg_b_5x5))
    return Found(
        three[2:] == [3, 3, 3] and one == [1] * 5,
        f"ReLUs before each pooling of VGG-16: {three}, as many as 3x3 convolutions; of the net with one 5x5 a block: "
        f"{one}",
    )


def relus_by_block(build: Build) -> list[int]:
    """ReLUs before the first pooling, between the first and the second, and so on."""
    counts = [0]
    for node in traced(build).nodes:
        if node.op == "max_pool":
            counts.append(0)
        counts[-1] += node.op == "relu"
    return counts[:-1]


# Section 3.1 of the VGG paper: which layers of A the deeper networks start from, by the order of the layers.
FROM_A = {"conv": (1, 2, 3, 4), "linear": (1, 2, 3)}


def vgg_starts_from_two_convolutions() -> Found:
    """Whether the first and fourth convolution and the full layers are what Section 3.1 names."""
    return vgg_starts_from({"conv": (1, 4), "linear": (1, 2, 3)})


def vgg_starts_from(stated: dict[str, tuple[int, ...]]) -> Found:
    """Whether these layers are the ones that Section 3.1 names, which must fit into the deeper networks by shape."""
    shapes = {c: [n.weight for n in convolutions(lambda c=c: vgg(c))] for c in "ABCDE"}  # type: ignore[misc]
    fitting = [number for number in range(1, 5) if all(shapes["A"][number - 1] in shapes[c] for c in "BCDE")]
    named = " and ".join(f"{list(layers)} of the {op} layers" for op, layers in FROM_A.items())
    given = " and ".join(f"{list(layers)} of the {op} layers" for op, layers in stated.items())
    return Found(
        stated == FROM_A and fitting == [1, 2, 3, 4],
        f"the paper's Section 3.1 names {named} of A, and by shape convolutions {fitting} fit into B, C, D and E; "
        f"stated are {given}",
    )


# -- Inception -------------------------------------------------------------------------------------------------------

MODULES = ("3a", "3b", "4a", "4b", "4c", "4d", "4e", "5a", "5b")


def larger_kernels_gain_share() -> Found:
    """Whether 3x3 and 5x5 put out a larger share of each later stage's channels in GoogLeNet."""
    nodes = convolutions(googlenet)
    shares = []
    for module in MODULES:
        out = {n.path.split(".")[1]: n.shape[0] for n in nodes if n.path.startswith(f"{module}.")}
        shares.append((out["3x3"] + out["5x5"]) / sum(out.values()))
    return shares_grow(dict(zip(MODULES, shares, strict=True)))


def shares_grow(shares: dict[str, float]) -> Found:
    """Whether the mean share grows from stage to stage; a stage is named by a module's first letter."""
    stages = sorted({module[0] for module in shares})
    means = [
        sum(s for m, s in shares.items() if m[0] == stage) / sum(m[0] == stage for m in shares)
        for stage in stages
    ]
    modules = ", ".join(f"{module} {share:.3f}" for module, share in shares.items())
    return Found(
        all(one < other for one, other in pairwise(means)),
        f"share of the channels from 3x3 and 5x5: {modules}; mean by stage {', '.join(f'{m:.3f}' for m in means)}",
    )


def side_heads_only_train(build: Build = lambda: googlenet(aux=True)) -> Found:
    """The main scores do not depend on the side heads; the side heads do on the trunk."""
    made = traced(build)
    graph = Graph(made)
    main, *_ = made.output
    heads = [i for i, node in enumerate(made.nodes) if node.path.startswith("aux")]
    trunk = [i for i, node in enumerate(made.nodes) if node.path.startswith("4a")]
    read = sum(graph.depends(main, head) for head in heads)
    needed = len(made.output) > 1 and all(graph.depends(made.output[1], i) for i in trunk)
    return Found(
        len(heads) > 0 and read == 0 and needed,
        f"of {len(heads)} operations in the side heads the main scores depend on {read}, and the first side head "
        f"depends on all {len(trunk)} of module 4a",
    )


def inception_grows(
    builds: Sequence[Build] = (googlenet, bn_inception, inception_v3, inception_v4),
) -> Found:
    """From version to version the Inception networks have more parameters and cost more."""
    traces = [traced(build) for build in builds]
    sizes = [_params(made) for made in traces]
    costs = [macs(made) for made in traces]
    growing = all(one < other for counts in (sizes, costs) for one, other in pairwise(counts))
    return Found(
        growing,
        f"{', '.join(f'{n / 1e6:.1f}' for n in sizes)} M parameters and "
        f"{', '.join(f'{n / 1e9:.2f}' for n in costs)} G multiply-adds",
    )


def _params(made: Trace) -> int:
    return sum(layer.params for layer in made.layers.values())


# -- residual and dense networks -------------------------------------------------------------------------------------


def bottleneck_reduces_and_restores(build: Build = bottleneck_block) -> Found:
    """1x1 to fewer channels, 3x3 on those, 1x1 back to as many as came in; the basic block is none."""

    def layers(net: Build) -> list[tuple[int, int, int]]:
        return [(n.weight[1] * n.groups, n.weight[2], n.weight[0]) for n in convolutions(net)]

    def bottleneck(of: list[tuple[int, int, int]]) -> bool:
        if [k for _, k, _ in of] != [1, 3, 1]:
            return False
        (wide, _, thin), (a, _, b), (c, _, back) = of
        return thin < wide and thin == a == b == c and back == wide

    found, control = layers(build), layers(basic_block)
    return Found(
        bottleneck(found) and not bottleneck(control),
        f"(channels in, kernel, channels out): {', '.join(map(str, found))}; of the basic block {', '.join(map(str, control))}",
    )


def dropout_inside_wide_blocks(widen: int = 10) -> Found:
    """WRN-28-10 is ten times as wide as WRN-28-1, and drops values between the two convolutions of each block."""

    def net(width: int) -> Network:
        return wrn(depth=28, widen=width, dropout=0.3)

    wide, thin = traced(lambda: net(widen)), traced(lambda: net(1))
    graph = Graph(wide)
    drops = [index for index, node in enumerate(wide.nodes) if node.op == "dropout"]
    between = 0
    for drop in drops:
        layers = [
            i for i, node in enumerate(wide.nodes) if "full" in node.kinds and same_block(wide, i, drop)
        ]
        between += [graph.depends(i, drop) for i in layers] == [False, True]
    narrow = {node.path: node.shape[0] for node in thin.nodes}
    last = [node for node in wide.nodes if node.path.startswith("conv4.3")]
    times = {node.shape[0] / narrow[node.path] for node in last}
    return Found(
        between == len(drops) == 12 and times == {10.0},
        f"{between} of {len(drops)} dropouts, one a block, lie between a block's two 3x3; the last block is "
        f"{', '.join(f'{t:g}' for t in times)} times as wide as at k = 1",
    )


def same_block(made: Trace, one: int, other: int) -> bool:
    """Whether two operations are of one block."""
    first, second = (made.nodes[index].path.split(".")[:2] for index in (one, other))
    return first == second


def densenet_bc_settings(printed: str = "0.8") -> Found:
    """Of growth rates 8 to 24 and compressions of 0.3 to 0.8 only 12 and 0.5 make the 0.8 M of DenseNet-BC-100."""
    sizes = {
        (k, theta): _params(
            traced(lambda k=k, theta=theta: densenet(100, k, bottleneck=True, compression=theta))  # type: ignore[misc]
        )
        for k in (8, 10, 12, 16, 24)
        for theta in (0.3, 0.5, 0.8)
    }
    fit = [settings for settings, size in sizes.items() if f"{size / 1e6:.1f}" == printed]
    made = traced(lambda: densenet(100, 12, bottleneck=True, compression=0.5))
    inner = {n.shape[0] for n in made.nodes if "pointwise" in n.kinds and n.path.startswith("block")}
    return Found(
        fit == [(12, 0.5)] and inner == {48},
        f"of {len(sizes)} pairs of growth rate and compression {fit} give {printed} M parameters at depth 100, with "
        f"{sizes[(12, 0.5)]:,}; the 1x1 layers of the blocks put out {sorted(inner)} channels, four times 12",
    )


# -- other tasks -----------------------------------------------------------------------------------------------------


def hourglasses_repeat(build: Build = lambda: stacked_hourglass(stacks=3), stacks: int = 3) -> Found:
    """Each hourglass goes down and up again, adding what it had at each size, and has heatmaps that the next reads."""
    made = traced(build)
    graph = Graph(made)
    down, up, skips, heatmaps = [], [], 0, []
    for number in range(1, stacks + 1):
        part = [(i, n) for i, n in enumerate(made.nodes) if n.path.startswith(f"stack{number}.")]
        down.append([n.shape[1] for _, n in part if n.op == "max_pool"])
        up.append([n.shape[1] for _, n in part if n.op == "interpolate"])
        raised = {i for i, n in part if n.op == "interpolate"}
        pooled = [i for i, n in part if n.op == "max_pool"]
        for _, node in part:
            others = set(node.inputs) - raised
            if node.op == "add" and raised & set(node.inputs):
                same_size = [i for i in pooled if made.nodes[i].shape[1] * 2 == node.shape[1]]
                skips += not any(graph.depends(other, i) for other in others for i in same_size)
        heatmaps += [i for i, n in part if n.path == f"stack{number}.heatmaps"]
    read = all(graph.depends(later, earlier) for earlier, later in pairwise(heatmaps))
    return Found(
        down == [[32, 16, 8, 4]] * stacks
        and up == [[8, 16, 32, 64]] * stacks
        and skips == 4 * stacks
        and len(heatmaps) == stacks
        and read,
        f"{stacks} hourglasses: pooled to {down}, brought back to {up} pixels, {skips} sums with a map that was not "
        f"pooled; {len(heatmaps)} sets of heatmaps, each of which the next depends on: {read}",
    )
