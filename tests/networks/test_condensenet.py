"""CondenseNet against the authors' plans and public counts, and its layers before and after condensing."""

import pytest
import torch

from cnnclaims.verifiers.networks import condensenet as networks
from cnnclaims.verifiers.networks.condensenet import (
    CondensedConv,
    Index,
    LearnedGroupConv,
    Shuffle,
    condense,
    condensenet,
    condensenet_cifar,
    condensenet_light,
)
from cnnclaims.verifiers.trace import trace, uninitialised


def traced(name, **arguments):
    with uninitialised():
        return trace(getattr(networks, name)(**arguments))


def params(run):
    return sum(layer.params for layer in run.layers.values())


def stages(run):
    return {name: layer.shape for name, layer in run.layers.items() if name and "." not in name}


def test_every_stage_for_imagenet_has_its_size():
    assert stages(traced("condensenet")) == {
        "conv": (16, 112, 112),
        "block1": (48, 112, 112),
        "pool1": (48, 56, 56),
        "block2": (144, 56, 56),
        "pool2": (144, 28, 28),
        "block3": (400, 28, 28),
        "pool3": (400, 14, 14),
        "block4": (1040, 14, 14),
        "pool4": (1040, 7, 7),
        "block5": (2064, 7, 7),
        "bn": (2064, 7, 7),
        "relu": (2064, 7, 7),
        "avgpool": (2064, 1, 1),
        "flatten": (2064,),
        "index": (1032,),
        "fc": (1000,),
    }


def test_every_stage_for_cifar_has_its_size():
    found = stages(traced("condensenet_cifar", depth=86))
    assert found["conv"] == (16, 32, 32)
    assert [found[f"block{i}"] for i in (1, 2, 3)] == [(128, 32, 32), (352, 16, 16), (800, 8, 8)]
    assert "index" not in found


def test_every_stage_of_the_light_network_has_its_size():
    found = stages(traced("condensenet_light"))
    assert [found[f"block{i}"] for i in (1, 2, 3)] == [(272, 32, 32), (376, 16, 16), (428, 8, 8)]
    assert [found[f"transition{i}"] for i in (1, 2)] == [(136, 16, 16), (188, 8, 8)]


# osmr/imgclsmob, README: the same networks rebuilt
@pytest.mark.parametrize(("groups", "expected"), [(4, 4_773_944), (8, 2_935_416)])
def test_parameters_are_those_of_the_public_list(groups, expected):
    assert params(traced("condensenet", groups=groups)) == expected


def test_all_inputs_of_the_classifier_are_kept_on_request():
    more = params(traced("condensenet", full_fc=True)) - params(traced("condensenet"))
    assert more == 1032 * 1000


@pytest.mark.parametrize(
    ("depth", "expected"),
    [(50, 216_506), (74, 405_466), (86, 520_202), (98, 648_442), (110, 790_186), (122, 945_434)],
)
def test_parameters_for_cifar_round_to_those_of_the_readme(depth, expected):
    assert params(traced("condensenet_cifar", depth=depth)) == expected


def test_condensing_changes_no_size_and_leaves_a_quarter_of_the_1x1_weights():
    before, after = (traced("condensenet_cifar", depth=50, condensed=flag) for flag in (False, True))
    assert stages(before) == stages(after)

    def weights(run):
        return sum(layer.weights for path, layer in run.layers.items() if path.endswith("conv1.conv"))

    assert weights(before) == 4 * weights(after)


def test_the_permutation_reads_a_table_of_groups_by_columns():
    x = torch.arange(6.0).reshape(1, 6, 1, 1)
    assert Shuffle(2)(x).flatten().tolist() == [0, 3, 1, 4, 2, 5]


def test_the_index_layer_may_repeat_a_channel_and_leave_one_out():
    index = Index(3, 4)
    index.index = torch.tensor([2, 0, 2, 2])
    assert index(torch.arange(3.0).reshape(1, 3, 1, 1)).flatten().tolist() == [2, 0, 2, 2]


