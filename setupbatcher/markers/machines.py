"""How a listed machine stands by its cell, and what its cell becomes (``markers.md``, *What is written where*)."""

from __future__ import annotations

from enum import Enum

from setupbatcher import errors
from setupbatcher.markers.book import Book, Change, Mark
from setupbatcher.markers.cell import MachineMarker
from setupbatcher.markers.position import Position, ResumePoint, adopt, position
from setupbatcher.script.labels import MACHINES_ID
from setupbatcher.script.rows import MachineRow

UNREACHABLE = frozenset(
    {
        errors.MACHINE_NOT_FOUND,
        errors.CONNECTION_REFUSED,
        errors.NETWORK_UNREACHABLE,
        errors.HOST_UNREACHABLE,
        errors.LOGON_FAILURE,
        errors.HOST_KEY_CHANGED,
        errors.HOST_KEY_UNKNOWN,
        errors.TIMED_OUT,
        errors.BROKEN_CONNECTION,
    }
)
"""Codes that the pre-scan writes."""
_OF_COMMANDS = frozenset({errors.LOGON_FAILURE, errors.TIMED_OUT, errors.BROKEN_CONNECTION})
"""Those of them with which commands end as well: in a cell that has no command's marker beside it, they are theirs."""


class State(Enum):
    """How a listed machine stands."""

    FRESH = "fresh"
    UNFINISHED = "unfinished"
    FAILED = "failed"
    UNREACHABLE = "unreachable"
    DONE = "done"


def state_of(book: Book, line: int) -> State:
    """The state of a machine by its cell.

    In an undo a machine is done when it is undone, fresh when there is nothing to undo, and unfinished when it has not
    begun to be undone.
    """
    marker = book.machine(line)
    if marker is None:
        return State.FRESH
    if marker.line is None:
        if marker.undo:
            return State.DONE if book.undoing else State.FRESH
        return State.UNFINISHED if book.undoing else State.DONE
    if book.undoing and not marker.undo:
        return State.FRESH if never_started(marker) else State.UNFINISHED
    if marker.code is None:
        return State.UNFINISHED
    return State.UNREACHABLE if _is_unreachable_mark(book, marker) else State.FAILED


def never_started(marker: MachineMarker) -> bool:
    """The machine could not be reached before its first command: ``code-0``."""
    return marker.line == 0 and marker.code is not None and not marker.undo


def _is_unreachable_mark(book: Book, marker: MachineMarker) -> bool:
    """The pre-scan wrote it: at line 0, or over another error than the one beside the command."""
    if marker.line == 0:
        return True
    if marker.code not in UNREACHABLE or marker.line is None:
        return False
    if marker.at:
        return marker.code not in _OF_COMMANDS
    commands = book.commands(book.main)
    if commands is None or marker.line > len(commands.rows):
        return True
    return book.command(book.main, marker.line).code != marker.code


def owners(book: Book, *, undo: bool) -> list[MachineRow]:
    """The unfinished machines without ``@``; the markers of [Batch], or [Undo], and of data can belong to one only."""
    found = []
    for row in book.document.machines:
        marker = book.machine(row.line)
        if marker is None or marker.line is None or marker.at or marker.undo is not undo:
            continue
        if marker.line > 0 or marker.code is None:
            found.append(row)
    return found


def owner_of(book: Book) -> int | None:
    """Line of the unfinished machine without ``@``; it owns the command and data markers."""
    found = owners(book, undo=book.undoing)
    return found[0].line if len(found) == 1 else None


def resumes(book: Book, line: int) -> bool:
    """The machine has progress to go on from."""
    marker = book.machine(line)
    if marker is None or marker.line is None or marker.undo is not book.undoing:
        return False
    return marker.line > 0 or marker.code is None


def expected_marker(marker: MachineMarker, where: Position) -> MachineMarker | None:
    """The cell of the owner as the [Batch] markers would have it; ``None`` where nothing is left to do."""
    if marker.code is None or where.open is None:
        return MachineMarker(None, where.previous, undo=marker.undo)
    return MachineMarker(marker.code, where.open, undo=marker.undo)


def unreachable_marker(book: Book, line: int, code: int) -> MachineMarker:
    """The cell of a machine that cannot be reached.

    A machine that never started gets line 0. Else only x changes, so that the resume point stays; where x was ``OK``
    the counter moves on to the row that is next, since with an error code it names the row to begin with.
    """
    marker = book.machine(line)
    if marker is None or not resumes(book, line) or marker.line is None:
        return MachineMarker(code, 0, undo=book.undoing)
    if marker.code is not None:
        return marker._replace(code=code)
    scratch = book
    if marker.at:
        scratch = book.bare()
        scratch.apply(adopt(scratch, book.main, point_of(marker)))
    where = position(scratch, book.main)
    if where.open is None:
        return marker
    return marker._replace(code=code, line=where.open, row=where.row if marker.at else None)


def point_of(marker: MachineMarker) -> ResumePoint:
    """The resume point of a cell."""
    assert marker.line is not None
    return ResumePoint(marker.line, marker.code is None, marker.code, marker.row)


def adoption(book: Book, line: int) -> list[Change]:
    """Turn a machine's ``@`` cell into markers, so that it owns those of commands and data from now on."""
    marker = book.machine(line)
    if marker is None or not marker.at:
        return []
    changes = adopt(book, book.main, point_of(marker))
    scratch = book.bare()
    scratch.apply(changes)
    expected = expected_marker(marker._replace(at=False, row=None), position(scratch, book.main))
    if expected is not None:
        changes.append(Mark(MACHINES_ID, line, str(expected)))
    return changes
