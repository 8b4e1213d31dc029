"""Fixtures, and the figures that an environment variable can raise."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.fleet.crew import Crew, Task
from tests.machines import Machines

MANY = int(os.environ.get("SETUPBATCHER_MACHINES") or 0)
"""Machines of the long form of the tests in this folder; 0 for the short one."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long form of a test may take as long as it needs."""
    if MANY:
        for item in items:
            if Path(__file__).parent in item.path.parents:
                item.add_marker(pytest.mark.timeout(0))


@pytest.fixture
def place(machines: Machines, tmp_path: Path) -> Iterator[Path]:
    """A folder on the machines, in which they may write."""
    folder = machines.home / tmp_path.name
    folder.mkdir()
    folder.chmod(0o777)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def crew(machines: Machines, tmp_path: Path, place: Path) -> Callable[[int, Task], Crew]:
    """Makes a script for so many machines, and the ledger in which they write."""
    return lambda count, task: Crew.of(count, machines, tmp_path / "scripts", place, task)
