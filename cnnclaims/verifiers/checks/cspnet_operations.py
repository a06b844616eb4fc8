"""Checks of CSPNet (arXiv 1911.11929): the operations that Figures 4 and 7 draw and Tables 2 and 3 print.

Operations are Darknet's, in billions: two for a multiply-add and one for each value that a pooling reads.
"""

from fractions import Fraction

from cnnclaims.claims.printed import parse
from cnnclaims.verifiers.checks.found import Found
from cnnclaims.verifiers.networks.cspnet import cspresnext50
from cnnclaims.verifiers.networks.csppeleenet import csppeleenet
from cnnclaims.verifiers.networks.darknet import darknet_resnext50
from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.networks.peleenet import peleenet
from cnnclaims.verifiers.trace import trace, uninitialised

# -- Figures 4 and 7: shares of operations -----------------------------------------------------------------

# Figure 4, read off the plot; a pixel of it is 0.0015. CSPPeleeNet and PeleeNet are built, which tells how well it is read.
FIGURE_4 = {"PeleeNet": "1.017", "CSPPeleeNet": "0.888", "fusion last": "0.804", "fusion first": "0.755"}
PIXEL_4 = Fraction("0.0015")
# Figure 7, read off the highest bar of PeleeNet-YOLO, at 416 pixels; a pixel of the plot is 0.0023
YOLO_7 = "0.997"
PIXEL_7 = Fraction("0.0023")
SIDE_7 = 416


def fusion_last_saves() -> Found:
    """The point of the fusion behind the transition in Figure 4."""
    return point_saves("fusion last", "21", control="fusion first")


def fusion_first_saves() -> Found:
    """The point of the fusion before the transition in Figure 4."""
    return point_saves("fusion first", "26", control="fusion last")


def point_saves(point: str, printed: str, control: str) -> Found:
    """Whether a point, wherever within a pixel it is, saves what is printed of PeleeNet as built; the control must not."""
    with uninitialised():
        built = {"PeleeNet": total(peleenet()), "CSPPeleeNet": total(csppeleenet())}
    read = {name: Fraction(value) for name, value in FIGURE_4.items()}
    off = max(abs(read[name] - value) for name, value in built.items())
    low, high = (share_saved(read[point] + pixel, built["PeleeNet"]) for pixel in (PIXEL_4, -PIXEL_4))
    other = share_saved(read[control], built["PeleeNet"])
    allowed = parse(printed, "%")
    holds = allowed.allows(100 * low) and allowed.allows(100 * high) and not allowed.allows(100 * other)
    sentence = (
        f"Figure 4 draws {FIGURE_4[point]} billion operations, with a pixel either way {float(low):.1%} to {float(high):.1%} "
        f"less than the {float(built['PeleeNet']):.4f} of PeleeNet as built, where {printed} % is printed; the networks "
        f"that can be built lie within {float(off):.4f} of their points; {control} would be {float(other):.1%}"
    )
    return Found(holds and off <= PIXEL_4, sentence, own_word=True)


def bottleneck_of_peleenet() -> Found:
    """The costliest layer of CSPPeleeNet, which was read from the bars of Figure 7, against that of PeleeNet, at 416 pixels."""
    with uninitialised():
        return bottleneck_falls(csppeleenet(classes=None), peleenet(classes=None), "44")


def bottleneck_falls(smaller: Network, larger: Network, printed: str) -> Found:
    """Whether the costliest layer of one is so much cheaper than the other's; by all operations, the control, it must not be."""
    ours, theirs = costs(smaller, SIDE_7), costs(larger, SIDE_7)
    saved, whole = (
        share_saved(max(ours), max(theirs)),
        share_saved(sum(ours, Fraction()), sum(theirs, Fraction())),
    )
    allowed = parse(printed, "%")
    sentence = (
        f"the costliest layers have {float(max(ours)):.4f} and {float(max(theirs)):.4f} billion operations, {float(saved):.2%} "
        f"less; the whole networks differ by {float(whole):.1%}"
    )
    return Found(allowed.allows(100 * saved) and not allowed.allows(100 * whole), sentence, own_word=True)


