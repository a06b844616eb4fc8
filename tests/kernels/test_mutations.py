"""Every broken copy of a kernel file is noticed: its two forms disagree, or else a test or a check of it fails."""

import contextlib
import importlib
import importlib.util
import itertools
import sys
import types
from pathlib import Path

import pytest

from cnnclaims.verifiers.checks import CHECKS
from cnnclaims.verifiers.checks.agreement import Draw
from cnnclaims.verifiers.kernels import KERNELS
from cnnclaims.verifiers.kernels.forms import FORMS, forms_of

HERE = Path(__file__).parent
KERNEL_FILES = Path(importlib.import_module("cnnclaims.verifiers.kernels").__file__).parent
DRAWS = 8


def loaded(path):
    """A file beside this one as a module."""
    spec = importlib.util.spec_from_file_location(f"beside_mutations_{path.stem}", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


mutants = loaded(HERE / "mutants.py").mutants

STEMS = sorted(path.stem for path in KERNEL_FILES.glob("*.py") if path.stem not in ("__init__", "arguments"))
# Parts of files that no operator is made of: layers of networks, which the tests of networks hold to their tables.
OF_NETWORKS = {
    "octave": {"Each", "norm", "relu", "AddPairs", "High", "PairGates"},
}
# Checks of what an operator does beside its forms.
CHECKS_OF: dict[str, tuple[str, ...]] = {}
# Changes that change no value, with the reason: file -> line and change -> reason.
EQUIVALENT: dict[str, dict[tuple[str, str], str]] = {
    "activations": {
        (
            f"return where({lower}, 0, where({upper}, {above}, {between}))",
            f"{bend}: {change}",
        ): "the pieces meet there"
        for lower, upper, above, between in (
            ("x < 0", "x > 6", "6", "x"),
            ("x < -3", "x > 3", "1", "(x + 3) / 6"),
            ("x < -3", "x > 3", "x", "x * (x + 3) / 6"),
        )
        for bend, change in ((lower, "Lt is LtE"), (upper, "Gt is GtE"))
    },
    "deformable": {
        (
            "return bins.diagonal(dim1=2, dim2=3).reshape(x.shape[0], maps.shape[1], k, k)",
            "bins.diagonal(dim1=2, dim2=3): keywords 0 and 1 exchanged",
        ): "a diagonal is that of the transposed matrix",
        (
            "normalised = self.pool(offsets).reshape(batch, classes, 2, k, k)",
            "self.pool(offsets).reshape(batch, classes, 2, k, k): arguments 0 and 1 exchanged",
        ): "the moves keep their order, in which the last line lays them out anew",
    },
    "octave": {
        (
            "depthwise = groups == sum(c_in) and c_in == c_out and groups > 1",
            "groups > 1: Gt is GtE",
        ): "with one channel a plain layer is a depthwise one",
        ("p = to_high[0].shape[3] // 2", "0: 1 more"): "all four kernels have the same sides",
    },
    "shift": {
        (
            "reach = self.k // 2",
            "self.k // 2: FloorDiv is Mult",
        ): "more zeros around the map than any move brings in",
    },
    "winograd": {
        (line, f"1: 1 more (number {number})"): "one more column or row of zeros makes no further tile"
        for line in (
            "tiles = F.pad(x, (1, 1 + width % 2, 1, 1 + height % 2)).unfold(2, 4, 2).unfold(3, 4, 2)",
            "x = F.pad(x, (1, 1 + -width % m, 1, 1 + -height % m))",
        )
        for number in (2, 4)
    },
}


@contextlib.contextmanager
def replaced(module, tree):
    """The module as the tree has it, wherever its functions and classes are used."""
    mutant = types.ModuleType(module.__name__)
    exec(compile(tree, module.__file__, "exec"), mutant.__dict__)
    own = {
        id(value): name
        for name, value in vars(module).items()
        if getattr(value, "__module__", None) == module.__name__
        or (name.isupper() and isinstance(value, tuple))
    }
    kept = []
    for user in [m for n, m in sys.modules.items() if n.startswith(("cnnclaims.verifiers", "beside_mut"))]:
        for name, value in list(vars(user).items()):
            if id(value) in own and own[id(value)] in vars(mutant):
                kept.append((user, name, value))
                setattr(user, name, vars(mutant)[own[id(value)]])
    try:
        yield
    finally:
        for user, name, value in kept:
            setattr(user, name, value)


def forms_disagree(names):
    """Whether any draw of any of the operators shows a difference, another cost, or an error."""
    try:
        for number, name in itertools.product(range(DRAWS), names):
            forms = forms_of(name)(Draw(number))
            if forms.off > forms.bound or forms.counted != forms.macs + forms.beside:
                return True
    except Exception:
        return True
    return False


def a_test_fails(module):
    """Whether a test of the module fails, called with each of its parameters."""
    try:
        for name, test in list(vars(module).items()):
            if name.startswith("test_"):
                for arguments in calls(test):
                    test(**arguments)
    except BaseException as error:  # pytest's own failures are no Exceptions
        if isinstance(error, KeyboardInterrupt):
            raise
        return True
    return False


def calls(test):
    """The arguments that `parametrize` gives a test, one dictionary a call."""
    sets = []
    for mark in getattr(test, "pytestmark", []):
        names, values = mark.args
        names = [name.strip() for name in names.split(",")] if isinstance(names, str) else list(names)
        sets.append(
            [dict(zip(names, value if len(names) > 1 else (value,), strict=True)) for value in values]
        )
    for chosen in itertools.product(*sets):
        yield {name: value for part in chosen for name, value in part.items()}


def a_check_fails(stems):
    """Whether a check of the canon no longer holds."""
    for name in CHECKS:
        stem, _, function = name.partition(".")
        if stem in stems:
            module = importlib.import_module(f"cnnclaims.verifiers.checks.{stem}")
            try:
                if not getattr(module, function)().holds:
                    return True
            except Exception:
                return True
    return False


def operators_of(stem):
    """Names with forms whose kernel stands in the file; composed blocks for the layers that they are made of."""
    names = [name for name in FORMS if KERNELS.get(name) == stem or name == stem]
    return names or [name for name, file in FORMS.items() if file == "composed"]


def survivors(stem):
    """Line and change of each mutant that nothing notices."""
    module = importlib.import_module(f"cnnclaims.verifiers.kernels.{stem}")
    own_tests = HERE / f"test_{stem}.py"
    tests = loaded(own_tests) if own_tests.exists() else types.ModuleType("none")
    checks = CHECKS_OF.get(stem, ())
    for check in checks:
        importlib.import_module(f"cnnclaims.verifiers.checks.{check}")
    names = operators_of(stem)
    assert not forms_disagree(names)
    assert not a_test_fails(tests)
    found = set()
    for mutant in mutants(Path(module.__file__).read_text(), OF_NETWORKS.get(stem, set())):
        try:
            with replaced(module, mutant.tree):
                noticed = forms_disagree(names) or a_test_fails(tests) or a_check_fails(checks)
        except Exception:  # the broken copy cannot even be imported
            continue
        if not noticed:
            found.add((mutant.line, mutant.change))
    return found


@pytest.mark.parametrize("stem", STEMS)
def test_every_broken_copy_is_noticed_but_for_changes_without_effect(stem):
    assert survivors(stem) == set(EQUIVALENT.get(stem, {}))


@pytest.mark.parametrize(
    ("stem", "line", "change"),
    [
        ("convolution", "padding = dilation * (k - 1) // 2", "k - 1: without what follows the sign"),
        (
            "convolution",
            "return nn.Conv2d(c_in, c_out, k, stride, padding, dilation, groups, bias)",
            "nn.Conv2d(c_in, c_out, k, stride, padding, dilation, groups, bias): arguments 4 and 5 exchanged",
        ),
        (
            "convolution",
            "parts = zip(x.chunk(groups, 1), weight.chunk(groups), strict=True)",
            "weight.chunk(groups): left out",
        ),
        (
            "shuffle",
            "order = [group * each + place for place in range(each) for group in range(groups)]",
            "group * each + place: Add is Sub",
        ),
        ("batch_norm", "factor = scale / (variance + EPSILON).sqrt()", "variance + EPSILON: Add is Sub"),
        ("local_response_norm", "energy = energy / n", "energy / n: without what follows the sign"),
    ],
    ids=[
        "padding off by one",
        "padding and dilation exchanged",
        "groups not kept apart",
        "channels of groups in another order",
        "another sign",
        "a missing scale",
    ],
)
def test_mistakes_that_people_make_are_among_those_tried(stem, line, change):
    source = (KERNEL_FILES / f"{stem}.py").read_text()
    assert (line, change) in {(mutant.line, mutant.change) for mutant in mutants(source)}
    assert (line, change) not in EQUIVALENT.get(stem, {})


def test_every_change_of_a_line_is_made_once_and_refusals_and_annotations_are_left_alone():
    source = (
        "def area(side: int, k=2) -> int:\n    if side < 1:\n        raise ValueError\n    return side**k\n"
    )
    made = {mutant.change: compiled(mutant.tree)["area"](3) for mutant in mutants(source)}
    assert made == {"2: 1 more": 27, "side ** k: Pow is Mult": 6}
    assert list(mutants(source, {"area"})) == []


def compiled(tree):
    """The names that a broken copy defines."""
    names = {}
    exec(compile(tree, "mutant", "exec"), names)
    return names


def test_a_broken_copy_is_used_wherever_the_kernel_is_and_only_for_so_long():
    shuffle = importlib.import_module("cnnclaims.verifiers.kernels.shuffle")
    (broken,) = (
        mutant.tree
        for mutant in mutants(Path(shuffle.__file__).read_text())
        if mutant.change == "group * each + place: Add is Sub"
    )
    assert not forms_disagree(["channel_shuffle"])
    with replaced(shuffle, broken):
        assert forms_disagree(["channel_shuffle"])
    assert not forms_disagree(["channel_shuffle"])
