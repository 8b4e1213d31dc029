"""How a run goes on from the markers: whose they are, whether they agree, what is left (``markers.md``, *Resume*)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum

from setupbatcher import errors
from setupbatcher.diagnostics.model import Diagnostic, Fix
from setupbatcher.markers.book import MACHINES_ID, Book, Change, Mark
from setupbatcher.markers.cell import ALL_DONE, MachineMarker
from setupbatcher.markers.position import Position, ResumePoint, adopt, is_regular, position
from setupbatcher.script.blocks import Loop, all_loops
from setupbatcher.script.document import Document
from setupbatcher.script.labels import Kind, SectionId
from setupbatcher.script.rows import MachineRow
from setupbatcher.text import Edit, Span

INIT = SectionId(Kind.INIT)
BATCH = SectionId(Kind.BATCH)
UNDO = SectionId(Kind.UNDO)

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


class State(Enum):
    """How a listed machine stands."""

    FRESH = "fresh"
    UNFINISHED = "unfinished"
    FAILED = "failed"
    UNREACHABLE = "unreachable"
    DONE = "done"


def state_of(book: Book, line: int) -> State:
    """The state of a machine by its cell."""
    marker = book.machine(line)
    if marker is None or (marker.undo and marker.line is None):
        return State.FRESH
    if marker.all_done:
        return State.DONE
    if marker.code is None:
        return State.UNFINISHED
    return State.UNREACHABLE if _is_unreachable_mark(book, marker) else State.FAILED


def _is_unreachable_mark(book: Book, marker: MachineMarker) -> bool:
    """The pre-scan wrote it: at line 0, or over another error than the one beside the command."""
    if marker.line == 0:
        return True
    if marker.code not in UNREACHABLE or marker.line is None:
        return False
    commands = book.commands(BATCH)
    if marker.at or commands is None or marker.line > len(commands.rows):
        return True
    return book.command(BATCH, marker.line).code != marker.code


@dataclass(frozen=True)
class Plan:
    """What is left to do.

    Attributes:
        machines: the rows to work on, in order.
        owner: line of the machine that owns the [Batch] and data markers, or ``None``.
        changes: markers to write before anything runs.
        init: [Init] is to be run or gone on with.
        finished: nothing is left to do.
        findings: why the run must not start; empty where it may.
    """

    machines: list[MachineRow] = field(default_factory=list)
    owner: int | None = None
    changes: list[Change] = field(default_factory=list)
    init: bool = True
    finished: bool = False
    findings: list[Diagnostic] = field(default_factory=list)


def make_plan(book: Book, *, limit: Callable[[str], bool] | None = None) -> Plan:
    """Read the markers of a script.

    Args:
        book: the live markers.
        limit: which machines are in scope, by name; ``None`` for all.
    """
    document = book.document
    init = not position(book, INIT).finished
    if not document.has_machines:
        findings = list(_loops_agree(book, [INIT, BATCH]))
        finished = not init and position(book, BATCH).finished
        return Plan(init=init, finished=finished, findings=findings)
    findings = list(_machines_agree(book))
    owner = owner_of(book)
    states = {row.line: state_of(book, row.line) for row in document.machines}
    left = [
        row for row in document.machines if states[row.line] is not State.DONE and (limit is None or limit(row.name))
    ]
    changes: list[Change] = []
    if owner is not None and limit is not None and owner not in {row.line for row in left} and left and not findings:
        changes, problem = _moved_out_of_the_way(book, owner)
        findings.extend(problem)
        owner = None
    left.sort(key=lambda row: _turn(book, row.line, owner))
    return Plan(left, owner, changes, init, finished=not left, findings=findings)


def _turn(book: Book, line: int, owner: int | None) -> int:
    """The owner of the markers first, then cells with ``@``, then the rest; each in the order of the rows."""
    if line == owner:
        return 0
    marker = book.machine(line)
    return 1 if marker is not None and marker.at else 2


def _owners(book: Book) -> list[MachineRow]:
    found = []
    for row in book.document.machines:
        marker = book.machine(row.line)
        if marker is None or marker.line is None or marker.at or marker.undo:
            continue
        if marker.line > 0 or marker.code is None:
            found.append(row)
    return found


def owner_of(book: Book) -> int | None:
    """Line of the unfinished machine without ``@``; it owns the [Batch] and data markers."""
    owners = _owners(book)
    return owners[0].line if len(owners) == 1 else None


def findings(document: Document) -> list[Diagnostic]:
    """What the markers of a script say that cannot be: the check shows it, a run stops on it."""
    book = Book(document)
    if document.has_machines:
        return list(_machines_agree(book))
    return list(_loops_agree(book, [INIT, BATCH]))


def _machines_agree(book: Book) -> Iterator[Diagnostic]:
    document = book.document
    undoing = [
        row
        for row in document.machines
        if (marker := book.machine(row.line)) and marker.undo and marker.line is not None
    ]
    for row in undoing:
        yield Diagnostic(
            "SB707",
            f"undo of machine `{row.name}` is not finished",
            row.marker_span or row.name_span,
            "finish it with `setupbatcher undo`, or remove the marker",
        )
    owners = _owners(book)
    if len(owners) > 1:
        names = ", ".join(f"`{row.name}`" for row in owners)
        for row in owners:
            yield Diagnostic(
                "SB704",
                f"more than one machine is unfinished: {names}",
                row.marker_span or row.name_span,
                "the [Batch] and [Data] markers can belong to one machine only; remove the markers of the others",
            )
        return
    yield from _loops_agree(book, [INIT, BATCH])
    if owners:
        yield from _counter_agrees(book, owners[0])
    else:
        yield from _ownerless(book)


def _ownerless(book: Book) -> Iterator[Diagnostic]:
    help_text = (
        "no machine is unfinished; remove these markers with `setupbatcher remove-markers`, "
        "or mark the machine they belong to"
    )
    commands = book.commands(BATCH)
    for line, text in book.marked(BATCH):
        assert commands is not None
        span = commands.rows[line - 1].marker_span or commands.rows[line - 1].span
        yield Diagnostic("SB704", f"marker `{text}` in [Batch] belongs to no machine", span, help_text)
    used = {loop.data for loop in _unfinished_loops(book, INIT)}
    for data in book.document.data_sections.values():
        if data.section in used or not book.rows(data.section).count():
            continue
        line = next(line for line in data.lines() if book.rows(data.section).is_done(line))
        yield Diagnostic("SB704", f"markers in {data.section} belong to no machine", data.span(line), help_text)


def _unfinished_loops(book: Book, section: SectionId) -> Iterator[Loop]:
    commands = book.commands(section)
    for loop, _ in all_loops(commands.flow.blocks) if commands else ():
        if book.command(section, loop.row.line).row is not None:
            yield loop


def _loops_agree(book: Book, sections: list[SectionId]) -> Iterator[Diagnostic]:
    """The data row that an unfinished loop names is there and has no marker (*Resume* 3)."""
    subs = [entry.section for entry in book.command_sections() if entry.section.kind is Kind.SUB]
    for section in (*sections, *subs):
        for loop in _unfinished_loops(book, section):
            row = book.command(section, loop.row.line).row
            data = book.document.data(loop.data)
            if row is None or data is None:
                continue
            span = loop.row.marker_span or loop.row.span
            if row >= len(data) or not data.is_row(row):
                yield Diagnostic(
                    "SB705",
                    f"the loop is at line {row} of {loop.data}, and no data row is there",
                    span,
                    "write the line of the row to go on with, counted from 0; or clear this and the loop's markers",
                )
            elif book.rows(loop.data).is_done(row):
                yield Diagnostic(
                    "SB705",
                    f"the loop is at line {row} of {loop.data}, and that row is marked as done",
                    span,
                    "write the line of the row to go on with, counted from 0; or remove the row's `OK`",
                )


def _counter_agrees(book: Book, row: MachineRow) -> Iterator[Diagnostic]:
    """The line counter agrees with the [Batch] markers (*Resume* 3)."""
    marker = book.machine(row.line)
    assert marker is not None
    where = position(book, BATCH)
    expected = expected_marker(marker, where)
    if expected is None or expected.line == marker.line:
        return
    span = row.marker_span or row.name_span
    yield Diagnostic(
        "SB703",
        f"machine `{row.name}` is marked at line {marker.line}, but the markers in [Batch] say line {expected.line}",
        span,
        f"write `{expected}`, or change the markers in [Batch]; `setupbatcher check --fix` does the former",
        Fix("adjust the line counter", (Edit(Span(span.start, span.end), str(expected)),)),
    )


def expected_marker(marker: MachineMarker, where: Position) -> MachineMarker | None:
    """The cell of the owner as the [Batch] markers would have it; ``None`` where nothing is left to do."""
    if marker.code is None:
        return MachineMarker(None, where.previous)
    if where.open is None:
        return MachineMarker(None, where.previous)
    return MachineMarker(marker.code, where.open)


def unreachable_marker(book: Book, line: int, code: int) -> MachineMarker:
    """The cell of a machine that cannot be reached.

    A machine that never started gets line 0. Else only x changes, so that the resume point stays; where x was ``OK``
    the counter moves on to the row that is next, since with an error code it names the row to begin with.
    """
    marker = book.machine(line)
    if marker is None or marker.line is None or (marker.code is not None and marker.line == 0):
        return MachineMarker(code, 0)
    if marker.code is not None:
        return MachineMarker(code, marker.line, marker.at, marker.row)
    scratch = book
    if marker.at:
        scratch = book.bare()
        scratch.apply(adopt(scratch, BATCH, point_of(marker)))
    where = position(scratch, BATCH)
    if where.open is None:
        return marker
    return MachineMarker(code, where.open, marker.at, where.row if marker.at else None)


def point_of(marker: MachineMarker) -> ResumePoint:
    """The resume point of a cell."""
    assert marker.line is not None
    return ResumePoint(marker.line, marker.code is None, marker.code, marker.row)


def adoption(book: Book, line: int) -> list[Change]:
    """Turn a machine's ``@`` cell into markers, so that it owns [Batch] and data from now on."""
    marker = book.machine(line)
    if marker is None or not marker.at:
        return []
    changes = adopt(book, BATCH, point_of(marker))
    scratch = book.bare()
    scratch.apply(changes)
    expected = expected_marker(MachineMarker(marker.code, marker.line), position(scratch, BATCH))
    if expected is not None:
        changes.append(Mark(MACHINES_ID, line, str(expected)))
    return changes


