"""``Data.Load`` in a run: the rows stand in the script with the command's own ``OK``, and the loops go over them."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from setupbatcher import events
from setupbatcher.run import Options, check, remove_markers
from tests.laboratory import LEDGER, Laboratory, done_names, fail, kill, kill_late

SCRIPT = """\
; The data stand in front, so that filling them moves all that follows.
[Data]
Name,Site

[Settings]
BatchSettings.MarkerCol=3
BatchSettings.DataHeader=Yes
[Init]
Lab.Do first{0}
Data.Load %Source%{1}
Lab.Do loaded{2}
[Batch]
Lab.Do begin{3}
Data.Loop{4}
 Lab.Do %Name%@%Site%{5}
Data.EndLoop
Lab.Do end{6}
"""
FILE = "Name,Site\nann,Bern\nbob,Rome\n"
WORK = ["first", "loaded", "begin", "ann@Bern", "bob@Rome", "end"]
GIVEN = Options(given={"Source": "users.csv"})


def cells(*markers: str, rows: str = "") -> str:
    """The script with marker cells filled in, and with rows in [Data]."""
    return SCRIPT.format(*(markers + ("",) * 7)[:7]).replace("Name,Site\n", f"Name,Site\n{rows}")


@pytest.fixture
def laboratory(tmp_path: Path) -> Laboratory:
    """A folder with the script and the file."""
    LEDGER.done.clear()
    made = Laboratory(tmp_path / "script.txt")
    made.write(cells())
    (tmp_path / "users.csv").write_text(FILE)
    return made


def test_the_rows_stand_in_the_script(laboratory: Laboratory) -> None:
    """The loop goes over them, and all else in the script is as it was."""
    assert laboratory.run(GIVEN) == 0
    assert done_names(LEDGER.done) == WORK
    ok = "\tOK"
    assert laboratory.text == cells(ok, ok, ok, ok, ok, "", ok, rows="ann,Bern\nbob,Rome\n")
    assert check(laboratory.path, {"Source": "x"}).findings == []
    done = next(event for event in laboratory.heard if isinstance(event, events.CommandDone) and event.filled)
    assert done.note == "2 rows"


def test_a_second_run_has_nothing_to_do_and_a_restart_loads_again(laboratory: Laboratory) -> None:
    """The rows stay with the markers, and are replaced once these are gone."""
    laboratory.run(GIVEN)
    (laboratory.path.parent / "users.csv").write_text("Name,Site\ncid,Oslo\n")
    assert laboratory.run(GIVEN) == 0
    assert len(LEDGER.done) == len(WORK)
    assert laboratory.run(Options(restart=True, given=GIVEN.given)) == 0
    assert done_names(LEDGER.done)[len(WORK) :] == ["first", "loaded", "begin", "cid@Oslo", "end"]
    remove_markers(laboratory.path)
    assert laboratory.text == cells(rows="cid,Oslo\n")


@pytest.mark.parametrize("number", range(len(WORK)))
@pytest.mark.parametrize("fault", [fail(5), kill, kill_late], ids=["error", "killed", "killed late"])
def test_a_run_that_stopped_goes_on(laboratory: Laboratory, number: int, fault: Callable[[str], None]) -> None:
    """Wherever it was: the rows are there with the ``OK``, or neither, and in the end all is as in one go."""
    laboratory.run(GIVEN)
    expected = laboratory.text
    laboratory.write(cells())
    LEDGER.done.clear()
    assert laboratory.run(GIVEN, faults={number: fault}) in {1, -9}
    (laboratory.path.parent / "users.csv").write_text(FILE if number == 0 else "Name,Site\nnobody,Nowhere\n")
    assert laboratory.run(GIVEN) == 0
    twice = [WORK[number]] if fault is kill_late else []
    assert sorted(done_names(LEDGER.done)) == sorted(WORK + twice)
    assert laboratory.text == expected


def test_several_machines_at_once_have_the_rows(laboratory: Laboratory) -> None:
    """Each goes over them."""
    laboratory.write(
        "[Machines]\nm1\tLocal\nm2\tLocal\n" + cells().replace("[Init]", "BatchSettings.Parallel=2\n[Init]")
    )
    assert laboratory.run(GIVEN) == 0
    assert sorted(LEDGER.done)[2:] == [f"m{number}:{name}" for number in (1, 2) for name in sorted(WORK[2:])]
    assert "ann,Bern\nbob,Rome\n" in laboratory.text


def test_a_file_that_cannot_be_loaded_changes_nothing(laboratory: Laboratory) -> None:
    """The row has the error code, and [Data] what it had."""
    (laboratory.path.parent / "users.csv").write_text('Name,Site\n"a\nb",x\n')
    assert laboratory.run(GIVEN) == 1
    assert laboratory.text == cells("\tOK", "\t13")
    error = next(event for event in laboratory.heard if isinstance(event, events.CommandError))
    assert error.message == "users.csv: row 2, column 1 (`Name`): a row has no room for a line end"


def test_a_dry_run_loads_nothing(laboratory: Laboratory) -> None:
    """It says what would be done, and shows the loop with the rows of now."""
    assert laboratory.run(Options(dry_run=True, given=GIVEN.given)) == 0
    said = [event.text for event in laboratory.heard if isinstance(event, events.Said)]
    assert said[2] == (
        "would fill the data section with the rows of users.csv  (the rows that follow here are those of now)"
    )
    assert laboratory.text == cells()


def test_what_is_loaded_can_be_saved(laboratory: Laboratory) -> None:
    """Also in the middle of the loop, with the markers of now."""
    text = cells().replace("Lab.Do %Name%@%Site%", "Data.Save now.csv,,markers=Yes")
    laboratory.write(text)
    assert laboratory.run(GIVEN) == 0
    assert (laboratory.path.parent / "now.csv").read_text() == "Name,Site,\nann,Bern,OK\nbob,Rome,\n"


def test_rows_loaded_twice(laboratory: Laboratory) -> None:
    """Each load replaces what the one before has left."""
    (laboratory.path.parent / "more.csv").write_text("Name,Site\ncid,Oslo\n")
    laboratory.write(cells().replace("Lab.Do loaded", "Data.Loop\n Lab.Do %Name%\nData.EndLoop\nData.Load more.csv"))
    assert laboratory.run(GIVEN) == 0
    assert done_names(LEDGER.done) == ["first", "ann", "bob", "begin", "cid@Oslo", "end"]


def test_hostile_rows_stay_rows(laboratory: Laboratory) -> None:
    """Labels, comments, markers and variables in a file are data."""
    values = ["[Batch]", "[Data_End]", "; x", "OK", "%Source%", '"', "a,b", "Lab.Do evil\tOK"]
    lines = ['"{}",x'.format(value.replace('"', '""')) for value in values]
    (laboratory.path.parent / "users.csv").write_text("\n".join(["Name,Site", *lines, ""]))
    assert laboratory.run(GIVEN) == 0
    assert done_names(LEDGER.done)[3:-1] == [f"{value}@x" for value in values]
    assert check(laboratory.path, {"Source": "x"}).findings == []


# Somebody saves the script meanwhile


def editing(laboratory: Laboratory, change: Callable[[str], str], number: int) -> dict[int, Callable[[str], None]]:
    """Somebody changes the script while a command is at work."""
    return {number: laboratory.edit(change)}


def test_a_stale_buffer_gets_the_rows_again(laboratory: Laboratory) -> None:
    """An editor that had read the script before they were loaded saves it: neither rows nor markers are lost."""
    assert laboratory.run(GIVEN, faults=editing(laboratory, lambda _: "; a new comment\n" + cells(), 2)) == 0
    assert done_names(LEDGER.done) == WORK
    ok = "\tOK"
    assert laboratory.text == "; a new comment\n" + cells(ok, ok, ok, ok, ok, "", ok, rows="ann,Bern\nbob,Rome\n")


@pytest.mark.parametrize("noticed", [True, False])
def test_a_stale_buffer_and_a_crash(laboratory: Laboratory, noticed: bool) -> None:  # noqa: FBT001 -- a parameter
    """The rows are in the journal, so they survive both, whether the edit was noticed before the crash or not."""

    def fault(name: str) -> None:
        laboratory.edit(lambda _: "; a new comment\n" + cells(), noticed=noticed)(name)
        kill(name)

    assert laboratory.run(GIVEN, faults={3: fault}) == -9
    (laboratory.path.parent / "users.csv").unlink()
    assert laboratory.run(GIVEN) == 0
    assert done_names(LEDGER.done) == WORK
    assert "; a new comment\n" in laboratory.text


def test_edited_rows_count(laboratory: Laboratory) -> None:
    """Whoever changes the rows after they were loaded has the last word: a row more, one less, one changed."""

    def change(text: str) -> str:
        return text.replace("bob,Rome", "bob,Paris\ncid,Oslo")

    def both(name: str) -> None:
        laboratory.writers[-1].fold()
        laboratory.edit(change)(name)

    assert laboratory.run(GIVEN, faults={3: both}) == 0
    assert done_names(LEDGER.done) == ["first", "loaded", "begin", "ann@Bern", "bob@Paris", "cid@Oslo", "end"]


def test_rows_that_nobody_knows_end_the_run(laboratory: Laboratory) -> None:
    """A stale buffer with rows of its own: what is meant is not known, so both texts are kept and the run ends."""
    mine = cells(rows="dan,Kyiv\n")
    assert laboratory.run(GIVEN, faults=editing(laboratory, lambda _: mine, 2)) == 1
    assert laboratory.text == mine
    notices = [event.text for event in laboratory.heard if isinstance(event, events.Notice)]
    assert any(re.search("cannot be told apart|found no place", text) for text in notices)
