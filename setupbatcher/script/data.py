"""A data section: its rows are split when somebody looks, never all at once."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator
from functools import cached_property

from setupbatcher.script import cells
from setupbatcher.script.labels import SectionId
from setupbatcher.script.scan import Scan, Scanner
from setupbatcher.text import Span
from setupbatcher.text.positions import line_starts

_FILLED = re.compile(r"\S[^\r\n]*+")
"""From the first non-blank character of a line to its end: matches once a line that is not blank."""


class DataSection:
    """[Data] or one of its numbered sisters.

    Args:
        text: of the whole script.
        section: which one.
        body: where its rows stand.
        delimiter: ``BatchSettings.Delimiter``, one character.
        marker_column: ``BatchSettings.MarkerCol``, or ``None`` where it is not set.
        header: the first row names the columns.
    """

    def __init__(
        self, text: str, section: SectionId, body: Span, *, delimiter: str, marker_column: int | None, header: bool
    ) -> None:
        self._text = text
        self.section = section
        self.body = body
        self.delimiter = delimiter
        self.header = header
        self.marker_number = marker_column
        self.has_marker_column = marker_column is not None
        self.column = cells.FieldColumn(marker_column or 1, delimiter, quoting=delimiter != "\t")
        self._block = -1
        self._starts = line_starts(text, body.start, body.start)

    @cached_property
    def scan(self) -> Scan:
        """What one pass over all rows finds."""
        marked = self.has_marker_column
        return Scanner(self._text, self.body, self.column, marked=marked, header=self.header).scan()

    def __len__(self) -> int:
        """The number of physical lines."""
        return len(self.scan.done)

    def span(self, line: int) -> Span:
        """Where a line stands in the script, counted from 0, without its line end."""
        block = self.scan.block_of(line)
        starts = self.starts(block)
        at = line - self.scan.lines[block]
        start = starts[at]
        end = starts[at + 1] if at + 1 < len(starts) else self.scan.offsets[block + 1]
        text = self._text
        while end > start and text[end - 1] in "\r\n":
            end -= 1
        return Span(start, end)

    def starts(self, block: int) -> array[int]:
        """Where the lines of a block begin; the one asked for last is remembered, since rows are read in order."""
        if block != self._block:
            offsets = self.scan.offsets
            starts = line_starts(self._text, offsets[block], offsets[block + 1])
            if len(starts) > 1 and starts[-1] == offsets[block + 1]:
                starts.pop()
            self._block, self._starts = block, starts
        return self._starts

    def row(self, line: int) -> str:
        """The text of a line, counted from 0."""
        span = self.span(line)
        return self._text[span.start : span.end]

    def is_row(self, line: int) -> bool:
        """The line holds a data row: it is not blank and not the header."""
        return not (self.header and line == 0) and bool(self.row(line).strip())

    def lines(self, start: int = 0) -> Iterator[int]:
        """The lines of all data rows from one on."""
        return (line for line in range(start, len(self)) if self.is_row(line))

    def count(self) -> int:
        """The number of data rows."""
        filled = sum(1 for _ in _FILLED.finditer(self._text, self.body.start, self.body.end))
        return filled - (self.header and len(self) > 0 and bool(self.row(0).strip()))

    def fields(self, line: int) -> list[str]:
        """The values of a row, quotes removed."""
        row = self.row(line)
        if not self.column.quoting or '"' not in row:
            return row.split(self.delimiter)
        return [cells.unquoted(row[span.start : span.end]) for span in self.column.fields(row)]

    @cached_property
    def names(self) -> dict[str, int]:
        """The columns that the header row names, in lower case, with their numbers from 1."""
        if not self.header or not len(self):
            return {}
        names: dict[str, int] = {}
        for number, name in enumerate(self.fields(0), 1):
            names.setdefault(name.strip().lower(), number)
        names.pop("", None)
        return names

    def marker(self, line: int) -> str:
        """The text of a row's marker cell."""
        return cells.read(self.column, self.row(line))

    def trailing_lines(self) -> Iterator[int]:
        """The lines of data rows that have a marker or end in empty cells: what removing markers may change."""
        for line in self.lines():
            if self.scan.done[line] or self.row(line).endswith(self.delimiter):
                yield line