def _moved_out_of_the_way(book: Book, owner: int) -> tuple[list[Change], list[Diagnostic]]:
    """Move the progress of a machine that is not in scope into its own cell (*Resume* 6)."""
    from setupbatcher.markers.policy import machine_erased  # noqa: PLC0415 -- the policy imports this module

    marker = book.machine(owner)
    row = book.document.machine_rows[owner - 1]
    assert marker is not None
    assert marker.line is not None
    where = position(book, BATCH)
    point = ResumePoint(marker.line, marker.code is None, marker.code, where.row)
    if not is_regular(book, BATCH, point):
        problem = Diagnostic(
            "SB708",
            f"the progress of machine `{row.name}` has gaps and cannot be kept while others are worked on",
            row.marker_span or row.name_span,
            f"finish `{row.name}` first, or remove its markers",
        )
        return [], [problem]
    cell = MachineMarker(marker.code, marker.line, at=True, row=where.row)
    return [Mark(MACHINES_ID, owner, str(cell)), *machine_erased(book)], []


def unleavable(document: Document) -> list[Diagnostic]:
    """Loops within loops: a machine that fails in one cannot be left, since its cell has room for one row."""
    commands = document.commands(BATCH)
    return [
        Diagnostic(
            "SB708",
            "a machine that fails in a loop within a loop cannot be left for the next one",
            loop.row.span,
            "run without --on-error next-machine, or put the inner loop into a subsection",
        )
        for loop, outer in (all_loops(commands.flow.blocks) if commands else ())
        if outer
    ]


def unreachable_marks(book: Book, rows: list[MachineRow]) -> list[Diagnostic]:
    """With ``CheckMachines=No`` unreachable marks must be removed by hand first (*Resume* 2)."""
    return [
        Diagnostic(
            "SB706",
            f"machine `{row.name}` is marked as unreachable",
            row.marker_span or row.name_span,
            "with BatchSettings.CheckMachines=No remove the mark by hand before the run, or remove that setting",
        )
        for row in rows
        if state_of(book, row.line) is State.UNREACHABLE
    ]


__all__ = [
    "ALL_DONE",
    "Plan",
    "State",
    "adoption",
    "findings",
    "make_plan",
    "owner_of",
    "state_of",
    "unleavable",
    "unreachable_marker",
    "unreachable_marks",
]
