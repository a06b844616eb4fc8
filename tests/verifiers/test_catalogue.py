"""The names of the language are read from the sources as they are."""

import ast
import inspect
import typing

import pytest

from cnnclaims.claims.language import ANY, NETWORK, check
from cnnclaims.claims.units import UNITS
from cnnclaims.verifiers import catalogue
from cnnclaims.verifiers.catalogue import (
    PACKAGE,
    RETURNS,
    check_doc,
    check_function,
    function,
    module_of,
    signatures,
)
from cnnclaims.verifiers.checks import CHECKS, TIMINGS
from cnnclaims.verifiers.checks.found import Found
from cnnclaims.verifiers.kernels import KERNELS
from cnnclaims.verifiers.measures import MEASURES
from cnnclaims.verifiers.networks import NETWORKS

LISTS = {"networks": NETWORKS, "kernels": KERNELS, "measures": MEASURES}


@pytest.fixture
def made_up(tmp_path, monkeypatch):
    """The signature of a made-up network, from its source."""

    def write(source):
        (tmp_path / "networks").mkdir()
        (tmp_path / "measures").mkdir()
        (tmp_path / "measures" / "quantities.py").write_text('Only: TypeAlias = Literal["conv", "linear"]\n')
        (tmp_path / "networks" / "made.py").write_text(source)
        monkeypatch.setattr(catalogue, "PACKAGE", tmp_path)
        monkeypatch.setitem(NETWORKS, "made", "made")
        for cached in (catalogue._tree, catalogue._assigned):
            cached.cache_clear()
        return catalogue._signature("made")

    yield write
    for cached in (catalogue._tree, catalogue._assigned):
        cached.cache_clear()


# -- the lists -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("names", [*LISTS.values(), CHECKS, TIMINGS], ids=[*LISTS, "checks", "timings"])
def test_a_list_is_alphabetical_and_has_each_name_once(names):
    assert list(names) == sorted(set(names))


def test_no_name_stands_for_two_things():
    names = [name for names in LISTS.values() for name in names]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("folder", LISTS)
def test_every_file_of_a_folder_is_listed(folder):
    apart = {"__init__", "network", "quantities"}
    files = {path.stem for path in (PACKAGE / folder).glob("*.py")} - apart
    defining = {stem for stem in files if _public(folder, stem)}
    assert set(LISTS[folder].values()) == defining


def _public(folder, stem):
    """Names of a file's functions that return what the language knows and take what it can write."""
    tree = ast.parse((PACKAGE / folder / f"{stem}.py").read_text(encoding="utf-8"))
    return {
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        and not node.name.startswith("_")
        and node.returns is not None
        and ast.unparse(node.returns) in RETURNS
        and _can_be_written(node, f"{folder}.{stem}")
    }


def _can_be_written(node, module):
    """Whether an expression can give the function's arguments; networks are arguments of measures only."""
    try:
        kinds = [catalogue._parameter(argument, None, module).kinds for argument in node.args.args]
    except TypeError:
        return False
    return module.startswith("measures.") or not any(NETWORK in one for one in kinds)


@pytest.mark.parametrize("folder", LISTS)
def test_every_function_that_the_language_could_call_is_listed(folder):
    for stem in set(LISTS[folder].values()):
        listed = {name for name, file in LISTS[folder].items() if file == stem}
        assert _public(folder, stem) == listed


# -- the signatures ------------------------------------------------------------------------------------------------------------


def test_every_name_has_a_signature():
    assert list(signatures()) == sorted({*NETWORKS, *KERNELS, *MEASURES})


@pytest.mark.parametrize("name", sorted({*NETWORKS, *KERNELS, *MEASURES}))
def test_a_signature_is_the_functions_own(name):
    signature, found = signatures()[name], inspect.signature(function(name))
    assert [parameter.name for parameter in signature.parameters] == list(found.parameters)
    for parameter, real in zip(signature.parameters, found.parameters.values(), strict=True):
        assert real.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD
        if real.default is inspect.Parameter.empty:
            assert parameter.default is None
        else:
            assert ast.literal_eval(parameter.default) == real.default
    path = PACKAGE.parent / signature.source
    assert path.read_text(encoding="utf-8").splitlines()[signature.line - 1].startswith(f"def {name}(")


@pytest.mark.parametrize("name", sorted({*NETWORKS, *KERNELS, *MEASURES}))
def test_the_kinds_of_arguments_are_the_functions_own_annotations(name):
    hints = typing.get_type_hints(function(name))
    for parameter in signatures()[name].parameters:
        kinds, choices = _kinds(hints[parameter.name])
        assert parameter.kinds == kinds
        assert set(parameter.choices) == choices


def _kinds(hint):
    if hint is type(None):
        return {"None"}, set()
    if typing.get_origin(hint) is typing.Literal:
        return {type(choice).__name__ for choice in typing.get_args(hint)}, set(typing.get_args(hint))
    if typing.get_args(hint):
        parts = [_kinds(part) for part in typing.get_args(hint)]
        return set().union(*(kinds for kinds, _ in parts)), set().union(*(choices for _, choices in parts))
    return {hint.__name__}, set()


@pytest.mark.parametrize("name", sorted({*NETWORKS, *KERNELS, *MEASURES}))
def test_every_name_says_what_it_is(name):
    assert signatures()[name].doc.strip()


@pytest.mark.parametrize("name", sorted({*NETWORKS, *KERNELS, *MEASURES}))
def test_defaults_fit_their_own_arguments(name):
    signature = signatures()[name]
    given = ", ".join(f"{p.name}={p.default}" for p in signature.parameters if p.default is not None)
    needed = {NETWORK: "vgg16()", "str": "'a'", "int": "1", "float": "0.5"}
    required = [needed[min(p.kinds)] for p in signature.parameters if p.default is None and not p.choices]
    required += [repr(p.choices[0]) for p in signature.parameters if p.default is None and p.choices]
    problems = check(f"{name}({', '.join([*required, given]).strip(', ')})", signatures())
    assert [p.name for p in problems] == ["expression-is-no-number"] * (signature.returns == NETWORK)


