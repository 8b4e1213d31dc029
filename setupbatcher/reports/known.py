"""What the markers of a script know of its machines, as a part of a sheet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from setupbatcher.markers.book import Book, Mark
from setupbatcher.markers.cell import CommandMarker, MachineMarker, parse_command_marker
from setupbatcher.markers.machines import State, owner_of, point_of, state_of
from setupbatcher.markers.position import adopt, position
from setupbatcher.reports.sheet import Column, Outcome
from setupbatcher.script.blocks import Block, Chain, Loop, Step, all_loops, all_rows
from setupbatcher.script.document import Document
from setupbatcher.script.labels import INIT, SectionId

CONTROLLER = str(INIT)
"""What stands for the controller, which is no machine of the script; no machine can have this name."""
THIS_MACHINE = "this machine"

Row = tuple[str, int]
"""A command row: key of its section and line."""


@dataclass
class Standing:
    """How a machine stands.

    Attributes:
        name: of the machine.
        state: as ``status`` has it.
        code: error code, or ``None``.
        rows: the command rows of which something is known.
    """

    name: str
    state: State
    code: int | None = None
    rows: dict[Row, Outcome] = field(default_factory=dict)


def columns_of(document: Document) -> dict[Row, Column]:
    """The rows of a script that can carry a marker, in its order."""
    return {
        (section.section.key, column.line): column
        for section in document.command_sections.values()
        for column in _columns(str(section.section), section.flow.blocks)
    }


def _columns(section: str, blocks: Sequence[Block], depth: int = 0, *, repeated: bool = False) -> Iterator[Column]:
    for block in blocks:
        match block:
            case Step(row):
                yield Column(section, row.line, row.cell, depth, repeated)
            case Loop(row, _, body):
                yield Column(section, row.line, row.cell, depth, repeated)
                yield from _columns(section, body, depth + 1, repeated=True)
            case Chain(branches):
                for branch in branches:
                    yield Column(section, branch.row.line, branch.row.cell, depth, repeated)
                    yield from _columns(section, branch.body, depth + 1, repeated=repeated)


def standings(book: Book) -> list[Standing]:
    """How the controller and each machine stand, in the order of the script.

    Args:
        book: the markers.
    """
    document = book.document
    init = _marked(book, INIT)
    if not document.has_machines:
        rows = init | _marked(book, book.main)
        return [Standing(THIS_MACHINE, _state_here(book, rows), _code(book, INIT, book.main), rows)]
    found = []
    if book.commands(INIT) is not None:
        found.append(Standing(CONTROLLER, _state_of_init(book, init), _code(book, INIT), init))
    owner, ways = owner_of(book), _Ways(book)
    for row in document.machines:
        state, marker = state_of(book, row.line), book.machine(row.line)
        code = marker.code if marker else None
        rows = _marked(book, book.main) if row.line == owner else ways.rows(state, marker)
        found.append(Standing(row.name, state, code, rows))
    return found


class _Ways:
    """The rows that lie behind machines that do not own the markers; many stand at the same row."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._known: dict[tuple[int | None, bool], dict[Row, Outcome]] = {}

    def rows(self, state: State, marker: MachineMarker | None) -> dict[Row, Outcome]:
        if state is State.DONE:
            return self._all()
        if marker is None or not marker.at or marker.line is None:
            return {}
        key = marker.line, marker.code is None
        if key not in self._known:
            changes = adopt(self._book, self._book.main, point_of(marker))
            marks = ((change.line, parse_command_marker(change.text)) for change in changes if isinstance(change, Mark))
            rows = {
                (self._book.main.key, line): outcome for line, mark in marks if mark and (outcome := _outcome(mark))
            }
            self._known[key] = _spread(self._book, self._book.main, rows)
        return self._known[key]

    def _all(self) -> dict[Row, Outcome]:
        commands = self._book.commands(self._book.main)
        if (None, True) not in self._known:
            rows = all_rows(commands.flow.blocks) if commands else ()
            self._known[None, True] = {(self._book.main.key, row.line): Outcome.EARLIER for row in rows}
        return self._known[None, True]


def _marked(book: Book, section: SectionId) -> dict[Row, Outcome]:
    found = {}
    for line, _ in book.marked(section):
        outcome = _outcome(book.command(section, line))
        if outcome is not None:
            found[section.key, line] = outcome
    return _spread(book, section, found)


def _spread(book: Book, section: SectionId, rows: dict[Row, Outcome]) -> dict[Row, Outcome]:
    """Add the rows that carry no marker because the loop above them is done."""
    commands = book.commands(section)
    for loop, _ in all_loops(commands.flow.blocks) if commands else ():
        if rows.get((section.key, loop.row.line)) is Outcome.EARLIER:
            rows |= {(section.key, row.line): Outcome.EARLIER for row in all_rows(loop.body)}
    return rows


def _outcome(marker: CommandMarker) -> Outcome | None:
    if marker.done:
        return Outcome.EARLIER
    if marker.skipped:
        return Outcome.SKIPPED
    if marker.row is not None:
        return Outcome.PARTLY
    return Outcome.FAILED if marker.code is not None else None


def _state_here(book: Book, rows: dict[Row, Outcome]) -> State:
    """The state of a script without [Machines]."""
    if _code(book, INIT, book.main) is not None:
        return State.FAILED
    if not rows:
        return State.FRESH
    finished = position(book, INIT).finished and position(book, book.main).finished
    return State.DONE if finished else State.UNFINISHED


def _state_of_init(book: Book, rows: dict[Row, Outcome]) -> State:
    """[Init] loses its markers once every machine is done."""
    if _code(book, INIT) is not None:
        return State.FAILED
    machines = book.document.machines
    if position(book, INIT).finished or (machines and all(state_of(book, row.line) is State.DONE for row in machines)):
        return State.DONE
    return State.UNFINISHED if rows else State.FRESH


def _code(book: Book, *sections: SectionId) -> int | None:
    """The code of the error that stands in these sections."""
    for section in sections:
        for line, _ in book.marked(section):
            marker = book.command(section, line)
            if marker.code is not None and not marker.done:
                return marker.code
    return None
