"""A table as it was read: rows of texts, each with its number in the file."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Row(NamedTuple):
    """A row of a table.

    Attributes:
        number: in the file, from 1: the row of a worksheet, or the line on which a row of text begins.
        fields: the values.
    """

    number: int
    fields: list[str]


class Table:
    """The rows of a file that hold anything; a row of nothing but blanks is none.

    Args:
        name: of the file, for messages.
        rows: as read.
    """

    def __init__(self, name: str, rows: Iterable[Row]) -> None:
        self.name = name
        self.rows = [row for row in rows if any(map(str.strip, row.fields))]

    @property
    def width(self) -> int:
        """The number of columns."""
        return max((len(row.fields) for row in self.rows), default=0)
