"""What the places of events mean in the script: lines of the file, names of machines, texts of data rows."""

from __future__ import annotations

from setupbatcher.events import LoopPlace, Place
from setupbatcher.script.document import Document
from setupbatcher.text import Span


class Scene:
    """A run's script, known from its first event on.

    Attributes:
        document: of the run; ``None`` before it begins.
    """

    def __init__(self) -> None:
        self.document: Document | None = None

    def cell(self, place: Place) -> Span | None:
        """Where the command of a row stands in the script."""
        commands = self.document.commands(place.section) if self.document else None
        if commands is None or not 0 < place.line <= len(commands.rows):
            return None
        row = commands.rows[place.line - 1]
        return Span(row.cell_start, row.cell_start + len(row.cell))

    def machine(self, place: Place) -> str:
        """The name of the machine of a place; empty in a script that names none."""
        if self.document is None or place.machine is None:
            return ""
        return self.document.machine_rows[place.machine - 1].name

    def data_row(self, loop: LoopPlace) -> Span | None:
        """Where a data row stands in the script."""
        data = self.document.data(loop.data) if self.document else None
        return data.span(loop.row) if data is not None and loop.row < len(data) else None

    def data_text(self, loop: LoopPlace) -> str:
        """The fields of a data row that hold something, without the marker."""
        data = self.document.data(loop.data) if self.document else None
        if data is None or loop.row >= len(data):
            return ""
        fields = data.fields(loop.row)
        if data.has_marker_column:
            del fields[data.column.column - 1 : data.column.column]
        return ", ".join(field.strip() for field in fields if field.strip())
