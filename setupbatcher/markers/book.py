"""The markers of a script as they are now: those in the text, and over them what this run has earned."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from copy import copy
from typing import NamedTuple

from setupbatcher.markers.cell import (
    CommandMarker,
    MachineMarker,
    is_done_mark,
    parse_command_marker,
    parse_machine_marker,
)
from setupbatcher.markers.fillings import Fillings
from setupbatcher.markers.rows import Rows, put
from setupbatcher.script.cells import MarkerColumn, read
from setupbatcher.script.document import CommandSection, Document
from setupbatcher.script.filling import Filling, filled
from setupbatcher.script.labels import BATCH, MACHINES_ID, UNDO, Kind, SectionId
from setupbatcher.script.rows import COMMANDS, MACHINES, CommandRow, MachineRow
from setupbatcher.script.variables import VARIABLES, Kept, read_variables, write_variables
from setupbatcher.text import Edit, Span, apply


class Mark(NamedTuple):
    """Write a marker cell; the empty text erases it. ``line`` counts from 1, in data sections from 0."""

    section: SectionId
    line: int
    text: str


class Clear(NamedTuple):
    """Erase every marker of a section."""

    section: SectionId


class Finish(NamedTuple):
    """Mark all data rows above a line as done."""

    section: SectionId
    above: int


class Keep(NamedTuple):
    """Keep the value of a run-time variable in [Variables]."""

    variable: Kept


class Fill(NamedTuple):
    """Give a section other rows."""

    filling: Filling


class Drop(NamedTuple):
    """Forget the kept variables of a machine; of [Init] and scripts without machines where it is empty."""

    machine: str


Change = Mark | Clear | Finish | Fill | Keep | Drop

NOTHING = CommandMarker()
_OF_ONE_MACHINE = frozenset({Kind.BATCH, Kind.UNDO, Kind.SUB, Kind.ON_ERROR})


class RowLostError(Exception):
    """The data row or machine that is worked on is no longer in the script."""


class Cursor:
    """A data row that is worked on; its line follows edits of the script.

    Attributes:
        section: of the row.
        line: of the row; -1 once it is gone.
        finished: all its commands are done, so that it may go.
    """

    def __init__(self, section: SectionId, line: int) -> None:
        self.section = section
        self.line = line
        self.finished = False


class Book:
    """The live markers of a document.

    The commands of a run are those that it began with; machines, data and everything that is written follow the script
    when it is edited meanwhile.

    Args:
        document: as read; its own markers are what the book starts with.
        commands: what the lines of command rows mean, where that is another document.
    """

    def __init__(self, document: Document, commands: Document | None = None) -> None:
        self.document = document
        self._commands = commands or document
        self._lines: dict[str, list[int | None]] = {}
        self.cursors: list[Cursor] = []
        """The data rows that are worked on."""
        self._cells: dict[str, dict[int, str]] = {}
        self._data: dict[str, Rows] = {}
        self._places: dict[str, list[int | None]] = {}
        self.fillings = Fillings()
        """The sections that this run has given other rows."""
        self._variables = read_variables(document)
        self._main: SectionId | None = None
        self._bare = False

    @property
    def main(self) -> SectionId:
        """The section that the machines' cells count in: [Batch], or [Undo] while one is undone."""
        if self._main is None:
            self._main = UNDO if any(map(self._is_undone, self.document.machines)) else BATCH
        return self._main

    @main.setter
    def main(self, section: SectionId) -> None:
        """What a run is about to do, whatever the cells say."""
        self._main = section

    def _is_undone(self, row: MachineRow) -> bool:
        marker = parse_machine_marker(row.marker) if row.marker else None
        return marker is not None and marker.undo and marker.line is not None

    @property
    def undoing(self) -> bool:
        """What was done is undone."""
        return self.main == UNDO

    def bare(self) -> Book:
        """A book of the same script without the markers that speak of one machine: commands, subsections, data."""
        book = copy(self)
        book._strip()  # noqa: SLF001 -- its own kind
        return book

    def _strip(self) -> None:
        self._bare = True
        self.cursors, self._cells, self._data = [], {}, {}
        self._variables = dict(self._variables)

    def anchor(self) -> Book:
        """A bare book of the script as it is now, whose data rows :meth:`written_row` tells from now on."""
        self._places = {}
        return self.bare()

    # What is there

    def commands(self, section: SectionId) -> CommandSection | None:
        """A section of commands as the run knows it, or ``None``."""
        return self.fillings.commands(section) or self._commands.commands(section)

    def command_sections(self) -> list[CommandSection]:
        """All sections whose rows keep markers in column 2, as the run knows them."""
        return [self.fillings.commands(each.section) or each for each in self._commands.marked_sections]

    def written_line(self, section: SectionId, line: int) -> int | None:
        """Where a row of the run stands in the script now; ``None`` where it is gone."""
        lines = self._lines.get(section.key)
        return line if lines is None else lines[line - 1]

    def follow(self, section: SectionId, line: int) -> Cursor:
        """Watch a data row while it is worked on."""
        cursor = Cursor(section, line)
        self.cursors.append(cursor)
        return cursor

    def unfollow(self, cursor: Cursor) -> None:
        """Watch a data row no longer."""
        self.cursors.remove(cursor)

    def machine_line(self, name: str) -> int:
        """The line of a machine.

        Raises:
            RowLostError: it is no longer listed.
        """
        for row in self.document.machines:
            if row.name.lower() == name.lower():
                return row.line
        raise RowLostError

    def text(self, section: SectionId, line: int) -> str:
        """The text of a command row's or machine row's marker cell."""
        known = self._cells.get(section.key, {}).get(line)
        if known is not None:
            return known
        if section.kind is Kind.MACHINES:
            return self.document.machine_rows[line - 1].marker
        if self._bare and section.kind in _OF_ONE_MACHINE:
            return ""
        row = self._written_row(section, line)
        return row.marker if row else ""

    def _written_row(self, section: SectionId, line: int) -> CommandRow | None:
        commands, at = self.document.commands(section), self.written_line(section, line)
        return None if commands is None or at is None else commands.rows[at - 1]

    def command(self, section: SectionId, line: int) -> CommandMarker:
        """The marker of a command row; one that says nothing where the cell is empty."""
        return parse_command_marker(self.text(section, line)) or NOTHING

    def machine(self, line: int) -> MachineMarker | None:
        """The marker of a machine, or ``None`` where it has none."""
        return parse_machine_marker(self.text(MACHINES_ID, line))

    def marked(self, section: SectionId) -> Iterator[tuple[int, str]]:
        """The lines of a command section whose marker cell is not empty."""
        commands = self.commands(section)
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
            rows = self._data[section.key] = Rows(self.document.data_sections[section.key], bare=self._bare)
        return rows

    @property
    def keeps_variables(self) -> bool:
        """The script has a section for them."""
        return self.document.frame(VARIABLES) is not None

    def variables(self, machine: str) -> list[Kept]:
        """The kept variables of a machine, of [Init] where the name is empty."""
        return [kept for kept in self._variables.values() if kept.machine.lower() == machine.lower()]

    # What happens to it

    def apply(self, changes: Iterable[Change]) -> None:  # noqa: C901 -- a few lines a kind of change
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
                case Fill(filling):
                    self._fill(filling)
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
            case Finish() | Fill():
                news = True
        return news

    def _fill(self, filling: Filling) -> None:
        """Write into a script from now on whose section has other rows; their markers are those that the rows have."""
        key = filling.section.key
        before, self.document = self.document, self.document.changed(filled(self.document, filling))
        self.fillings.take(filling.section, before, self.document)
        self._data.pop(key, None)
        for other, rows in self._data.items():
            self._data[other] = rows.moved(self.document.data_sections[other], list(range(len(rows.data))))
        for places in (self._cells, self._lines, self._places):
            places.pop(key, None)

    # What an edit of the script does to it; markers/moving.py knows what it means

    def known_data(self) -> list[SectionId]:
        """The data sections that this run has looked at, or that some machine's cell may speak of."""
        if any((marker := self.machine(row.line)) and marker.row is not None for row in self.document.machines):
            return [data.section for data in self.document.data_sections.values()]
        return [rows.data.section for rows in self._data.values()]

    def needs_data(self, section: SectionId) -> bool:
        """The run cannot go on without a data section."""
        return section.key in self._data

    def written_row(self, section: SectionId, line: int) -> int | None:
        """Where a data row of the script as it was at :meth:`anchor` stands now, or else the first one behind it."""
        places = self._places.get(section.key)
        if places is None:
            return line
        return next((place for place in places[line:] if place is not None), None)

    def has_set(self, section: SectionId, line: int) -> bool:
        """This run has written the cell."""
        return line in self._cells.get(section.key, {})

    def set_cell(self, section: SectionId, line: int, text: str) -> None:
        """Set the cell of a command row or a machine."""
        self._cells.setdefault(section.key, {})[line] = text

    def go_over(
        self, document: Document, data: dict[str, list[int | None]], commands: dict[str, list[int | None]]
    ) -> None:
        """Write into another document from now on.

        Args:
            document: the edited script.
            data: where the rows of each data section are in it.
            commands: where the rows of the run's command sections are in it, counted from 1.
        """
        self._data = {key: rows.moved(document.data_sections[key], data[key]) for key, rows in self._data.items()}
        for key, places in data.items():
            before = self._places.get(key)
            self._places[key] = (
                places if before is None else [None if place is None else places[place] for place in before]
            )
        self._lines = commands
        self._cells.pop(MACHINES_ID.key, None)
        self._variables = read_variables(document) | self._variables
        self.document = document

    def earned(self) -> Iterator[Change]:
        """Everything that this run has set, as changes of the script as it is written now."""
        yield from map(Fill, self.fillings.unwritten)
        for section in (MACHINES_ID, *(commands.section for commands in self.command_sections())):
            for line, text in self._cells.get(section.key, {}).items():
                yield Mark(section, line, text)
        for rows in self._data.values():
            for line, done in rows.earned():
                yield Mark(rows.data.section, line, "OK" if done else "")
        yield from map(Keep, self._variables.values())

    @property
    def moved(self) -> bool:
        """The script was edited during the run."""
        return bool(self._lines)

    # The text

    def render(self) -> str:
        """The script's text with the markers as they are now."""
        return apply(self.document.text, self._edits())

    def current(self) -> Document:
        """The document with the markers as they are now in its text."""
        text = self.render()
        return self.document if text == self.document.text else self.document.changed(text)

    def _edits(self) -> Iterator[Edit]:
        for line, text in self._cells.get(MACHINES_ID.key, {}).items():
            machine = self.document.machine_rows[line - 1]
            yield from _edit(machine.start, machine.text, MACHINES, self._written_counter(text))
        for section in self.command_sections():
            for line, text in self._cells.get(section.section.key, {}).items():
                row = self._written_row(section.section, line)
                if row is not None:
                    yield from _edit(row.start, row.text, COMMANDS, text)
        for rows in self._data.values():
            yield from rows.edits(self.document.text)
        variables = write_variables(self.document, self._variables)
        if variables is not None:
            yield variables

    def _written_counter(self, text: str) -> str:
        """A machine's cell with its counter in the lines of the script as it is written now."""
        marker = parse_machine_marker(text)
        if not self._lines or marker is None or not marker.line:
            return text
        places = self._lines.get(self.main.key, [])[: marker.line]
        line = next((place for place in reversed(places) if place is not None), 0)
        return str(marker._replace(line=line))


def _edit(start: int, row: str, column: MarkerColumn, text: str) -> Iterator[Edit]:
    if read(column, row) != text:
        yield Edit(Span(start, start + len(row)), put(column, row, text))
