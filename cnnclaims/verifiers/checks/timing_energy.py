"""What papers say of the energy of networks against others, by the energy counter of an NVIDIA GPU, one image at a time.

Without such a counter the answer is `open`, with the reason. Idle power is not taken off. As with the times of `timing_networks.py`,
backbones stand for VoVNet's detectors.
"""

from cnnclaims.verifiers.networks.alexnet import alexnet
from cnnclaims.verifiers.networks.densenet import densenet161, densenet201
from cnnclaims.verifiers.networks.squeezenet import squeezenet1_0
from cnnclaims.verifiers.networks.vovnet import vovnet39, vovnet57
from cnnclaims.verifiers.timing.contest import Told, energies, hungrier
from cnnclaims.verifiers.timing.machine import Machine


def densenet161_against_vovnet57(machine: Machine) -> Told:
    """Does DenseNet-161 take more energy for an image than VoVNet-57 (arXiv 1904.09730, Table 4)?"""
    found = energies({"DenseNet-161": densenet161, "VoVNet-57": vovnet57}, machine)
    return hungrier(found, ["DenseNet-161"], than="VoVNet-57")


def densenet201_against_vovnet39(machine: Machine) -> Told:
    """Does DenseNet-201 take more energy for an image than VoVNet-39 (arXiv 1904.09730, Table 4)?"""
    found = energies({"DenseNet-201": densenet201, "VoVNet-39": vovnet39}, machine)
    return hungrier(found, ["DenseNet-201"], than="VoVNet-39")


def squeezenet_against_alexnet(machine: Machine) -> Told:
    """Does SqueezeNet take more energy for an image than AlexNet, with a fiftieth of its weights?"""
    found = energies({"SqueezeNet": squeezenet1_0, "AlexNet": alexnet}, machine)
    return hungrier(found, ["SqueezeNet"], than="AlexNet")
