"""The lines of the live display, how far a run is, and the part of the terminal they are drawn in."""

from __future__ import annotations

import os
from collections.abc import Iterator
from io import StringIO
from itertools import islice

import pytest

from setupbatcher import events
from setupbatcher.events import Place
from setupbatcher.reports.activity import Activity, Work
from setupbatcher.reports.fitting import fill, fit, width
from setupbatcher.reports.flood import Flood, Room
from setupbatcher.reports.live import Live
from setupbatcher.reports.region import Region
from setupbatcher.reports.slots import Slots
from setupbatcher.reports.tally import Tally
from setupbatcher.script import Document
from setupbatcher.script.labels import BATCH
from tests.reports.fleet import Fleet, fleet_script, name_of
from tests.reports.scripts import Clock


def _region(out: StringIO, columns: int = 80, lines: int = 24) -> Region:
    return Region(out, lambda: os.terminal_size((columns, lines)))


def _live(clock: Clock) -> tuple[Live, Activity]:
    activity = Activity(clock)
    return Live(_region(StringIO()), activity), activity


def _plain(line: str) -> str:
    for code in ("\x1b[2m", "\x1b[32m", "\x1b[1;31m", "\x1b[0m"):
        line = line.replace(code, "")
    return line


@pytest.mark.parametrize(("columns", "lines"), [(79, 21), (199, 47), (40, 10), (20, 5), (10, 1)])
def test_the_display_always_fits(columns: int, lines: int) -> None:
    """At every moment of a large run, in every size; nothing in it can move the cursor."""
    live, activity = _live(Clock())
    for number, event in enumerate(islice(Fleet(300, 60, failing=5, unreachable=11), 4000)):
        live(event, activity(event))
        if number % 97 == 0:
            frame = [_plain(line) for line in live.frame(columns, lines)]
            assert len(frame) <= max(lines, 1)
            assert all(width(line) <= columns for line in frame)
            assert all("\x1b" not in line for line in frame)


def test_what_a_machine_writes_cannot_harm_the_terminal() -> None:
    """Control characters are shown as such, and wide characters take the room that they need."""
    clock = Clock()
    live, activity = _live(clock)
    event = events.CommandStarted(Place(BATCH, 1, machine=1), "DOS \x1b[2J日本", "we\x07b")
    live(event, activity(event))
    said = events.Output(event.place, "\x1b]0;title\x07漢字\x1b[31m" + "字" * 200)
    live(said, activity(said))
    line = _plain(live.frame(60, 20)[0])
    assert line.startswith("we\\x07b")
    assert "\\x1b[2J日本" in line
    assert "\\x1b]0;title" in line
    assert width(line) <= 60


def test_failed_machines_stay_in_sight_together() -> None:
    """Those that failed alike are one line; what there is no room for is counted; one that is tried again is gone."""
    live, _ = _live(Clock())
    live(events.RunStarted("s", 100, dry=False, document=fleet_script(100)), None)
    for line in range(1, 41):
        name = name_of(line)
        live(events.MachineUnreachable(line, name, 53, f"{name}: no such machine"), None)
    for line in range(41, 61):
        live(events.MachineStopped(line, name_of(line), line, None), None)
    frame = [_plain(line) for line in live.frame(79, 20)]
    assert frame[0] == "web0001, web0002, web0003 and 37 more  [53] no such machine"
    assert frame[1] == "web0041  [41]"
    assert frame[3] == "… and 18 more failed"
    assert frame[-1].startswith("0 of 100 machines done, 20 failed, 40 unreachable")
    live(events.MachineStarted(41, name_of(41), resumed=False, number=1, total=100), None)
    assert _plain(live.frame(79, 20)[1]) == "web0042  [42]"
    assert "19 failed" in live.frame(79, 20)[-1]


def test_rows_of_one_machine_have_a_line_each() -> None:
    """Where several are worked on at once; the counts are those of the data rows then."""
    live, activity = _live(Clock())
    document = Document.from_text("[Batch]\nData.Loop\nDOS x\nData.EndLoop\n[Data]\na\nb\nc\n")
    live(events.RunStarted("s", 0, dry=False, document=document), None)
    for row in range(3):
        place = Place(BATCH, 2, loops=(events.LoopPlace(BATCH, 1, document.data_sections["data:"].section, row),))
        event = events.CommandStarted(place, "DOS x", "this machine")
        live(event, activity(event))
    frame = [_plain(line) for line in live.frame(79, 20)]
    assert [line.split("  ")[-1] for line in frame[:3]] == ["[row 0]", "[row 1]", "[row 2]"]
    assert frame[-1].startswith("0 of 3 data rows done")


