"""Whether the markers of a script agree with each other (``markers.md``, *Resume* 2 and 3)."""

from __future__ import annotations

from collections.abc import Iterator

from setupbatcher.diagnostics.model import Diagnostic, Fix
from setupbatcher.markers.book import Book
from setupbatcher.markers.cell import MachineMarker
from setupbatcher.markers.machines import expected_marker, owners
from setupbatcher.markers.position import position
from setupbatcher.script.blocks import Loop, all_loops
from setupbatcher.script.data import DataSection
from setupbatcher.script.document import Document
from setupbatcher.script.labels import INIT, Kind, SectionId
from setupbatcher.script.rows import MachineRow
from setupbatcher.text import Edit, Span


def findings(document: Document) -> list[Diagnostic]:
    """What the markers of a script say that cannot be: the check shows it, a run stops on it."""
    return list(disagreements(Book(document)))


def disagreements(book: Book) -> Iterator[Diagnostic]:
    """As :func:`findings`, of live markers."""
    sections = [INIT, book.main]
    if not book.document.has_machines:
        yield from _loops_agree(book, sections)
        return
    found = owners(book, undo=book.undoing)
    if len(found) > 1:
        names = ", ".join(f"`{row.name}`" for row in found)
        for row in found:
            yield Diagnostic(
                "SB704",
                f"more than one machine is unfinished: {names}",
                row.marker_span or row.name_span,
                f"the {book.main} and [Data] markers can belong to one machine only; remove the markers of the others",
            )
        return
    yield from _loops_agree(book, sections)
    yield from _cells_agree(book)
    if found:
        yield from _counter_agrees(book, found[0])
    else:
        yield from _ownerless(book)


def _ownerless(book: Book) -> Iterator[Diagnostic]:
    help_text = (
        "no machine is unfinished; remove these markers with `setupbatcher remove-markers`, "
        "or mark the machine they belong to"
    )
    commands = book.commands(book.main)
    for line, text in book.marked(book.main):
        assert commands is not None
        span = commands.rows[line - 1].marker_span or commands.rows[line - 1].span
        yield Diagnostic("SB704", f"marker `{text}` in {book.main} belongs to no machine", span, help_text)
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
    where = position(book, book.main)
    expected = expected_marker(marker, where)
    if expected is None or expected.line == marker.line:
        return
    span = row.marker_span or row.name_span
    marked = f"machine `{row.name}` is marked at line {marker.line}"
    yield Diagnostic(
        "SB703",
        f"{marked}, but the markers in {book.main} say line {expected.line}",
        span,
        f"write `{expected}`, or change the markers in {book.main}; `setupbatcher check --fix` does the former",
        Fix("adjust the line counter", (Edit(Span(span.start, span.end), str(expected)),)),
    )


def _cells_agree(book: Book) -> Iterator[Diagnostic]:
    """A cell that is its own resume point names a row that is there, and a data row where that row is in a loop."""
    for row in book.document.machines:
        marker = book.machine(row.line)
        if marker is not None and marker.at and marker.undo is book.undoing:
            yield from _cell_agrees(book, row, marker)


def _cell_agrees(book: Book, row: MachineRow, marker: MachineMarker) -> Iterator[Diagnostic]:
    commands, line = book.commands(book.main), marker.line or 0
    span = row.marker_span or row.name_span
    if line and (commands is None or line > len(commands.rows) or not commands.rows[line - 1].name):
        yield Diagnostic(
            "SB703",
            f"machine `{row.name}` is marked at line {line}, and no command of {book.main} is there",
            span,
            "write the line of the command that was done last, or remove the marker",
        )
        return
    loop = outer_loop(book, line)
    data = book.document.data(loop.data) if loop else None
    if marker.row is None:
        inside = loop is not None and line > loop.row.line
        problem = f"line {line} is inside a loop, and the marker names no data row" if inside else ""
    elif loop is None or data is None:
        problem = f"the marker names a data row, and line {line} is in no loop"
    else:
        problem = "" if _is_row(data, marker.row) else f"no data row is at line {marker.row} of {loop.data}"
    if problem:
        yield Diagnostic(
            "SB705",
            f"machine `{row.name}`: {problem}",
            span,
            "write the data row to go on with behind the `@`, counted from 0; or remove the marker",
        )


def _is_row(data: DataSection, line: int) -> bool:
    return line < len(data) and data.is_row(line)


def outer_loop(book: Book, line: int) -> Loop | None:
    """The outermost loop of the main section that a line is in, its ends included."""
    commands = book.commands(book.main)
    for loop, outer in all_loops(commands.flow.blocks) if commands else ():
        if not outer and loop.row.line <= line <= (loop.end or loop.row).line:
            return loop
    return None
