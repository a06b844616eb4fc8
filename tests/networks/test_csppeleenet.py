"""CSPPeleeNet against the bars of Figure 7 and the totals of Table 3, which it was not read from."""

import pytest
import torch
from torch import nn

from cnnclaims.verifiers.networks.csppeleenet import csppeleenet
from cnnclaims.verifiers.trace import trace, uninitialised

# Figure 7 of the paper: what each layer of CSPPeleeNet costs at 416 pixels, in billions of operations, read off its bars. A
# pixel of the plot is 0.0023, and bars are cut by its axis. None where no bar can be seen (poolings, the smallest layers)
# or where its top touches the dashed line.
READING = 0.003
STEM = (0.075, None, 0.021, 0.042, 0.098)
DENSE1 = (0.009, 0.049, 0.049, 0.009, 0.049)
DENSE2 = (0.021, 0.049, 0.049, 0.021, 0.049)
STAGE1 = (0.042, 0.042, *DENSE1, *DENSE2, 0.198)
STAGE2 = (
    *(None, 0.086, 0.044, 0.044),
    *(0.009, 0.023, 0.012, 0.009, 0.023),
    *(0.016, 0.023, 0.012, 0.016, 0.023),
    *(0.021, 0.023, 0.012, 0.021, 0.023),
    *(0.026, 0.023, 0.012, 0.026, 0.023, 0.198),
)
STAGE3 = (
    *(None, 0.086, 0.042, 0.042),
    *(0.009, 0.012, 0.002, 0.009, 0.012),
    *(0.012, 0.012, 0.002, 0.012, 0.012),
    *(0.016, 0.012, 0.002, 0.016, 0.012),
    *(0.019, 0.012, 0.002, 0.019, 0.012),
    *(0.021, 0.012, 0.002, 0.021, 0.012),
    *(0.023, 0.012, 0.002, 0.023, 0.012),
    *(0.026, 0.012, 0.002, 0.026, 0.012),
    *(0.030, 0.012, 0.002, 0.028, 0.012, None),
)
STAGE4 = (
    *(None, 0.086, 0.042, 0.044),
    *(0.005, 0.002, None, 0.005, 0.002),
    *(0.005, 0.002, None, 0.005, 0.002),
    *(0.005, 0.002, None, 0.005, 0.002),
    *(0.007, 0.002, None, 0.007, 0.002, 0.049, 0.138),
)
FIGURE_7 = STEM + STAGE1 + STAGE2 + STAGE3 + STAGE4


def built(**arguments):
    with uninitialised():
        return csppeleenet(**arguments)


def costs(net, input):
    """Operations of every convolution and pooling as Darknet counts them, in the order in which they run."""
    found = []
    for node in trace(net, input).nodes:
        if node.window is not None:
            height, width = node.window.kernel
            found.append((2 * node.macs or node.values * height * width) / 1e9)
    return found


def test_every_bar_of_figure_7_is_a_layer():
    found = costs(built(classes=None), 416)
    assert len(found) == len(FIGURE_7) == 114
    off = [
        (i, bar, cost) for i, (bar, cost) in enumerate(zip(FIGURE_7, found, strict=True)) if bar is not None
    ]
    assert max(abs(bar - cost) for _, bar, cost in off) < READING
    assert max(cost for bar, cost in zip(FIGURE_7, found, strict=True) if bar is None) == found[87]


def test_the_layer_whose_bar_touches_the_dashed_line_is_a_transition_as_costly_as_two_others():
    found = costs(built(classes=None), 416)
    assert found[17] == found[42] == found[87] == max(found)


def test_the_totals_are_those_of_table_3():
    net = built()
    weights = sum(m.weight.numel() for m in net.modules() if isinstance(m, nn.Conv2d | nn.Linear))
    assert f"{weights / 1e6:.2f}" == "2.83"
    assert f"{sum(costs(net, 224)) + 2 * 640 * 1000 / 1e9:.3f}" == "0.888"


def test_every_stage_has_the_size_of_peleenets_but_the_last_two():
    net = built()
    x = torch.zeros(0, 3, 224, 224)
    found = {}
    for name, stage in net.named_children():
        x = stage(x)
        found[name] = tuple(x.shape[1:])
    assert found == {
        "stem": (64, 56, 56),
        "stage1": (128, 56, 56),
        "pool1": (128, 28, 28),
        "transition1": (128, 28, 28),
        "stage2": (256, 28, 28),
        "pool2": (256, 14, 14),
        "transition2": (256, 14, 14),
        "stage3": (512, 14, 14),
        "pool3": (512, 7, 7),
        "transition3": (512, 7, 7),
        "stage4": (640, 7, 7),
        "transition4": (640, 7, 7),
        "avgpool": (640, 1, 1),
        "flatten": (640,),
        "fc": (1000,),
    }


def test_half_of_the_channels_skip_the_dense_layers():
    torch.manual_seed(1)
    stage = built().stage2.eval()
    for parameter in stage.parameters():
        nn.init.normal_(parameter, std=0.05)
    x = torch.randn(1, 128, 8, 8)
    past, part = stage.bypass(x), stage.partial_transition(stage.layers(stage.enter(x)))
    assert past.shape == (1, 64, 8, 8)
    assert part.shape == (1, 192, 8, 8)
    assert torch.equal(stage(x), torch.cat((past, part), 1))


def test_a_bad_number_of_classes_is_named_with_its_repair():
    with pytest.raises(ValueError, match="classes is 0; use at least 1"):
        csppeleenet(classes=0)
