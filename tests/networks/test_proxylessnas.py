"""ProxylessNAS-Mobile against Figure 3 and the public count."""

import pytest

from cnnclaims.verifiers.measures.cost import params
from cnnclaims.verifiers.networks.proxylessnas import proxylessnas_mobile
from cnnclaims.verifiers.trace import trace, uninitialised

STAGES = {
    "conv1": (32, 112, 112),
    "block1": (16, 112, 112),
    "block2": (32, 56, 56),
    "block3": (40, 28, 28),
    "block4": (80, 14, 14),
    "block5": (96, 14, 14),
    "block6": (192, 7, 7),
    "block7": (320, 7, 7),
    "conv2": (1280, 7, 7),
    "avgpool": (1280, 1, 1),
    "flatten": (1280,),
    "fc": (1000,),
}


def run(**arguments):
    with uninitialised():
        return trace(proxylessnas_mobile(**arguments))


def test_every_stage_has_its_size():
    found = run()
    assert {path: layer.shape for path, layer in found.layers.items() if path and "." not in path} == STAGES


def test_parameters_are_the_public_ones():
    assert params(run()) == 4_080_512


def test_no_classes_are_refused():
    with pytest.raises(ValueError, match="classes is 0; use at least 1"):
        proxylessnas_mobile(classes=0)
