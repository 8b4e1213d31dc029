"""A run on many machines that is killed again and again, and resumed until it is done."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence

import pytest

from tests.fleet.conftest import MANY
from tests.fleet.crew import Crew, Task
from tests.machines import Machines
from tests.reliability.rig import LIMIT, end
from tests.waiting import wait_until

COUNT, KILLS = (MANY * 3 // 10, 10) if MANY else (40, 3)
SEED = 4711
PLAIN = Task(before=5)
LOOP = Task(before=1, body=2, behind=1, data=("r0", "r1", "r2"))


def killed(work: Crew, chance: random.Random, arguments: Sequence[str]) -> bool:
    """Begin a run and kill it after some of the commands that are left; ``False`` where it came to its end before.

    Args:
        work: the machines.
        chance: chooses the instant.
        arguments: of the program.
    """
    begun = len(work.rig.ledger)
    left = len(work.cells) * len(work.task.steps()) - begun
    wanted, pause = begun + chance.randrange(max(left // 2, 1)), chance.uniform(0, 0.1)
    process = work.rig.start(*arguments)
    try:
        wait_until(lambda: len(work.rig.ledger) >= wanted or process.poll() is not None, within=LIMIT + COUNT)
        time.sleep(pause)
    finally:
        end(process)
    return process.returncode < 0


@pytest.mark.parametrize(
    ("task", "durable", "edits"),
    [(PLAIN, False, False), (LOOP, True, False), (LOOP, False, True)],
    ids=["commands", "loop-durable", "loop-edited"],
)
def test_every_command_runs_once_whenever_the_run_is_killed(
    crew: Callable[[int, Task], Crew], machines: Machines, *, task: Task, durable: bool, edits: bool
) -> None:
    """After each kill the cells say what the ledger says; at last every machine has done all, once save at a kill."""
    chance = random.Random(SEED)
    work = crew(COUNT, task)
    work.write("BatchSettings.Parallel=20")
    arguments = ["run", work.rig.name, *(["--durable"] if durable else [])]
    kills = at_work = 0
    while kills < KILLS and killed(work, chance, arguments):
        kills += 1
        work.still()
        work.is_true(cut=True)
        at_work += len(work.rig.in_flight(quick=True))
        if edits:
            work.rig.write(
                work.rig.text.replace(
                    "[Machines_End]", f"late{kills}\tLinux\thost={machines.address(COUNT + kills)}\n[Machines_End]"
                )
            )
            work.is_true(cut=True)
    print(f"{kills} kills of {COUNT} machines met {at_work} commands at work")
    assert kills == KILLS

    ended = work.rig.call(*arguments, limit=LIMIT + COUNT)

    assert ended.status == 0, ended.errors
    assert len(work.cells) == COUNT + edits * KILLS
    work.is_finished()
