"""Each operator twice on the same random weights: by its definition, and as the framework computes it.

FORMS is alphabetical: operator -> file of this folder, whose function of the same name draws a random legal shape.
"""

import importlib
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cnnclaims.verifiers.checks.agreement import Draw
    from cnnclaims.verifiers.kernels.forms.form import Forms

FORMS: dict[str, str] = {
    "conv": "convolution",
}


def forms_of(name: str) -> "Callable[[Draw], Forms]":
    """The function that draws both forms of an operator."""
    module = importlib.import_module(f"cnnclaims.verifiers.kernels.forms.{FORMS[name]}")
    found: Callable[[Draw], Forms] = getattr(module, name)
    return found
