"""The comparisons of speed: that what is compared costs what they say, on times that the tests make up."""

import inspect
import typing

import pytest
from torch import nn

from cnnclaims.verifiers.catalogue import check_doc, timing_function
from cnnclaims.verifiers.checks import (
    TIMINGS,
    timing_convolutions,
    timing_energy,
    timing_networks,
    timing_shufflenet_v2,
)
from cnnclaims.verifiers.timing.contest import Contest, Told
from cnnclaims.verifiers.timing.machine import Machine
from cnnclaims.verifiers.trace import trace, uninitialised

FILES = (timing_convolutions, timing_networks, timing_shufflenet_v2)


@pytest.fixture
def made_up(monkeypatch):
    """Contests in which networks take these times; gives the builders that were compared, and how."""

    def put(times):
        seen = {}

        def contest(builders, machine, **options):
            seen.update(builders=builders, options=options)
            sitting = [tuple(times(name) for name in builders)] * 5
            return Contest(tuple(builders), (sitting, sitting))

        for file in FILES:
            monkeypatch.setattr(file, "contest", contest)
        monkeypatch.setattr(timing_energy, "energies", contest)
        return seen

    return put


def cost(build):
    with uninitialised():
        return sum(node.macs for node in trace(build()).nodes)


def costs(seen):
    return {name: cost(build) for name, build in seen["builders"].items()}


@pytest.mark.parametrize("name", TIMINGS)
def test_a_comparison_takes_a_machine_and_says_what_it_asks(name):
    found = timing_function(name)
    assert list(inspect.signature(found).parameters) == ["machine"]
    assert typing.get_type_hints(found) == {"machine": Machine, "return": Told}
    doc, source, line = check_doc(name)
    assert "?" in doc
    assert line > 1
    assert source.startswith("verifiers/checks/timing_")


@pytest.mark.parametrize("name", TIMINGS)
def test_equal_times_decide_nothing(made_up, name):
    seen = made_up(lambda network: 1.0)
    told = timing_function(name)(Machine())
    if name.endswith("less_than_nine_pointwise"):
        assert told.verdict == "supported"  # nine of the ones are longer than one
    elif name.endswith("rates_of_cheap_layers"):
        assert told.verdict == "supported"  # in equal times fewer multiply-adds are done
    else:
        assert told.verdict == "undecided"
    assert all(network in told.found for network in seen["builders"])


@pytest.mark.parametrize(
    "name", [name for name in TIMINGS if name.startswith(("timing_networks.", "timing_energy."))]
)
def test_of_two_networks_the_first_is_said_to_take_more(made_up, name):
    seen = made_up(lambda network: 1.0)
    timing_function(name)(Machine())
    first, second = seen["builders"]
    made_up(lambda network: 2.0 if network == first else 1.0)
    assert timing_function(name)(Machine()).verdict == "supported"
    made_up(lambda network: 2.0 if network == second else 1.0)
    assert timing_function(name)(Machine()).verdict == "not supported"


def test_the_1x1_and_the_3x3_convolution_have_equal_multiply_adds(made_up):
    seen = made_up(lambda network: 1.0)
    timing_convolutions.pointwise_against_3x3(Machine())
    assert len(set(costs(seen).values())) == 1


def test_nine_pointwise_convolutions_have_the_multiply_adds_of_a_3x3(made_up):
    seen = made_up(lambda network: {"1x1": 1.0, "3x3": 9.5}[network])
    assert timing_convolutions.less_than_nine_pointwise(Machine()).verdict == "not supported"
    found = costs(seen)
    assert found["3x3"] == 9 * found["1x1"]
    made_up(lambda network: {"1x1": 1.0, "3x3": 8.0}[network])
    assert (
        "would take 1.12 times as long as one 3x3"
        in timing_convolutions.less_than_nine_pointwise(Machine()).found
    )


def test_three_3x3_convolutions_are_timed_in_training_with_27_49_of_the_multiply_adds(made_up):
    seen = made_up(lambda network: {"one 7x7": 2.0, "three 3x3": 1.0}[network])
    assert timing_convolutions.splitting_7x7(Machine()).verdict == "not supported"
    assert seen["options"] == {"training": True}
    found = costs(seen)
    assert found["three 3x3"] * 49 == found["one 7x7"] * 27


def test_rates_are_multiply_adds_over_times(made_up):
    times = {"standard 3x3": 1.0, "depthwise 3x3": 1 / 64, "3x3 in 8 groups": 1 / 8, "1x1": 1 / 9}
    made_up(times.get)
    told = timing_convolutions.rates_of_cheap_layers(Machine())
    assert told.verdict == "undecided"  # all reach one rate
    assert told.found.count("1.00 times as long as standard 3x3") == 3
    made_up((times | {"depthwise 3x3": 1 / 32, "1x1": 1 / 8}).get)
    assert timing_convolutions.rates_of_cheap_layers(Machine()).verdict == "supported"
    made_up((times | {"depthwise 3x3": 1 / 32, "1x1": 1 / 10}).get)
    assert timing_convolutions.rates_of_cheap_layers(Machine()).verdict == "not supported"


@pytest.mark.parametrize(
    ("comparison", "networks"),
    [("equal_widths", 4), ("few_groups", 4), ("few_fragments", 2), ("elementwise", 4)],
)
def test_each_guideline_is_held_at_equal_multiply_adds(made_up, comparison, networks):
    seen = made_up(lambda network: 1.0)
    getattr(timing_shufflenet_v2, comparison)(Machine())
    found = costs(seen)
    assert len(found) == networks
    assert max(found.values()) < 1.1 * min(found.values())


def test_a_guideline_that_one_setting_contradicts_is_not_supported(made_up):
    seen = made_up(lambda network: {"1 group": 1.0, "8 groups": 0.9}.get(network, 1.5))
    assert timing_shufflenet_v2.few_groups(Machine()).verdict == "not supported"
    assert list(seen["builders"]) == ["1 group", "2 groups", "4 groups", "8 groups"]


def test_units_have_relu_and_shortcut_or_not(made_up):
    seen = made_up(lambda network: 1.0)
    timing_shufflenet_v2.elementwise(Machine())
    operations = {}
    for name, build in seen["builders"].items():
        with uninitialised():
            ops = [node.op for node in trace(build()).nodes]
        operations[name] = (ops.count("relu"), ops.count("add"))
    assert operations == {
        "neither": (0, 0),
        "ReLU": (30, 0),
        "shortcut": (0, 10),
        "ReLU and shortcut": (30, 10),
    }


def test_pairs_go_to_the_other_width_and_back():
    layers = [layer for layer in timing_shufflenet_v2.pairs(9, 108) if isinstance(layer, nn.Conv2d)]
    assert [(one.in_channels, one.out_channels) for one in layers] == [(9, 108), (108, 9)] * 10


@pytest.mark.parametrize("comparison", ["against_mobilenet_v2", "against_mobilenet_v2_at_500m"])
def test_shufflenet_v2_and_mobilenet_v2_are_of_equal_cost(made_up, comparison):
    seen = made_up(lambda network: 1.0)
    getattr(timing_shufflenet_v2, comparison)(Machine())
    mobile, shuffle = costs(seen).values()
    assert mobile == pytest.approx(shuffle, rel=0.02)
