"""Escape, Ctrl-C and SIGTERM while many machines are worked on."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psutil
import pytest

from tests.fleet.conftest import MANY
from tests.fleet.crew import Crew, Task
from tests.fleet.faults import silent
from tests.reliability.rig import PROGRAM
from tests.tmux import Screen, screen
from tests.waiting import wait_until

TIMES = 20 if MANY else 2
SEED = 99
COUNT, PARALLEL = 16, 8
TASK = Task(before=1, body=2, behind=1, data=("r0", "r1"), after="; sleep 0.05")


@contextmanager
def running(work: Crew) -> Iterator[Screen]:
    """A run at a terminal, which has taken the script."""
    command = [*PROGRAM, "run", work.rig.name, "--on-error", "next-machine", "--in-flight", "rerun"]
    with screen(100, 30, command, work.rig.folder, work.rig.environment) as shown:
        wait_until(work.rig.leftovers)
        yield shown


def stop(shown: Screen, how: str) -> None:
    """Ask the run to end."""
    if how == "SIGTERM":
        (program,) = psutil.Process(int(shown.tmux("list-panes", "-F", "#{pane_pid}"))).children()
        program.terminate()
    else:
        shown.press({"Escape": "Escape", "Ctrl-C": "C-c"}[how])


@pytest.mark.parametrize(("how", "status"), [("Escape", 130), ("Ctrl-C", 130), ("SIGTERM", 143)])
def test_the_run_ends_after_the_commands_at_work(crew: Callable[[int, Task], Crew], *, how: str, status: int) -> None:
    """At any instant: each cell says what the ledger says, and resumed to the end nothing is done twice."""
    chance = random.Random(f"{SEED}{how}")
    work = crew(COUNT, TASK)
    work.write(f"BatchSettings.Parallel={PARALLEL}")
    for _ in range(TIMES):
        begun = len(work.rig.ledger)
        left = COUNT * len(TASK.steps()) - begun
        wanted, pause = begun + chance.randrange(left * 2 // 3), chance.uniform(0, 0.1)
        with running(work) as shown:
            wait_until(lambda wanted=wanted: len(work.rig.ledger) >= wanted)
            time.sleep(pause)
            stop(shown, how)
            shown.shows(f"ended with {status}")
        work.is_true()
        assert work.rig.leftovers() == []
    ended = work.rig.call()
    assert ended.status == 0, ended.errors
    work.is_finished()


def test_a_second_ctrl_c_ends_the_commands_at_work_too(crew: Callable[[int, Task], Crew]) -> None:
    """The first one changes nothing for them; the second ends them on their machines, and they are run again."""
    work = crew(COUNT, TASK._replace(after="; [ -e %Ledger|sh%.mended ] || sleep 1000"))
    work.write(f"BatchSettings.Parallel={PARALLEL}")
    with running(work) as shown:
        wait_until(lambda: len(work.rig.ledger) == PARALLEL)
        shown.press("C-c")
        shown.shows("Interrupted: the run ends after the command")
        assert len(work.machines.busy) > PARALLEL
        shown.press("C-c")
        shown.shows("ended with 130")
    work.still()
    at_work = [name for name, entries in work.done.items() if entries]
    assert {name: work.cells[name] for name in at_work} == dict.fromkeys(at_work, "OK-0@")
    assert all(work.cells[name] == "" for name in set(work.names) - set(at_work))
    assert work.rig.leftovers() == []

    (work.rig.folder / work.rig.book).with_name("ledger.mended").touch()
    work.allowed.update(f"{name}.b0" for name in at_work)
    assert work.rig.call().status == 0
    work.is_finished()


@pytest.mark.parametrize("scanned", ["Yes", "No"])
def test_nobody_waits_for_a_machine_that_does_not_answer(crew: Callable[[int, Task], Crew], scanned: str) -> None:
    """A run that is to end gives up machines that it is about to reach; they are not marked as unreachable."""
    work = crew(2, TASK)
    with silent() as port:
        options = f"host=127.0.0.1 port={port}"
        work.write(
            f"BatchSettings.Parallel={PARALLEL}", f"BatchSettings.CheckMachines={scanned}", others={"mute": options}
        )
        with running(work) as shown:
            wait_until(lambda: _is_knocked_at(port))
            shown.press("Escape")
            shown.shows("ended with 130")
        assert work.cells["mute"] == ""
        work.is_true()
        assert work.rig.leftovers() == []


def _is_knocked_at(port: int) -> bool:
    """Somebody has a connection to a port."""
    return any(connection.raddr and connection.raddr.port == port for connection in psutil.net_connections("tcp"))
