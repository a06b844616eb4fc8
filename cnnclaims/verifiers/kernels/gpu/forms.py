"""What each Triton form is held against: the framework's operators on the same arguments, and how closely it must agree.

The framework's form runs in float64 for the value that is expected, and on the GPU in the kernel's own type for the time that is
compared.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from cnnclaims.verifiers.kernels.gpu import (
    by_torch,
    channel_shuffle,
    deformable,
    depthwise,
    depthwise_separable,
    drawn,
    grouped,
    octave,
    pointwise,
    shift,
)
from cnnclaims.verifiers.kernels.gpu.drawn import Arguments

KINDS = (("float32", "ieee"), ("float32", "tf32"), ("bfloat16", "ieee"))


@dataclass(frozen=True)
class Form:
    """A kernel's launcher, the framework's form of it, random arguments, and what its error is made of."""

    ours: Callable[..., Any]
    theirs: Callable[..., Any]
    arguments: Callable[..., Arguments]
    terms: Callable[[Arguments], int]  # roundings one after another on the way to an output; 0 for a copy
    stored: int = 0  # how often a value on the way is rounded to the type of the map
    multiplies: bool = True  # whether `precision` says how
    prepared: Callable[..., Arguments] = dict  # the arguments of `theirs`, made from those of `ours`


def summands(weight: Tensor) -> int:
    """Products that one output adds up."""
    return weight[0].numel()


FORMS: dict[str, Form] = {
    "channel_shuffle": Form(
        channel_shuffle.channel_shuffle,
        F.channel_shuffle,
        drawn.shuffle_arguments,
        terms=lambda a: 0,
        multiplies=False,
    ),
    "deformable": Form(
        deformable.deformable,
        by_torch.deformable,
        drawn.deformable_arguments,
        terms=lambda a: summands(a["weight"]) + 8,
        stored=1,
    ),
    "depthwise": Form(
        depthwise.depthwise,
        by_torch.depthwise,
        drawn.depthwise_arguments,
        terms=lambda a: summands(a["weight"]),
        multiplies=False,
    ),
    "depthwise_separable": Form(
        depthwise_separable.depthwise_separable,
        by_torch.separable,
        drawn.separable_arguments,
        terms=lambda a: summands(a["depthwise"]) + 3 + summands(a["pointwise"]),
        stored=1,
    ),
    "grouped": Form(
        grouped.grouped, by_torch.conv, drawn.grouped_arguments, terms=lambda a: summands(a["weight"])
    ),
    "octave": Form(
        octave.octave,
        by_torch.octave,
        drawn.octave_arguments,
        terms=lambda a: 5 + summands(a["high_to_high"]) + summands(a["low_to_high"]),
        stored=1,
    ),
    "pointwise": Form(
        pointwise.pointwise, by_torch.conv, drawn.pointwise_arguments, terms=lambda a: summands(a["weight"])
    ),
    "shift": Form(
        shift.shift,
        by_torch.depthwise,
        drawn.shift_arguments,
        terms=lambda a: 0,
        multiplies=False,
        prepared=by_torch.one_hot,
    ),
}


def kinds(name: str) -> list[tuple[str, str]]:
    """Types of the map and ways to multiply in which a form runs; where nothing is multiplied, one way is enough."""
    return [kind for kind in KINDS if FORMS[name].multiplies or kind[1] != "tf32"]


def call(form: Form, arguments: Arguments, precision: str = "ieee") -> tuple[Tensor, ...]:
    """What the kernel gives, one map or more."""
    how = {"precision": precision} if form.multiplies else {}
    return as_maps(form.ours(**arguments, **how))


def expected(form: Form, arguments: Arguments) -> tuple[Tensor, ...]:
    """What the framework gives in float64."""
    in_float64 = {
        key: value.double() if isinstance(value, Tensor) and value.is_floating_point() else value
        for key, value in arguments.items()
    }
    return as_maps(form.theirs(**form.prepared(**in_float64)))


def bounds(name: str, arguments: Arguments, precision: str, rounds: bool = True) -> tuple[Tensor, ...]:
    """The largest error that each output may have against the exact value, from what the kernel rounds and how often.

    With M the sum of the magnitudes of an output's products, and n their number and the other roundings in a row:
    - float32, "ieee": every rounding is at most 2^-24 of what it rounds, (n + 1) 2^-24 M in all;
    - "tf32": both factors are cut to 11 bits, 2^-10 each, and tensor cores cut off sums rather than round them, for which
      2^-22 a term is allowed: (2 2^-10 + 2^-20 + (n + 1) 2^-22) M;
    - bfloat16: products of 8-bit numbers are exact, sums as above, and each rounding to bfloat16 is 2^-8, of M where a value
      on the way is stored, of the output where that is; 2^-7 where it is cut off (`rounds` false: Triton's interpreter).
    A copy has no error. In a deformable convolution positions are rounded too, see `misplaced`.
    """
    form = FORMS[name]
    exact = expected(form, arguments)
    if form.terms(arguments) == 0:
        return tuple(torch.zeros_like(y) for y in exact)
    magnitudes = expected(form, _magnitudes(arguments))
    moved = misplaced(arguments) if name == "deformable" else 0.0
    n = form.terms(arguments) + 1
    if dtype_of(arguments) == torch.bfloat16:
        step = 2.0**-8 if rounds else 2.0**-7
        before = [(n * 2.0**-22 + form.stored * step) * m + moved for m in magnitudes]
        return tuple(error + step * (y.abs() + error) for y, error in zip(exact, before, strict=True))
    share = 2 * 2.0**-10 + 2.0**-20 + n * 2.0**-22 if precision == "tf32" else n * 2.0**-24
    return tuple(1.01 * (share * m + moved) for m in magnitudes)  # 1.01 for products of errors


def misplaced(arguments: Arguments) -> Tensor:
    """What positions in float32 do to each output channel of a deformable convolution, outputs x 1 x 1.

    A position as far as P from 0 is off by P 2^-24 at most, once in its row and once in its column, and a step of one pixel changes
    a sample by no more than twice the largest value of the map.
    """
    x, weight = arguments["x"].double(), arguments["weight"].double()
    farthest = max(x.shape[2:]) + arguments["offsets"].abs().max() + weight.shape[2] * arguments["dilation"]
    change = 2 * 2 * x.abs().max() * farthest * 2.0**-24
    return weight.abs().sum((1, 2, 3))[:, None, None] * change


def dtype_of(arguments: Arguments) -> torch.dtype:
    """The type of the maps."""
    return next(value.dtype for value in arguments.values() if isinstance(value, Tensor))


def as_maps(found: Tensor | tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    """One map or two, as a tuple."""
    return (found,) if isinstance(found, Tensor) else tuple(found)


def _magnitudes(arguments: Arguments) -> Arguments:
    """The arguments without signs; offsets, which are no factors, keep theirs."""
    return {
        key: value.abs() if isinstance(value, Tensor) and key != "offsets" else value
        for key, value in arguments.items()
    }