def bottleneck_of_peleenet_yolo() -> Found:
    """The costliest layer of CSPPeleeNet against the highest bar of Figure 7, that of PeleeNet-YOLO's head."""
    with uninitialised():
        ours, theirs = costs(csppeleenet(classes=None), SIDE_7), costs(peleenet(classes=None), SIDE_7)
    return bar_is_undercut(max(ours), Fraction(YOLO_7), "80", control=max(theirs))


def bar_is_undercut(ours: Fraction, bar: Fraction, printed: str, control: Fraction) -> Found:
    """Whether a cost lies so far under a bar, wherever within a pixel that ends; the control's must not."""
    low, high = (share_saved(ours, bar + pixel) for pixel in (-PIXEL_7, PIXEL_7))
    other = share_saved(control, bar)
    allowed = parse(printed, "%")
    sentence = (
        f"the costliest layer of CSPPeleeNet has {float(ours):.4f} billion operations, {float(low):.2%} to {float(high):.2%} less "
        f"than the {float(bar)} that Figure 7 draws for PeleeNet-YOLO, read to a pixel; PeleeNet's own would have {float(other):.0%} less"
    )
    holds = allowed.allows(100 * low) and allowed.allows(100 * high) and not allowed.allows(100 * other)
    return Found(holds, sentence, own_word=True)


def costs(net: Network, input: int | None = None) -> list[Fraction]:
    """Billions of operations of every layer that Darknet counts, in the order in which they run."""
    found = []
    for node in trace(net, input).nodes:
        if node.macs:
            found.append(Fraction(2 * node.macs, 10**9))
        elif node.op in ("max_pool", "avg_pool") and node.window is not None:
            height, width = node.window.kernel
            found.append(Fraction(node.values * height * width, 10**9))
    return found


def total(net: Network) -> Fraction:
    """Billions of operations of the whole network."""
    return sum(costs(net), Fraction())


def share_saved(less: Fraction, more: Fraction) -> Fraction:
    """What share of the second is missing in the first."""
    return 1 - less / more


# -- Table 2 and Figure 7: the detector with the exact fusion model ------------------------------------------------

# Figure 7, the bars of CSPPeleeNet-EFM behind its backbone by their places, read by their shades at the rim and by the bars of
# the backbone, whose costs are known. By these the plot was drawn in steps of 0.00085 billion: a layer of 0.00069 has a bar
# of one step, one of 0.00035 has none. A bar is read to a step, one of few steps to half of it.
STEP_7 = Fraction("0.00085")
HIDDEN = "0.204"  # ends in the dashed line, which covers 0.197 to 0.211
HEAD_7 = {
    **{114: "0.0547", 115: HIDDEN, 116: "0.0107", 119: "0.0442", 120: HIDDEN, 121: "0.0108", 123: "0.0502"},
    **{124: "0.0107", 125: "0.0502", 126: "0.0025", 129: "0.0218", 130: HIDDEN, 131: "0.0108", 133: "0.0502"},
    **{135: "0.0442", 136: HIDDEN, 137: "0.0885", 139: "0.0998", 142: "0.0441", 143: HIDDEN, 144: "0.0441"},
    **{146: "0.0998", 147: "0.0108", 148: "0.0502", 149: "0.0107"},
}
# Last before an output of YOLOv3, with 255 channels. Outputs and enlargements have places and no bars: so has PeleeNet-PRN.
PREDICT_7 = (137, 144, 149)
LOW_7 = (122, 128, 132)  # bars of one step
UNSEEN_7 = (117, 118, 127, 134, 140, 141)  # places without a bar that are no outputs
OTHERS_2 = ("4.605", "5.068", "4.863")  # Table 2: the global model, EFM with attention, EFM with pooling


def bars_of_the_detector() -> Found:
    """The layers that Figure 7 draws of CSPPeleeNet with the exact fusion model against Table 2."""
    with uninitialised():
        backbone = sum(costs(csppeleenet(classes=None), SIDE_7), Fraction())
    return bars_add_up(backbone, HEAD_7, "4.868", controls=OTHERS_2)


