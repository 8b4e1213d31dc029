"""A run that is killed at random instants and resumed until it is done."""

from __future__ import annotations

import os
from pathlib import Path

from tests.reliability.kills import torment

KILLS = int(os.environ.get("SETUPBATCHER_KILLS") or 0)
SEED = 20261


def test_every_command_runs_once_whenever_the_process_is_killed(tmp_path: Path) -> None:
    """However often a run is killed, each command is done once, save those in flight, and the script ends the same."""
    print(f"seed {SEED}")
    print(torment(tmp_path, KILLS or 20, SEED, quick=not KILLS))
