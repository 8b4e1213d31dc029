"""Which commands are at work, however their events are mixed, and what becomes of their errors."""

from __future__ import annotations

from dataclasses import replace

from setupbatcher import events
from setupbatcher.events import LoopPlace, Place
from setupbatcher.reports.activity import TAIL, Activity
from setupbatcher.reports.fates import Fate, Fates
from setupbatcher.reports.scene import Scene
from setupbatcher.reports.silence import Silence
from setupbatcher.script.filling import Filling
from setupbatcher.script.labels import BATCH, Kind, SectionId, data_section
from tests.reports.fleet import Fleet
from tests.reports.scripts import AT_END, ERROR, IN_LOOP, RENAME, STARTED, Clock

SUB = SectionId(Kind.SUB, "Part")


def _at_work(activity: Activity) -> list[tuple[str, str]]:
    return sorted((work.machine, work.text) for work in activity.works.values())


def test_machines_do_not_mix() -> None:
    """At every moment of a run on many machines, exactly the commands that have begun and not ended are at work."""
    activity, begun = Activity(), set[tuple[str, int]]()
    most = 0
    for event in Fleet(60, 12, failing=5, unreachable=20):
        activity(event)
        match event:
            case events.CommandStarted(machine=machine, number=number):
                begun.add((machine, number))
            case (
                events.CommandDone(machine=machine, number=number)
                | events.CommandFailed(machine=machine, number=number)
            ):
                begun.remove((machine, number))
        assert {(work.machine, work.number) for work in activity.works.values()} == begun
        most = max(most, len(begun))
    assert most > 6
    assert not begun


def test_data_rows_of_one_machine_do_not_mix() -> None:
    """Rows that are worked on at once are told apart by their lines."""
    activity = Activity()
    places = [Place(BATCH, 2, loops=(LoopPlace(BATCH, 1, data_section(), row),)) for row in range(3)]
    for place in places:
        activity(events.CommandStarted(place, "DOS x", "here"))
    activity(events.Output(places[1], "one\n"))
    ended = activity(events.CommandDone(places[1], "DOS x", "here"))
    assert ended is not None
    assert ended.said == "one"
    assert [work.place for work in activity.works.values()] == [places[0], places[2]]


def test_a_row_that_was_moved_by_an_edit_ends_all_the_same() -> None:
    """It is known by the number of the command."""
    activity = Activity()
    activity(events.CommandStarted(IN_LOOP, "DOS x", "web2", 7))
    moved = replace(IN_LOOP, loops=(replace(IN_LOOP.loops[0], row=5),))
    assert activity(events.CommandDone(moved, "DOS x", "web2", number=7)) is not None
    assert not activity.works


def test_a_call_is_at_work_through_its_rows() -> None:
    """Only the row that runs is named; the call's own time counts from its begin."""
    clock = Clock()
    activity = Activity(clock)
    call, inner = Place(BATCH, 3, machine=1), Place(SUB, 1, callers=((BATCH, 3),), machine=1)
    activity(events.CommandStarted(call, "Call Part", "web1"))
    assert _at_work(activity) == [("web1", "Call Part")]
    activity(events.CommandStarted(inner, "DOS x", "web1"))
    assert _at_work(activity) == [("web1", "DOS x")]
    activity(events.CommandDone(inner, "DOS x", "web1"))
    assert _at_work(activity) == []
    clock.now = 5.0
    ended = activity(events.CommandDone(call, "Call Part", "web1", returned=SUB))
    assert ended is not None
    assert ended.begun == 0.0


def test_the_last_line_is_what_was_written_last() -> None:
    """Of a bar that a program draws over and over its last state; no more than the end is kept."""
    activity = Activity()
    work = activity(RENAME)
    assert work is not None
    activity(events.Output(IN_LOOP, "x" * 5000 + "\none\n"))
    assert work.said == "one"
    activity(events.Output(IN_LOOP, " 10 %\r 20 %\r\n\n"))
    assert work.said == " 20 %"
    assert len(work.tail) == TAIL


def test_silence_is_counted_for_each_command() -> None:
    """Output of one says nothing about another; a stopped machine is silent for good."""
    clock = Clock()
    activity = Activity(clock)
    silence = Silence(activity)
    activity(RENAME)
    activity(events.CommandStarted(AT_END, "Log end", "web1"))
    clock.now = 59.0
    activity(events.Output(AT_END, "x\n"))
    clock.now = 61.0
    assert [(work.machine, age) for work, age in silence.due()] == [("web2", 61.0)]
    activity(events.MachineStopped(2, "web2", 5, IN_LOOP))
    clock.now = 200.0
    assert [(work.machine, age) for work, age in silence.due()] == [("web1", 200.0)]


def test_the_fate_of_an_error_is_told_by_what_follows_on_its_machine() -> None:
    """An error stands, is ignored, or is tried again; the events of others say nothing about it."""
    fates = Fates()
    other = replace(ERROR, place=AT_END, code=32)
    assert fates(ERROR) == []
    assert fates(other) == []
    assert fates(events.Output(IN_LOOP, "x")) == []
    assert fates(events.CommandDone(AT_END, ignored=32)) == [(other, Fate.IGNORED)]
    assert fates(events.CommandFailed(IN_LOOP, 5)) == [(ERROR, Fate.STANDS)]
    assert fates(events.CommandFailed(IN_LOOP, 5)) == []
    fates(ERROR)
    again = replace(ERROR, code=6)
    assert fates(again) == [(ERROR, Fate.RETRIED)]
    assert fates(events.CommandDone(IN_LOOP)) == [(again, Fate.RETRIED)]


def test_an_error_that_is_tried_again_by_itself_has_no_fate() -> None:
    """Nor has one that a person has been asked about, for whoever showed it."""
    fates = Fates()
    fates(replace(ERROR, retry=2))
    assert fates(events.CommandDone(IN_LOOP)) == []
    fates(ERROR)
    fates.forget(ERROR)
    assert fates(events.RunEnded()) == []


def test_an_error_stands_when_the_run_ends_over_it() -> None:
    """Nobody has decided otherwise."""
    fates = Fates()
    fates(ERROR)
    assert fates(events.RunEnded()) == [(ERROR, Fate.STANDS)]


def test_names_follow_an_edited_script() -> None:
    """A machine that was added during the run has its name, and so have those that moved."""
    scene = Scene()
    scene(STARTED)
    assert scene.machine(AT_END) == "web1"
    assert scene.machine(Place(BATCH, 1, machine=9)) == ""
    scene(events.MachineStarted(9, "web9", resumed=False, number=3, total=3))
    scene(events.CommandStarted(Place(BATCH, 1, machine=1), "Log x", "web0"))
    assert scene.machine(Place(BATCH, 1, machine=9)) == "web9"
    assert scene.machine(AT_END) == "web0"


def test_data_rows_are_those_that_the_section_was_filled_with() -> None:
    """By a command or from a data file; an excerpt of the script does not have them."""
    scene = Scene()
    scene(STARTED)
    loop = LoopPlace(BATCH, 1, data_section(), 1)
    assert scene.data_text(loop) == "old two"
    assert scene.data_row(loop) is not None
    scene(events.FileStarted("list.csv", 1, 1, resumed=False, filled=Filling(data_section(), ("new one", "new two,"))))
    assert scene.data_text(loop) == "new two"
    assert scene.data_row(loop) is None
    scene(events.CommandDone(AT_END, filled=(Filling(data_section(), ("a", "b", "c")),)))
    assert scene.data_text(replace(loop, row=2)) == "c"
    assert scene.data_text(replace(loop, row=3)) == ""
