"""Takes every marker out of a script, with trailing empty cells and kept variables (``markers.md``, *Removing*)."""

from __future__ import annotations

from collections.abc import Iterator

from setupbatcher.markers.cell import is_done_mark, parse_command_marker, parse_machine_marker
from setupbatcher.script.cells import MarkerColumn
from setupbatcher.script.data import DataSection
from setupbatcher.script.document import Document
from setupbatcher.script.rows import COMMANDS, MACHINES, RowKind
from setupbatcher.script.variables import write_variables
from setupbatcher.text import Edit, Span, apply


def remove(document: Document) -> str:
    """The text of a document without its markers. A cell that holds anything else is left as it is."""
    return apply(document.text, _edits(document))


def _edits(document: Document) -> Iterator[Edit]:
    for machine in document.machines:
        if not machine.marker or parse_machine_marker(machine.marker):
            yield from _stripped(machine.start, machine.text, MACHINES)
    for section in document.marked_sections:
        for row in section.rows:
            if row.kind is RowKind.ROW and (not row.marker or parse_command_marker(row.marker)):
                yield from _stripped(row.start, row.text, COMMANDS)
    for data in document.data_sections.values():
        if data.has_marker_column:
            yield from _data_edits(data)
    variables = write_variables(document, {})
    if variables is not None:
        yield variables


def _data_edits(data: DataSection) -> Iterator[Edit]:
    for line in data.trailing_lines():
        marker = data.marker(line)
        if not marker or is_done_mark(marker):
            yield from _stripped(data.span(line).start, data.row(line), data.column)


def _stripped(start: int, row: str, column: MarkerColumn) -> Iterator[Edit]:
    changed = column.strip(row)
    if changed != row:
        yield Edit(Span(start, start + len(row)), changed)
