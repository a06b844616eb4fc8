"""The architecture holds: imports point one way, and torch stays where it belongs."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import cnnclaims

PACKAGE = Path(cnnclaims.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))
CLAIMS = sorted(path for path in FILES if path.parent == PACKAGE / "claims")
TORCH_FREE = [
    *(f"cnnclaims.claims.{path.stem}" for path in CLAIMS if path.stem != "__init__"),
    *(f"cnnclaims.verifiers.{name}" for name in "catalogue linting outcome running verifying traced".split()),
    "cnnclaims.verifiers.checks.found",
    "cnnclaims.verifiers.measures.quantities",
    *(f"cnnclaims.{name}" for name in "cli cli_networks cli_records cli_shared cli_site".split()),
]
# part of the package -> the parts that it may import, beside itself
BELOW = {"claims": set(), "verifiers": {"claims"}}


def named(path):
    return path.relative_to(PACKAGE).as_posix()


def imports(path):
    """Every module that a file imports, wherever in the file, as a dotted name with what is taken from it."""
    parts = ("cnnclaims", *path.relative_to(PACKAGE).with_suffix("").parts)
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = [*parts[: -node.level], *filter(None, [node.module])] if node.level else [node.module]
            yield from (".".join([*base, alias.name]) for alias in node.names)


def part(module):
    """The part of the package that a module belongs to: "claims", "site", "cli", ...; None for what is not ours."""
    ours, _, rest = module.partition(".")
    return rest.partition(".")[0] if ours == "cnnclaims" else None


def layer(path):
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


@pytest.mark.parametrize("path", [path for path in FILES if layer(path) in BELOW], ids=named)
def test_imports_point_one_way(path):
    allowed = {None, layer(path), *BELOW[layer(path)]}
    assert [module for module in imports(path) if part(module) not in allowed] == []


@pytest.mark.parametrize("path", FILES, ids=named)
def test_only_the_package_itself_starts_the_command_line(path):
    if named(path) not in ("__main__.py", "cli.py"):
        assert "cli" not in {part(module) for module in imports(path)}


@pytest.mark.parametrize("path", [path for path in FILES if layer(path) != "verifiers"], ids=named)
def test_torch_is_imported_in_verifiers_only(path):
    assert not {"torch", "torchvision", "triton"} & {module.partition(".")[0] for module in imports(path)}


def test_the_parts_that_this_test_is_about_are_there():
    assert {"claims", "verifiers", "site", "cli"} <= {layer(path) for path in FILES}
    assert len(CLAIMS) > 5


def test_an_import_is_seen_wherever_it_stands(tmp_path, monkeypatch):
    monkeypatch.setattr(sys.modules[__name__], "PACKAGE", tmp_path)
    path = tmp_path / "claims" / "a.py"
    path.parent.mkdir()
    path.write_text("def f():\n    import torch.nn\n    from ..verifiers import trace\n    from . import b\n")
    found = list(imports(path))
    assert found == ["torch.nn", "cnnclaims.verifiers.trace", "cnnclaims.claims.b"]
    assert [part(module) for module in found] == [None, "verifiers", "claims"]


def test_what_needs_no_torch_does_not_import_it():
    code = (
        "import importlib, sys\n"
        "for name in sys.argv[1:]:\n"
        "    importlib.import_module(name)\n"
        "    assert 'torch' not in sys.modules, f'{name} imports torch'\n"
        "from cnnclaims.verifiers.catalogue import function, signatures\n"
        "signatures(), function('macs')\n"
        "assert 'torch' not in sys.modules, 'reading the names imports torch'\n"
    )
    done = subprocess.run([sys.executable, "-c", code, *TORCH_FREE], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
