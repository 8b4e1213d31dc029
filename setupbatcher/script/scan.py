"""One pass over the rows of a data section: which are marked as done, which are not sound, where lines begin.

An expression matches whole runs of sound rows, so that a million rows cost little more than reading them; only the row
that ends a run is looked at by itself.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right

from setupbatcher.script import cells
from setupbatcher.text import Span
from setupbatcher.text.positions import line_starts

_END = r"(?:\r\n|\n|\r)"
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r|\Z)")
_BLANK_ROW = r"[^\S\r\n]*+[\r\n]"
_AT_MOST = 4096
"""Rows that one match takes."""
_BLOCK = 1024
"""Rows after which a new block begins."""


class Scan:
    """What one pass has found.

    Attributes:
        done: one byte a physical line, 1 where the row is marked with ``OK``.
        odd: lines that are not sound: a quote that is not closed, or something else in the marker cell.
        lines: the first line of every block.
        offsets: where the blocks begin in the script; one more for the end of the last.
    """

    def __init__(self) -> None:
        self.done = bytearray()
        self.odd: list[int] = []
        self.lines = array("q")
        self.offsets = array("q")

    def block_of(self, line: int) -> int:
        """The block that holds a line."""
        return bisect_right(self.lines, line) - 1


class Scanner:
    """Scans one section.

    Args:
        text: of the script.
        body: of the section.
        column: of the markers.
        marked: the column is set, so that its cells are markers.
        header: the first line names the columns, and is neither marked nor looked at.
    """

    def __init__(self, text: str, body: Span, column: cells.FieldColumn, *, marked: bool, header: bool) -> None:
        self._text = text
        self._body = body
        self._column = column
        self._marked = marked
        self._header = header
        self._quoting = column.quoting and text.find('"', body.start, body.end) >= 0
        carriage = text.find("\r", body.start, body.end) >= 0
        pairs = text.count("\r\n", body.start, body.end) if carriage else 0
        self._lone = carriage and text.count("\r", body.start, body.end) != pairs

    def scan(self) -> Scan:
        """Go through all rows."""
        found = Scan()
        at, end = self._body.start, self._body.end
        if self._header and at < end:
            at = self._single(found, at, look=False)
        open_run, done_run, odd_run = self._patterns()
        while at < end:
            match = open_run.match(self._text, at, end)
            done = odd = False
            if match is None and done_run is not None:
                match = done_run.match(self._text, at, end)
                done = match is not None
            if match is None and odd_run is not None:
                match = odd_run.match(self._text, at, end)
                odd = True
            if match is None:
                at = self._single(found, at, look=True)
                continue
            self._begin_block(found, at)
            count = self._count(at, match.end())
            if odd:
                found.odd.extend(range(len(found.done), len(found.done) + count))
            found.done += (b"\1" if done else b"\0") * count
            at = match.end()
        found.offsets.append(end)
        return found

    def _begin_block(self, found: Scan, at: int) -> None:
        line = len(found.done)
        if not found.lines or line - found.lines[-1] >= _BLOCK:
            found.lines.append(line)
            found.offsets.append(at)

    def _count(self, start: int, end: int) -> int:
        if self._lone:
            return len(line_starts(self._text, start, end)) - 1
        return self._text.count("\n", start, end)

    def _single(self, found: Scan, at: int, *, look: bool) -> int:
        """A line by itself: the header, the last one without an end, or one that is not sound."""
        self._begin_block(found, at)
        match = _LINE.match(self._text, at, self._body.end)
        assert match is not None
        row = match.group().rstrip("\r\n")
        done = False
        if look and row.strip():
            marker = cells.read(self._column, row).lower() if self._marked else ""
            done = marker == "ok"
            spans = self._column.fields(row) if self._quoting else []
            unclosed = any(cells.is_unclosed(row[span.start : span.end]) for span in spans)
            if unclosed or marker not in {"", "ok"}:
                found.odd.append(len(found.done))
                done = False
        found.done.append(done)
        return match.end()

    def _patterns(self) -> tuple[re.Pattern[str], re.Pattern[str] | None, re.Pattern[str] | None]:
        """Runs of sound rows without a marker, of rows with ``OK``, and of rows with anything else in its cell."""
        delimiter = re.escape(self._column.delimiter)
        plain = rf"[^{delimiter}\r\n]*+"
        value = plain
        if self._quoting:
            closed = rf'"(?:[^"\r\n]++|"")*+"(?=[{delimiter}\r\n])'
            value = rf'(?:[^"{delimiter}\r\n]{plain}|{closed}|(?=[{delimiter}\r\n]))'
        rest = rf"(?:{delimiter}{value})*+{_END}"
        if not self._marked:
            return _run(value + rest), None, None
        blanks = "" if self._column.delimiter == " " else " *+"
        before = self._column.column - 2
        some = blanks + rest
        full = f"{blanks}[oO][kK]{blanks}{rest}"
        if before >= 0:
            some = rf"{value}(?:{delimiter}{value}){{0,{before}}}+(?:{delimiter}{blanks}{rest}|{_END})"
            full = rf"{value}(?:{delimiter}{value}){{{before}}}+{delimiter}{full}"
        odd = rf"(?!{some}|{full}|{_BLANK_ROW}){value}{rest}"
        return _run(some), _run(full), _run(odd)


def _run(row: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{row}){{1,{_AT_MOST}}}+")
