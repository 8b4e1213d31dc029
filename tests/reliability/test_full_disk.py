"""A disk that is full: found out before the first command, or the run stops with nothing lost."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.reliability.rig import Account, Rig
from tests.reliability.test_system_calls import STRACE, calls_of, traced

LONG = bool(os.environ.get("SETUPBATCHER_KILLS"))

SCRIPT = """\
[Settings_Begin]
BatchSettings.MarkerCol=2
[Settings_End]

[Machines_Begin]
north\tLocal
south\tLocal
[Machines_End]

[Batch_Begin]
DOS echo b1.%Machine% >> ../ledger
Data.Loop
  DOS sleep 0.05; echo b2.%Machine%.%col1|sh% >> ../ledger{fill}
Data.EndLoop
DOS echo b3.%Machine% >> ../ledger
[Batch_End]

[Data_Begin]
r0
r1
r2
r3
r4
r5
r6
r7
[Data_End]
"""
EXPECTED = [
    entry
    for machine in ("north", "south")
    for entry in (f"b1.{machine}", *(f"b2.{machine}.r{row}" for row in range(8)), f"b3.{machine}")
]


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Rig]:
    """A rig whose script stands on a disk of its own with 512 kB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=512k", "none", str(folder)]
    done = subprocess.run(mount, check=False, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"no disk can be mounted here: {done.stderr.strip()}")
    try:
        yield Rig(folder, known={"filler"}, book=folder.parent / "ledger")
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder: Path) -> None:
    """Write until nothing more fits."""
    with contextlib.suppress(OSError), (folder / "filler").open("wb", buffering=0) as file:
        for size in (4096, 1):
            with contextlib.suppress(OSError):
                while True:
                    file.write(bytes(size))


def test_a_disk_that_gets_full_stops_the_run_and_loses_nothing(small: Rig) -> None:
    """The command in flight is brought to its end and its marker kept; once there is space, the rest is done."""
    filling = "; if [ %Machine%%col1|sh% = northr2 ]; then cat /dev/zero > filler 2> /dev/null; fi; true"
    small.write(SCRIPT.format(fill=filling))
    ended = small.call()
    assert ended.status == 1
    assert "no space left on device" in ended.errors
    assert "journal" in ended.errors
    done = len(small.ledger)
    assert 4 <= done < len(EXPECTED)
    assert small.in_flight() == []
    small.check()

    refused = small.call()
    assert refused.status == 2
    assert "SB803" in refused.errors
    assert len(small.ledger) == done

    (small.folder / "filler").unlink()
    assert small.call().status == 0
    assert small.ledger == EXPECTED
    assert small.text == SCRIPT.format(fill=filling).replace("Local\n", "Local\t\tOK-AllDone\n")
    assert small.leftovers() == []


def test_a_full_disk_is_found_out_before_the_first_command(small: Rig) -> None:
    """With no room for a journal nothing runs, and nothing is left over."""
    text = SCRIPT.format(fill="")
    small.write(text)
    fill(small.folder)
    refused = small.call()
    assert refused.status == 2
    assert "SB803" in refused.errors
    assert "no space left on device" in refused.errors
    assert (small.ledger, small.text) == ([], text)
    assert small.leftovers() == []


@pytest.mark.skipif(STRACE is None, reason="strace is not installed; on Debian: apt-get install strace")
def test_no_space_at_any_call_loses_nothing(rig: Rig, tmp_path: Path) -> None:
    """From any system call on that takes space, the disk is full for the rest of the run; the next run finishes."""
    rig.book = rig.folder.parent / "ledger"
    text = SCRIPT.format(fill="").replace("r2\nr3\nr4\nr5\nr6\nr7\n", "")
    expected = [entry for entry in EXPECTED if entry[-1] not in "234567"]
    rig.write(text)
    log = tmp_path / "calls"
    assert traced(rig, log).status == 0
    finished = rig.text
    places = [place for place in calls_of(log) if place[0] in {"write", "fallocate"}]
    for name, number in places if LONG else places[4::10]:
        (rig.folder / rig.book).unlink(missing_ok=True)
        rig.write(text)
        ended = traced(rig, log, "-e", f"inject={name}:error=ENOSPC:when={number}+")
        account = Account()
        assert ended.status in {0, 1, 2}, ended.errors
        if ended.status:
            assert "no space left on device" in ended.errors
        account.note(rig.in_flight(quick=True))
        rig.check(quick=True)
        assert rig.call().status == 0
        account.settle(rig.ledger, expected)
        assert rig.text == finished
        assert rig.leftovers() == []
