"""ViT against Table 1, Equation 1 and the public parameter counts (torchvision)."""

import pytest
import torch

from cnnclaims.verifiers.networks.vit import (
    EPSILON,
    Attention,
    resized_positions,
    vit_b_16,
    vit_b_32,
    vit_h_14,
    vit_l_16,
    vit_l_32,
)
from cnnclaims.verifiers.trace import trace, uninitialised

# Tokens, width and parameters with 1000 classes: torchvision's counts, which are of the same networks at 224 pixels.
PUBLIC = {
    vit_b_16: (196, 768, 86_567_656),
    vit_b_32: (49, 768, 88_224_232),
    vit_l_16: (196, 1024, 304_326_632),
    vit_l_32: (49, 1024, 306_535_400),
    vit_h_14: (256, 1280, 632_045_800),
}


def built(network, **arguments):
    with uninitialised():
        return network(**arguments)


def sizes(net):
    x = torch.zeros(0, *net.input_shape)
    found = {}
    for name, stage in net.named_children():
        x = stage(x)
        found[name] = tuple(x.shape[1:])
    return found


def params(net):
    return sum(parameter.numel() for parameter in net.parameters())


def macs(net):
    return sum(node.macs for node in trace(net).nodes)


@pytest.mark.parametrize("network", PUBLIC, ids=lambda network: network.__name__)
def test_every_stage_has_the_size_of_equation_1_and_the_parameters_are_the_public_count(network):
    patches, width, count = PUBLIC[network]
    net = built(network)
    assert sizes(net) == {
        "patches": (patches, width),
        "embedding": (patches + 1, width),
        "encoder": (patches + 1, width),
        "class_token": (width,),
        "norm": (width,),
        "head": (1000,),
    }
    assert params(net) == count


def test_the_head_of_pre_training_has_a_hidden_layer_as_wide_as_the_network():
    net = built(vit_b_16, classes=None, pre_logits=True)
    assert list(sizes(net))[-1] == "pre_logits"
    assert sizes(net)["pre_logits"] == (768,)
    assert params(net) - params(built(vit_b_16, classes=None)) == 768 * 768 + 768


def test_without_classes_there_is_no_head():
    net = built(vit_l_32, classes=None)
    assert sizes(net)["norm"] == (1024,)
    assert "head" not in sizes(net)
    assert params(net) == 306_535_400 - 1025 * 1000


def test_a_larger_image_adds_positions_and_nothing_else():
    small, large = built(vit_b_16), built(vit_b_16, resolution=384)
    assert sizes(large)["embedding"] == (24 * 24 + 1, 768)
    assert params(large) - params(small) == (24 * 24 - 14 * 14) * 768


def test_multiply_adds_are_those_of_the_layers_and_of_two_products_a_head():
    n, d = 197, 768
    layers = 12 * n * (4 * d * d + 2 * d * 3072)
    attention = 12 * 2 * n * n * d
    assert macs(built(vit_b_16)) == 196 * 3 * 16 * 16 * d + layers + attention + d * 1000 == 17_563_828_224


def test_patches_see_their_own_pixels_only():
    torch.manual_seed(1)
    patches = vit_b_32(classes=None).patches
    image = torch.randn(1, 3, 224, 224)
    other = image.clone()
    other[:, :, 32:64, 64:96] += 1  # row 1, column 2 of 7 a row
    changed = (patches(image) != patches(other)).any(-1)[0].nonzero().flatten().tolist()
    assert changed == [1 * 7 + 2]


def test_attention_gives_equal_tokens_the_value_that_they_share():
    torch.manual_seed(1)
    attention = Attention(hidden=8, heads=2, dropout=0.0)
    token = torch.randn(1, 1, 8)
    y = attention(token.expand(1, 5, 8))
    value = attention.project(attention.qkv(token)[..., 16:])
    torch.testing.assert_close(y, value.expand(1, 5, 8))


def test_attention_agrees_with_torch():
    torch.manual_seed(1)
    attention = Attention(hidden=8, heads=2, dropout=0.0).double()
    theirs = torch.nn.MultiheadAttention(8, 2, batch_first=True).double()
    theirs.in_proj_weight.data, theirs.in_proj_bias.data = attention.qkv.weight.data, attention.qkv.bias.data
    theirs.out_proj.weight.data, theirs.out_proj.bias.data = (
        attention.project.weight.data,
        attention.project.bias.data,
    )
    x = torch.randn(3, 5, 8, dtype=torch.float64)
    torch.testing.assert_close(attention(x), theirs(x, x, x)[0])


def test_the_encoder_does_not_see_the_order_of_tokens():
    torch.manual_seed(1)
    attention = Attention(hidden=8, heads=2, dropout=0.0).double()
    x = torch.randn(1, 5, 8, dtype=torch.float64)
    order = torch.tensor([3, 1, 4, 0, 2])
    torch.testing.assert_close(attention(x[:, order]), attention(x)[:, order])


def test_normalisation_adds_a_millionth():
    assert built(vit_b_32).norm.eps == EPSILON == 1e-6


def test_resized_positions_keep_the_corners_and_the_class_token():
    positions = torch.randn(1, 17, 3, generator=torch.Generator().manual_seed(1))
    larger = resized_positions(positions, 7)
    assert larger.shape == (1, 50, 3)
    old, new = positions[0, 1:].unflatten(0, (4, 4)), larger[0, 1:].unflatten(0, (7, 7))
    assert torch.equal(larger[:, 0], positions[:, 0])
    torch.testing.assert_close(new[::6, ::6], old[::3, ::3])
    torch.testing.assert_close(resized_positions(positions, 4), positions)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"resolution": 225}, "resolution is 225; use a multiple of the patch's side, such as 224"),
        ({"resolution": 0}, "resolution is 0; use a multiple"),
        ({"classes": 0}, "classes is 0; use at least 1, or None"),
        ({"dropout": 1.0}, "dropout is 1.0; use a probability"),
    ],
)
def test_a_bad_argument_is_named_with_its_repair(arguments, message):
    with pytest.raises(ValueError, match=message):
        vit_b_16(**arguments)
