"""What is found out, or waited for, before the first command of a run."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from setupbatcher import events
from setupbatcher.run import Refused, Run
from tests.laboratory import LEDGER, Laboratory
from tests.waiting import wait_until

MACHINE = (
    "[Settings]\nMachines.Password={}\n[Machines]\nm1\tLinux\thost=127.0.0.1 port=1{}\n"
    "[Init]\nLab.Do init\n[Batch]\nLab.Do a\n"
)


@pytest.mark.parametrize("source", ["prompt:", "env:SETUPBATCHER_NO_SUCH_NAME"])
def test_a_password_that_cannot_be_had_is_found_out_first(source: str, tmp_path: Path) -> None:
    """Nothing runs, no machine is contacted, and the file is untouched."""
    lab = Laboratory(tmp_path / "script.txt")
    lab.write(MACHINE.format(source, ""))
    assert lab.refusal() == ["SB207"]
    assert lab.text == MACHINE.format(source, "")


def test_with_no_machine_in_reach_nothing_runs(tmp_path: Path) -> None:
    """The machines are marked, and [Init] waits for a run that has something to do."""
    lab = Laboratory(tmp_path / "script.txt")
    lab.write(MACHINE.format("", ""))
    LEDGER.done.clear()
    assert lab.run() == 1
    assert (lab.text, LEDGER.done) == (MACHINE.format("", "\t1225-0"), [])


def test_a_script_with_undo_alone_has_nothing_to_run(tmp_path: Path) -> None:
    """A run says so instead of calling it done."""
    lab = Laboratory(tmp_path / "script.txt")
    lab.write("[Undo]\nLab.Do a\n")
    assert lab.refusal() == ["SB107"]


def test_a_rerun_waits_for_the_process_of_a_dead_run(tmp_path: Path) -> None:
    """A command that outlives its killed run comes to its end before it is run again."""
    path = tmp_path / "script.txt"
    path.write_text("[Batch]\nDOS echo begin >> log; sleep 1; echo end >> log\n")
    command = [sys.executable, "-m", "setupbatcher", "run", str(path)]
    first = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    log = tmp_path / "log"
    wait_until(log.exists)
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    heard: list[events.Event] = []
    assert asyncio.run(Run(path, None, [heard.append]).execute()) == 0
    assert log.read_text().split() == ["begin", "end", "begin", "end"]
    notices = [event.text for event in heard if isinstance(event, events.Notice)]
    assert [text.split(" ")[0] for text in notices] == ["in", "waiting"]


def test_an_unreadable_script_is_refused(tmp_path: Path) -> None:
    """A file that is not there, or is no text, is a finding."""
    missing = Run(tmp_path / "missing.txt").execute()
    with pytest.raises(Refused) as refused:
        asyncio.run(missing)
    assert [finding.code for finding in refused.value.findings] == ["SB801"]
    (tmp_path / "binary.txt").write_bytes(b"\xff\xfe\x00\xd8\x01")
    with pytest.raises(Refused) as refused:
        asyncio.run(Run(tmp_path / "binary.txt").execute())
    assert [finding.code for finding in refused.value.findings] == ["SB802"]
