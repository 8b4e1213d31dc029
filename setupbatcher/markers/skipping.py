"""Counting a command as done whose end is unknown: ``--in-flight skip``."""

from __future__ import annotations

from setupbatcher.markers.book import Book, Change, Mark
from setupbatcher.markers.cell import MachineMarker
from setupbatcher.markers.machines import owner_of
from setupbatcher.markers.position import position
from setupbatcher.markers.records import InFlight
from setupbatcher.script.labels import MACHINES_ID


def skip(book: Book, entry: InFlight) -> list[Change]:
    """The markers that count a command as done, the counter agreeing.

    Args:
        book: the live markers.
        entry: the command.
    """
    line = _machine_line(book, entry)
    if line is not None and _has_own_cell(book, line):
        cell = MachineMarker(None, entry.line, at=True, row=entry.row, undo=book.undoing)
        return [Mark(MACHINES_ID, line, str(cell))]
    changes: list[Change] = [Mark(entry.section, entry.line, "OK")]
    owner = owner_of(book)
    if owner is not None and entry.section == book.main:
        scratch = Book(book.document)
        scratch.main = book.main
        scratch.apply(changes)
        where = position(scratch, book.main)
        changes.append(Mark(MACHINES_ID, owner, str(MachineMarker(None, where.previous, undo=book.undoing))))
    return changes


def cannot_skip(book: Book, entry: InFlight) -> bool:
    """No marker can say that the command is done: it is part of what is repeated as a whole."""
    line = _machine_line(book, entry)
    if line is not None and _has_own_cell(book, line):
        return entry.section != book.main
    return entry.row is not None and book.document.settings.get("BatchSettings.ParallelRows") > 1


def _machine_line(book: Book, entry: InFlight) -> int | None:
    rows = (row for row in book.document.machines if row.name.lower() == entry.machine.lower())
    return next((row.line for row in rows), None)


def _has_own_cell(book: Book, line: int) -> bool:
    marker = book.machine(line)
    return marker is not None and marker.at
