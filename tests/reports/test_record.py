"""The sheet of a run: recorded while it happens, completed by markers, kept for later."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from setupbatcher import events
from setupbatcher.events import LoopPlace, Place
from setupbatcher.reports import shelf
from setupbatcher.reports.last import last_run
from setupbatcher.reports.record import OUTPUT, Record
from setupbatcher.reports.sheet import Sheet
from setupbatcher.run import Options, Run
from setupbatcher.script import Document
from setupbatcher.script.labels import BATCH, data_section
from tests.reports.fleet import Fleet, name_of
from tests.reports.runs import SCRIPT, cell, machine, outcomes, run, written
from tests.reports.scripts import ERROR, IN_LOOP, RENAME, STARTED, Clock


def test_a_run_is_recorded_row_by_row(tmp_path: Path) -> None:
    """Branches, loops with a failed row, ignored errors, calls, and a machine that cannot be reached."""
    record, status = run(written(tmp_path))
    sheet = record.sheet()
    assert status == sheet.status == 1
    assert [(entry.name, entry.state, entry.code) for entry in sheet.machines] == [
        ("[Init]", "done", None),
        ("one", "done", None),
        ("two", "failed", 3),
        ("bad", "unreachable", 1225),
    ]
    assert outcomes(sheet, "[Init]") == {"[Init] 1": "done"}
    assert outcomes(sheet, "one") == {
        "[Batch] 1": "done",
        "[Batch] 2": "skipped",
        "[Batch] 3": "skipped",
        "[Batch] 4": "done",
        "[Batch] 5": "done",
        "[Batch] 7": "done",
        "[Batch] 8": "done",
        "[Batch] 9": "ignored",
        "[Batch] 11": "done",
        "[Sub Part] 1": "done",
    }
    assert outcomes(sheet, "two") == {
        "[Batch] 1": "done",
        "[Batch] 2": "done",
        "[Batch] 3": "unchanged",
        "[Batch] 4": "skipped",
        "[Batch] 5": "skipped",
        "[Batch] 7": "partly",
        "[Batch] 8": "failed",
        "[Batch] 9": "ignored",
    }
    assert outcomes(sheet, "bad") == {}
    assert [cell(sheet, "one", row).times for row in ("[Batch] 7", "[Batch] 8", "[Batch] 1")] == [2, 2, 1]
    assert sheet.texts[cell(sheet, "one", "[Batch] 1").output] == "hello one\n"
    stands = [fault for fault in sheet.faults if fault.fate == "stands"]
    assert [(sheet.machines[fault.machine].name, fault.code, fault.row, fault.data) for fault in stands] == [
        ("bad", 1225, None, ""),
        ("two", 3, 1, "b"),
    ]
    assert stands[1].output == "broken"
    assert stands[1].program
    assert [fault.row for fault in sheet.faults if fault.fate == "ignored"] == [0, 0]


def test_times_add_up(tmp_path: Path) -> None:
    """Every command lies within its machine's time, and that within the run's."""
    record, _ = run(written(tmp_path, SCRIPT.replace("DOS echo hello %Machine%", "DOS echo hello; sleep 0.1")))
    sheet = record.sheet()
    for entry in sheet.machines:
        if entry.begun is None or entry.ended is None:
            continue
        assert 0 <= entry.begun <= entry.ended <= sheet.seconds + 0.01
        for each in entry.cells:
            if each.times:
                assert entry.begun - 0.002 <= each.begun <= each.begun + each.seconds <= entry.ended + 0.002
    assert cell(sheet, "one", "[Batch] 1").seconds >= 0.1
    assert cell(sheet, "one", "[Batch] 11").seconds >= cell(sheet, "one", "[Sub Part] 1").seconds


def test_what_an_earlier_run_has_done_is_known_by_its_markers(tmp_path: Path) -> None:
    """Whole machines, and the rows before the one that a machine goes on with."""
    path = written(tmp_path)
    run(path)
    path.write_text(path.read_text(encoding="utf-8").replace("exit 3; }", "true; }"), encoding="utf-8")
    sheet = run(path)[0].sheet()
    assert [(entry.name, entry.state) for entry in sheet.machines] == [
        ("[Init]", "done"),
        ("one", "done"),
        ("two", "done"),
        ("bad", "unreachable"),
    ]
    assert set(outcomes(sheet, "one").values()) == {"earlier"}
    assert machine(sheet, "one").begun is None
    two = outcomes(sheet, "two")
    assert two["[Batch] 1"] == "earlier"
    assert two["[Batch] 8"] == two["[Batch] 11"] == "done"


def test_a_script_without_machines_is_one_machine(tmp_path: Path) -> None:
    """[Init] and [Batch] are the rows of the same one; what follows an error is not reached."""
    path = written(tmp_path, "[Init]\nLog a\n[Batch]\nLog b\tOK\nDOS exit 4\nLog c\n")
    sheet = run(path, Options())[0].sheet()
    assert [(entry.name, entry.state, entry.code) for entry in sheet.machines] == [("this machine", "failed", 4)]
    assert outcomes(sheet, "this machine") == {"[Init] 1": "done", "[Batch] 1": "earlier", "[Batch] 2": "failed"}


def test_an_interrupted_run_says_so(tmp_path: Path) -> None:
    """With what was done up to then."""
    path = written(tmp_path, "[Machines]\na\tLocal\nb\tLocal\n[Batch]\nLog x\nLog y\n")
    record = Record("script.txt")

    def interrupt(event: events.Event) -> None:
        if isinstance(event, events.CommandDone):
            going.interrupt()

    going = Run(path, Options(), [record, interrupt])
    assert asyncio.run(going.execute()) == 130
    sheet = record.sheet()
    assert sheet.interrupted
    assert [(entry.name, entry.state) for entry in sheet.machines] == [("a", "unfinished"), ("b", "fresh")]
    assert outcomes(sheet, "a") == {"[Batch] 1": "done"}


def test_what_is_at_work_when_a_run_breaks_off_is_known() -> None:
    """It has no end, and the run has no status."""
    record = Record("script.txt")
    for event in (STARTED, events.MachineStarted(2, "web2", resumed=False, number=1, total=1), RENAME):
        record(event)
    sheet = record.sheet()
    assert sheet.status is None
    assert outcomes(sheet, "web2")["[Batch] 2"] == "in_flight"


def test_many_machines_do_not_mix() -> None:
    """Whatever the order of their events, each has its own cells and errors."""
    clock = Clock()

    def spend(seconds: float) -> None:
        clock.now += seconds

    record = Record("setup.txt", seconds=clock)
    for event in Fleet(200, 23, failing=9, unreachable=40, spend=spend):
        record(event)
    sheet = record.sheet()
    for number, entry in enumerate(sheet.machines, 1):
        found = "".join(cell.outcome for cell in entry.cells)
        if number % 40 == 1:
            assert (entry.state, found) == ("unreachable", "")
        elif number % 9 == 0:
            assert (entry.state, found) == ("failed", "ddf")
        else:
            assert (entry.state, found) == ("done", "ddddi" if number % 7 == 0 else "ddddd")
        assert entry.name == name_of(number)
    stands = {sheet.machines[fault.machine].name for fault in sheet.faults if fault.fate == "stands"}
    assert stands == {entry.name for entry in sheet.machines if entry.state != "done"}


def test_a_machine_that_is_tried_again_begins_with_empty_cells() -> None:
    """Auto retry starts at the first command; the errors of before stay."""
    record = Record("script.txt")
    started = events.MachineStarted(2, "web2", resumed=False, number=1, total=1)
    place = Place(BATCH, 4, machine=2)
    for event in (
        STARTED,
        started,
        events.CommandDone(place, "Log end", "web2"),
        replace(ERROR, place=place),
        events.CommandFailed(place, 5, "web2"),
        events.MachineStopped(2, "web2", 5, place),
        events.MachineLeft(2, "web2", 5, 4, None, again=1.0),
        started,
    ):
        record(event)
    sheet = record.sheet()
    assert outcomes(sheet, "web2") == {}
    assert machine(sheet, "web2").state == "unfinished"
    assert [fault.fate for fault in sheet.faults] == ["retried"]


def test_a_long_loop_takes_no_more_room_than_a_short_one() -> None:
    """Of errors that are ignored over and over some are kept, the others counted; of outputs the last one."""
    record = Record("script.txt")
    record(STARTED)
    sizes = []
    for row in range(3000):
        place = replace(IN_LOOP, loops=(LoopPlace(BATCH, 1, data_section(), row),))
        record(events.CommandStarted(place, "DOS x", "web2"))
        record(events.Output(place, f"{row}: " + "x" * 1000))
        record(replace(ERROR, place=place, output="y" * 100_000))
        record(events.CommandDone(place, "DOS x", "web2", ignored=5))
        if row in {100, 2999}:
            sizes.append(len(record.sheet().to_json()))
    sheet = record.sheet()
    assert sizes[1] - sizes[0] < 50
    assert len(sheet.faults) == 20
    assert sheet.left_out == 2980
    assert len(sheet.faults[0].output) == OUTPUT
    assert cell(sheet, "web2", "[Batch] 2").ignored == 3000


def test_outputs_of_all_machines_together_are_bounded() -> None:
    """What comes after that is left out; nothing else is."""
    record = Record("setup.txt")
    for number, event in enumerate(Fleet(3000, 10)):
        record(replace(event, text="z" * 399 + str(number)) if isinstance(event, events.Output) else event)
    sheet = record.sheet()
    assert 3_900_000 < sum(map(len, sheet.texts)) < 4_100_000
    assert all(len(entry.cells) == 5 for entry in sheet.machines)


def test_a_sheet_survives_being_written() -> None:
    """Every character of it, those that no file can hold as text included."""
    record = Record("setup.txt")
    for event in Fleet(30, 4, failing=5, unreachable=7):
        record(replace(event, text="\udce4\x00<\u2028") if isinstance(event, events.Output) else event)
    sheet = record.sheet()
    assert Sheet.from_json(sheet.to_json()) == sheet


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"version":2}', '{"version":1,"columns":3}', "{", '{"version":1}'])
def test_what_is_no_sheet_is_refused(text: str) -> None:
    """Whatever it is instead."""
    with pytest.raises(ValueError, match=r".*"):
        Sheet.from_json(text)


def _kept(path: Path) -> Sheet:
    record, _ = run(path)
    shelf.put(path, record.sheet())
    return record.sheet()


def test_the_last_run_is_kept_for_its_user_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Under whatever name the script is called; of no other script."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    path = written(tmp_path)
    sheet = _kept(path)
    (tmp_path / "link").symlink_to(path)
    assert shelf.get(tmp_path / "link") == sheet
    assert shelf.get(tmp_path / "other.txt") is None
    (kept,) = (tmp_path / "state" / "setupbatcher" / "runs").iterdir()
    assert kept.stat().st_mode & 0o777 == 0o600
    assert kept.parent.stat().st_mode & 0o777 == 0o700
    assert not [name for name in tmp_path.iterdir() if name.name not in {"script.txt", "link", "state"}]


def test_the_shelf_has_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The runs of so many scripts are kept, the newest of them; one that is too large is not."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setattr(shelf, "MOST", 3)
    for number in range(5):
        shelf.put(tmp_path / f"{number}.txt", Sheet(str(number)))
    assert [shelf.get(tmp_path / f"{number}.txt") is not None for number in range(5)] == [
        False,
        False,
        True,
        True,
        True,
    ]
    monkeypatch.setattr(shelf, "LARGEST", 10)
    shelf.put(tmp_path / "4.txt", Sheet("later"))
    kept = shelf.get(tmp_path / "4.txt")
    assert kept is not None
    assert kept.script == "4"


@pytest.mark.parametrize("damage", [b"", b"nonsense", None])
def test_a_damaged_record_counts_as_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: bytes | None) -> None:
    """Also one that was cut."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    path = tmp_path / "script.txt"
    shelf.put(path, Sheet("script.txt"))
    (kept,) = (tmp_path / "state" / "setupbatcher" / "runs").iterdir()
    kept.write_bytes(kept.read_bytes()[:-4] if damage is None else damage)
    assert shelf.get(path) is None


