"""Fixtures and the figures that an environment variable can raise."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.reliability.rig import Rig


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long form of a test may take as long as it needs."""
    if os.environ.get("SETUPBATCHER_KILLS"):
        for item in items:
            if Path(__file__).parent in item.path.parents:
                item.add_marker(pytest.mark.timeout(0))


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    """An empty folder to run a script in."""
    folder = tmp_path / "scripts"
    folder.mkdir()
    return Rig(folder)
