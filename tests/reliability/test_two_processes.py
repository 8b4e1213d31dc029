"""One run per script: the system's lock decides, whoever comes first."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path

from tests.reliability.rig import LIMIT, Rig, end

PAIRS = 50
SCRIPT = """\
[Batch_Begin]
DOS echo b1 >> ledger; sleep 0.1
[Batch_End]
"""


def test_of_two_runs_at_the_same_moment_one_is_refused_and_told_of_the_other(rig: Rig) -> None:
    """Fifty times over, one of two processes does the work and the other ends with status 3 and names the first."""
    rig.write(SCRIPT)
    rig.program = (sys.executable, str(Path(__file__).with_name("pairs.py")))
    ended = rig.call(rig.name, str(PAIRS))
    assert ended.status == 0, ended.errors
    pairs = [json.loads(line) for line in ended.output.splitlines()]
    assert len(pairs) == PAIRS
    for pair in pairs:
        first, second = sorted(pair, key=lambda run: run["status"])
        assert (first["status"], second["status"]) == (0, 3), pair
        assert f"process {first['pid']} on " in second["errors"], pair
        assert "Traceback" not in first["errors"] + second["errors"]
    assert len(rig.ledger) == 1 + PAIRS
    assert rig.leftovers() == []


def test_the_lock_of_a_dead_process_does_not_block(rig: Rig) -> None:
    """A run that was killed leaves no lock behind: the next one starts at once, one besides a living run does not."""
    rig.write(SCRIPT.replace("0.1", "30"))
    process = rig.start()
    try:
        _wait_for_ledger(rig)
        refused = rig.call()
        assert refused.status == 3
        assert f"process {process.pid} on " in refused.errors
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(LIMIT)
    finally:
        end(process)
    rig.write(rig.text.replace("30", "0"))
    assert rig.call().status == 0
    assert rig.ledger == ["b1", "b1"]
    assert rig.leftovers() == []


def _wait_for_ledger(rig: Rig) -> None:
    deadline = time.monotonic() + LIMIT
    while not rig.ledger:
        assert time.monotonic() < deadline
        time.sleep(0.02)