@pytest.mark.parametrize("name", sorted({*NETWORKS, *KERNELS}))
def test_networks_and_kernels_can_be_measured_and_are_no_numbers(name):
    assert signatures()[name].returns == NETWORK


@pytest.mark.parametrize("name", MEASURES)
def test_a_measure_takes_a_network_first_and_gives_a_dimension_of_the_units(name):
    signature = signatures()[name]
    assert signature.parameters[0].kinds == {NETWORK}
    assert signature.returns is ANY or signature.returns in {unit.dimension for unit in UNITS.values()}


def test_a_module_is_known_by_folder_and_file():
    assert module_of("resnet50") == "networks.resnet"
    assert module_of("macs") == "measures.cost"
    assert module_of("depthwise") == "kernels.convolution"


@pytest.mark.parametrize("look_up", [module_of, function, check_function])
def test_a_name_that_is_not_listed_is_a_key_error(look_up):
    for name in ("os", "lenet", "lenet.no_such_check", ""):
        with pytest.raises(KeyError):
            look_up(name)


# -- made-up sources -----------------------------------------------------------------------------------------------------------


def test_annotations_give_kinds_choices_and_defaults(made_up):
    signature = made_up(
        'Option = Literal["A", "B"]\n'
        "Size: TypeAlias = Literal[1, 224]\n"
        "class Other: ...\n"
        "TABLE = [1]\n"
        "def made(a: int, b: float | None = None, c: Option = 'A', d: Size | None = 1, e: Only = 'conv', "
        "f: Literal['x'] = 'x', g: bool = False) -> Network:\n"
        '    """One line.\n\n    More.\n    """\n'
    )
    assert [(p.name, set(p.kinds), p.choices, p.default) for p in signature.parameters] == [
        ("a", {"int"}, (), None),
        ("b", {"float", "None"}, (), "None"),
        ("c", {"str"}, ("A", "B"), "'A'"),
        ("d", {"int", "None"}, (1, 224), "1"),
        ("e", {"str"}, ("conv", "linear"), "'conv'"),
        ("f", {"str"}, ("x",), "'x'"),
        ("g", {"bool"}, (), "False"),
    ]
    assert (signature.returns, signature.line) == (NETWORK, 5)
    assert signature.source == "verifiers/networks/made.py"
    assert signature.doc == "One line.\n\nMore."


@pytest.mark.parametrize("returns", ["", " -> int", " -> nn.Module", " -> 'Network'"])
def test_a_function_that_returns_something_else_is_refused(made_up, returns):
    with pytest.raises(TypeError, match=r"networks\.made\.made returns .*; expected one of Network"):
        made_up(f"def made(){returns}:\n    pass\n")


@pytest.mark.parametrize(
    "annotation", ["", ": list", ": int | list", ": Unknown", ": tuple[int, ...]", ": Any"]
)
def test_an_argument_that_the_language_cannot_write_is_refused(made_up, annotation):
    with pytest.raises(TypeError, match=r"networks\.made: a needs an annotation"):
        made_up(f"def made(a{annotation}) -> Network:\n    pass\n")


def test_a_default_that_is_a_constant_of_the_module_is_spelt_out(made_up):
    signature = made_up(
        "WIDTH = 64\nSIDE: int = 7\ndef made(a: int = WIDTH, b: int = SIDE, c: float = -1.0) -> Network:\n    pass\n"
    )
    assert [parameter.default for parameter in signature.parameters] == ["64", "7", "-1.0"]


@pytest.mark.parametrize("default", ["UNKNOWN", "TABLE", "min(1, 2)", "1 + x", "other.WIDTH"])
def test_a_default_that_no_expression_could_give_is_refused(made_up, default):
    with pytest.raises(TypeError, match=r"networks\.made: a needs a default"):
        made_up(f"TABLE = len('a')\ndef made(a: int = {default}) -> Network:\n    pass\n")


@pytest.mark.parametrize("arguments", ["*a: int", "**a: int", "a: int, /", "*, a: int"])
def test_arguments_that_are_not_plain_are_refused(made_up, arguments):
    with pytest.raises(TypeError, match=r"networks\.made\.made .*plain arguments"):
        made_up(f"def made({arguments}) -> Network:\n    pass\n")


def test_a_listed_function_that_the_file_lacks_is_a_key_error(made_up):
    with pytest.raises(KeyError, match="made"):
        made_up("def other() -> Network:\n    pass\n")


# -- checks --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CHECKS)
def test_a_check_is_called_without_arguments_and_says_what_it_is(name):
    found = check_function(name)
    # an argument with a default lets a test hand it something broken
    assert all(p.default is not p.empty for p in inspect.signature(found).parameters.values())
    assert typing.get_type_hints(found)["return"] is Found
    doc, source, line = check_doc(name)
    assert doc.strip()
    assert doc == inspect.getdoc(found)
    source_line = (PACKAGE.parent / source).read_text(encoding="utf-8").splitlines()[line - 1]
    assert source_line.startswith(f"def {name.partition('.')[2]}(")


HELPERS = {
    "__init__",
    "found",
    "agreement",
    "dropped",
    "first_weights",
}  # what checks of several papers share


def test_every_file_of_checks_has_a_check_that_is_listed():
    files = {path.stem for path in (PACKAGE / "checks").glob("*.py")} - HELPERS
    assert files == {name.partition(".")[0] for name in (*CHECKS, *TIMINGS)}
