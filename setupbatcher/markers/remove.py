"""Takes markers out of a script (``markers.md``, *Removing*)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from setupbatcher.markers.cell import parse_command_marker, parse_machine_marker
from setupbatcher.script.cells import MarkerColumn, read
from setupbatcher.script.document import Document
from setupbatcher.script.labels import Kind, SectionId
from setupbatcher.script.rows import COMMANDS, MACHINES, RowKind
from setupbatcher.text import Edit, Span, apply


@dataclass(frozen=True, slots=True)
class Selection:
    """Which markers to take out; by default all, with the trailing empty cells of their rows.

    Attributes:
        failed: error marks only.
        machine: which machines, by name.
        section: one section only.
    """

    failed: bool = False
    machine: Callable[[str], bool] | None = None
    section: SectionId | None = None

    @property
    def everything(self) -> bool:
        """Nothing is spared, so that rows are trimmed too."""
        return not self.failed and self.machine is None

    def takes(self, section: SectionId) -> bool:
        """The section is selected."""
        if self.section is not None:
            return section.key == self.section.key
        return self.machine is None or section.kind is Kind.MACHINES


def remove(document: Document, selection: Selection | None = None) -> str:
    """The text of a document without its markers."""
    selection = selection or Selection()
    return apply(document.text, _edits(document, selection))


def _edits(document: Document, selection: Selection) -> Iterator[Edit]:
    yield from _machine_edits(document, selection)
    for section in document.command_sections.values():
        if not selection.takes(section.section):
            continue
        for row in section.rows:
            if row.kind is not RowKind.ROW or (row.marker and parse_command_marker(row.marker) is None):
                continue
            marker = parse_command_marker(row.marker)
            failed = marker is not None and marker.code is not None and not marker.done
            if not selection.failed or failed:
                yield from _row_edit(row.start, row.text, COMMANDS, selection)
    if selection.failed:
        return
    for data in document.data_sections.values():
        if not data.has_marker_column or not selection.takes(data.section):
            continue
        for line in data.trailing_lines():
            span = data.span(line)
            marker = data.marker(line)
            if not marker or marker.lower() == "ok":
                yield from _row_edit(span.start, data.row(line), data.column, selection)


def _machine_edits(document: Document, selection: Selection) -> Iterator[Edit]:
    if not selection.takes(SectionId(Kind.MACHINES)):
        return
    for row in document.machines:
        marker = parse_machine_marker(row.marker)
        if row.marker and marker is None:
            continue
        if selection.machine is not None and not selection.machine(row.name):
            continue
        if selection.failed and (marker is None or marker.code is None):
            continue
        yield from _row_edit(row.start, row.text, MACHINES, selection)


def _row_edit(start: int, row: str, column: MarkerColumn, selection: Selection) -> Iterator[Edit]:
    changed = column.strip(row) if selection.everything else column.put(row, "") if read(column, row) else row
    if changed != row:
        yield Edit(Span(start, start + len(row)), changed)

