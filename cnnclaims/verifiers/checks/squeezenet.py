"""SqueezeNet (arXiv 1602.07360): metaparameters and bypasses against the networks that they make."""

from cnnclaims.verifiers.checks.dropped import drops
from cnnclaims.verifiers.checks.found import Found
from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.networks.squeezenet import squeezenet, squeezenet1_0
from cnnclaims.verifiers.trace import trace, uninitialised

FREQUENCIES = range(1, 9)


def growth_every_second_module() -> Found:
    """Of all whole numbers that eight modules can tell apart, only freq 2 makes the layers of Table 1."""
    with uninitialised():
        table_1 = layers(squeezenet1_0())
        nets = {freq: layers(squeezenet(freq=freq)) for freq in FREQUENCIES}
    return only_fit(nets, table_1, 2)


def layers(net: Network) -> dict[str, tuple[int, ...]]:
    """The shape of every weight of a network."""
    return {name: tuple(weight.shape) for name, weight in net.named_parameters()}


def only_fit(
    nets: dict[int, dict[str, tuple[int, ...]]], table_1: dict[str, tuple[int, ...]], printed: int
) -> Found:
    """Whether the network of the printed number, and no other, has the layers of the table."""
    fits = [number for number, shapes in nets.items() if shapes == table_1]
    differ = {
        number: sum(shapes[name] != shape for name, shape in table_1.items())
        for number, shapes in nets.items()
        if number not in fits
    }
    others = ", ".join(f"{number}: {count}" for number, count in differ.items())
    sentence = (
        f"freq {', '.join(map(str, fits)) or 'of no tried value'} makes all {len(table_1)} weights and biases "
        f"of Table 1; others make this many of another shape: {others}"
    )
    return Found(fits == [printed] and bool(differ), sentence)


def simple_bypass_round_3_5_7_9() -> Found:
    """Where a module has as many channels in as out, and nowhere else, the simple bypass adds its input."""
    with uninitialised():
        nets = (squeezenet1_0(bypass="simple"), squeezenet1_0(), squeezenet1_0(bypass="complex"))
        return bypassed(*nets)


def bypassed(net: Network, plain: Network, complex_bypass: Network) -> Found:
    """Whether the additions of a network are in modules 3, 5, 7 and 9; the two controls must add elsewhere."""
    found, without, everywhere = (additions(each) for each in (net, plain, complex_bypass))
    extra = sum(p.numel() for p in net.parameters()) - sum(p.numel() for p in plain.parameters())
    sentence = (
        f"the simple bypass adds in {', '.join(found) or 'no module'}, with {extra} parameters more than without; "
        f"without bypass there are {len(without)} additions, with the complex one {len(everywhere)}"
    )
    expected = [f"fire{number}" for number in (3, 5, 7, 9)]
    return Found(found == expected and extra == 0 and expected not in (without, everywhere), sentence)


def additions(net: Network) -> list[str]:
    """The stages that add two maps, in order."""
    return [node.path.partition(".")[0] for node in trace(net).nodes if node.op == "add"]


def dropout_behind_fire9() -> Found:
    """Section 3.3.1: of what the last module hands to the last convolution 50 % are dropped; at test nothing."""
    with uninitialised():
        return drops_half(squeezenet1_0())


def drops_half(net: Network) -> Found:
    """Whether that is so in a network."""
    return drops(net, {"between fire9 and conv10": ("fire9", "conv10")}, "50", "%")
