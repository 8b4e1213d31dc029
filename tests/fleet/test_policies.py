"""Which machines are begun, and which are tried again: ``Canary``, ``MaxFailed`` and ``AutoRetry``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fleet.crew import Crew, Task
from tests.machines import Machines, free_port
from tests.reliability.rig import end
from tests.waiting import wait_until

COUNT = 12
BROKEN = Task(before=2, head=("DOS [ ! -e %Ledger|sh%-%Machine% ]",))
"""A machine fails at its first row as long as there is a file of its name beside the ledger."""
FAILED = "1-1@"


def _break(place: Path, *names: str) -> list[Path]:
    files = [place / f"ledger-{name}" for name in names]
    for file in files:
        file.touch()
    return files


def _mend(files: list[Path]) -> None:
    for file in files:
        file.unlink()


def test_the_canaries_are_done_before_any_other_begins(crew: Callable[[int, Task], Crew], place: Path) -> None:
    """While one of them fails the others wait; once it is mended it goes on, and then the others begin."""
    work = crew(COUNT, BROKEN)
    work.write("BatchSettings.Parallel=6", "BatchSettings.Canary=3")
    broken = _break(place, "m0002")
    ended = work.rig.call("run", work.rig.name, "--on-error", "next-machine")
    assert ended.status == 1
    assert "not all of the first 3 machines are done: m0002; the others wait" in ended.errors
    first = {"m0001": "OK-AllDone", "m0002": FAILED, "m0003": "OK-AllDone"}
    assert work.cells == dict.fromkeys(work.names, "") | first
    work.is_true()

    _mend(broken)
    assert work.rig.call("run", work.rig.name).status == 0
    work.is_finished()
    order = [entry.partition(".")[0] for entry in work.rig.ledger]
    assert set(order[:6]) == set(first)


@pytest.mark.parametrize("most", ["3", "25%"])
def test_no_more_are_begun_when_too_many_have_failed(crew: Callable[[int, Task], Crew], place: Path, most: str) -> None:
    """Those at work come to their end, the rest is not touched; a number and a percentage mean the same."""
    parallel = 2
    work = crew(COUNT, BROKEN)
    work.write(f"BatchSettings.Parallel={parallel}", f"BatchSettings.MaxFailed={most}")
    broken = _break(place, *list(work.names)[4:])
    ended = work.rig.call("run", work.rig.name)
    assert ended.status == 1
    assert f"no more are started, by `BatchSettings.MaxFailed={most}`" in ended.errors
    cells = list(work.cells.values())
    assert cells[:4] == ["OK-AllDone"] * 4
    failed = cells.count(FAILED)
    assert 3 <= failed < 3 + parallel
    assert cells[4:] == [FAILED] * failed + [""] * (COUNT - 4 - failed)
    work.is_true()

    _mend(broken)
    assert work.rig.call("run", work.rig.name).status == 0
    work.is_finished()


def test_auto_retry_goes_on_until_all_are_done(
    crew: Callable[[int, Task], Crew], machines: Machines, place: Path
) -> None:
    """A machine that comes up late, and one that fails twice: tried again from the first command, by themselves."""
    fails = (
        "DOS echo x >> %Ledger|sh%.tries-%Machine%; "
        "[ %Machine% != weak ] || [ $(wc -l < %Ledger|sh%.tries-weak) -ge 3 ]"
    )
    work = crew(4, Task(before=1, behind=1, head=(fails,)))
    port = free_port()
    others = {"late": f"host=127.0.1.50 port={port}", "weak": "host=127.0.1.51"}
    work.write("BatchSettings.Parallel=3", "BatchSettings.AutoRetry=1", others=others)
    process = work.rig.start()
    try:
        wait_until(lambda: all(work.cells[name] == "OK-AllDone" for name in (*work.names, "weak")))
        wait_until(lambda: work.cells["late"] == "1225-0")
        assert process.poll() is None
        with machines.also_at(port):
            assert process.wait(60) == 0
    finally:
        end(process)
    work.is_finished()
    assert len((place / "ledger.tries-weak").read_text().split()) == 3
    assert len((place / "ledger.tries-late").read_text().split()) == 1
