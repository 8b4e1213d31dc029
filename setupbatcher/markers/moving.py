"""Takes a book over to a script that somebody edited during the run (``markers.md``, *The writer's promises* 5).

Machines are found by name, rows by a line diff. What this run has earned stays; all else is as the edit has it.
"""

from __future__ import annotations

from collections.abc import Iterator

from setupbatcher.markers.book import Book, RowLostError
from setupbatcher.markers.cell import CommandMarker, MachineMarker
from setupbatcher.markers.fillings import AmbiguousError
from setupbatcher.markers.matching import match_lines
from setupbatcher.script.blocks import Loop, all_loops, all_rows
from setupbatcher.script.data import DataSection
from setupbatcher.script.document import Document
from setupbatcher.script.labels import MACHINES_ID, SectionId
from setupbatcher.script.rows import COMMANDS

Places = dict[str, list[int | None]]
"""By section, for each line of the old script its line in the new one."""


def move(book: Book, edited: Document) -> None:
    """Let a book go on with an edited script.

    Raises:
        RowLostError: a data row or section that is worked on is gone, or it is not known whose rows a section has that
            was filled; the book is as it was.
    """
    try:
        edited = book.fillings.put_into(edited, book.document)
    except AmbiguousError as error:
        raise RowLostError from error
    data = _data_places(book, edited)
    if any(section.key not in data and book.needs_data(section) for section in book.known_data()):
        raise RowLostError
    lines = [data[cursor.section.key][cursor.line] for cursor in book.cursors]
    if any(line is None and not cursor.finished for cursor, line in zip(book.cursors, lines, strict=True)):
        raise RowLostError
    loops = list(_unfinished_loops(book))
    machines = list(_machine_marks(book, edited, data))
    for cursor, line in zip(book.cursors, lines, strict=True):
        cursor.line = -1 if line is None else line
    book.go_over(edited, data, _command_places(book, edited))
    for section, loop, marker in loops:
        _name_row(book, section, loop, marker, _place(data, loop.data, marker.row))
    for line, text in machines:
        book.set_cell(MACHINES_ID, line, text)


def _data_places(book: Book, edited: Document) -> Places:
    return {
        section.key: match_lines(_data_rows(book.document.data_sections[section.key]), _data_rows(other))
        for section in book.known_data()
        if (other := edited.data(section)) is not None
    }


def _data_rows(data: DataSection) -> list[str]:
    return [data.column.strip(data.row(line)) for line in range(len(data))]


def _command_places(book: Book, edited: Document) -> Places:
    places: Places = {}
    for section in book.command_sections():
        other = edited.commands(section.section)
        rows = [COMMANDS.strip(row.text) for row in other.rows] if other else []
        found = match_lines([COMMANDS.strip(row.text) for row in section.rows], rows)
        places[section.section.key] = [None if line is None else line + 1 for line in found]
    return places


def _loops(book: Book, section: SectionId) -> Iterator[Loop]:
    commands = book.commands(section)
    for loop, _ in all_loops(commands.flow.blocks) if commands else ():
        yield loop


def _unfinished_loops(book: Book) -> Iterator[tuple[SectionId, Loop, CommandMarker]]:
    for section in book.command_sections():
        for loop in _loops(book, section.section):
            marker = book.command(section.section, loop.row.line)
            if marker.row is not None and book.document.data(loop.data) is not None:
                yield section.section, loop, marker


def _name_row(book: Book, section: SectionId, loop: Loop, marker: CommandMarker, row: int | None) -> None:
    """Let an unfinished loop name its row by the new line; one that is gone, or done by now, gives way to the next."""
    rows = book.rows(loop.data)
    at_work = any(cursor.section == loop.data and cursor.line == row for cursor in book.cursors)
    if row is not None and (at_work or not rows.is_done(row)):
        book.set_cell(section, loop.row.line, str(marker._replace(row=row)))
        return
    following = rows.next_open()
    # What the markers in the body say belongs to the row that is gone.
    for inner in all_rows(loop.body):
        book.set_cell(section, inner.line, "")
    book.set_cell(section, loop.row.line, "" if following is None else str(CommandMarker(None, following)))


def _machine_marks(book: Book, edited: Document, data: Places) -> Iterator[tuple[int, str]]:
    """The cells of machines that name a data row or are this run's, by the machines' new lines."""
    new = {row.name.lower(): row for row in edited.machines}
    for row in book.document.machines:
        now, marker = new.get(row.name.lower()), book.machine(row.line)
        if now is None:
            continue
        if book.has_set(MACHINES_ID, row.line):
            yield now.line, str(_with_row(book, marker, data)) if marker else ""
        elif marker is not None and marker.line is not None and now.marker == row.marker:
            yield now.line, str(_with_row(book, marker, data))


def _with_row(book: Book, marker: MachineMarker, data: Places) -> MachineMarker:
    if marker.row is None:
        return marker
    for loop in _loops(book, book.main):
        if loop.end is not None and marker.line is not None and loop.row.line <= marker.line <= loop.end.line:
            row = _place(data, loop.data, marker.row)
            return marker if row is None else marker._replace(row=row)
    return marker


def _place(data: Places, section: SectionId, row: int | None) -> int | None:
    places = data.get(section.key)
    if row is None or places is None or row >= len(places):
        return row
    return places[row]
