"""The markers of a data section: one byte a line; only blocks in which something changed are written anew."""

from __future__ import annotations

from collections.abc import Iterator

from setupbatcher.script.cells import MarkerColumn
from setupbatcher.script.data import DataSection
from setupbatcher.text import Edit, Span


class Rows:
    """Which rows of a section are done.

    Args:
        data: the section as it stands in the text; its own markers are what this starts with.
        bare: start without them.
    """

    def __init__(self, data: DataSection, *, bare: bool = False) -> None:
        self.data = data
        self._was = data.scan.done
        self._done = bytearray(len(self._was)) if bare else bytearray(self._was)
        self._set = bytearray(len(self._was))
        self._touched: set[int] = set()
        self._stale: set[int] = set()
        self._written: dict[int, str] = {}

    def is_done(self, line: int) -> bool:
        """The row is marked as done."""
        return bool(self._done[line])

    def count(self) -> int:
        """How many rows are marked as done."""
        return self._done.count(1)

    def next_open(self, start: int = 0) -> int | None:
        """The first data row without a marker, from a line on."""
        line = self._done.find(0, start)
        while line >= 0 and not self.data.is_row(line):
            line = self._done.find(0, line + 1)
        return None if line < 0 else line

    def mark(self, line: int, *, done: bool) -> None:
        """Set or erase a row's marker."""
        self._done[line] = done
        self._set[line] = 1
        block = self.data.scan.block_of(line)
        self._touched.add(block)
        self._stale.add(block)

    def clear(self) -> None:
        """Erase all markers."""
        self._done = bytearray(len(self._done))
        self._set = bytearray(b"\1") * len(self._done)
        self._all_touched()

    def finish(self, above: int) -> None:
        """Mark every data row above a line as done."""
        for line in range(min(above, len(self._done))):
            if self.data.is_row(line):
                self._done[line] = 1
                self._set[line] = 1
        self._all_touched()

    def _all_touched(self) -> None:
        blocks = range(len(self.data.scan.lines))
        self._touched.update(blocks)
        self._stale.update(blocks)

    def same(self, other: Rows) -> bool:
        """The same rows are done."""
        return self._done == other._done

    def earned(self) -> Iterator[tuple[int, bool]]:
        """The rows that were set here, and whether they are done."""
        line = self._set.find(1)
        while line >= 0:
            yield line, bool(self._done[line])
            line = self._set.find(1, line + 1)

    def moved(self, data: DataSection, lines: list[int | None]) -> Rows:
        """The rows of an edited document, what was set here kept; ``lines`` tells where each row is now."""
        moved = Rows(data)
        for line, place in enumerate(lines):
            if self._set[line] and place is not None:
                moved.mark(place, done=bool(self._done[line]))
        return moved

    def edits(self, text: str) -> Iterator[Edit]:
        """What has to change in the text, block by block."""
        scan = self.data.scan
        for block in sorted(self._touched):
            first = scan.lines[block]
            end = scan.lines[block + 1] if block + 1 < len(scan.lines) else len(self._done)
            if self._was[first:end] == self._done[first:end]:
                continue
            span = Span(scan.offsets[block], scan.offsets[block + 1])
            if block in self._stale:
                self._written[block] = self._write(text, block, first)
                self._stale.discard(block)
            yield Edit(span, self._written[block])

    def _write(self, text: str, block: int, first: int) -> str:
        starts = self.data.starts(block)
        end = self.data.scan.offsets[block + 1]
        pieces = []
        for number, start in enumerate(starts):
            line = text[start : starts[number + 1] if number + 1 < len(starts) else end]
            if self._was[first + number] != self._done[first + number]:
                row = line.rstrip("\r\n")
                marker = "OK" if self._done[first + number] else ""
                line = put(self.data.column, row, marker) + line[len(row) :]
            pieces.append(line)
        return "".join(pieces)


def put(column: MarkerColumn, row: str, marker: str) -> str:
    """A row with another marker.

    Raises:
        GuardError: more than the marker cell would change: a bug of ours.
    """
    changed = column.put(row, marker)
    if column.strip(changed) != column.strip(row):
        message = f"the marker `{marker}` would change more than its cell in `{row}`; nothing was written"
        raise GuardError(message)
    return changed


class GuardError(Exception):
    """A marker would have changed more than its cell: a bug of ours. Nothing was written."""
