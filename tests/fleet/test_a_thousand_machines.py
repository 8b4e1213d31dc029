"""A thousand machines, or a hundred in the short form: nothing is lost, and nothing is left open."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import psutil

from tests.fleet.conftest import MANY
from tests.fleet.crew import Crew, Task
from tests.machines import Machines
from tests.waiting import wait_until

MEASURED = (sys.executable, str(Path(__file__).with_name("measured.py")))


def test_nothing_is_lost_and_nothing_is_left_open(
    crew: Callable[[int, Task], Crew], machines: Machines, tmp_path: Path
) -> None:
    """Five commands on each: every marker is there, and no connection, process or descriptor is left on either side."""
    count = MANY or 100
    work = crew(count, Task(before=5))
    work.write("BatchSettings.Parallel=50")
    work.rig.program = MEASURED
    work.rig.environment = machines.environment | {"MEASURED": str(tmp_path / "measured")}
    work.still()
    before, logins = machines.service.num_fds(), machines.logins

    ended = work.rig.call(limit=max(60, count))

    assert ended.status == 0, ended.errors
    work.is_finished()
    figures = json.loads((tmp_path / "measured").read_text())
    print(f"{count} machines, {machines.logins - logins} logins, {figures.pop('peak')} MB of memory at most")
    assert figures == {"held": [], "children": [], "connections": [], "threads": []}
    work.still()
    wait_until(lambda: machines.service.num_fds() <= before)
    assert _connections(machines.port) == []


def _connections(port: int) -> list[str]:
    """The connections of the system to and from a port; those that have ended on both sides are only remembered."""
    found = [connection for connection in psutil.net_connections("tcp") if connection.raddr]
    return [
        str(connection)
        for connection in found
        if port in {connection.laddr.port, connection.raddr.port} and connection.status != psutil.CONN_TIME_WAIT
    ]
