"""Fixtures for the program as a process."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli.harness import Caller, Terminal

_DROPPED = {"NO_COLOR", "FORCE_COLOR", "PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED", "COLUMNS", "LINES"}


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for compiled modules, so that not every call compiles them again."""
    return tmp_path_factory.mktemp("compiled")


@pytest.fixture
def call(tmp_path: Path, compiled: Path) -> Caller:
    """Calls the program in a folder of the test's own."""
    environment = {name: value for name, value in os.environ.items() if name not in _DROPPED}
    environment |= {"PYTHONPYCACHEPREFIX": str(compiled), "TERM": "xterm", "TZ": "UTC", "LC_ALL": "C.UTF-8"}
    return Caller(tmp_path, environment)


@pytest.fixture
def script(call: Caller) -> Callable[[str], Caller]:
    """Writes ``script.txt`` and gives the caller."""

    def write(text: str) -> Caller:
        (call.folder / "script.txt").write_bytes(text.encode())
        return call

    return write


@pytest.fixture
def at_terminal(script: Callable[[str], Caller]) -> Iterator[Callable[..., Terminal]]:
    """Writes ``script.txt`` and runs it at a terminal."""
    opened: list[Terminal] = []

    def run(text: str, *arguments: str, **environment: str) -> Terminal:
        opened.append(script(text).terminal("run", "script.txt", *arguments, **environment))
        return opened[-1]

    yield run
    for terminal in opened:
        terminal.close()
