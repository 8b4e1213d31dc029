r"""Positions in a text: offset, line and column, UTF-16 units, display width. The only place that knows.

A line ends with ``\r\n``, ``\n`` or a lone ``\r``, as editors count; nothing else ends a line.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from bisect import bisect_right
from typing import NamedTuple

_LINE_END = re.compile(r"\r\n|\n|\r")
TAB_WIDTH = 8


class Span(NamedTuple):
    """A half-open range of code point offsets, ``start <= end``."""

    start: int
    end: int

    def __len__(self) -> int:
        """The number of code points."""
        return self.end - self.start


class Position(NamedTuple):
    """Line and column, both counted from 1, the column in code points."""

    line: int
    column: int


class LineTable:
    """The starts of all physical lines of a text.

    Args:
        text: decoded text without its byte order mark.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts = line_starts(text, 0, len(text))

    def __len__(self) -> int:
        """The number of lines; a text that ends with a line end has an empty last line."""
        return len(self._starts)

    def position(self, offset: int) -> Position:
        """Line and column of an offset."""
        index = bisect_right(self._starts, offset) - 1
        return Position(index + 1, offset - self._starts[index] + 1)

    def span(self, line: int) -> Span:
        """The span of a line, counted from 1, without its line end."""
        start = self._starts[line - 1]
        end = self._starts[line] if line < len(self._starts) else len(self._text)
        while end > start and self._text[end - 1] in "\r\n":
            end -= 1
        return Span(start, end)

    def offset(self, line: int, column: int) -> int:
        """The offset of a line and column, both counted from 1, clamped to the line."""
        span = self.span(line)
        return min(span.start + column - 1, span.end)

    def utf16_column(self, offset: int) -> int:
        """UTF-16 code units between the start of the line and the offset, as editors count."""
        start = self._starts[bisect_right(self._starts, offset) - 1]
        return len(self._text[start:offset].encode("utf-16-le", "surrogatepass")) // 2


def line_starts(text: str, start: int, end: int) -> array[int]:
    """Offsets at which the physical lines of ``text[start:end]`` begin, ``start`` first."""
    starts = array("q", [start])
    if "\r" in text:
        starts.extend(match.end() for match in _LINE_END.finditer(text, start, end))
        return starts
    find = text.find
    at = find("\n", start, end)
    while at >= 0:
        starts.append(at + 1)
        at = find("\n", at + 1, end)
    return starts


def display_width(text: str, column: int = 0) -> int:
    """Terminal cells that a text takes when it begins at a cell, TABs and wide characters included."""
    begin = column
    for char in text:
        if char == "\t":
            column += TAB_WIDTH - column % TAB_WIDTH
        elif unicodedata.combining(char) or unicodedata.category(char) in {"Cf", "Mn", "Me"}:
            continue
        else:
            column += 2 if unicodedata.east_asian_width(char) in "WF" else 1
    return column - begin
