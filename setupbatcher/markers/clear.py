"""Takes some markers out of a script and lets the others agree again (``markers.md``, *Removing*)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from setupbatcher.markers.book import Book, Change, Clear, Mark
from setupbatcher.markers.cell import CommandMarker, MachineMarker
from setupbatcher.markers.machines import owner_of, point_of
from setupbatcher.markers.policy import machine_erased
from setupbatcher.markers.position import adopt, position
from setupbatcher.markers.remove import remove
from setupbatcher.script.blocks import all_loops
from setupbatcher.script.document import Document
from setupbatcher.script.labels import MACHINES_ID, Kind, SectionId


@dataclass(frozen=True, slots=True)
class Selection:
    """Which markers to take out; all of them by default.

    Attributes:
        failed: error marks only; progress stays, and work goes on where it stopped.
        machine: of which machines, by name.
        section: of one section.
        line: from this line of the script down, counted from 1, to the end of the section that it stands in.
    """

    failed: bool = False
    machine: Callable[[str], bool] | None = None
    section: SectionId | None = None
    line: int | None = None

    @property
    def everything(self) -> bool:
        """Nothing is spared."""
        return not self.failed and self.machine is None and self.section is None and self.line is None


def clear(document: Document, selection: Selection) -> str:
    """The text of a document without the selected markers.

    What loses its owner or its loop goes with it, and the counter of the unfinished machine is adjusted.
    """
    if selection.everything:
        return remove(document)
    book = Book(document)
    section, offset = selection.section, 0
    if selection.line is not None:
        offset = document.source.lines.span(min(max(selection.line, 1), len(document.source.lines))).start
        frames = document.layout.frames
        section = next((frame.section for frame in frames if frame.body.start <= offset < frame.body.end), None)
        if section is None:
            return document.text
    had_owner = owner_of(book)
    if selection.failed:
        book.apply(_failed(book, selection, section, offset))
    else:
        book.apply(_cleared(book, selection, section, offset))
    if had_owner is not None and owner_of(book) is None:
        book.apply(machine_erased(book))
    book.apply(_counter(book))
    return book.render()


def _machines(book: Book, selection: Selection, section: SectionId | None, offset: int) -> list[int]:
    """The lines of the machines whose cells are selected."""
    if section is not None and section.kind is not Kind.MACHINES:
        return []
    return [
        row.line
        for row in book.document.machines
        if row.start >= offset and book.machine(row.line) and (selection.machine is None or selection.machine(row.name))
    ]


def _commands(book: Book, selection: Selection, section: SectionId | None, offset: int) -> list[tuple[SectionId, int]]:
    """The command rows whose cells are selected."""
    if selection.machine is not None:
        return []
    return [
        (commands.section, line)
        for commands in book.document.marked_sections
        if section is None or commands.section.key == section.key
        for line, _ in book.marked(commands.section)
        if commands.rows[line - 1].start >= offset
    ]


def _cleared(book: Book, selection: Selection, section: SectionId | None, offset: int) -> list[Change]:
    changes: list[Change] = [Mark(MACHINES_ID, line, "") for line in _machines(book, selection, section, offset)]
    rows = _commands(book, selection, section, offset)
    changes += [Mark(where, line, "") for where, line in rows]
    for commands in book.document.marked_sections:
        loops = all_loops(commands.flow.blocks)
        changes += [Clear(loop.data) for loop, _ in loops if (commands.section, loop.row.line) in rows]
    for data in book.document.data_sections.values():
        if section is not None and data.section.key == section.key:
            done = (line for line in data.lines() if book.rows(data.section).is_done(line))
            changes += [Mark(data.section, line, "") for line in done if data.span(line).start >= offset]
    return changes


def _failed(book: Book, selection: Selection, section: SectionId | None, offset: int) -> list[Change]:
    changes: list[Change] = []
    for line in _machines(book, selection, section, offset):
        marker = book.machine(line)
        if marker is not None and marker.code is not None:
            changes.append(Mark(MACHINES_ID, line, _without_error(book, marker)))
    for where, line in _commands(book, selection, section, offset):
        command = book.command(where, line)
        if command.code is not None and not command.done:
            changes.append(Mark(where, line, "" if command.row is None else str(CommandMarker(None, command.row))))
    return changes


def _without_error(book: Book, marker: MachineMarker) -> str:
    """A cell that goes on at the same place, without an error."""
    if marker.line is None or marker.line == 0:
        return ""
    scratch = book
    if marker.at:
        scratch = book.bare()
        scratch.apply(adopt(scratch, book.main, point_of(marker)))
    return str(MachineMarker(None, position(scratch, book.main).previous, marker.at, marker.row, marker.undo))


def _counter(book: Book) -> list[Change]:
    owner = owner_of(book)
    marker = book.machine(owner) if owner is not None else None
    if owner is None or marker is None:
        return []
    where = position(book, book.main)
    if marker.code is not None and marker.line == where.open:
        return []
    return [Mark(MACHINES_ID, owner, str(MachineMarker(None, where.previous, undo=book.undoing)))]