def test_without_a_record_the_markers_tell(tmp_path: Path) -> None:
    """And the sheet says so."""
    path = written(tmp_path)
    run(path)
    sheet = last_run(path)
    assert "No run of this script is on record" in sheet.remarks[0]
    assert [(entry.name, entry.state, entry.code) for entry in sheet.machines] == [
        ("[Init]", "done", None),
        ("one", "done", None),
        ("two", "failed", 3),
        ("bad", "unreachable", 1225),
    ]
    assert outcomes(sheet, "two")["[Batch] 8"] == "failed"
    assert set(outcomes(sheet, "one").values()) == {"earlier"}


def test_a_record_that_still_holds_is_shown_as_it_is(tmp_path: Path) -> None:
    """With its times and errors."""
    path = written(tmp_path)
    sheet = _kept(path)
    sheet.script = str(path)
    assert last_run(path) == sheet


def test_markers_win_over_an_older_record(tmp_path: Path) -> None:
    """What a killed run or a person has marked since is shown, with a word about it."""
    path = written(tmp_path)
    _kept(path)
    text = path.read_text(encoding="utf-8")
    text = text.replace("one\tLocal\t\tOK-AllDone", "one\tLocal").replace("port=1\t1225-0", "port=1\tOK-AllDone")
    path.write_text(text, encoding="utf-8")
    sheet = last_run(path)
    assert len(sheet.remarks) == 1
    assert sheet.remarks[0].startswith("2 machines changed since the end of this run")
    assert [(entry.name, entry.state) for entry in sheet.machines] == [
        ("[Init]", "done"),
        ("one", "fresh"),
        ("two", "failed"),
        ("bad", "done"),
    ]
    assert outcomes(sheet, "one") == {}
    assert set(outcomes(sheet, "bad").values()) == {"earlier"}


