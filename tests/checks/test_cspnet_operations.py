"""Checks of what CSPNet's figures and tables say of operations: they hold, and refuse what they must."""

from fractions import Fraction

import pytest

from cnnclaims.verifiers.checks import CHECKS
from cnnclaims.verifiers.checks import cspnet_operations as checks
from cnnclaims.verifiers.networks.peleenet import peleenet
from cnnclaims.verifiers.trace import uninitialised

NAMES = [name.partition(".")[2] for name in CHECKS if name.startswith("cspnet_operations.")]


@pytest.mark.parametrize("name", NAMES)
def test_what_figures_and_tables_say_is_the_papers_own_word(name):
    found = getattr(checks, name)()
    assert found.holds, found.found
    assert found.own_word


def test_a_point_that_is_drawn_elsewhere_is_refused(monkeypatch):
    monkeypatch.setitem(checks.FIGURE_4, "fusion last", "0.812")
    assert not checks.fusion_last_saves().holds


def test_a_plot_that_is_read_badly_is_refused(monkeypatch):
    monkeypatch.setitem(checks.FIGURE_4, "CSPPeleeNet", "0.892")
    assert not checks.fusion_first_saves().holds


def test_a_point_needs_a_control_that_differs():
    assert not checks.point_saves("fusion last", "21", control="fusion last").holds


def test_a_bottleneck_that_stays_is_refused():
    with uninitialised():
        net = peleenet(classes=None)
    assert not checks.bottleneck_falls(net, net, "44").holds


def test_a_bar_of_another_height_is_refused(monkeypatch):
    monkeypatch.setattr(checks, "YOLO_7", "0.96")
    assert not checks.bottleneck_of_peleenet_yolo().holds


def test_a_bar_of_half_the_height_is_refused():
    head = {**checks.HEAD_7, 123: "0.0249"}
    assert checks.layers_of_a_bar("0.0249")
    assert not detector(head=head).holds


def test_a_detector_that_lacks_a_bar_is_refused():
    for place in checks.HEAD_7.keys() - {126}:  # as low as what is left open
        assert not detector(head={at: bar for at, bar in checks.HEAD_7.items() if at != place}).holds


def test_a_bar_that_fits_no_layer_is_refused_by_its_place():
    found = detector(head={**checks.HEAD_7, 123: "0.0470"})
    assert not found.holds
    assert "[123]" in found.found


def test_another_backbone_is_refused():
    with uninitialised():
        other = sum(checks.costs(peleenet(classes=None), checks.SIDE_7), Fraction())
    assert not detector(backbone=other).holds


def test_the_figures_of_other_detectors_must_not_fit_the_bars():
    for other in checks.OTHERS_2:
        assert not detector(printed=other, controls=("4.868",)).holds
    assert not detector(controls=("4.869",)).holds


def test_every_bar_of_the_head_is_one_layer():
    layers = {  # some that cost so: channels in and out, window, side of the map
        **{114: (640, 256, 1, 13), 115: (256, 256, 3, 13), 116: (256, 128, 1, 13), 119: (256, 128, 1, 26)},
        **{120: (128, 128, 3, 26), 121: (128, 64, 1, 26), 123: (64, 64, 3, 26), 124: (128, 64, 1, 26)},
        **{125: (64, 64, 3, 26), 126: (64, 32, 1, 26), 129: (64, 64, 1, 52), 130: (64, 64, 3, 52)},
        **{131: (64, 32, 1, 52), 133: (32, 32, 3, 52), 135: (128, 64, 1, 52), 136: (64, 64, 3, 52)},
        **{137: (64, 256, 1, 52), 139: (64, 128, 3, 26), 142: (256, 128, 1, 26), 143: (128, 128, 3, 26)},
        **{144: (128, 256, 1, 26), 146: (128, 256, 3, 13), 147: (256, 128, 1, 13), 148: (128, 128, 3, 13)},
        149: (128, 256, 1, 13),
    }
    for place, (c_in, c_out, window, side) in layers.items():
        cost = Fraction(2 * c_in * c_out * window**2 * side**2, 10**9)
        assert checks.layers_of_a_bar(checks.HEAD_7[place]) == [cost]
    assert list(layers) == list(checks.HEAD_7)


def detector(backbone=Fraction("3.058246"), head=None, printed="4.868", controls=checks.OTHERS_2):
    return checks.bars_add_up(backbone, checks.HEAD_7 if head is None else head, printed, controls)


@pytest.mark.parametrize(
    "row",
    [
        ("2.273", "2.05", "63.5", "65.3"),  # saves 9.8 %
        ("2.273", "1.905", "63.5", "63.4"),  # loses accuracy
    ],
)
def test_a_pair_that_saves_or_keeps_too_little_is_refused(row):
    assert not checks.pairs_save({**checks.PAIRS, "ResNet-10": row}, {}).holds


def test_a_network_that_has_not_what_the_table_prints_is_refused():
    counted = {"PeleeNet": [Fraction("1.017"), Fraction("0.886")]}
    assert not checks.pairs_save(checks.PAIRS, counted).holds


def test_a_saving_is_worked_by_hand():
    assert checks.share_saved(Fraction(3), Fraction(4)) == Fraction(1, 4)
    assert checks.ends("0.888") == (Fraction("0.8875"), Fraction("0.8885"))
