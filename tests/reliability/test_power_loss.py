"""What a power loss can take: nothing with ``--durable``, else the last 50 ms of work; by the order of system calls."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest

from tests.reliability.rig import PROGRAM, Rig
from tests.reliability.test_system_calls import STRACE

pytestmark = pytest.mark.skipif(STRACE is None, reason="strace is not installed; on Debian: apt-get install strace")

SCRIPT = """\
[Batch_Begin]
DOS echo b1 >> ledger
DOS sleep 0.5; echo b2 >> ledger
DOS sleep 0.5; echo b3 >> ledger
[Batch_End]
"""


def _history(rig: Rig, log: Path, *options: str) -> list[str]:
    """What the process did in order: each write to the journal, each sync of it, each program that it started."""
    assert STRACE is not None
    calls = "write,fdatasync,fsync,execve"
    ended = rig.call(
        "run",
        rig.name,
        *options,
        before=[STRACE, "-f", "-qq", "-y", "-s", "200", "-o", str(log), "-e", f"trace={calls}"],
    )
    assert ended.status == 0, ended.errors
    history = []
    for line in log.read_text().splitlines():
        if "/.script.txt.journal>" in line:
            call = re.search(r'(write|fdatasync|fsync)\(\d+<[^>]*>(?:, "[0-9a-f]{8} \[\\"(\w+))?', line)
            if call:
                history.append(call[2] or call[1])
        elif 'execve("/bin/sh"' in line:
            history.append("program")
    return history


def _syncs(history: list[str], begin: int, end: int) -> bool:
    return bool({"fdatasync", "fsync"} & set(history[begin:end]))


def test_durable_waits_for_the_disk_before_the_next_command(rig: Rig, tmp_path: Path) -> None:
    """Each record, that of a start and that of an end, is on the disk before the next program is started."""
    rig.program = PROGRAM
    rig.write(SCRIPT)
    history = _history(rig, tmp_path / "log", "--durable")
    assert history.count("program") == 3
    assert history.count("end") == 3
    for at, what in enumerate(history):
        if what in {"start", "end"}:
            following = history.index("program", at) if "program" in history[at:] else len(history)
            assert _syncs(history, at, following), history


def test_without_it_records_reach_the_disk_while_the_next_command_works(rig: Rig, tmp_path: Path) -> None:
    """A command of half a second does not end before all records from before it are on the disk."""
    rig.program = PROGRAM
    rig.write(SCRIPT)
    history = _history(rig, tmp_path / "log")
    ends = [at for at, what in enumerate(history) if what == "end"]
    assert len(ends) == 3
    for at, following in pairwise(ends):
        assert _syncs(history, at, following), history
    assert _syncs(history, ends[-1], len(history))