def test_a_record_of_another_text_is_left_alone(tmp_path: Path) -> None:
    """Lines would not mean the same any more."""
    path = written(tmp_path)
    before = _kept(path)
    path.write_text(path.read_text(encoding="utf-8").replace("[Batch]\n", "[Batch]\nLog new\n"), encoding="utf-8")
    sheet = last_run(path)
    assert sheet.machines == before.machines
    assert "was edited since this run" in sheet.remarks[0]


def test_an_undo_is_a_run_of_its_own(tmp_path: Path) -> None:
    """Its page has its commands; that of the run before it says that an undo has begun."""
    path = written(tmp_path, "[Machines]\na\tLocal\nb\tLocal\n[Batch]\nLog x\n[Undo]\nLog y\nDOS test %Machine% = a\n")
    before = _kept(path)
    record, status = run(path, Options(undo=True))
    sheet = record.sheet()
    assert (status, sheet.undo) == (1, True)
    assert [column.text for column in sheet.columns] == ["Log y", "DOS test %Machine% = a"]
    assert [(entry.name, entry.state) for entry in sheet.machines] == [("a", "done"), ("b", "failed")]
    assert last_run(path).machines == before.machines
    assert "An undo has begun" in last_run(path).remarks[0]
    shelf.put(path, sheet)
    assert last_run(path).machines == sheet.machines


def test_a_machine_that_has_a_place_of_its_own_is_known_up_to_there(tmp_path: Path) -> None:
    """Cells that end in ``@``, as runs on several machines at once leave them."""
    document = "[Machines]\na\tLocal\t\tOK-2@\nb\tLocal\t\t5-3@\nc\tLocal\t\t5-1@\n[Batch]\nLog x\nLog y\nLog z\n"
    assert str(Document.from_text(document)) == document
    sheet = last_run(written(tmp_path, document))
    assert outcomes(sheet, "a") == {"[Batch] 1": "earlier", "[Batch] 2": "earlier"}
    assert outcomes(sheet, "b") == {"[Batch] 1": "earlier", "[Batch] 2": "earlier", "[Batch] 3": "failed"}
    assert outcomes(sheet, "c") == {"[Batch] 1": "failed"}
