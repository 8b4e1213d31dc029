"""Marker cells hold markers, beside rows that can carry one, and agree with each other (SB701 to SB705)."""

from __future__ import annotations

from collections.abc import Iterator

from setupbatcher.checks.subject import Line, Subject
from setupbatcher.checks.tabs import is_part_of_command
from setupbatcher.commands import registry
from setupbatcher.diagnostics import Diagnostic, Fix
from setupbatcher.markers.cell import CommandMarker, parse_command_marker, parse_machine_marker
from setupbatcher.script import Document
from setupbatcher.script.blocks import ENDS, LOOPS
from setupbatcher.script.rows import CommandRow, MachineRow, RowKind
from setupbatcher.text import Edit, Span

_HEADS = frozenset({"if", "elseif", "else"})
_FORMS = "a marker is `OK`, `OK(code)` or an error code, and beside a loop `OK-row` or `code-row`"


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Look at the marker cells of commands and machines."""
    for line in subject.lines:
        yield from _command(line)
    for section in subject.document.command_sections.values():
        for row in section.rows:
            if row.kind is RowKind.COMMENT:
                yield from _comment(row)
    for machine in subject.document.machines:
        yield from _machine(machine)


def agreement(document: Document) -> list[Diagnostic]:
    """Whether counters, markers and loops tell the same story; for a script that is sound otherwise."""
    if not _has_markers(document):
        return []
    from setupbatcher.markers import agreement as markers  # noqa: PLC0415 -- not needed for a fresh script or one with an error

    return markers.findings(document)


def _has_markers(document: Document) -> bool:
    if any(row.marker for row in document.machines):
        return True
    sections = document.command_sections.values()
    if any(row.marker for section in sections for row in section.rows if row.kind is RowKind.ROW):
        return True
    return any(1 in data.scan.done for data in document.data_sections.values())


def _command(line: Line) -> Iterator[Diagnostic]:
    row = line.row
    lone = parse_command_marker(row.cell)
    if line.bound is None and lone is not None and row.text.startswith("\t"):
        help_ = "put its command back in front, or remove the marker"
        yield Diagnostic("SB702", f"marker `{row.cell}` without a command", row.span, help_)
        return
    span = row.marker_span
    if span is None or row.beyond is not None or is_part_of_command(row.marker):
        return
    marker = parse_command_marker(row.marker)
    if marker is None:
        yield Diagnostic("SB701", f"`{row.marker}` is no marker", span, _FORMS)
    elif row.name in ENDS:
        yield _at_an_end(row, span)
    elif line.bound is not None:
        yield from _form(row, marker, span)


def _at_an_end(row: CommandRow, span: Span) -> Diagnostic:
    """Removed together with the TABs in front of it."""
    edit = Edit(Span(row.span.end, row.start + len(row.text)), "")
    message = f"marker `{row.marker}` beside `{row.statement.name}`, which carries none"
    return Diagnostic("SB702", message, span, "remove it", Fix("remove the marker", (edit,)))


def _form(row: CommandRow, marker: CommandMarker, span: Span) -> Iterator[Diagnostic]:
    name = row.statement.name
    if marker.row is not None and row.name not in LOOPS:
        message = f"marker `{row.marker}` names a data row, but `{name}` is no loop"
        yield Diagnostic("SB701", message, span, "write `OK` or the error code alone")
    elif marker.skipped and row.name not in _HEADS:
        message = f"marker `{row.marker}` stands for a branch not taken, but `{name}` is none"
        yield Diagnostic("SB701", message, span, "remove it, or write `OK`")


def _comment(row: CommandRow) -> Iterator[Diagnostic]:
    """A command turned into a comment leaves its marker behind; other comments may hold TABs as they like."""
    marker = parse_command_marker(row.marker)
    if marker is None or row.beyond is not None or row.marker_span is None:
        return
    words = row.cell.lstrip(";#/ ").split(" ", 1)
    if registry.find(words[0]) is not None:
        help_ = "remove the marker, or put the command back"
        yield Diagnostic("SB702", f"marker `{row.marker}` beside a comment", row.marker_span, help_)


def _machine(row: MachineRow) -> Iterator[Diagnostic]:
    if row.marker_span is not None and parse_machine_marker(row.marker) is None:
        help_ = "a machine's marker is `OK-line` or `code-line`, `OK-AllDone` when it is finished"
        yield Diagnostic("SB701", f"`{row.marker}` is no marker of a machine", row.marker_span, help_)
