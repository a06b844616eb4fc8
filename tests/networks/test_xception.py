import pytest
import torch
from torch import nn

from cnnclaims.verifiers.networks.xception import Module, separable, xception

SIZES = {
    "entry": (728, 19, 19),
    "middle": (728, 19, 19),
    "exit": (2048, 10, 10),
    "avgpool": (2048, 1, 1),
    "flatten": (2048,),
    "dropout": (2048,),
    "linear": (1000,),
}


@pytest.fixture(autouse=True)
def without_initialisation(monkeypatch):
    for layer in (nn.Conv2d, nn.Linear):
        monkeypatch.setattr(layer, "reset_parameters", lambda self: None)


def sizes(net, x):
    found = {}
    for name, stage in net.named_children():
        x = stage(x)
        found[name] = tuple(x.shape[1:])
    return found


def parameters(net):
    return sum(p.numel() for p in net.parameters())


def test_every_stage_has_the_size_of_figure_5():
    net = xception()
    assert net.input_shape == (3, 299, 299)
    assert sizes(net, torch.zeros(0, 3, 299, 299)) == SIZES


def test_every_module_of_the_entry_and_the_exit_has_the_size_of_figure_5():
    net = xception()
    assert list(sizes(net.entry, torch.zeros(0, 3, 299, 299)).values()) == [
        (64, 147, 147),
        (128, 74, 74),
        (256, 37, 37),
        (728, 19, 19),
    ]
    assert list(sizes(net.exit, torch.zeros(0, 728, 19, 19)).values()) == [(1024, 10, 10), (2048, 10, 10)]
    assert set(sizes(net.middle, torch.zeros(0, 728, 19, 19)).values()) == {(728, 19, 19)}


def test_the_net_has_the_22_855_952_parameters_that_the_paper_prints():
    assert parameters(xception()) == 22_855_952


def test_without_shortcuts_the_four_1x1_convolutions_and_their_normalisations_are_gone():
    gone = sum(a * b + 2 * b for a, b in ((64, 128), (128, 256), (256, 728), (728, 1024)))
    assert parameters(xception()) - parameters(xception(residual=False)) == gone
    assert [m for m in xception(residual=False).modules() if isinstance(m, Module) and m.residual] == []


def test_two_full_layers_stand_before_the_classifier_and_no_dropout():
    net = xception(classes=17_000, full_layers=True)
    assert sizes(net, torch.zeros(0, 3, 299, 299)) == {
        "entry": (728, 19, 19),
        "middle": (728, 19, 19),
        "exit": (2048, 10, 10),
        "avgpool": (2048, 1, 1),
        "flatten": (2048,),
        "fc1": (4096,),
        "fc2": (4096,),
        "linear": (17_000,),
    }


def test_there_are_34_separable_convolutions_with_one_normalisation_each():
    net = xception()
    convolutions = [m for m in net.modules() if isinstance(m, nn.Conv2d)]
    depthwise = [m for m in convolutions if m.groups > 1]
    assert len(depthwise) == 34
    assert len(convolutions) == 2 + 2 * 34 + 4
    assert all(m.bias is None for m in convolutions)
    assert sum(isinstance(m, nn.BatchNorm2d) for m in net.modules()) == 2 + 34 + 4


def test_the_middle_is_eight_modules_of_three():
    net = xception()
    assert len(net.middle) == 8
    for module in net.middle:
        assert [name for name, _ in module.body.named_children()] == [
            "relu1", "sep1", "relu2", "sep2", "relu3", "sep3"
        ]  # fmt: skip
        assert module.shortcut is None


def test_only_the_first_module_with_a_shortcut_begins_without_a_relu():
    net = xception()
    first = [next(iter(dict(m.body.named_children()))) for m in net.modules() if isinstance(m, Module)]
    assert first == ["sep1"] + ["relu1"] * 11


def test_a_module_adds_its_shortcut():
    torch.manual_seed(0)
    module = xception().entry[1].eval().double()
    for p in module.parameters():
        nn.init.normal_(p, std=0.3)
    x = torch.randn(1, 64, 9, 9, dtype=torch.float64)
    with torch.no_grad():
        assert torch.equal(module(x), module.body(x) + module.shortcut(x))


def test_a_module_leaves_what_comes_in_as_it_is():
    module = xception().middle[0].eval()
    for p in module.parameters():
        nn.init.zeros_(p)
    x = torch.randn(1, 728, 5, 5)
    kept = x.clone()
    with torch.no_grad():
        assert torch.equal(module(x), kept)


@pytest.mark.parametrize(("between", "kind"), [("none", nn.Identity), ("relu", nn.ReLU), ("elu", nn.ELU)])
def test_what_stands_between_the_halves(between, kind):
    assert [type(layer) for layer in separable(4, 8, between)] == [nn.Conv2d, kind, nn.Conv2d, nn.BatchNorm2d]
    assert parameters(xception(between=between)) == 22_855_952


def test_an_unknown_activation_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match="between is 'tanh'; use one of none, relu, elu"):
        xception(between="tanh")


def test_no_classes_are_refused():
    with pytest.raises(ValueError, match="classes is 0; use a whole number of at least 1"):
        xception(classes=0)
