"""What papers say of the speed of whole networks against others, timed on the machine at hand, one image at a time.

Where VoVNet speaks of detectors their backbones are timed, at 224 pixels: the rest of both detectors is the same.
"""

from collections.abc import Callable

from cnnclaims.verifiers.networks.alexnet import alexnet
from cnnclaims.verifiers.networks.condensenet import condensenet
from cnnclaims.verifiers.networks.densenet import densenet161, densenet201
from cnnclaims.verifiers.networks.efficientnet import efficientnet_b1
from cnnclaims.verifiers.networks.mnasnet import mnasnet_a1
from cnnclaims.verifiers.networks.mobilenet_v1 import mobilenet_v1
from cnnclaims.verifiers.networks.mobilenet_v2 import mobilenet_v2
from cnnclaims.verifiers.networks.nasnet import nasnet_mobile
from cnnclaims.verifiers.networks.network import Network
from cnnclaims.verifiers.networks.octave_mobilenet import oct_mobilenet_v1, oct_mobilenet_v2
from cnnclaims.verifiers.networks.octave_resnet import oct_resnet
from cnnclaims.verifiers.networks.preact_resnet import preact_resnet200
from cnnclaims.verifiers.networks.resnet import resnet50, resnet152
from cnnclaims.verifiers.networks.senet import se_resnet50
from cnnclaims.verifiers.networks.shufflenet_v1 import shufflenet_v1
from cnnclaims.verifiers.networks.vovnet import vovnet39, vovnet57
from cnnclaims.verifiers.networks.wide_resnet import wide_resnet50_2
from cnnclaims.verifiers.timing.contest import Told, contest, slower
from cnnclaims.verifiers.timing.machine import Machine


def alexnet_against_shufflenet(machine: Machine) -> Told:
    """Is AlexNet slower than ShuffleNet 0.5x with three groups (arXiv 1707.01083, Table 8)?"""
    return _slower({"AlexNet": alexnet, "ShuffleNet 0.5x": lambda: shufflenet_v1(width=0.5)}, machine)


def densenet161_against_vovnet57(machine: Machine) -> Told:
    """Is DenseNet-161 slower than VoVNet-57 (arXiv 1904.09730)?"""
    return _slower({"DenseNet-161": densenet161, "VoVNet-57": vovnet57}, machine)


def densenet201_against_vovnet39(machine: Machine) -> Told:
    """Is DenseNet-201 slower than VoVNet-39 (arXiv 1904.09730)?"""
    return _slower({"DenseNet-201": densenet201, "VoVNet-39": vovnet39}, machine)


def mobilenet_against_condensenet(machine: Machine) -> Told:
    """Is MobileNet slower than CondenseNet-74 with G = C = 8 (arXiv 1711.09224, Table 5)?"""
    return _slower(
        {"MobileNet": mobilenet_v1, "CondenseNet (G = C = 8)": lambda: condensenet(groups=8)}, machine
    )


def mobilenet_v2_against_mnasnet(machine: Machine) -> Told:
    """Is MobileNetV2 1.4 slower than MnasNet-A1 (arXiv 1807.11626, Table 1)?"""
    return _slower({"MobileNetV2 1.4": lambda: mobilenet_v2(1.4), "MnasNet-A1": mnasnet_a1}, machine)


def nasnet_against_mnasnet(machine: Machine) -> Told:
    """Is NASNet-A (4 @ 1056) slower than MnasNet-A1 (arXiv 1807.11626, Table 1)?"""
    return _slower({"NASNet-A": nasnet_mobile, "MnasNet-A1": mnasnet_a1}, machine)


def nasnet_against_mobilenet(machine: Machine) -> Told:
    """Is NASNet-A (4 @ 1056) slower than MobileNet, of about as many multiply-adds (arXiv 1807.11626, Section 1)?"""
    return _slower({"NASNet-A": nasnet_mobile, "MobileNet": mobilenet_v1}, machine)


def octave_mobilenet_v1(machine: Machine) -> Told:
    """Is 0.75 MobileNet slower than 0.75 Oct-MobileNet with alpha 0.375 (arXiv 1904.05049, Table 5)?"""
    plain, octave = (lambda: mobilenet_v1(width=0.75)), (lambda: oct_mobilenet_v1(width=0.75, alpha=0.375))
    return _slower({"0.75 MobileNet": plain, "0.75 Oct-MobileNet": octave}, machine)


def octave_mobilenet_v2(machine: Machine) -> Told:
    """Is MobileNetV2 slower than Oct-MobileNet v2 with alpha 0.375 (arXiv 1904.05049, Table 5)?"""
    return _slower({"MobileNetV2": mobilenet_v2, "Oct-MobileNet v2": oct_mobilenet_v2}, machine)


def octave_resnet_a025(machine: Machine) -> Told:
    """Is ResNet-50 slower than Oct-ResNet-50 with alpha 0.25 (arXiv 1904.05049, Table 2)?"""
    return _octave_resnet(0.25, machine)


def octave_resnet_a05(machine: Machine) -> Told:
    """Is ResNet-50 slower than Oct-ResNet-50 with alpha 0.5 (arXiv 1904.05049, Table 2)?"""
    return _octave_resnet(0.5, machine)


def octave_resnet_a075(machine: Machine) -> Told:
    """Is ResNet-50 slower than Oct-ResNet-50 with alpha 0.75 (arXiv 1904.05049, Table 2)?"""
    return _octave_resnet(0.75, machine)


def _octave_resnet(alpha: float, machine: Machine) -> Told:
    octave = f"Oct-ResNet-50 (alpha {alpha})"
    return _slower(
        {"ResNet-50": lambda: oct_resnet(alpha=0.0), octave: lambda: oct_resnet(alpha=alpha)}, machine
    )


def preact_resnet_against_wide_resnet(machine: Machine) -> Told:
    """Is the pre-activation ResNet-200 slower than WRN-50-2-bottleneck (arXiv 1605.07146, Table 8)?"""
    return _slower({"ResNet-200": preact_resnet200, "WRN-50-2": wide_resnet50_2}, machine)


def resnet152_against_efficientnet_b1(machine: Machine) -> Told:
    """Is ResNet-152 slower than EfficientNet-B1 (arXiv 1905.11946, Table 4)?"""
    return _slower({"ResNet-152": resnet152, "EfficientNet-B1": efficientnet_b1}, machine)


def excitation_in_resnet(machine: Machine) -> Told:
    """Is SE-ResNet-50 slower than ResNet-50 (arXiv 1709.01507, Section 4)?"""
    return _slower({"SE-ResNet-50": se_resnet50, "ResNet-50": resnet50}, machine)


def excitation_in_shufflenet(machine: Machine) -> Told:
    """Is ShuffleNet slower with squeeze-and-excitation (arXiv 1707.01083, Section 4.3)?"""
    return _slower({"with SE": lambda: shufflenet_v1(se=True), "without": shufflenet_v1}, machine)


def _slower(builders: dict[str, Callable[[], Network]], machine: Machine) -> Told:
    """Whether the first of two networks is slower than the second."""
    first, second = builders
    return slower(contest(builders, machine), [first], than=second)
