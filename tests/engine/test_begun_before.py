"""A command is told whether its row was begun before: an attempt of it may have left something."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from setupbatcher.commands import registry
from setupbatcher.commands.context import Context
from setupbatcher.commands.registry import command
from setupbatcher.engine import step
from setupbatcher.run import InFlightPolicy, OnError, Options, status
from tests.laboratory import LEDGER, Laboratory, fail, kill

SEEN: list[bool] = []


@command("Lab.Tell", area="Laboratory", example="Lab.Tell", does="tell")
async def lab_tell(context: Context) -> None:
    """Remember what is told."""
    SEEN.append(context.again)
    LEDGER.work("tell")


LAB_TELL = registry._COMMANDS.pop("lab.tell")


@pytest.fixture(autouse=True)
def _declared(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(registry._COMMANDS, "lab.tell", LAB_TELL)
    monkeypatch.setattr(step, "RETRY_PAUSE", 0.0)
    SEEN.clear()
    return


def laboratory(folder: Path, text: str) -> Laboratory:
    """A folder with a script."""
    made = Laboratory(folder / "script.txt")
    made.write(text)
    return made


def test_a_first_attempt(tmp_path: Path) -> None:
    """Of each row, and of each data row."""
    text = "[Settings]\nBatchSettings.MarkerCol=2\n[Batch]\nLab.Tell\nData.Loop\nLab.Tell\nData.EndLoop\n[Data]\na\nb\n"
    assert laboratory(tmp_path, text).run() == 0
    assert SEEN == [False] * 3


def test_a_further_try(tmp_path: Path) -> None:
    """By the row's own switch."""
    made = laboratory(tmp_path, "[Batch]\n$r(2) Lab.Tell\nLab.Tell\n")
    assert made.run(faults={0: fail(5), 1: fail(5)}) == 0
    assert SEEN == [False, True, True, False]


MACHINES = "[Machines]\nm1\tLocal\nm2\tLocal\n"


@pytest.mark.parametrize("machines", ["", MACHINES], ids=["alone", "machines"])
def test_a_row_that_had_an_error(tmp_path: Path, machines: str) -> None:
    """Until its marker is gone, by hand or by starting over."""
    made = laboratory(tmp_path, f"{machines}[Batch]\nLab.Do a\nLab.Tell\n")
    made.run(faults={1: fail(5)})
    made.run(faults={0: fail(5)})
    assert SEEN == [False, True]
    made.write(made.text.replace("Lab.Tell\t5", "Lab.Tell").replace("\t\t5-2", "\t\tOK-1"))
    made.run(faults={0: fail(5)})
    assert SEEN == [False, True, False]
    made.run(Options(restart=True), faults={1: fail(5)})
    assert SEEN == [False, True, False, False]


def test_a_row_of_a_machine_that_was_left(tmp_path: Path) -> None:
    """The machine's own cell says that it had an error."""
    made = laboratory(tmp_path, f"{MACHINES}[Batch]\nLab.Tell\n")
    options = Options(on_error=OnError.NEXT_MACHINE)
    made.run(options, faults={0: fail(5)})
    made.run(options)
    assert SEEN == [False, False, True]


def test_a_row_that_was_in_flight(tmp_path: Path) -> None:
    """When the run died; not another row, nor the same of another machine, nor once it has ended."""
    made = laboratory(tmp_path, f"{MACHINES}[Batch]\nLab.Do a\nLab.Tell\nLab.Tell\n")
    assert made.run(faults={1: kill}) == -9
    assert made.run() == 0
    assert SEEN == [False, True, False, False, False]


def test_a_row_that_was_in_flight_and_is_forgotten(tmp_path: Path) -> None:
    """Starting over forgets it."""
    made = laboratory(tmp_path, "[Batch]\nLab.Tell\n")
    assert made.run(faults={0: kill}) == -9
    assert made.run(Options(restart=True, in_flight=InFlightPolicy.RERUN)) == 0
    assert SEEN == [False, False]


def test_a_row_that_the_next_run_does_not_come_to(tmp_path: Path) -> None:
    """It stays known as in flight until some run does; nothing is left then."""
    made = laboratory(tmp_path, f"{MACHINES}[Batch]\nLab.Do a\nLab.Tell\n")
    assert made.run(faults={1: kill}) == -9
    assert made.run(Options(limit="m2")) == 0
    assert SEEN == [False, False]
    assert [(entry.machine, entry.text) for entry in status(made.path).in_flight] == [("m1", "Lab.Tell")]
    assert made.run() == 0
    assert SEEN == [False, False, True]
    assert [path.name for path in tmp_path.iterdir()] == ["script.txt"]


@pytest.mark.parametrize("change", [("OK-1@", "OK-2@"), ("\nLab.Tell\n", "\nLab.Do b\n")], ids=["done", "gone"])
def test_a_row_that_nobody_comes_to_any_more(tmp_path: Path, change: tuple[str, str]) -> None:
    """What a person has marked as done, or taken out, is forgotten."""
    made = laboratory(tmp_path, f"{MACHINES}[Batch]\nLab.Do a\nLab.Tell\n")
    made.run(faults={1: kill})
    made.run(Options(limit="m2"))
    made.write(made.text.replace(*change))
    assert made.run() == 0
    assert SEEN == [False, False]
    assert [path.name for path in tmp_path.iterdir()] == ["script.txt"]
