"""What Going Deeper with Convolutions (arXiv:1409.4842) claims that is not one number."""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

from cnnclaims.verifiers.checks.found import Found
from cnnclaims.verifiers.networks.inception_v1 import training_loss

Loss = Callable[[tuple[Tensor, Tensor, Tensor], Tensor], Tensor]


def side_losses_weigh_030() -> Found:
    """In the training loss a side head's scores have 0.3 of the gradient that they would have alone."""
    main, aux1, aux2 = gradient_shares(training_loss)
    control = gradient_shares(plain_sum)
    expected = (1, 0.3, 0.3)
    holds = agrees((main, aux1, aux2), expected) and not agrees(control, expected)
    return Found(
        holds,
        f"The loss passes {main:.3g} of its own cross entropy's gradient to the main head, {aux1:.3g} and "
        f"{aux2:.3g} to the side heads; the plain sum passes {' and '.join(f'{s:.3g}' for s in control)}.",
    )


def plain_sum(outputs: tuple[Tensor, Tensor, Tensor], target: Tensor) -> Tensor:
    """The three cross entropies with equal weights."""
    return torch.stack([F.cross_entropy(scores, target) for scores in outputs]).sum()


def gradient_shares(loss: Loss) -> tuple[float, float, float]:
    """Each head's gradient by a loss over that by its cross entropy alone, on random scores of 8 images."""
    generator = torch.Generator().manual_seed(0)
    shares = []
    outputs = [
        torch.randn(8, 10, generator=generator, dtype=torch.float64).requires_grad_() for _ in range(3)
    ]
    target = torch.randint(10, (8,), generator=generator)
    together = torch.autograd.grad(loss((outputs[0], outputs[1], outputs[2]), target), outputs)
    for scores, gradient in zip(outputs, together, strict=True):
        (alone,) = torch.autograd.grad(F.cross_entropy(scores, target), scores)
        share = (gradient * alone).sum() / (alone * alone).sum()
        parallel = torch.allclose(gradient, share * alone, rtol=1e-9, atol=1e-15)
        shares.append(share.item() if parallel else float("nan"))
    return shares[0], shares[1], shares[2]


def agrees(shares: tuple[float, float, float], expected: tuple[float, float, float]) -> bool:
    """Whether the shares are the expected ones to 1e-12."""
    return all(abs(share - weight) < 1e-12 for share, weight in zip(shares, expected, strict=True))
