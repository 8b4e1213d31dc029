"""The markers of a script as they are now: those in the text, and over them what this run has earned."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from setupbatcher.markers.cell import (
    CommandMarker,
    MachineMarker,
    is_done_mark,
    parse_command_marker,
    parse_machine_marker,
)
from setupbatcher.script.cells import MarkerColumn, read
from setupbatcher.script.data import DataSection
from setupbatcher.script.document import Document
from setupbatcher.script.labels import Kind, SectionId
from setupbatcher.script.rows import COMMANDS, MACHINES
from setupbatcher.script.variables import VARIABLES, Kept, read_variables, write_variables
from setupbatcher.text import Edit, Span, apply

MACHINES_ID = SectionId(Kind.MACHINES)


class Mark(NamedTuple):
    """Write a marker cell; the empty text erases it. ``line`` counts from 1, in data sections from 0."""

    section: SectionId
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Clear:
    """Erase every marker of a section."""

    section: SectionId


@dataclass(frozen=True, slots=True)
class Finish:
    """Mark all data rows above a line as done."""

    section: SectionId
    above: int


@dataclass(frozen=True, slots=True)
class Keep:
    """Keep the value of a run-time variable in [Variables]."""

    variable: Kept


@dataclass(frozen=True, slots=True)
class Drop:
    """Forget the kept variables of a machine; of [Init] and scripts without machines where it is empty."""

    machine: str


Change = Mark | Clear | Finish | Keep | Drop

NOTHING = CommandMarker()


class Book:
    """The live markers of a document.

    Args:
        document: as read; its own markers are what the book starts with.
    """

    def __init__(self, document: Document) -> None:
        self.document = document
        self._cells: dict[str, dict[int, str]] = {}
        self._data: dict[str, Rows] = {}
        self._variables = read_variables(document)

    # What is there

    def text(self, section: SectionId, line: int) -> str:
        """The text of a command row's or machine row's marker cell."""
        known = self._cells.get(section.key, {}).get(line)
        if known is not None:
            return known
        if section.kind is Kind.MACHINES:
            return self.document.machine_rows[line - 1].marker
        commands = self.document.commands(section)
        return commands.rows[line - 1].marker if commands else ""

    def command(self, section: SectionId, line: int) -> CommandMarker:
        """The marker of a command row; one that says nothing where the cell is empty."""
        return parse_command_marker(self.text(section, line)) or NOTHING

    def machine(self, line: int) -> MachineMarker | None:
        """The marker of a machine, or ``None`` where it has none."""
        return parse_machine_marker(self.text(MACHINES_ID, line))

    def marked(self, section: SectionId) -> Iterator[tuple[int, str]]:
        """The lines of a command section whose marker cell is not empty."""
        commands = self.document.commands(section)
        for row in commands.rows if commands else ():
            if row.name and (text := self.text(section, row.line)):
                yield row.line, text

    def rows(self, section: SectionId) -> Rows:
        """The markers of a data section.

        Raises:
            KeyError: the script has no such section.
        """
        rows = self._data.get(section.key)
        if rows is None:
            rows = self._data[section.key] = Rows(self.document.data_sections[section.key])
        return rows

    @property
    def keeps_variables(self) -> bool:
        """The script has a section for them."""
        return self.document.frame(VARIABLES) is not None

    def variables(self, machine: str) -> list[Kept]:
        """The kept variables of a machine, of [Init] where the name is empty."""
        return [kept for kept in self._variables.values() if kept.machine.lower() == machine.lower()]

    # What happens to it

    def apply(self, changes: Iterable[Change]) -> None:
        """Take changes over."""
        for change in changes:
            match change:
                case Mark(section, line, text) if section.kind is Kind.DATA:
                    self.rows(section).mark(line, done=is_done_mark(text))
                case Mark(section, line, text):
                    self._cells.setdefault(section.key, {})[line] = text
                case Clear(section) if section.kind is Kind.DATA:
                    self.rows(section).clear()
                case Clear(section):
                    cells = self._cells.setdefault(section.key, {})
                    cells.update((line, "") for line, _ in list(self.marked(section)))
                case Finish(section, above):
                    self.rows(section).finish(above)
                case Keep(kept):
                    self._variables[kept.key] = kept
                case Drop(machine):
                    for kept in self.variables(machine):
                        del self._variables[kept.key]

    def is_news(self, change: Change) -> bool:
        """The change changes something."""
        match change:
            case Mark(section, line, text) if section.kind is Kind.DATA:
                news = self.rows(section).is_done(line) != is_done_mark(text)
            case Mark(section, line, text):
                news = self.text(section, line) != text
            case Clear(section) if section.kind is Kind.DATA:
                news = self.document.data(section) is not None and self.rows(section).count() > 0
            case Clear(section):
                news = next(self.marked(section), None) is not None
            case Keep(kept):
                news = self.keeps_variables and self._variables.get(kept.key) != kept
            case Drop(machine):
                news = bool(self.variables(machine))
            case Finish():
                news = True
        return news

    def move_to(self, document: Document) -> None:
        """Go over to an edited document with the same rows: what this run set stays, all else is as the edit has it."""
        self.document = document
        for key, rows in self._data.items():
            self._data[key] = rows.moved(document.data_sections[key])

    def render(self) -> str:
        """The script's text with the markers as they are now."""
        return apply(self.document.text, self._edits())

    def current(self) -> Document:
        """The document with the markers as they are now in its text."""
        text = self.render()
        return self.document if text == self.document.text else self.document.changed(text)

    def _edits(self) -> Iterator[Edit]:
        for key, cells in self._cells.items():
            commands = self.document.command_sections.get(key)
            column: MarkerColumn = COMMANDS if commands else MACHINES
            for line, text in cells.items():
                row = (commands.rows if commands else self.document.machine_rows)[line - 1]
                yield from _edit(row.start, row.text, column, text)
        for rows in self._data.values():
            yield from rows.edits(self.document.text)
        variables = write_variables(self.document, self._variables)
        if variables is not None:
            yield variables


def _edit(start: int, row: str, column: MarkerColumn, text: str) -> Iterator[Edit]:
    if read(column, row) != text:
        yield Edit(Span(start, start + len(row)), put(column, row, text))


class Rows:
    """The markers of a data section, one byte a line; only blocks in which something changed are written anew."""

    def __init__(self, data: DataSection) -> None:
        self.data = data
        self._was = data.scan.done
        self._done = bytearray(self._was)
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
        block = self.data.scan.block_of(line)
        self._touched.add(block)
        self._stale.add(block)

    def clear(self) -> None:
        """Erase all markers."""
        self._done = bytearray(len(self._done))
        self._all_touched()

    def finish(self, above: int) -> None:
        """Mark every data row above a line as done."""
        for line in range(min(above, len(self._done))):
            if self.data.is_row(line):
                self._done[line] = 1
        self._all_touched()

    def _all_touched(self) -> None:
        blocks = range(len(self.data.scan.lines))
        self._touched.update(blocks)
        self._stale.update(blocks)

    def same(self, other: Rows) -> bool:
        """The same rows are done."""
        return self._done == other._done

    def moved(self, data: DataSection) -> Rows:
        """The same rows of an edited document, what was changed here kept."""
        moved = Rows(data)
        for line, (was, done) in enumerate(zip(self._was, self._done, strict=True)):
            if was != done:
                moved.mark(line, done=bool(done))
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
