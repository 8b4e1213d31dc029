"""What is left to do by the markers, in which order, and what stands in the way (``markers.md``, *Resume*)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from setupbatcher.diagnostics.model import Diagnostic
from setupbatcher.markers.agreement import disagreements
from setupbatcher.markers.book import Book, Change, Clear, Mark
from setupbatcher.markers.cell import MachineMarker
from setupbatcher.markers.machines import State, owner_of, owners, state_of
from setupbatcher.markers.policy import machine_erased
from setupbatcher.markers.position import ResumePoint, is_regular, position
from setupbatcher.script.blocks import all_chains, all_loops
from setupbatcher.script.document import Document
from setupbatcher.script.labels import BATCH, DATA_FILES, INIT, MACHINES_ID, UNDO, SectionId
from setupbatcher.script.rows import MachineRow

InScope = Callable[[str], bool]
"""Tells whether a machine is in scope, by its name."""


@dataclass(frozen=True)
class Plan:
    """What is left to do.

    Attributes:
        machines: the rows to work on, in order.
        owner: line of the machine that owns the command and data markers, or ``None``.
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


def make_plan(book: Book, *, limit: InScope | None = None, at_once: bool = False) -> Plan:
    """Read the markers of a script.

    Args:
        book: the live markers; ``book.undoing`` tells what is to be done.
        limit: which machines are in scope; ``None`` for all.
        at_once: several machines are worked on at once, so that nobody may own the command and data markers.
    """
    if not book.document.has_machines:
        return _undo_here(book) if book.undoing else _run_here(book)
    findings = [] if book.undoing else list(_unfinished_undo(book))
    findings = findings or list(disagreements(book))
    left = [row for row in book.document.machines if is_left(book, row.line) and (limit is None or limit(row.name))]
    changes: list[Change] = []
    owner = owner_of(book)
    if left and not findings:
        if owner is not None and (at_once or owner not in {row.line for row in left}):
            changes, findings = _moved_out_of_the_way(book, owner)
            owner = None
        if book.undoing and (batch := owners(book, undo=False)):
            more, problems = _batch_left(book, batch[0], {row.line for row in left})
            changes, findings = changes + more, findings + problems
    left.sort(key=lambda row: _turn(book, row.line, owner))
    init = not book.undoing and not position(book, INIT).finished
    return Plan(left, owner, changes, init, finished=not left, findings=findings)


def is_left(book: Book, line: int) -> bool:
    """The machine is to be worked on. An undo leaves out those on which nothing was done."""
    state = state_of(book, line)
    return state is not State.DONE and not (book.undoing and state is State.FRESH)


def _turn(book: Book, line: int, owner: int | None) -> int:
    """The owner of the markers first, then cells with ``@``, then the rest; each in the order of the rows."""
    if line == owner:
        return 0
    marker = book.machine(line)
    return 1 if marker is not None and marker.at else 2


# Scripts without machines


def is_through(book: Book) -> bool:
    """All commands of a script without machines are done, for all its data files."""
    if book.commands(DATA_FILES) is not None:
        return position(book, DATA_FILES).finished
    return position(book, book.main).finished


def _run_here(book: Book) -> Plan:
    init = not position(book, INIT).finished
    findings = [*_half_undone(book), *disagreements(book)]
    finished = not init and is_through(book)
    return Plan(init=init, finished=finished, findings=findings)


def _undo_here(book: Book) -> Plan:
    """Undo what has been done; a script that has nothing but [Undo] counts as done."""
    has_more = book.commands(INIT) is not None or book.commands(BATCH) is not None
    done = any(_is_marked(book, section) for section in (INIT, BATCH)) or not has_more
    undone = _is_marked(book, UNDO) and position(book, UNDO).finished
    findings = list(disagreements(book))
    if undone and done and has_more:
        # Run again since it was undone.
        return Plan(changes=[Clear(UNDO)], init=False, findings=findings)
    finished = undone or (not done and not _is_marked(book, UNDO))
    return Plan(init=False, finished=finished, findings=findings)


def is_undone(book: Book) -> bool:
    """A script without machines is in the middle of an undo, or was undone and not run since."""
    if not _is_marked(book, UNDO):
        return False
    return not position(book, UNDO).finished or not any(_is_marked(book, section) for section in (INIT, BATCH))


