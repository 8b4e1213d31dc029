"""How far a script is, read from its markers: what ``status`` shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from setupbatcher.markers.book import Book
from setupbatcher.markers.cell import CommandMarker
from setupbatcher.markers.machines import State, state_of
from setupbatcher.markers.position import position
from setupbatcher.markers.records import InFlight
from setupbatcher.markers.resume import is_through, is_undone
from setupbatcher.script.blocks import Loop, all_loops, all_rows
from setupbatcher.script.document import Document
from setupbatcher.script.labels import DATA_FILES, INIT, UNDO, SectionId, data_section

_PROGRAMS = frozenset({"dos", "run", "local.dos", "local.run"})
"""The commands whose error code is the exit status of a program, as it is."""


@dataclass(frozen=True, slots=True)
class Count:
    """So many of so many."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class MachineStatus:
    """A listed machine.

    Attributes:
        name: of the machine.
        state: how it stands.
        marker: its cell, empty where there is none.
        code: error code, or ``None``.
        line: line counter, or ``None``.
        row: line of the data row it is at, or ``None``.
        program: the code is the exit status of a program.
    """

    name: str
    state: State
    marker: str
    code: int | None
    line: int | None
    row: int | None
    program: bool = False


@dataclass(frozen=True, slots=True)
class Status:
    """The progress of a script.

    Attributes:
        mode: ``batch`` or ``undo``.
        state: ``fresh``, ``unfinished``, ``done`` or ``failed``.
        init: rows of [Init].
        machines: in the order of the script.
        batch: rows of [Batch], of the machine that owns the markers.
        data: rows of [Data].
        in_flight: commands whose end is unknown, or that are running now.
    """

    mode: str
    state: str
    init: Count
    machines: tuple[MachineStatus, ...]
    batch: Count
    data: Count
    in_flight: tuple[InFlight, ...]


def summarize(document: Document, in_flight: Sequence[InFlight] = ()) -> Status:
    """The progress of a document by its own markers."""
    book = Book(document)
    if not document.has_machines and is_undone(book):
        book.main = UNDO
    machines = tuple(_machine(book, row.line) for row in document.machines)
    undo = book.undoing or any((marker := book.machine(row.line)) and marker.undo for row in document.machines)
    return Status(
        "undo" if undo else "batch",
        _state(book, machines),
        _count(book, INIT),
        machines,
        _count(book, book.main),
        _rows(book),
        tuple(in_flight),
    )


def _machine(book: Book, line: int) -> MachineStatus:
    row = book.document.machine_rows[line - 1]
    marker = book.machine(line)
    at = marker.row if marker else None
    if marker is not None and not marker.at and marker.line is not None:
        at = position(book, book.main).row
    return MachineStatus(
        row.name,
        state_of(book, line),
        row.marker,
        marker.code if marker else None,
        marker.line if marker else None,
        at,
        program=marker is not None and state_of(book, line) is State.FAILED and _ran_program(book, marker.line),
    )


def _ran_program(book: Book, line: int | None) -> bool:
    """The row of [Batch] is one whose error codes are a program's exit status."""
    commands = book.commands(book.main)
    if commands is None or not line or line > len(commands.rows):
        return False
    return commands.rows[line - 1].name in _PROGRAMS


def _state(book: Book, machines: tuple[MachineStatus, ...]) -> str:
    states = {machine.state for machine in machines}
    commands = [marker for section in (INIT, book.main, DATA_FILES) for marker in _markers(book, section)]
    failed = any(marker.code is not None and not marker.done for marker in commands)
    if failed or states & {State.FAILED, State.UNREACHABLE}:
        return "failed"
    if machines:
        if states == {State.DONE}:
            return "done"
        return "fresh" if states == {State.FRESH} and not commands else "unfinished"
    if book.document.has_machines or not commands:
        return "fresh"
    done = is_through(book) and (book.undoing or position(book, INIT).finished)
    return "done" if done else "unfinished"


def _markers(book: Book, section: SectionId) -> Iterator[CommandMarker]:
    for line, _ in book.marked(section):
        yield book.command(section, line)


def _count(book: Book, section: SectionId) -> Count:
    """Rows that can carry a marker; heads and rows that are skipped count as done with their branch."""
    commands = book.commands(section)
    if commands is None:
        return Count(0, 0)
    rows = list(all_rows(commands.flow.blocks))
    if position(book, section).finished:
        return Count(len(rows), len(rows))
    done = sum(1 for row in rows if (marker := book.command(section, row.line)).done or marker.skipped)
    return Count(done, len(rows))


def _rows(book: Book) -> Count:
    data = book.document.data()
    if data is None:
        return Count(0, 0)
    total = data.count()
    looped = [loop.row.line for loop in _loops(book) if loop.data == data.section]
    # The rows of a finished loop have lost their markers; the loop speaks for them.
    if looped and all(book.command(book.main, line).done for line in looped):
        return Count(total, total)
    return Count(book.rows(data_section()).count(), total)


def _loops(book: Book) -> Iterator[Loop]:
    commands = book.commands(book.main)
    for loop, _ in all_loops(commands.flow.blocks) if commands else ():
        yield loop
