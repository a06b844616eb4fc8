"""Every operator refuses arguments without meaning, with the argument's name and a repair."""

import inspect

import pytest

from cnnclaims.verifiers.catalogue import function, module_of
from cnnclaims.verifiers.checks.agreement import Draw
from cnnclaims.verifiers.kernels.convolution import conv, depthwise_separable, grouped
from cnnclaims.verifiers.kernels.deformable import deformable_conv
from cnnclaims.verifiers.kernels.dilated import dilated, dilated_stack
from cnnclaims.verifiers.kernels.forms import FORMS, forms_of
from cnnclaims.verifiers.kernels.im2col import im2col
from cnnclaims.verifiers.kernels.octave import octave_conv
from cnnclaims.verifiers.kernels.resizing import transposed
from cnnclaims.verifiers.kernels.separable import spatially_separable
from cnnclaims.verifiers.kernels.shift import shift
from cnnclaims.verifiers.kernels.shuffle import channel_shuffle
from cnnclaims.verifiers.kernels.winograd import winograd

MAY_BE_ZERO = {"padding", "output_padding"}


def legal_arguments(name, monkeypatch):
    """Those that the operator's forms are built with."""
    build, used = function(name), {}

    def spy(*args, **kwargs):
        bound = inspect.signature(build).bind(*args, **kwargs)
        bound.apply_defaults()
        used.update(bound.arguments)
        return build(*args, **kwargs)

    monkeypatch.setattr(f"cnnclaims.verifiers.{module_of(name)}.{name}", spy)
    forms_of(name)(Draw(0))
    assert used, f"the forms of {name} call it by a name of their own, not through its module"
    return build, used


@pytest.mark.parametrize("name", sorted(FORMS))
def test_an_argument_that_counts_something_is_at_least_one(name, monkeypatch):
    build, used = legal_arguments(name, monkeypatch)
    whole = [argument for argument, value in used.items() if type(value) is int]
    assert whole
    for argument in whole:
        for value in (-3, -1) if argument in MAY_BE_ZERO else (-3, -1, 0):
            with pytest.raises(ValueError, match=rf"{argument} is {value}\b.*; use "):
                build(**{**used, argument: value})


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: grouped(8, 8, 3, 3, 5), "groups is 3, which does not divide c_in 8 and c_out 8; use a"),
        (lambda: grouped(6, 8, 3, 3, 5), "groups is 3, which does not divide c_in 6 and c_out 8; use a"),
        (lambda: channel_shuffle(10, 4, 5), "groups is 4, which does not divide channels 10; use a"),
        (lambda: deformable_conv(4, 4, 3, 8, groups=3), "groups is 3, which does not divide c_in 4; use a"),
        (lambda: deformable_conv(4, 4, 2, 8), "k is 2: an even kernel .*; use an odd k, such as 3"),
        (lambda: dilated(4, 4, 4, 2, 8), "k is 4: an even kernel .*; use an odd k, such as 5"),
        (lambda: dilated_stack(4, 2, 8, k=4), "k is 4: an even kernel .*; use an odd k, such as 5"),
        (lambda: depthwise_separable(4, 4, 2, 8), "k is 2: an even kernel .*; use an odd k, such as 3"),
        (lambda: spatially_separable(4, 2, 8), "k is 2: an even kernel .*; use an odd k, such as 3"),
        (lambda: conv(4, 4, 5, 3, padding=0), "size is 3: .* reaches over 5; use a size of at least 5"),
        (lambda: im2col(4, 4, 5, 3, padding=0), "size is 3: .* reaches over 5; use a size of at least 5"),
        (lambda: im2col(4, 4, 2, 3), "k is 2: an even kernel .*; use an odd k"),
        (lambda: shift(9, 2, 5), "k is 2, which has no middle; use an odd number, such as 3"),
        (lambda: octave_conv(0.5, 0.5, 4, 4, 3, 5), "size is 5 .*; use an even size"),
        (lambda: octave_conv(1.5, 0.5, 4, 4, 3, 6), "alpha_in is 1.5; use a share"),
        (lambda: octave_conv(0.5, -0.5, 4, 4, 3, 6), "alpha_out is -0.5; use a share"),
        (lambda: transposed(4, 4, 3, 2, padding=3), "padding is 3, which leaves nothing of a map of 2; use"),
        (lambda: winograd(4, 0, 8), "c_out is 0; use a whole number of at least 1"),
    ],
)
def test_arguments_that_do_not_go_together_are_refused_with_a_repair(build, message):
    with pytest.raises(ValueError, match=message):
        build()
