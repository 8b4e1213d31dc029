"""Data rows: quotes are closed and marker cells hold marks (SB604, SB701).

The section's own scan has found which rows are not sound, without splitting the others; only those are looked at here.
"""

from __future__ import annotations

from collections.abc import Iterator

from setupbatcher.checks.subject import Subject
from setupbatcher.diagnostics import Diagnostic
from setupbatcher.markers.cell import is_done_mark
from setupbatcher.script import cells
from setupbatcher.script.data import DataSection
from setupbatcher.text import Span

MOST = 20
"""Findings of one kind that are shown of a section; one more says that there are others."""


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Look at every data section."""
    text = subject.document.text
    for data in subject.document.data_sections.values():
        quoting = data.column.quoting and text.find('"', data.body.start, data.body.end) >= 0
        yield from _section(data, quoting=quoting)


def _section(data: DataSection, *, quoting: bool) -> Iterator[Diagnostic]:
    quotes = markers = 0
    for line in [0, *data.scan.odd] if data.header and len(data) else data.scan.odd:
        if markers > MOST and not quoting:
            return
        start, row = data.span(line).start, data.row(line)
        found = _quote(start, row, data) if quoting and '"' in row else None
        if found is not None:
            quotes += 1
            yield from _limited(found, quotes, f"further rows of {data.section} have a quoted field that is not closed")
        elif markers <= MOST and data.has_marker_column and data.is_row(line):
            found = _marker(start, row, data)
            markers += found is not None
            further = f"further rows of {data.section} hold something else in marker column {data.column.column}"
            yield from _limited(found, markers, further)
        if quotes > MOST:
            return


def _limited(found: Diagnostic | None, number: int, further: str) -> Iterator[Diagnostic]:
    """A finding, or behind the last one that is shown, that there are more like it."""
    if found is not None:
        yield found if number <= MOST else found._replace(message=further)


def _quote(start: int, row: str, data: DataSection) -> Diagnostic | None:
    """The first field of a row that has a quote in front and not its partner at the end."""
    for field in data.column.fields(row):
        if cells.is_unclosed(row[field.start : field.end]):
            span = Span(start + field.start, start + field.start + 1)
            help_ = "put a quote at its end; a quote inside a quoted field is written twice"
            return Diagnostic("SB604", "quoted field is not closed", span, help_)
    return None


def _marker(start: int, row: str, data: DataSection) -> Diagnostic | None:
    """What stands in a marker cell without being a mark."""
    found = data.column.locate(row)
    marker = row[found.start : found.end].strip(" ") if found is not None else ""
    if found is None or not marker or is_done_mark(marker):
        return None
    at = start + row.index(marker, found.start)
    message = f"`{marker}` stands in marker column {data.column.column}"
    help_ = f"move it to another column, or change `BatchSettings.MarkerCol{data.section.name}`"
    return Diagnostic("SB701", message, Span(at, at + len(marker)), help_)
