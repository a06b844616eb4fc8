"""What every launcher asks of its arguments, so that a kernel never reads outside of them.

Maps are batch x channels x height x width, contiguous, float32 or bfloat16.
"""

import torch
import triton
from torch import Tensor

from cnnclaims.verifiers.kernels.arguments import require_divides

DTYPES = (torch.float32, torch.bfloat16)
PRECISIONS = ("ieee", "tf32")
LARGEST = 2**31  # positions in a map are 32-bit numbers in the kernels


def check_tensors(shapes: dict[str, str], **tensors: Tensor) -> None:
    """Refuse tensors that are not of one device and one type, contiguous, and with as many dimensions as `shapes` names.

    `shapes` tells the meaning of each dimension for the error: {"x": "batch x channels x height x width"}.
    """
    first_name, first = next(iter(tensors.items()))
    for name, tensor in tensors.items():
        wanted = shapes[name]
        if tensor.dim() != wanted.count(" x ") + 1:
            raise ValueError(f"{name} has {tensor.dim()} dimensions, {tuple(tensor.shape)}; make it {wanted}")
        if 0 in tensor.shape:
            raise ValueError(f"{name} is empty, {tuple(tensor.shape)}; give every dimension at least 1")
        if tensor.dtype not in DTYPES:
            raise ValueError(f"{name} is {tensor.dtype}; convert it to torch.float32 or torch.bfloat16")
        if (tensor.dtype, tensor.device) != (first.dtype, first.device):
            raise ValueError(
                f"{name} is {tensor.dtype} on {tensor.device} and {first_name} is {first.dtype} on {first.device}; "
                f"bring {name} there with {name}.to({first_name})"
            )
        if not tensor.is_contiguous():
            raise ValueError(f"{name} is not contiguous; use {name}.contiguous()")
        if tensor.dim() == 4 and tensor.numel() // tensor.shape[1] >= LARGEST:
            raise ValueError(f"{name} has 2**31 positions or more; split the batch")
    check_device(first_name, first)


def check_device(name: str, tensor: Tensor) -> None:
    """Refuse a tensor that no kernel can reach: one on the CPU, where kernels are not interpreted."""
    if tensor.device.type != "cuda" and not triton.knobs.runtime.interpret:
        raise ValueError(
            f"{name} is on {tensor.device}; move it to a CUDA device, or set TRITON_INTERPRET=1 before triton is imported"
        )


def check_whole(least: int = 1, **numbers: int) -> None:
    """Refuse what is not a whole number of at least `least`."""
    for name, value in numbers.items():
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            raise ValueError(f"{name} is {value!r}; use a whole number of at least {least}")


def check_precision(precision: str) -> None:
    """Refuse an unknown way to multiply float32: "ieee" keeps all 24 bits, "tf32" 11 of them, on the tensor cores."""
    if precision not in PRECISIONS:
        raise ValueError(f'precision is {precision!r}; use "ieee" or "tf32"')


def check_square(weight: Tensor) -> int:
    """The side k of a kernel, outputs x inputs x k x k."""
    if weight.shape[2] != weight.shape[3]:
        raise ValueError(f"weight is {tuple(weight.shape)}, whose last two sizes differ; use a square kernel")
    return weight.shape[2]


def check_divides(groups: int, **channels: int) -> None:
    """Refuse a number of groups that is no whole number or does not divide the channels."""
    check_whole(groups=groups)
    require_divides("groups", groups, **channels)


def check_shape(name: str, tensor: Tensor, shape: tuple[int, ...], meaning: str) -> None:
    """Refuse a tensor of another shape than the one that the other arguments ask for."""
    if tuple(tensor.shape) != shape:
        raise ValueError(f"{name} is {tuple(tensor.shape)}; here it must be {shape}, {meaning}")


def output_sides(x: Tensor, k: int, stride: int, padding: int, dilation: int = 1) -> tuple[int, int]:
    """Height and width of a convolution's output: floor((side + 2 p - d (k - 1) - 1) / s) + 1."""
    check_whole(stride=stride, dilation=dilation)
    check_whole(0, padding=padding)
    reach = dilation * (k - 1) + 1
    for side in x.shape[2:]:
        if side + 2 * padding < reach:
            raise ValueError(
                f"x is {x.shape[2]} x {x.shape[3]}: with {padding} pixels of padding it has no room for a kernel that "
                f"reaches over {reach}; use sides of at least {reach - 2 * padding}"
            )
    height, width = ((side + 2 * padding - reach) // stride + 1 for side in x.shape[2:])
    return height, width
