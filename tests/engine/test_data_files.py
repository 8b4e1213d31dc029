"""[DataFiles]: each file in turn goes through [Data]; whatever stops that, everything has run once in the end."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from setupbatcher.markers.agreement import findings
from setupbatcher.run import Options, status
from setupbatcher.script import Document
from tests.laboratory import LEDGER, Laboratory, fail, interrupt_here, kill

HEAD = """\
[Settings]
BatchSettings.MarkerCol=3
"""
FILES = """\
[DataFiles]
in/a.csv
; a comment
in/b.csv
"""
MACHINES = """\
[Machines]
m1	Local
m2	Local
"""
COMMANDS = """\
[Batch]
Lab.Do begin
Data.Loop
 Lab.Do x-%col1%
 Lab.Do y-%col2%
Data.EndLoop
Lab.Do end
[OnError]
Lab.Do sorry
[Data]
old,0
"""
STOPS = {"an error": fail(5), "an interrupt": interrupt_here, "a kill": kill}


@pytest.fixture
def lab(tmp_path: Path) -> Laboratory:
    """A folder with two data files."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.csv").write_text('ann,1\n"b,c",2\n', encoding="utf-8")
    (tmp_path / "in" / "b.csv").write_text("dan,3\n", encoding="utf-8")
    LEDGER.done.clear()
    return Laboratory(tmp_path / "script.txt")


def _done(machine: str) -> list[str]:
    names = ["begin", "x-ann", "y-1", "x-b,c", "y-2", "end", "begin", "x-dan", "y-3", "end"]
    return [f"{machine}:{name}" for name in names]


def test_the_files_go_through_data_one_after_another(lab: Laboratory) -> None:
    """Without machines the files keep their marks, and [Data] the last file's rows."""
    lab.write(HEAD + FILES + COMMANDS)
    assert lab.run() == 0
    assert LEDGER.done == _done("localhost")
    marked = FILES.replace(".csv\n", ".csv\tOK\n")
    assert lab.text == HEAD + marked + COMMANDS.replace("old,0", "dan,3")
    assert lab.run() == 0
    assert LEDGER.done == _done("localhost")


def test_a_stopped_script_shows_where_it_is(lab: Laboratory) -> None:
    """The file at work has no mark, and its rows stand in [Data] with theirs."""
    lab.write(HEAD + FILES + MACHINES + COMMANDS)
    assert lab.run(faults={3: fail(5)}) == 1
    assert lab.text == HEAD + FILES + MACHINES.replace("m1\tLocal\n", "m1\tLocal\t\t5-3\n") + COMMANDS.replace(
        "Lab.Do begin\n", "Lab.Do begin\tOK\n"
    ).replace("Data.Loop\n", "Data.Loop\t5-1\n").replace("x-%col1%\n", "x-%col1%\t5\n").replace(
        "Lab.Do sorry\n", "Lab.Do sorry\tOK\n"
    ).replace("old,0", 'ann,1,OK\n"b,c",2')


@pytest.mark.parametrize("stop", STOPS.values(), ids=STOPS.keys())
@pytest.mark.parametrize("machines", [MACHINES, ""], ids=["machines", "this machine"])
def test_what_is_stopped_goes_on_to_the_same_end(lab: Laboratory, machines: str, stop: Callable[[str], None]) -> None:
    """Stopped at any command of any file, the rest runs once, and the script ends the same."""
    text = HEAD + FILES + machines + COMMANDS
    lab.write(text)
    assert lab.run() == 0
    end = lab.text
    expected = _done("m1") + _done("m2") if machines else _done("localhost")
    for at in range(len(expected)):
        lab.write(text)
        LEDGER.done.clear()
        stopped = lab.run(faults={at: stop})
        if stopped != -9:
            assert findings(Document.from_text(lab.text)) == []
        assert lab.run() == 0
        assert lab.text == end
        assert [entry for entry in LEDGER.done if not entry.endswith("sorry")] == expected
        assert sorted(path.name for path in lab.path.parent.iterdir()) == ["in", "script.txt"]


def test_a_source_fills_the_section_once(lab: Laboratory) -> None:
    """What is found stands below its row; a stopped run does not look again, and what is listed is not listed twice."""
    lab.write(HEAD + "[DataFiles]\n$GetDataFiles in,*.csv\nin/b.csv\n" + COMMANDS)
    assert lab.run(faults={1: interrupt_here}) == 130
    section = "[DataFiles]\n$GetDataFiles in,*.csv\tOK\nin/a.csv\nin/b.csv\n"
    assert lab.text.startswith(HEAD + section)
    (lab.path.parent / "in" / "late.csv").write_text("late,9\n", encoding="utf-8")
    assert lab.run() == 0
    assert LEDGER.done == _done("localhost")
    assert lab.text.startswith(HEAD + section.replace("a.csv", "a.csv\tOK").replace("b.csv\n", "b.csv\tOK\n"))


def test_a_source_looks_again_when_all_machines_are_done(lab: Laboratory) -> None:
    """With the last machine the mark of the source goes, as those of [Init] do."""
    lab.write(HEAD + "[DataFiles]\n$GetDataFiles in,*.csv\n" + MACHINES + COMMANDS)
    assert lab.run() == 0
    assert LEDGER.done == _done("m1") + _done("m2")
    assert lab.text.startswith(
        HEAD + "[DataFiles]\n$GetDataFiles in,*.csv\nin/a.csv\nin/b.csv\n[Machines]\nm1\tLocal\t\tOK"
    )


def test_a_file_that_is_not_there_stops_the_run(lab: Laboratory) -> None:
    """Nothing is marked for it, and once it is there the next run takes it."""
    lab.write(HEAD + FILES + COMMANDS)
    path = lab.path.parent / "in" / "b.csv"
    path.rename(path.with_suffix(".away"))
    assert lab.run() == 1
    assert LEDGER.done == _done("localhost")[:6]
    assert [event.text for event in lab.heard if type(event).__name__ == "Notice"] == [
        f"error 2: {path}: no such file or directory"
    ]
    path.with_suffix(".away").rename(path)
    assert lab.run() == 0
    assert LEDGER.done == _done("localhost")


def test_a_limit_keeps_its_hands_off_a_machine_at_a_file(lab: Laboratory) -> None:
    """A machine's cell cannot say which file it is at, so its progress is not moved there."""
    lab.write(HEAD + FILES + MACHINES + COMMANDS)
    lab.run(faults={2: fail(5)})
    assert lab.refusal(Options(limit="m2")) == ["SB708"]
    assert lab.refusal(Options(undo=True)) != []


def test_no_file_means_nothing_to_do(lab: Laboratory) -> None:
    """A section that names no file is done."""
    lab.write(HEAD + "[DataFiles]\n$GetDataFiles in,*.xlsx\n" + COMMANDS)
    assert lab.run() == 0
    assert LEDGER.done == []
    assert status(lab.path).state == "done"
