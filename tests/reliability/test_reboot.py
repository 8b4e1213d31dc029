"""A run that dies while it waits for a machine to restart does not restart it again."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from tests.machines import Machines
from tests.reliability.rig import Rig, end
from tests.waiting import wait_until

PROGRAM = """\
from setupbatcher.cli import main
from setupbatcher.commands import patience, rebooting

rebooting._BOOT = "cat {boot}"  # which the test can change; the kernel's own number it cannot
patience.PAUSE = 0.05
main()
"""


@pytest.fixture
def folder(machines: Machines) -> Path:
    """A folder on the machine with a ``shutdown`` that only writes down that it was called."""
    made = machines.home / "reboot"
    (made / "bin").mkdir(parents=True)
    (made / "boot").write_text("one\n")
    (made / "bin" / "shutdown").write_text(f"#!/bin/sh\necho asked >> {made}/asked\n")
    (made / "bin" / "shutdown").chmod(0o755)
    made.chmod(0o777)
    return made


def test_the_controller_dies_while_it_waits(rig: Rig, machines: Machines, folder: Path) -> None:
    """Killed, resumed before the machine is back, and resumed after that: the machine was asked once."""
    rig.program = (sys.executable, "-c", PROGRAM.format(boot=folder / "boot"))
    rig.environment = {**machines.environment, "XDG_STATE_HOME": os.environ["XDG_STATE_HOME"]}
    options = f"port={machines.port} user={machines.user} host={machines.address(9)}"
    rig.write(f"[Machines]\nm9\tLinux\t{options}\n[Batch]\nReboot 60\nDOS echo done >> {folder}/asked\n")
    machines.down()
    machines.up(f"SetEnv PATH={folder}/bin:/usr/bin:/bin")
    try:
        process = rig.start()
        wait_until((folder / "asked").exists)
        machines.down()
        os.kill(process.pid, signal.SIGKILL)
        end(process)
        away = rig.call()
        assert away.status == 1
        assert "1225-1" in rig.text
        (folder / "boot").write_text("two\n")
        machines.up()
        assert rig.call().status == 0
    finally:
        machines.down()
        machines.up()
    assert (folder / "asked").read_text() == "asked\ndone\n"
    assert [path.name for path in machines.home.glob(".setupbatcher-reboot-*")] == []
    assert rig.leftovers() == []
