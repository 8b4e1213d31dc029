"""Clears markers from a row of a section down, so that work begins again there (``markers.md``, *Removing*)."""

from __future__ import annotations

from setupbatcher.markers.book import MACHINES_ID, Book, Change, Clear, Mark
from setupbatcher.markers.cell import MachineMarker
from setupbatcher.markers.policy import machine_erased
from setupbatcher.markers.position import position
from setupbatcher.markers.resume import BATCH, owner_of
from setupbatcher.script.blocks import all_loops
from setupbatcher.script.document import CommandSection, Document
from setupbatcher.script.labels import Kind, SectionId


def clear_from(document: Document, line: int) -> str:
    """The text with the markers of a section erased from a line down, and the counter of the machine adjusted.

    The data rows of a loop that is cleared as a whole are cleared with it.

    Args:
        document: the script.
        line: of the whole script, counted from 1; markers of other sections than the one it stands in stay.
    """
    offset = document.source.lines.span(min(max(line, 1), len(document.source.lines))).start
    frame = next((frame for frame in document.layout.frames if frame.body.start <= offset < frame.body.end), None)
    if frame is None:
        return document.text
    book = Book(document)
    commands = document.commands(frame.section)
    if commands is not None:
        book.apply(_commands(book, commands, offset))
    elif frame.section.kind is Kind.DATA:
        book.apply(_data(book, frame.section, offset))
    elif frame.section.kind is Kind.MACHINES:
        book.apply(_machines(book, offset))
    book.apply(_counter(book))
    return book.render()


def _commands(book: Book, commands: CommandSection, offset: int) -> list[Change]:
    section = commands.section
    lines = [line for line, _ in book.marked(section) if commands.rows[line - 1].start >= offset]
    changes: list[Change] = [Mark(section, line, "") for line in lines]
    changes += [Clear(loop.data) for loop, _ in all_loops(commands.flow.blocks) if loop.row.line in lines]
    return changes


def _data(book: Book, section: SectionId, offset: int) -> list[Change]:
    rows = book.rows(section)
    data = rows.data
    return [Mark(section, line, "") for line in data.lines() if rows.is_done(line) and data.span(line).start >= offset]


def _machines(book: Book, offset: int) -> list[Change]:
    lines = [row.line for row in book.document.machines if row.start >= offset and row.marker]
    changes: list[Change] = [Mark(MACHINES_ID, line, "") for line in lines]
    if owner_of(book) in lines:
        changes += machine_erased(book)
    return changes


def _counter(book: Book) -> list[Change]:
    owner = owner_of(book)
    marker = book.machine(owner) if owner is not None else None
    if owner is None or marker is None:
        return []
    where = position(book, BATCH)
    if marker.code is not None and marker.line == where.open:
        return []
    return [Mark(MACHINES_ID, owner, str(MachineMarker(None, where.previous)))]
