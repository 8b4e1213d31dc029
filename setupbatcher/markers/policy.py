"""Which markers an event writes: a pure function of book and event (``markers.md``, *What is written where*)."""

from __future__ import annotations

from collections.abc import Iterator

from setupbatcher import events
from setupbatcher.events import LoopPlace, Place
from setupbatcher.markers.book import Book, Change, Clear, Drop, Fill, Keep, Mark
from setupbatcher.markers.cell import CommandMarker, MachineMarker
from setupbatcher.markers.machines import adoption, unreachable_marker
from setupbatcher.script.blocks import Loop, all_loops, all_rows
from setupbatcher.script.document import FileSection
from setupbatcher.script.filling import Filling
from setupbatcher.script.labels import BATCH, DATA_FILES, INIT, MACHINES_ID, ON_ERROR, UNDO, Kind, SectionId
from setupbatcher.script.rows import FileRow

DONE = CommandMarker(done=True)


_UNMARKED = (events.CommandStarted, events.ProcessStarted, events.Output, events.Said, events.CommandError)
"""The events that are most frequent beside those that write markers."""


def changes(book: Book, event: events.Event) -> list[Change]:
    """The marker cells that an event changes, those that would not change left out."""
    if isinstance(event, _UNMARKED):
        return []
    return [change for change in _changes(book, event) if book.is_news(change)]


def _changes(  # noqa: C901, PLR0912, PLR0915 -- a few lines a kind of event
    book: Book, event: events.Event
) -> Iterator[Change]:
    match event:
        case events.MachineStarted(machine=int(line), resumed=False):
            yield from machine_erased(book)
            yield _machine(book, line, MachineMarker(None, 0))
        case events.MachineStarted(machine=int(line), resumed=True):
            yield from adoption(book, line)
        case events.MachineUnreachable(machine, _, code):
            yield Mark(MACHINES_ID, machine, str(unreachable_marker(book, machine, code)))
        case events.CommandDone(place, ignored=ignored, returned=returned, kept=kept, filled=filled):
            yield from map(Fill, filled)
            yield from map(Keep, kept)
            yield Mark(place.section, place.line, str(CommandMarker(ignored, done=True)))
            if returned is not None:
                yield Clear(returned)
            yield from _going_on(book, place, place.line)
        case events.CallReturned(section):
            yield Clear(section)
        case events.CommandFailed(place, code):
            yield from _stopped(book, place, code)
        case events.BranchDecided(place, heads, taken):
            for line in heads:
                yield Mark(place.section, line, str(DONE if line == taken else CommandMarker(skipped=True)))
            yield from _going_on(book, place, place.previous if taken is None else taken)
        case events.RowStarted(place, loop):
            yield from _body_erased(book, loop)
            yield _head(loop, loop.row)
            yield from _going_on(book, place, loop.line)
        case events.RowDone(place, loop, following):
            yield from _row_done(book, place, loop, following)
        case events.LoopEmpty(place, data):
            loop = LoopPlace(place.section, place.line, data, 0)
            yield from _loop_done(book, place, loop)
        case events.SectionStarted(section) if section == ON_ERROR:
            yield Clear(ON_ERROR)
        case events.MachineDone(machine, name, last):
            yield _machine(book, machine, MachineMarker(None, None))
            yield Drop(name)
            yield from machine_erased(book)
            yield Clear(ON_ERROR)
            if last:
                yield from init_erased()
        case events.MachineLeft(machine, _, code, line, row):
            yield _machine(book, machine, MachineMarker(code, line, at=line > 0, row=row))
            yield from machine_erased(book)
        case events.FilesFound(filled=filled) | events.FileStarted(filled=Filling() as filled):
            yield Fill(filled)
        case events.FileDone(line, machine):
            yield from pass_erased(book)
            yield Mark(DATA_FILES, line, str(DONE))
            if machine is not None:
                yield _machine(book, machine, MachineMarker(None, 0))
        case events.ScriptDone() if book.undoing:
            yield Clear(INIT)
            yield from machine_erased(book, spared=UNDO)
            yield Clear(ON_ERROR)
            yield Drop("")
        case events.ScriptDone():
            yield Clear(UNDO)
            yield Clear(ON_ERROR)


