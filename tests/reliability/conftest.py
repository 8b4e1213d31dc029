"""Fixtures and the figures that an environment variable can raise."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.reliability.rig import Rig


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    """An empty folder to run a script in."""
    folder = tmp_path / "scripts"
    folder.mkdir()
    return Rig(folder)
