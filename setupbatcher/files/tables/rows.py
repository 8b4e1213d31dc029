"""From a table to the rows of a data section (``language.md``, section 3), and nothing else.

Where the marker column lies among the columns of the file, an empty one is put in, so that no marker ever stands on
data: what the file has from there on moves one column to the right. A column that is empty in the file stays the
marker's own.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple, NoReturn

from setupbatcher import errors
from setupbatcher.errors import Failure
from setupbatcher.files.tables.table import Row, Table
from setupbatcher.text import Encoding

_LABEL = re.compile(r"[ \t]*\[\w[\w .-]*\][ \t]*")
"""A row that could be taken for the label of a section."""


class Layout(NamedTuple):
    """How a data section writes its rows.

    Attributes:
        delimiter: one character; all but TAB can be quoted.
        marker: number of the marker column, from 1, or ``None``.
        header: the first row names the columns.
        encoding: of the script.
    """

    delimiter: str
    marker: int | None
    header: bool
    encoding: Encoding

    def keeps(self, text: str) -> bool:
        """The text is the same after it was written into the script and read again."""
        codec, handler = self.encoding.codec, self.encoding.errors
        try:
            return text.isascii() or text.encode(codec, handler).decode(codec, handler) == text
        except ValueError:
            return False


class Loaded(NamedTuple):
    """The rows of a table as a data section writes them.

    Attributes:
        lines: without line ends; the header first, where the section has one.
        size: the number of data rows.
        moved: from the marker column on the columns have moved by one.
    """

    lines: list[str]
    size: int
    moved: bool


def load_rows(table: Table, layout: Layout, *, header: bool, names: str = "") -> Loaded:
    """Write a table as rows of a data section.

    Args:
        table: as read.
        layout: of the section.
        header: the table's first row names its columns.
        names: the section's own header row, for a table without one.

    Raises:
        Failure: 13 for a value that a row cannot hold, with its place in the file.
    """
    rows = table.rows[1:] if header and not layout.header else table.rows
    moved = _lies_within(table, layout.marker)
    writer = _Writer(table, layout, layout.marker if moved else None, header=header)
    lines = [writer.line(row) for row in rows]
    if layout.header and not header:
        lines.insert(0, names)
    return Loaded(lines, max(0, len(lines) - layout.header), moved)


def _lies_within(table: Table, marker: int | None) -> bool:
    """The marker column is among those of the table and holds something there."""
    return marker is not None and any(len(row.fields) >= marker and row.fields[marker - 1] for row in table.rows)


class _Writer:
    """Writes the rows of one table.

    Args:
        table: for the places in messages.
        layout: of the section.
        inserted: number of the column that is put in, or ``None``.
        header: the table's first row names its columns.
    """

    def __init__(self, table: Table, layout: Layout, inserted: int | None, *, header: bool) -> None:
        self._table = table
        self._layout = layout
        self._inserted = inserted
        self._header = header

    def line(self, row: Row) -> str:
        """A row as it is written; empty fields at its end are left out."""
        delimiter, fields = self._layout.delimiter, row.fields
        if self._inserted is not None and len(fields) >= self._inserted:
            fields = [*fields[: self._inserted - 1], "", *fields[self._inserted - 1 :]]
        line = delimiter.join(fields)
        if "\n" in line or "\r" in line:
            self._refuse(row, "a row has no room for a line end", lambda field: "\n" in field or "\r" in field)
        if line.count(delimiter) != len(fields) - 1 or '"' in line:
            line = self._quoted(row, line, fields)
        if _LABEL.fullmatch(line):
            line = self._unlike_a_label(row, fields)
        if not self._layout.keeps(line):
            why = f"the script is {self._layout.encoding.label}, which has no such character"
            self._refuse(row, why, lambda field: not self._layout.keeps(field), "save the script as UTF-8")
        return line.rstrip(delimiter)

    def _quoted(self, row: Row, line: str, fields: list[str]) -> str:
        delimiter = self._layout.delimiter
        if delimiter == "\t":
            if line.count(delimiter) != len(fields) - 1:
                self._refuse(row, "a row that is delimited by TABs has no room for a TAB", lambda field: "\t" in field)
            return line
        needed = (_quote(field) if delimiter in field or field.startswith('"') else field for field in fields)
        return delimiter.join(needed)

    def _unlike_a_label(self, row: Row, fields: list[str]) -> str:
        if self._layout.delimiter == "\t":
            why = "a row that is delimited by TABs cannot hold what looks like a label"
            self._refuse(row, why, lambda field: field.lstrip().startswith("["))
        return self._layout.delimiter.join(_quote(field) if field else field for field in fields)

    def _refuse(self, row: Row, why: str, bad: Callable[[str], bool], advice: str = "") -> NoReturn:
        column = next(number for number, field in enumerate(row.fields, 1) if bad(field))
        names = self._table.rows[0].fields if self._header else []
        name = f" (`{names[column - 1]}`)" if column <= len(names) and row is not self._table.rows[0] else ""
        message = f"{self._table.name}: row {row.number}, column {column}{name}: {why}"
        other = (
            "" if advice or self._layout.delimiter != "\t" else ", or set BatchSettings.Delimiter to another character"
        )
        raise Failure(errors.INVALID_DATA, message, help=advice or f"change it in the file{other}")


def _quote(field: str) -> str:
    return '"' + field.replace('"', '""') + '"'
