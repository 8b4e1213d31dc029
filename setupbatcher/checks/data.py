"""Data rows: quotes are closed and marker cells hold marks, in one search over all rows (SB604, SB701).

One expression matches a run of sound rows, however many; only the row that ends a run is looked at by itself. A million
rows are checked without splitting any of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from setupbatcher.checks.subject import Subject
from setupbatcher.diagnostics import Diagnostic
from setupbatcher.markers.cell import is_done_mark
from setupbatcher.script import cells
from setupbatcher.script.data import DataSection
from setupbatcher.text import Span

MOST = 20
"""Findings of one kind that are shown of a section; one more says that there are others."""

_LINE_END = re.compile(r"\r\n|\n|\r")


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Look at every data section."""
    for data in subject.document.data_sections.values():
        yield from _Search(subject.document.text, data).findings()


class _Search:
    def __init__(self, text: str, data: DataSection) -> None:
        self._text = text
        self._data = data
        self._end = data.body.end
        self._quoting = data.column.quoting and text.find('"', data.body.start, data.body.end) >= 0
        self._seen = {"SB604": 0, "SB701": 0}

    def findings(self) -> Iterator[Diagnostic]:
        """What is wrong with the rows."""
        if not self._quoting and not self._data.has_marker_column:
            return
        at = self._data.body.start
        if self._data.header:
            span, at = self._line(at)
            yield from self._quotes(span)
        sound = self._sound(marked=self._data.has_marker_column)
        while at < self._end:
            match = sound.match(self._text, at, self._end)
            at = match.end() if match else at
            if at >= self._end:
                return
            span, at = self._line(at)
            yield from self._row(span)
            if self._seen["SB604"] > MOST:
                return
            if self._seen["SB701"] == MOST + 1:
                self._seen["SB701"] += 1
                sound = self._sound(marked=False)

    def _line(self, start: int) -> tuple[Span, int]:
        """A line without its line end, and where the next one begins."""
        match = _LINE_END.search(self._text, start, self._end)
        return (Span(start, match.start()), match.end()) if match else (Span(start, self._end), self._end)

    def _sound(self, *, marked: bool) -> re.Pattern[str]:
        """A run of rows whose quotes are closed and, if asked for, whose marker cell is empty or says ``OK``."""
        delimiter = re.escape(self._data.delimiter)
        plain = rf"[^{delimiter}\r\n]*+"
        field = plain
        if self._quoting:
            closed = rf'"(?:[^"\r\n]++|"")*+"(?=[{delimiter}\r\n]|\Z)'
            field = rf'(?:[^"{delimiter}\r\n]{plain}|{closed}|(?=[{delimiter}\r\n]|\Z))'
        row = rf"{field}(?:{delimiter}{field})*+"
        if marked:
            blanks = "" if self._data.delimiter == " " else " *+"
            mark = rf"{blanks}(?:[oO][kK])?{blanks}(?:{delimiter}{field})*+"
            before = self._data.column.column - 2
            row = mark if before < 0 else rf"{field}(?:{delimiter}{field}){{0,{before}}}+(?:{delimiter}{mark})?"
        return re.compile(rf"(?:(?!\Z){row}(?:\r\n|\n|\r|\Z))*+")

    def _row(self, span: Span) -> Iterator[Diagnostic]:
        row = self._text[span.start : span.end]
        if not row.strip():
            return
        quotes = list(self._quotes(span))
        yield from quotes
        found = self._data.column.locate(row)
        if quotes or not self._data.has_marker_column or found is None:
            return
        marker = row[found.start : found.end].strip(" ")
        if not marker or is_done_mark(marker):
            return
        left = row.index(marker, found.start)
        number = self._data.column.column
        yield self._counted(
            "SB701",
            f"`{marker}` stands in marker column {number}",
            Span(span.start + left, span.start + left + len(marker)),
            f"move it to another column, or change `BatchSettings.MarkerCol{self._data.section.name}`",
            f"further rows of {self._data.section} hold something else in marker column {number}",
        )

    def _quotes(self, span: Span) -> Iterator[Diagnostic]:
        """The first field of a row that begins with a quote and does not end with its partner."""
        row = self._text[span.start : span.end]
        if not self._quoting or '"' not in row:
            return
        for field in self._data.column.fields(row):
            if cells.is_unclosed(row[field.start : field.end]):
                start = span.start + field.start
                yield self._counted(
                    "SB604",
                    "quoted field is not closed",
                    Span(start, start + 1),
                    "put a quote at its end; a quote inside a quoted field is written twice",
                    f"further rows of {self._data.section} have a quoted field that is not closed",
                )
                return

    def _counted(self, code: str, message: str, span: Span, help_: str, further: str) -> Diagnostic:
        self._seen[code] += 1
        return Diagnostic(code, message if self._seen[code] <= MOST else further, span, help_)
