"""NASNet: what a block of its cells is chosen from (Section 3), run on random maps."""

from collections.abc import Iterable
from typing import NamedTuple

import torch
from torch import Tensor, nn

from cnnclaims.verifiers.checks.found import Found
from cnnclaims.verifiers.networks.nasnet import OPERATIONS, operation

CHANNELS, SIDE = 4, 13  # an odd side: 7 when halved


class Choice(NamedTuple):
    """What the controller predicts for one block, step by step."""

    first: str
    second: str
    operation_on_first: str
    operation_on_second: str
    combination: str


def states() -> dict[str, Tensor]:
    """The outputs of the two cells before, at random."""
    generator = torch.Generator().manual_seed(1707)
    shape = (2, CHANNELS, SIDE, SIDE)
    return {name: torch.randn(shape, generator=generator, dtype=torch.float64) for name in ("h", "p")}


def built(name: str, stride: int = 1) -> nn.Module:
    """An operation in evaluation mode, its weights drawn from its name alone."""
    module = operation(name, CHANNELS, CHANNELS, stride).double().eval()
    generator = torch.Generator().manual_seed(sum(map(ord, name)))
    for parameter in module.parameters():
        parameter.data = torch.randn(parameter.shape, generator=generator, dtype=torch.float64)
    return module


def block(choice: Choice) -> Tensor:
    """What one block makes of the states."""
    given = states()
    first = built(choice.operation_on_first)(given[choice.first])
    second = built(choice.operation_on_second)(given[choice.second])
    combined: Tensor = first + second if choice.combination == "add" else torch.cat([first, second], dim=1)
    return combined


# -- the checks ----------------------------------------------------------------------------------------------

CHOSEN = Choice("p", "h", "sep3x3", "sep5x5", "add")  # the second block of Figure 4
OTHERS = Choice("h", "p", "max3x3", "avg3x3", "concatenate")


@torch.no_grad()
def five_choices_a_block() -> Found:
    """Each of the five predictions changes what a block does; changing the two halves over must not."""
    swapped = Choice("h", "p", "sep5x5", "sep3x3", "add")
    return each_choice_counts(CHOSEN, OTHERS, swapped)


def each_choice_counts(chosen: Choice, others: Choice, same: Choice) -> Found:
    """Whether every field changes the block's output when it alone is changed, and `same` does not."""
    output = block(chosen)
    changed = [
        field
        for field, other in zip(Choice._fields, others, strict=True)
        if not _equal(output, block(chosen._replace(**{field: other})))
    ]
    alike = _equal(output, block(same))
    sentence = (
        f"{len(changed)} predictions change what a block puts out when they alone change; "
        f"a block with its two halves changed over puts out {'the same' if alike else 'something else'}"
    )
    return Found(len(changed) == 5 and alike, sentence, own_word=True)


@torch.no_grad()
def thirteen_operations() -> Found:
    """The operations of the list are thirteen different ones, and each can run at stride 1 and 2."""
    return different_operations(OPERATIONS, 13, control=(*OPERATIONS[:-1], OPERATIONS[0]))


def different_operations(names: Iterable[str], printed: int, control: Iterable[str]) -> Found:
    """Whether so many different outputs come of one map, of its size and of half; the control has one twice."""
    x = states()["h"]
    outputs = [built(name)(x) for name in names]
    different, repeated = _distinct(outputs), _distinct([built(name)(x) for name in control])
    kept = {tuple(y.shape[1:]) for y in outputs}
    halved = {tuple(built(name, stride=2)(x).shape[1:]) for name in names}
    half = -(-SIDE // 2)
    sentence = (
        f"{different} different outputs of one {SIDE}x{SIDE} map; at stride 2 all are {half}x{half}: "
        f"{'yes' if halved == {(CHANNELS, half, half)} else 'no'}; the control, one operation twice, has {repeated}"
    )
    fits = kept == {(CHANNELS, SIDE, SIDE)} and halved == {(CHANNELS, half, half)}
    return Found(different == printed and fits and repeated < printed, sentence, own_word=True)


def _distinct(outputs: list[Tensor]) -> int:
    return sum(not any(_equal(y, before) for before in outputs[:i]) for i, y in enumerate(outputs))


def _equal(one: Tensor, other: Tensor) -> bool:
    return one.shape == other.shape and torch.allclose(one, other)