def machine_erased(book: Book, spared: SectionId | None = None) -> Iterator[Change]:
    """Erase what speaks of one machine only: [Batch], [Undo], subsections, data, data files."""
    yield from (Mark(DATA_FILES, row.line, "") for row in data_files(book))
    yield from pass_erased(book, spared)


def data_files(book: Book) -> list[FileRow]:
    """The rows of [DataFiles] that name a file."""
    section = book.commands(DATA_FILES)
    return section.files if isinstance(section, FileSection) else []


def pass_erased(book: Book, spared: SectionId | None = None) -> Iterator[Change]:
    """Erase what speaks of one way through the commands: all of a machine but its data files."""
    yield from (Clear(section) for section in (BATCH, UNDO) if section != spared)
    for section in book.command_sections():
        if section.section.kind is Kind.SUB:
            yield Clear(section.section)
    for data in book.document.data_sections.values():
        yield Clear(data.section)


def init_erased() -> Iterator[Change]:
    """Erase what is done once per script: no listed machine is unfinished."""
    yield Clear(INIT)
    yield Clear(DATA_FILES)
    yield Drop("")


def _machine(book: Book, line: int, marker: MachineMarker) -> Mark:
    return Mark(MACHINES_ID, line, str(marker._replace(undo=book.undoing)))


def _head(loop: LoopPlace, row: int, code: int | None = None) -> Mark:
    return Mark(loop.section, loop.line, str(CommandMarker(code, row)))


def _going_on(book: Book, place: Place, line: int) -> Iterator[Change]:
    """The counters after a success: loops name the row they are at, the machine the last line that is done.

    Inside a call the machine's counter stays at the row before the call, and an error mark it may have is gone.
    """
    if place.section == ON_ERROR or any(section == ON_ERROR for section, _ in place.callers):
        return
    for loop in place.loops:
        yield _head(loop, loop.row)
    for section, caller in place.callers:
        yield Mark(section, caller, "")
    if place.machine is not None:
        yield _machine(book, place.machine, MachineMarker(None, place.previous if place.callers else line))


def _stopped(book: Book, place: Place, code: int) -> Iterator[Change]:
    yield Mark(place.section, place.line, str(CommandMarker(code)))
    if place.section == ON_ERROR:
        return
    for section, caller in place.callers:
        yield Mark(section, caller, str(CommandMarker(code)))
    for loop in place.loops:
        yield _head(loop, loop.row, code)
    if place.machine is not None:
        yield _machine(book, place.machine, MachineMarker(code, place.counter))


def _row_done(book: Book, place: Place, loop: LoopPlace, following: int | None) -> Iterator[Change]:
    if following is None:
        yield from _loop_done(book, place, loop)
        return
    if loop.row >= 0:
        yield Mark(loop.data, loop.row, "OK")
    yield from _body_erased(book, loop)
    yield _head(loop, following)
    yield from _going_on(book, place, loop.line)


def row_of_several_done(book: Book, event: events.RowDone) -> Iterator[Change]:
    """A row that was worked on beside others is through; the loop's marker names one that is not."""
    place, loop, following = event.place, event.loop, event.next
    head = book.command(loop.section, loop.line).row
    if following is None or head is None or head == loop.row:
        yield from _row_done(book, place, loop, following)
    elif loop.row >= 0:
        yield Mark(loop.data, loop.row, "OK")


def has_body(book: Book, loop: LoopPlace) -> bool:
    """Some row in the body of a loop is marked: the data row that the loop names is in the middle of it."""
    return any(book.text(loop.section, row.line) for row in all_rows(find_loop(book, loop).body))


def _loop_done(book: Book, place: Place, loop: LoopPlace) -> Iterator[Change]:
    yield Clear(loop.data)
    yield from _body_erased(book, loop)
    yield Mark(loop.section, loop.line, str(DONE))
    yield from _going_on(book, place, loop.line)


def _body_erased(book: Book, loop: LoopPlace) -> Iterator[Change]:
    for row in all_rows(find_loop(book, loop).body):
        yield Mark(loop.section, row.line, "")


def find_loop(book: Book, place: LoopPlace) -> Loop:
    """The loop that stands at a place."""
    section = book.commands(place.section)
    assert section is not None
    return next(loop for loop, _ in all_loops(section.flow.blocks) if loop.row.line == place.line)