def bars_add_up(backbone: Fraction, head: dict[int, str], printed: str, controls: tuple[str, ...]) -> Found:
    """Whether backbone and bars, whatever the low ones and those not seen are, allow what is printed, and no control."""
    layers = {place: layers_of_a_bar(bar) for place, bar in head.items()}
    unclear = [place for place, fits in layers.items() if len(fits) != 1]
    if unclear:
        return Found(False, f"the bars at {unclear} fit no layer, or several", own_word=True)
    drawn = sum(
        (fits[0] * (Fraction(255, 256) if at in PREDICT_7 else 1) for at, fits in layers.items()), backbone
    )
    low = drawn + len(LOW_7) * STEP_7 / 2
    high = drawn + len(LOW_7) * STEP_7 * 3 / 2 + len(UNSEEN_7) * STEP_7 / 2
    inside = {row: low <= ends(row)[0] and ends(row)[1] <= high for row in (printed, *controls)}
    sentence = (
        f"the backbone has {float(backbone):.4f} billion operations and the {len(head)} layers of the head that Figure 7 shows "
        f"{float(drawn - backbone):.4f}; with what is too low to be told it is {float(low):.4f} to {float(high):.4f}, where "
        f"{printed} is printed; of the figures {', '.join(controls)} of other detectors {sum(inside.values()) - inside[printed]} fit"
    )
    return Found(inside[printed] and sum(inside.values()) == 1, sentence, own_word=True)


def layers_of_a_bar(bar: str) -> list[Fraction]:
    """Costs within the reading of a bar, of convolutions with widths of 2^n, or the backbone's 640, on 13x13, 26x26 ... places."""
    read = Fraction(bar)
    reading = Fraction("0.007") if bar == HIDDEN else STEP_7 if read > 4 * STEP_7 else STEP_7 / 2
    made = (Fraction(2 * 13**2 * odd * 2**n, 10**9) for odd in (1, 5, 9) for n in range(24))
    return [cost for cost in made if abs(cost - read) <= reading]


# -- Section 4.3: what Table 3 says of the pairs ---------------------------------------------------------------

# Table 3. billions of operations without and with the change, top-1 accuracy without and with
PAIRS = {
    "ResNet-10": ("2.273", "1.905", "63.5", "65.3"),
    "ResNeXt-50": ("10.11", "7.93", "77.8", "77.9"),
    "PeleeNet": ("1.017", "0.888", "70.7", "70.9"),
    "DenseNet-201-Elastic": ("8.77", "7.13", "77.9", "77.9"),
}


def pairs_of_table_3() -> Found:
    """All four pairs of the table; the two that can be built must have what is printed."""
    with uninitialised():
        built = {
            "ResNeXt-50": (darknet_resnext50(), cspresnext50()),
            "PeleeNet": (peleenet(), csppeleenet()),
        }
        counted = {name: [total(net) for net in pair] for name, pair in built.items()}
    return pairs_save(PAIRS, counted)


def pairs_save(pairs: dict[str, tuple[str, str, str, str]], counted: dict[str, list[Fraction]]) -> Found:
    """Whether every pair, however its figures were rounded, saves a tenth and loses no accuracy as printed."""
    least, lost = {}, []
    for name, (before, after, accuracy, changed) in pairs.items():
        least[name] = share_saved(ends(after)[1], ends(before)[0])
        if Fraction(changed) < Fraction(accuracy):
            lost.append(name)
    fit = all(
        low <= value <= high
        for name, values in counted.items()
        for value, (low, high) in zip(values, map(ends, pairs[name][:2]), strict=True)
    )
    sentence = (
        f"by Table 3 at least {', '.join(f'{float(share):.1%} of {name}' for name, share in least.items())} is saved, and "
        f"accuracy is lost by {', '.join(lost) or 'none'}; what can be built, {' and '.join(counted)}, "
        f"{'has' if fit else 'does not have'} the operations printed"
    )
    return Found(min(least.values()) >= Fraction(1, 10) and not lost and fit, sentence, own_word=True)


def ends(printed: str) -> tuple[Fraction, Fraction]:
    """What a printed number allows, from and to."""
    limits = parse(printed, "constant")
    assert limits.low is not None
    assert limits.high is not None
    return limits.low, limits.high
