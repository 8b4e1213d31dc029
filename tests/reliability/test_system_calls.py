"""A run that is killed at each system call with which it touches the script, the journal or their folder."""

from __future__ import annotations

import os
import re
import shutil
from collections import Counter
from pathlib import Path

import pytest

from tests.reliability.rig import Account, Ended, Rig

STRACE = shutil.which("strace")
EVERY = 1 if os.environ.get("SETUPBATCHER_KILLS") else 12
"""One in so many system calls is tried in a normal run."""
CALLS = (
    "openat",
    "write",
    "pwrite64",
    "ftruncate",
    "fallocate",
    "fchmod",
    "fsync",
    "fdatasync",
    "flock",
    "rename",
    "renameat",
    "renameat2",
    "unlink",
    "unlinkat",
)

SCRIPT = """\
[Settings_Begin]
BatchSettings.MarkerCol=2
[Settings_End]

[Machines_Begin]
north\tLocal
[Machines_End]

[Init_Batch_Begin]
DOS echo i1 >> ledger
[Init_Batch_End]

[Batch_Begin]
Data.Loop
  DOS echo b1.north.%col1|sh% >> ledger
Data.EndLoop
; Long enough for the markers to be written into the script meanwhile.
DOS sleep 0.3; echo b2.north >> ledger
[Batch_End]

[Data_Begin]
x
y
[Data_End]
"""


def traced(rig: Rig, log: Path, *faults: str) -> Ended:
    """Run the script under strace, which sees what touches the script, its folder and its companions."""
    assert STRACE is not None
    companions = [rig.folder, rig.script, *(rig.folder / f".script.txt.{name}" for name in ("journal", "new", "both"))]
    return rig.call(
        before=[
            *(STRACE, "-f", "-qq", "-o", str(log), "-e", f"trace={','.join(f'?{name}' for name in CALLS)}"),
            *(f"--trace-path={path}" for path in companions),
            *faults,
        ]
    )


def calls_of(log: Path) -> list[tuple[str, int]]:
    """The system calls of a log in order, each with its number among those of its name."""
    numbers: Counter[str] = Counter()
    found = []
    for line in log.read_text().splitlines():
        call = re.match(r"\d+ +(\w+)\(", line)
        if call:
            numbers[call[1]] += 1
            found.append((call[1], numbers[call[1]]))
    return found


@pytest.fixture(params=["one name", "hard link"])
def linked(rig: Rig, request: pytest.FixtureRequest) -> Rig:
    """A script with one name, which is replaced, and one with two, which is written in place."""
    rig.write(SCRIPT)
    if request.param == "hard link":
        (rig.folder / "other.txt").hardlink_to(rig.script)
        rig.known.add("other.txt")
    return rig


@pytest.mark.skipif(STRACE is None, reason="strace is not installed; on Debian: apt-get install strace")
def test_a_run_that_is_killed_at_any_system_call_loses_nothing(linked: Rig, tmp_path: Path) -> None:
    """Killed before any call that touches a file, the next run finishes, and each command is done once."""
    log = tmp_path / "calls"
    assert traced(linked, log).status == 0
    expected, ledger = linked.text, linked.ledger
    places = calls_of(log)[::EVERY]
    assert len(places) >= 4
    for name, number in places:
        (linked.folder / "ledger").unlink()
        linked.write(SCRIPT)
        ended = traced(linked, log, "-e", f"inject={name}:signal=KILL:when={number}")
        account = Account()
        if ended.status:
            account.note(linked.in_flight(quick=True))
            linked.check(quick=True)
            assert linked.call().status == 0, f"after the kill at {name} {number}"
        account.settle(linked.ledger, ledger)
        assert linked.text == expected, f"after the kill at {name} {number}"
        assert linked.leftovers() == [], f"after the kill at {name} {number}"
        if linked.known:
            assert (linked.folder / "other.txt").samefile(linked.script)
