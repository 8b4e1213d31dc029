"""What the places of events mean in the script: lines of the file, names of machines, texts of data rows."""

from __future__ import annotations

from setupbatcher import events
from setupbatcher.diagnostics.visible import visible
from setupbatcher.events import LoopPlace, Place
from setupbatcher.script.data import DataSection
from setupbatcher.script.document import Document
from setupbatcher.script.filling import Filling, FillingError, filled
from setupbatcher.script.labels import SectionId
from setupbatcher.text import Span

_ROW_WIDTH = 60
"""Characters of a data row that are shown beside a command."""


class Scene:
    """A run's script, known from its first event on.

    Attributes:
        document: of the run; ``None`` before it begins.
    """

    def __init__(self) -> None:
        self.document: Document | None = None
        self._names: dict[int, str] = {}
        self._fillings: dict[str, Filling] = {}
        self._filled: dict[str, DataSection | None] = {}

    def __call__(self, event: events.Event) -> None:
        """Take an event: it may tell which machine stands at a line, since the script may be edited meanwhile."""
        match event:
            case events.RunStarted(document=document):
                self.document = document
                self._names = {row.line: row.name for row in document.machines} if document else {}
            case events.CommandDone(filled=(_, *_) as fillings):
                for filling in fillings:
                    self._fill(filling)
            case events.FileStarted(filled=Filling() as filling):
                self._fill(filling)
            case events.MachineStarted(int(line), name) | events.CommandStarted(Place(machine=int(line)), machine=name):
                self._names[line] = name

    def _fill(self, filling: Filling) -> None:
        """A section has other rows from now on; they are looked at when somebody asks for them."""
        self._fillings[filling.section.key] = filling
        self._filled.pop(filling.section.key, None)

    def _data(self, section: SectionId) -> DataSection | None:
        if self.document is None:
            return None
        filling = self._fillings.get(section.key)
        if filling is None:
            return self.document.data(section)
        if section.key not in self._filled:
            try:
                document = self.document.changed(filled(self.document, filling))
            except FillingError:  # somebody has taken the section out of the script
                document = self.document
            self._filled[section.key] = document.data(section)
        return self._filled[section.key]

    def cell(self, place: Place) -> Span | None:
        """Where the command of a row stands in the script."""
        commands = self.document.commands(place.section) if self.document else None
        if commands is None or not 0 < place.line <= len(commands.rows):
            return None
        return commands.rows[place.line - 1].span

    def text(self, place: Place) -> str:
        """The command of a row as written."""
        span = self.cell(place)
        return self.document.text[span.start : span.end] if self.document and span else ""

    def machine(self, place: Place) -> str:
        """The name of the machine of a place; empty in a script that names none."""
        return "" if place.machine is None else self.name(place.machine)

    def name(self, line: int) -> str:
        """The name of the machine that stands at a line of [Machines]."""
        return self._names.get(line, "")

    def data_row(self, loop: LoopPlace) -> Span | None:
        """Where a data row stands in the script; ``None`` where its section was filled during the run."""
        data = self.document.data(loop.data) if self.document and loop.data.key not in self._fillings else None
        return data.span(loop.row) if data is not None and 0 <= loop.row < len(data) else None

    def data_text(self, loop: LoopPlace) -> str:
        """The fields of a data row that hold something, without the marker."""
        data = self._data(loop.data)
        if data is None or not 0 <= loop.row < len(data):
            return ""
        fields = data.fields(loop.row)
        if data.has_marker_column:
            del fields[data.column.column - 1 : data.column.column]
        return ", ".join(field.strip() for field in fields if field.strip())

    def row(self, place: Place) -> str:
        """The data row that a command works on, to be shown behind it."""
        if not place.loops:
            return ""
        loop = place.loops[-1]
        text = visible(self.data_text(loop))
        text = f"{text[:_ROW_WIDTH]}…" if len(text) > _ROW_WIDTH else text
        return f"  [row {loop.row}: {text}]"

    def named(self, place: Place, text: str) -> str:
        """A command with its machine and its data row, to be shown on a line."""
        machine = self.machine(place)
        return f"{visible(machine)}: {visible(text)}{self.row(place)}" if machine else visible(text) + self.row(place)