def layer(groups=2, factor=2):
    torch.manual_seed(0)
    return LearnedGroupConv(4 * factor, 3 * groups, groups, factor)


def test_a_stage_takes_the_weakest_inputs_from_each_group():
    one = layer()
    with torch.no_grad():
        one.conv.weight.fill_(1)
        one.conv.weight[0::2, [1, 4, 5, 7]] = 0.1  # group 0: outputs 0, 2, 4
        one.conv.weight[1::2, [0, 2, 3, 6]] = -0.1  # group 1: outputs 1, 3, 5; small, though negative
    one.drop_inputs()
    assert one.mask[0, :, 0, 0].tolist() == [1, 0, 1, 1, 0, 0, 1, 0]
    assert one.mask[1, :, 0, 0].tolist() == [0, 1, 0, 0, 1, 1, 0, 1]
    assert torch.equal(one.mask[0], one.mask[2])


def test_what_is_dropped_stays_dropped():
    one = layer(groups=4, factor=4)
    one.drop_inputs()
    first = one.mask.clone()
    with torch.no_grad():
        one.conv.weight[first == 0] = 100.0  # grown since, as unmasked weights may
    one.drop_inputs()
    assert (one.mask <= first).all()
    assert one.mask.mean() == 0.5


def test_more_stages_than_c_minus_one_are_refused():
    one = layer()
    one.drop_inputs()
    with pytest.raises(ValueError, match="all 1 condensing stages are done"):
        one.drop_inputs()


def test_the_condensed_layer_puts_out_the_same():
    one = layer(groups=2, factor=2).eval()
    one.bn.running_mean.normal_()
    one.drop_inputs()
    form, x = condense(one), torch.randn(2, 8, 5, 5)
    assert isinstance(form, CondensedConv)
    assert not form.training
    torch.testing.assert_close(form(x), one(x))


def test_a_masked_weight_learns_nothing():
    one = layer()
    one.drop_inputs()
    one(torch.randn(2, 8, 5, 5)).sum().backward()
    assert (one.conv.weight.grad[one.mask == 0] == 0).all()


@pytest.mark.parametrize("condensed", [False, True])
def test_it_runs_and_trains_on_real_images(condensed):
    net = condensenet_light(10, 4, 2, condensed=condensed, classes=3)
    out = net(torch.randn(2, 3, 32, 32))
    assert out.shape == (2, 3)
    out.sum().backward()
    assert all(p.grad is not None for p in net.parameters())


def test_it_builds_and_runs_on_meta():
    with torch.device("meta"):
        net = condensenet()
        assert net(torch.zeros(1, *net.input_shape)).shape == (1, 1000)


@pytest.mark.parametrize(
    ("build", "arguments", "message"),
    [
        (condensenet, {"groups": 3}, "groups is 3; use 1, 2, 4 or 8"),
        (condensenet, {"classes": 0}, "classes is 0; use at least 1"),
        (condensenet_cifar, {"depth": 85}, "depth is 85; use 6n \\+ 2, such as 80 or 86"),
        (condensenet_cifar, {"growth_rate": 6}, "growth_rate is 6 and groups is 4; use a multiple"),
        (condensenet_light, {"depth": 95}, "depth is 95; use 6n \\+ 4, such as 94 or 100"),
        (condensenet_light, {"depth": 4}, "depth is 4; use 6n \\+ 4, such as 10 or 16"),
    ],
)
def test_a_bad_argument_is_refused_with_its_name_and_a_repair(build, arguments, message):
    with pytest.raises(ValueError, match=message):
        build(**arguments)


@pytest.mark.parametrize(
    ("sizes", "message"),
    [((8, 6, 4, 2), "groups is 4, which does not divide 6 outputs"), ((6, 8, 4, 4), "condense is 4")],
)
def test_sizes_that_do_not_divide_are_refused(sizes, message):
    with pytest.raises(ValueError, match=message):
        LearnedGroupConv(*sizes)
