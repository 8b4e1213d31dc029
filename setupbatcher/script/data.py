"""A data section: its rows are split when somebody looks, never all at once."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

from setupbatcher.script import cells
from setupbatcher.text import Span
from setupbatcher.text.positions import line_starts

if TYPE_CHECKING:
    from array import array
    from collections.abc import Iterator

    from setupbatcher.script.labels import SectionId

_END = r"(?:\r\n|\n|\r|\Z)"
_LINE_END = re.compile(r"\r\n|\n|\r")


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

    @cached_property
    def _starts(self) -> array[int]:
        return line_starts(self._text, self.body.start, self.body.end)

    def __len__(self) -> int:
        """The number of physical lines."""
        count = len(self._starts)
        return count - 1 if self._starts[-1] == self.body.end else count

    def span(self, line: int) -> Span:
        """Where a line stands in the script, counted from 0, without its line end."""
        start = self._starts[line]
        end = self._starts[line + 1] if line + 1 < len(self._starts) else self.body.end
        text = self._text
        while end > start and text[end - 1] in "\r\n":
            end -= 1
        return Span(start, end)

    def row(self, line: int) -> str:
        """The text of a line, counted from 0."""
        span = self.span(line)
        return self._text[span.start : span.end]

    def is_row(self, line: int) -> bool:
        """The line holds a data row: it is not blank and not the header."""
        return not (self.header and line == self.header_line) and bool(self.row(line).strip())

    @cached_property
    def header_line(self) -> int:
        """The line that names the columns: the first, when there is a header."""
        return 0

    def lines(self, start: int = 0) -> Iterator[int]:
        """The lines of all data rows from one on."""
        return (line for line in range(start, len(self)) if self.is_row(line))

    def fields(self, line: int) -> list[str]:
        """The values of a row, quotes removed."""
        return self.values(self.row(line))

    def values(self, row: str) -> list[str]:
        """The values of the fields of a row's text."""
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

    def marked_lines(self) -> Iterator[tuple[int, str]]:
        """The lines whose marker cell is not empty, with its text; found by one search over the whole body."""
        if not self.has_marker_column:
            return
        blank = rf"{self._blanks}(?=[{self._char}\r\n]|\Z)[^\r\n]*+"
        # A run of rows without a marker, then one that has it.
        unmarked = rf"{self._field}(?:{self._char}{self._field}){{0,{self._before - 1}}}+(?:{self._char}{blank})?"
        run = rf"(?P<run>(?:(?!\Z){unmarked if self._before else blank}{_END})*+)"
        search = re.compile(rf"{run}(?:(?!\Z){self._head}(?P<marker>{self._field})[^\r\n]*+{_END})?")
        line = 0
        for match in search.finditer(self._text, self.body.start, self.body.end):
            if match["marker"] is None:
                return
            if match.end("run") > match.start("run"):
                line += self._count_lines(*match.span("run"))
            marker = match["marker"].strip(" ")
            if not (self.header and line == self.header_line) and (marker.strip() or self.is_row(line)):
                yield line, marker
            line += 1

    def done_lines(self) -> bytearray:
        """One byte for each line: 1 where the marker cell says ``OK``. Rows in a run cost next to nothing each."""
        found = bytearray(len(self))
        if not self.has_marker_column:
            return found
        done = rf"{self._head}{self._blanks}[oO][kK]{self._blanks}(?=[{self._char}\r\n]|\Z)[^\r\n]*+{_END}"
        search = re.compile(rf"(?P<open>(?:(?!\Z|{done})[^\r\n]*+{_END})*+)(?P<done>(?:{done})*+)")
        line, at = 0, self.body.start
        while at < self.body.end:
            match = search.match(self._text, at, self.body.end)
            if match is None or match.end() == at:
                break
            at = match.end()
            line += self._count_lines(*match.span("open"))
            size = self._count_lines(*match.span("done"))
            found[line : line + size] = b"\1" * size
            line += size
        if self.header and found:
            found[self.header_line] = 0
        return found

    @cached_property
    def _char(self) -> str:
        """The delimiter in an expression."""
        return re.escape(self.delimiter)

    @cached_property
    def _blanks(self) -> str:
        """Blanks around a marker, in an expression."""
        return "" if self.delimiter == " " else " *+"

    @cached_property
    def _before(self) -> int:
        """How many fields stand in front of the marker's."""
        return self.column.column - 1

    @cached_property
    def _field(self) -> str:
        """An expression for a field; an unclosed quote takes the rest of the row."""
        plain = rf"[^{self._char}\r\n]*+"
        quoting = self.column.quoting and self._text.find('"', self.body.start, self.body.end) >= 0
        return rf'(?:"(?:[^"\r\n]++|"")*+"?)?+{plain}' if quoting else plain

    @cached_property
    def _head(self) -> str:
        """An expression for the fields in front of the marker's, delimiters included."""
        return rf"(?:{self._field}{self._char}){{{self._before}}}" if self._before else ""

    def trailing_lines(self) -> Iterator[int]:
        """The lines of data rows that have a marker or end in empty cells: what removing markers may change."""
        for line in self.lines():
            row = self.row(line)
            if row.endswith(self.delimiter) or self.marker(line):
                yield line

    @cached_property
    def _has_returns(self) -> bool:
        return "\r" in self._text

    def _count_lines(self, start: int, end: int) -> int:
        """Lines that begin in a part of the body; a last one without a line end counts."""
        if not self._has_returns:
            count = self._text.count("\n", start, end)
        else:
            count = sum(1 for _ in _LINE_END.finditer(self._text, start, end))
        return count + (end > start and self._text[end - 1] not in "\r\n")
