"""Rules of the house that no linter knows."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import setupbatcher

_PACKAGE = Path(setupbatcher.__file__).parent
_TESTS = Path(__file__).parents[1]
_MOST_LINES = 450
_UNFINISHED = re.compile(r"\b(?:TODO|FIXME|XXX|NotImplementedError)\b|pragma: no cover")

_modules = pytest.mark.parametrize(
    "path", sorted(_PACKAGE.rglob("*.py")), ids=lambda path: path.relative_to(_PACKAGE).as_posix()
)
_test_modules = pytest.mark.parametrize(
    "path", sorted(_TESTS.rglob("test_*.py")), ids=lambda path: path.relative_to(_TESTS).as_posix()
)


def _definitions(node: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    """Public functions and classes of a module and public methods of these; not what stands inside of functions."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            if child.name.startswith("_"):
                continue
            yield child
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _definitions(child)


@_modules
def test_a_module_is_small(path: Path) -> None:
    """A module that grows past the limit holds more than one idea and is to be split."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= _MOST_LINES


@_modules
def test_nothing_is_left_unfinished(path: Path) -> None:
    """No reminders, no stubs, nothing hidden from the measure of coverage."""
    assert not _UNFINISHED.findall(path.read_text(encoding="utf-8"))


@_modules
def test_what_is_public_is_documented(path: Path) -> None:
    """Every module, and every public class, function and method has a docstring."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree)
    assert not [found.name for found in _definitions(tree) if not ast.get_docstring(found)]


@_test_modules
def test_every_test_says_what_holds(path: Path) -> None:
    """Every test has a docstring."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert not [
        found.name for found in _definitions(tree) if found.name.startswith("test_") and not ast.get_docstring(found)
    ]
