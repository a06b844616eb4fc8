"""The checks of DenseNet hold, and can fail."""

import pytest

from cnnclaims.verifiers.checks import CHECKS
from cnnclaims.verifiers.checks import densenet as checks
from cnnclaims.verifiers.networks.densenet import densenet, densenet121, densenet169
from cnnclaims.verifiers.trace import trace, uninitialised

NAMES = [name.partition(".")[2] for name in CHECKS if name.startswith("densenet.")]


@pytest.mark.parametrize("name", NAMES)
def test_the_claim_holds(name):
    found = getattr(checks, name)()
    assert found.holds, found.found
    assert not found.scaled_down


def test_all_eight_are_listed():
    assert len(NAMES) == 8


def test_a_layer_reads_every_convolution_before_it_and_the_input():
    sources = [layer.sources for layer in checks.layers(checks.traced(checks.Block(3, 4, 6)))]
    assert [len(one) for one in sources] == [1, 2, 3]
    assert all(checks.INPUT in one for one in sources)
    assert sources[0] < sources[1] < sources[2]


def test_a_chain_has_no_dense_connections():
    block = checks.Block(5, 4, 6)
    dense, chain = checks.traced(block), checks.chained(block)
    assert checks.connections_fit([(5, dense, chain)]).holds
    assert not checks.connections_fit([(5, chain, chain)]).holds
    assert not checks.connections_fit([(5, dense, dense)]).holds
    assert not checks.connections_fit([(6, dense, chain)]).holds


def test_another_block_is_not_that_of_figure_1():
    right, wrong = checks.traced(checks.Block(5, 4, 6)), checks.traced(checks.Block(5, 3, 6))
    assert checks.figure_fits(right, wrong).holds
    assert not checks.figure_fits(wrong, right).holds
    assert not checks.figure_fits(right, right).holds


def test_another_growth_rate_breaks_the_formula_of_the_inputs():
    block = checks.Block(4, 4, 6)
    assert checks.inputs_fit([(block, checks.traced(block))]).holds
    assert not checks.inputs_fit([(block._replace(growth_rate=5), checks.traced(block))]).holds
    assert not checks.inputs_fit([(block._replace(channels=2), checks.traced(block))]).holds


def test_cifar_blocks_fail_at_another_size_of_image_and_without_a_control_that_differs():
    with uninitialised():
        net, larger = densenet(16, 4), densenet(16, 4)
    larger.input_shape = (3, 64, 64)
    right, wrong = trace(net), trace(larger)
    assert checks.cifar_fits([right], wrong).holds
    assert not checks.cifar_fits([right, wrong], wrong).holds
    assert not checks.cifar_fits([right], right).holds


@pytest.mark.parametrize("printed", [(6, 12, 24, 15), (6, 12, 16, 24)])
def test_another_number_of_layers_is_refused(printed):
    with uninitialised():
        assert not checks.blocks_have(densenet121(), printed, densenet169()).holds


def test_repeats_fail_without_a_control_that_differs():
    with uninitialised():
        assert not checks.blocks_have(densenet121(), (6, 12, 24, 16), densenet121()).holds
