"""Where a row keeps its marker, and how it is written there: pure functions over the text of one row.

Three columns exist (``markers.md``, *What is written where*): behind the command, at a fixed TAB column, and at a
parsed field of a data row. All leave everything but the marker cell as it is.
"""

from __future__ import annotations

import re
from typing import NamedTuple, Protocol

from setupbatcher.text import Span

_COMMAND = re.compile(r"[ \t]*(?P<command>[^\t]*)(?P<tabs>\t*)(?P<marker>[^\t]*)(?P<rest>.*)", re.DOTALL)
_QUOTED = re.compile(r'"(?:[^"]++|"")*+"')


class MarkerColumn(Protocol):
    """The marker cell of one kind of rows."""

    def locate(self, row: str) -> Span | None:
        """The span of the cell's text within the row, or ``None`` where the row is too short to have one."""

    def put(self, row: str, marker: str) -> str:
        """The row with the cell's text replaced; the empty text erases the marker."""

    def strip(self, row: str) -> str:
        """The row without its marker and without trailing empty cells."""


def read(column: MarkerColumn, row: str) -> str:
    """The text of a row's marker cell without surrounding blanks."""
    span = column.locate(row)
    return row[span.start : span.end].strip(" ") if span else ""


class CommandColumn:
    """Column 2 of a command row: behind the command and one or more TABs."""

    def locate(self, row: str) -> Span | None:
        """See :class:`MarkerColumn`."""
        match = _match(row)
        return Span(*match.span("marker")) if match["tabs"] else None

    def put(self, row: str, marker: str) -> str:
        """See :class:`MarkerColumn`. Two or more TABs in front of the marker are somebody's alignment and stay."""
        match = _match(row)
        head = row[: match.end("command")]
        tabs = match["tabs"]
        if marker:
            return f"{head}{tabs or chr(9)}{marker}{match['rest']}"
        return head + ("" if tabs == "\t" and not match["rest"].strip("\t ") else tabs) + match["rest"]

    def strip(self, row: str) -> str:
        """See :class:`MarkerColumn`."""
        match = _match(row)
        if match["rest"].strip("\t "):
            return row[: match.end("tabs")] + match["rest"]
        return row[: match.end("command")]


def _match(row: str) -> re.Match[str]:
    match = _COMMAND.fullmatch(row)
    assert match is not None
    return match


class FieldColumn(NamedTuple):
    """A field of a row of delimited cells, counted from 1.

    Attributes:
        column: which field holds the marker.
        delimiter: one character.
        quoting: a field that begins with a double quote is an RFC 4180 field, which may hold the delimiter.
    """

    column: int
    delimiter: str = "\t"
    quoting: bool = False

    def locate(self, row: str) -> Span | None:
        """See :class:`MarkerColumn`."""
        if not (self.quoting and '"' in row):
            return self._locate_plain(row)
        fields = self.fields(row)
        return fields[self.column - 1] if len(fields) >= self.column else None

    def _locate_plain(self, row: str) -> Span | None:
        start, delimiter = 0, self.delimiter
        for _ in range(self.column - 1):
            start = row.find(delimiter, start) + 1
            if not start:
                return None
        end = row.find(delimiter, start)
        return Span(start, end if end >= 0 else len(row))

    def fields(self, row: str) -> list[Span]:
        """The spans of all fields. An unclosed quote takes the rest of the row."""
        spans, start, size = [], 0, len(row)
        while True:
            end = start
            if self.quoting and row.startswith('"', start):
                end = _closing_quote(row, start)
            end = row.find(self.delimiter, end)
            if end < 0:
                spans.append(Span(start, size))
                return spans
            spans.append(Span(start, end))
            start = end + 1

    def put(self, row: str, marker: str) -> str:
        """See :class:`MarkerColumn`. A row that is too short is filled up with empty fields."""
        span = self.locate(row)
        if span is not None:
            changed = row[: span.start] + marker + row[span.end :]
            return changed if marker else self._trim(changed)
        if not marker:
            return row
        return row + self.delimiter * (self.column - len(self.fields(row))) + marker

    def strip(self, row: str) -> str:
        """See :class:`MarkerColumn`."""
        span = self.locate(row)
        return self._trim(row if span is None else row[: span.start] + row[span.end :])

    def _trim(self, row: str) -> str:
        bare = row.rstrip(self.delimiter)
        # One delimiter stays of a row that has blanks at most: without it the row would be blank, and no row at all.
        return bare + self.delimiter if row.strip() and not bare.strip() else bare


def _closing_quote(row: str, start: int) -> int:
    at = row.find('"', start + 1)
    while at >= 0 and row.startswith('"', at + 1):
        at = row.find('"', at + 2)
    return at + 1 if at >= 0 else len(row)


def unquoted(field: str) -> str:
    """The value of an RFC 4180 field."""
    if len(field) > 1 and field[0] == field[-1] == '"':
        return field[1:-1].replace('""', '"')
    return field


def is_unclosed(field: str) -> bool:
    """The field begins with a quote whose partner is not the field's last character."""
    return field.startswith('"') and _QUOTED.fullmatch(field) is None
