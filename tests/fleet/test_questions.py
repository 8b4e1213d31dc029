"""A question about one machine at a terminal, while the others go on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fleet.crew import Crew, Task
from tests.reliability.rig import PROGRAM
from tests.tmux import screen
from tests.waiting import wait_until

COUNT = 6
TASK = Task(before=1, behind=1, head=("DOS [ ! -e %Ledger|sh%-%Machine% ]",))
PROMPT = "abort, retry, ignore or support? [a/r/i/s]"


@pytest.mark.parametrize(
    ("answer", "status", "cell"), [("a", 1, "1-1@"), ("r", 0, "OK-AllDone"), ("i", 0, "OK-AllDone")]
)
def test_the_others_go_on_while_one_is_asked_about(
    crew: Callable[[int, Task], Crew], place: Path, answer: str, status: int, cell: str
) -> None:
    """They come to their end before the answer is given; it is about the one machine alone."""
    work = crew(COUNT, TASK)
    work.write("BatchSettings.Parallel=3")
    broken = place / "ledger-m0002"
    broken.touch()
    with screen(
        100, 30, [*PROGRAM, "run", work.rig.name, "--on-error", "ask"], work.rig.folder, work.rig.environment
    ) as shown:
        shown.shows("machine: m0002", PROMPT)
        wait_until(lambda: list(work.cells.values()).count("OK-AllDone") == COUNT - 1)
        if answer == "r":
            broken.unlink()
        shown.press(answer, "Enter")
        shown.shows(f"ended with {status}")
    assert work.cells == dict.fromkeys(work.names, "OK-AllDone") | {"m0002": cell}
    work.is_true()
    assert work.rig.leftovers() == []


def test_two_machines_are_asked_about_one_after_the_other(crew: Callable[[int, Task], Crew], place: Path) -> None:
    """Each answer counts for the machine that its question names."""
    work = crew(COUNT, TASK)
    work.write("BatchSettings.Parallel=3")
    for name in ("m0001", "m0002"):
        (place / f"ledger-{name}").touch()
    with screen(
        100, 40, [*PROGRAM, "run", work.rig.name, "--on-error", "ask"], work.rig.folder, work.rig.environment
    ) as shown:
        wait_until(lambda: list(work.cells.values()).count("OK-AllDone") == COUNT - 2)
        seen = shown.shows(PROMPT)
        assert seen.count(PROMPT) == 1
        shown.press("i", "Enter")
        shown.until(lambda _: shown.everything.count(PROMPT) == 2)
        shown.press("i", "Enter")
        shown.shows("ended with 0")
    work.is_finished()