def test_the_whole_is_estimated_from_what_is_done() -> None:
    """Half of the work in a minute leaves about a minute; before anything is known nothing is said."""
    clock = Clock()
    live, _ = _live(clock)
    tally = Tally(clock)
    document = fleet_script(10)
    begin = events.RunStarted("s", 10, dry=False, document=document, parallel=5)
    live(begin, None)
    tally(begin)
    assert tally.left() is None
    for line in range(1, 6):
        for number in range(1, 6):
            clock.now += 60 / 25
            event = events.CommandDone(Place(BATCH, number, machine=line), "x", name_of(line))
            live(event, None)
            tally(event)
        done = events.MachineDone(line, name_of(line), last=False)
        live(done, None)
        tally(done)
    assert tally.share == pytest.approx(0.5)
    assert tally.left() == pytest.approx(60.0)
    assert tally.rate() == pytest.approx(25 / 60)
    frame = [_plain(line) for line in live.frame(100, 20)]
    assert frame[-1] == "5 of 10 machines done  about 1 min left  25 commands/min  1 min 00 s"
    assert frame[-2] == "━" * 47 + "─" * 47 + "  50 %"


def test_the_bar_is_full_at_the_end() -> None:
    """Whatever branches were not taken, machines failed or commands were done before."""
    tally = Tally(Clock())
    for event in Fleet(50, 7, failing=4, unreachable=9):
        tally(event)
    assert tally.share == 1.0
    assert tally.done + len(tally.failed) + len(tally.unreachable) == 50


def test_a_machine_that_begins_anew_takes_its_share_back() -> None:
    """Auto retry starts at the first command."""
    tally = Tally(Clock())
    tally(events.RunStarted("s", 2, dry=False, document=fleet_script(2)))
    tally(events.MachineStopped(1, name_of(1), 5, None))
    assert tally.share == 0.5
    tally(events.MachineStarted(1, name_of(1), resumed=False, number=1, total=2))
    assert tally.share == 0.0
    assert not tally.failed


def _works(*machines: str) -> Iterator[Work]:
    for number, machine in enumerate(machines):
        yield Work(events.CommandStarted(Place(BATCH, number + 1), "x", machine), 0.0)


def test_a_line_that_becomes_free_goes_to_who_waits_longest() -> None:
    """The others stay where they are."""
    slots = Slots()
    slots.resize(2)
    for work in _works("a", "b", "c", "d"):
        slots.begin(work)
    assert [slot and slot.machine for slot in slots.lines] == ["a", "b"]
    assert slots.hidden == 2
    slots.leave("a")
    assert [slot and slot.machine for slot in slots.lines] == ["c", "b"]
    slots.resize(4)
    assert [slot and slot.machine for slot in slots.lines] == ["c", "b", "d", None]
    slots.resize(1)
    assert [slot and slot.machine for slot in slots.lines] == ["c"]
    assert slots.hidden == 2


def test_only_what_has_changed_is_written() -> None:
    """A line that stays as it was costs one character."""
    out = StringIO()
    region = _region(out)
    region.draw(["one", "two", "three"])
    assert out.getvalue() == "one\x1b[K\ntwo\x1b[K\nthree\x1b[K\n"
    out.truncate(0)
    out.seek(0)
    region.draw(["one", "TWO", "three"])
    assert out.getvalue() == "\r\x1b[3A\nTWO\x1b[K\n\n"
    out.truncate(0)
    out.seek(0)
    region.draw(["one"])
    assert out.getvalue() == "\r\x1b[3A\n\x1b[J"


def test_lines_scroll_by_above_the_region() -> None:
    """It is cleared for them; while a question is open they wait, and nothing is drawn."""
    out = StringIO()
    region = _region(out)
    region.draw(["bar"])
    out.truncate(0)
    out.seek(0)
    region.write("news\n")
    assert out.getvalue() == "\r\x1b[1A\x1b[Jnews\n"
    out.truncate(0)
    out.seek(0)
    region.hold()
    region.write("later\n")
    region.draw(["bar"])
    assert out.getvalue() == ""
    region.release()
    assert out.getvalue() == "later\n"


@pytest.mark.parametrize(
    ("text", "cells", "shown"),
    [
        ("abc", 3, "abc"),
        ("abcd", 3, "ab…"),
        ("日本語", 6, "日本語"),
        ("日本語", 5, "日本…"),
        ("日本語", 4, "日…"),
        ("a\tb", 10, "a\\tb"),
        ("\x1b[2J", 4, "\\x1…"),
        ("abc", 0, ""),
        ("e\u0301e\u0301e\u0301", 3, "e\u0301e\u0301e\u0301"),
    ],
)
def test_text_is_cut_to_cells(text: str, cells: int, shown: str) -> None:
    """Wide characters take two, combining ones none; what is cut says so."""
    assert fit(text, cells) == shown
    assert width(fill(text, cells)) == cells


def test_a_flood_of_errors_is_told_briefly() -> None:
    """The first of a kind in full, then a line each, then a number."""
    flood = Flood()
    rooms = [flood.room("kind") for _ in range(100)]
    assert rooms[:4] == [Room.FULL, Room.FULL, Room.FULL, Room.BRIEF]
    assert rooms.count(Room.BRIEF) == 20
    assert flood.left_out == 77
    assert flood.room("another kind") is Room.FULL