def _is_marked(book: Book, section: SectionId) -> bool:
    return next(book.marked(section), None) is not None


def _half_undone(book: Book) -> Iterator[Diagnostic]:
    commands = book.commands(UNDO)
    marked = next(book.marked(UNDO), None)
    if commands is not None and marked is not None and not position(book, UNDO).finished:
        row = commands.rows[marked[0] - 1]
        yield Diagnostic(
            "SB707",
            "the undo of this script is not finished",
            row.marker_span or row.span,
            "finish it with `setupbatcher undo`, or remove the markers of [Undo]",
        )


# Scripts with machines


def _unfinished_undo(book: Book) -> Iterator[Diagnostic]:
    for row in book.document.machines:
        marker = book.machine(row.line)
        if marker is not None and marker.undo and marker.line is not None:
            yield Diagnostic(
                "SB707",
                f"undo of machine `{row.name}` is not finished",
                row.marker_span or row.name_span,
                "finish it with `setupbatcher undo`, or remove the marker",
            )


def _batch_left(book: Book, row: MachineRow, left: set[int]) -> tuple[list[Change], list[Diagnostic]]:
    """The command and data markers that a run has left give way to an undo.

    Those of a machine that is undone are erased; it keeps a sign that something was done on it. Those of one that is
    not in scope move into its cell.
    """
    if row.line not in left:
        return _moved_out_of_the_way(book, row.line, BATCH)
    marker = MachineMarker(None, 0, at=True, undo=True)
    return [Mark(MACHINES_ID, row.line, str(marker)), *machine_erased(book)], []


def _moved_out_of_the_way(
    book: Book, owner: int, section: SectionId | None = None
) -> tuple[list[Change], list[Diagnostic]]:
    """Move the progress of a machine into its own cell (*Resume* 6)."""
    section = section or book.main
    marker = book.machine(owner)
    row = book.document.machine_rows[owner - 1]
    assert marker is not None
    assert marker.line is not None
    where = position(book, section)
    points = (ResumePoint(line, marker.code is None, marker.code, where.row) for line in _lines(book, section, marker))
    point = next((point for point in points if is_regular(book, section, point)), None)
    if point is None or book.commands(DATA_FILES) is not None:
        problem = Diagnostic(
            "SB708",
            f"the progress of machine `{row.name}` has gaps and cannot be kept while others are worked on",
            row.marker_span or row.name_span,
            f"finish `{row.name}` first, or remove its markers",
        )
        return [], [problem]
    cell = marker._replace(line=point.line, at=True, row=where.row)
    return [Mark(MACHINES_ID, owner, str(cell)), *machine_erased(book)], []


def _lines(book: Book, section: SectionId, marker: MachineMarker) -> Iterator[int]:
    """The lines that can stand for a machine's progress: its counter, or the end of a block decided behind it."""
    assert marker.line is not None
    yield marker.line
    commands = book.commands(section)
    if marker.code is None and commands is not None:
        ends = (chain.end.line for chain in all_chains(commands.flow.blocks) if chain.end is not None)
        yield from (line for line in ends if line > marker.line)


def undo_restarted(book: Book, limit: InScope | None) -> list[Change]:
    """What ``undo --restart`` forgets: how far an undo is, and not what a run has done."""
    changes: list[Change] = [Clear(UNDO)]
    for row in book.document.machines:
        marker = book.machine(row.line)
        if marker is not None and marker.undo and marker.line is not None and (limit is None or limit(row.name)):
            changes.append(Mark(MACHINES_ID, row.line, str(MachineMarker(None, 0, at=True, undo=True))))
    return changes


def unleavable(document: Document, section: SectionId) -> list[Diagnostic]:
    """Where a machine that fails cannot be left: its cell has room for one row, and none for a data file."""
    if document.data_files is not None:
        return [
            Diagnostic(
                "SB708",
                "a machine that fails at a data file cannot be left for the next one",
                document.data_files.frame.label,
                "run without --on-error next-machine",
            )
        ]
    commands = document.commands(section)
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


def unreachable_marks(book: Book, rows: Sequence[MachineRow]) -> list[Diagnostic]:
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
