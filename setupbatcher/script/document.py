"""The Document: a script as a tree that never loses a byte. ``str(Document(text)) == text``, always."""

from __future__ import annotations

import re
from functools import cached_property

from setupbatcher.diagnostics.model import Diagnostic
from setupbatcher.script.aliases import Aliases, CircleError
from setupbatcher.script.blocks import Flow, read_flow
from setupbatcher.script.data import DataSection
from setupbatcher.script.labels import COMMAND_KINDS, DATA_FILES, Kind, SectionId, data_section
from setupbatcher.script.layout import Frame, Layout, read_layout
from setupbatcher.script.masking import masked, secret_rows
from setupbatcher.script.rows import GET_DATA_FILES, CommandRow, FileRow, MachineRow, RowKind, SettingRow
from setupbatcher.script.settings import Settings
from setupbatcher.text import Encoding, SourceText, decode

_LINE = re.compile(r"(?P<text>[^\r\n]*)(?:\r\n|\n|\r|\Z)")


class CommandSection:
    """A section of command rows.

    Attributes:
        section: which one.
        frame: where it stands.
        rows: all its physical lines; ``rows[n - 1]`` is line n.
    """

    rows: list[CommandRow]

    def __init__(self, frame: Frame, text: str) -> None:
        self.section = frame.section
        self.frame = frame
        self.rows = [self._row(number, start, line) for number, (start, line) in enumerate(_lines(text, frame), 1)]

    def _row(self, number: int, start: int, line: str) -> CommandRow:
        return CommandRow(number, start, line)

    @cached_property
    def flow(self) -> Flow:
        """The rows nested."""
        return read_flow(self.rows)


class FileSection(CommandSection):
    """[DataFiles]: its rows keep their markers as those of commands do."""

    def _row(self, number: int, start: int, line: str) -> FileRow:
        return FileRow(number, start, line)

    @property
    def files(self) -> list[FileRow]:
        """The rows that name a file."""
        return [row for row in self.rows if isinstance(row, FileRow) and row.name == "file"]

    @property
    def sources(self) -> list[FileRow]:
        """The rows that find files."""
        return [row for row in self.rows if isinstance(row, FileRow) and row.name == GET_DATA_FILES]


def _lines(text: str, frame: Frame) -> list[tuple[int, str]]:
    found, at = [], frame.body.start
    while at < frame.body.end:
        match = _LINE.match(text, at)
        assert match is not None
        found.append((at, match["text"]))
        at = match.end()
    return found


class Document:
    """A parsed script. It is never changed; a changed text is a new document.

    Args:
        source: the decoded file.
    """

    def __init__(self, source: SourceText) -> None:
        self.source = source

    @classmethod
    def from_text(cls, text: str) -> Document:
        """A document of a text, to be written as UTF-8."""
        return cls(SourceText(text, Encoding.UTF_8))

    @classmethod
    def from_bytes(cls, data: bytes) -> Document:
        """A document of a file's bytes.

        Raises:
            setupbatcher.text.UndecodableError: they are no text.
        """
        return cls(decode(data))

    def changed(self, text: str) -> Document:
        """A document of another text in the same encoding."""
        return Document(SourceText(text, self.source.encoding))

    def __str__(self) -> str:
        """The text, to the last byte."""
        return self.source.text

    @property
    def text(self) -> str:
        """The text that all offsets mean."""
        return self.source.text

    @cached_property
    def layout(self) -> Layout:
        """Where the sections stand."""
        return read_layout(self.text)

    @property
    def findings(self) -> tuple[Diagnostic, ...]:
        """What is wrong with the labels."""
        return self.layout.findings

    @cached_property
    def _frames(self) -> dict[str, Frame]:
        frames: dict[str, Frame] = {}
        for frame in self.layout.frames:
            frames.setdefault(frame.section.key, frame)
        return frames

    def frame(self, section: SectionId) -> Frame | None:
        """Where a section stands, or ``None``. Of two with one name it is the first."""
        return self._frames.get(section.key)

    @cached_property
    def setting_rows(self) -> list[SettingRow]:
        """The physical lines of [Settings]."""
        frame = self.frame(SectionId(Kind.SETTINGS))
        rows = enumerate(_lines(self.text, frame), 1) if frame else ()
        return [SettingRow(number, start, line) for number, (start, line) in rows]

    @cached_property
    def aliases(self) -> Aliases:
        """Aliases and constants."""
        return Aliases([(row.name, row.value) for row in self.setting_rows if row.kind is RowKind.ROW and row.name])

    @cached_property
    def secret_rows(self) -> list[SettingRow]:
        """The rows of [Settings] that hold a password itself; their values are never shown."""
        return secret_rows(self.setting_rows, self.aliases)

    @cached_property
    def shown(self) -> SourceText:
        """The text for excerpts and bug reports: passwords in it are masked, every offset is the same."""
        return SourceText(masked(self.text, self.secret_rows, self.machine_rows), self.source.encoding)

    @cached_property
    def settings(self) -> Settings:
        """The settings, with defaults for what is absent or wrong."""
        values = {}
        for key, name in self.aliases.names.items():
            try:
                values[key] = self.aliases.value(name)
            except CircleError:
                continue
        return Settings(values)

    @cached_property
    def machine_rows(self) -> list[MachineRow]:
        """The physical lines of [Machines]; ``machine_rows[n - 1]`` is line n."""
        frame = self.frame(SectionId(Kind.MACHINES))
        if frame is None:
            return []
        return [MachineRow(number, start, line) for number, (start, line) in enumerate(_lines(self.text, frame), 1)]

    @property
    def has_machines(self) -> bool:
        """The script has a [Machines] section."""
        return self.frame(SectionId(Kind.MACHINES)) is not None

    @property
    def machines(self) -> list[MachineRow]:
        """The listed machines."""
        return [row for row in self.machine_rows if row.kind is RowKind.ROW]

    @cached_property
    def command_sections(self) -> dict[str, CommandSection]:
        """The sections of commands by :attr:`SectionId.key`, in the order of the script."""
        frames = (frame for frame in self._frames.values() if frame.section.kind in COMMAND_KINDS)
        return {frame.section.key: CommandSection(frame, self.text) for frame in frames}

    @cached_property
    def data_files(self) -> FileSection | None:
        """[DataFiles], or ``None``."""
        frame = self.frame(DATA_FILES)
        return FileSection(frame, self.text) if frame else None

    @property
    def marked_sections(self) -> list[CommandSection]:
        """The sections whose rows keep markers in column 2."""
        return [*self.command_sections.values(), *([self.data_files] if self.data_files else ())]

    def commands(self, section: SectionId) -> CommandSection | None:
        """A section whose rows keep markers in column 2, or ``None``."""
        return self.data_files if section == DATA_FILES else self.command_sections.get(section.key)

    @cached_property
    def data_sections(self) -> dict[str, DataSection]:
        """The data sections by :attr:`SectionId.key`."""
        sections = {}
        for key, frame in self._frames.items():
            if frame.section.kind is Kind.DATA:
                number = int(frame.section.name or 1)
                sections[key] = DataSection(
                    self.text,
                    frame.section,
                    frame.body,
                    delimiter=self.settings.get("BatchSettings.Delimiter", number),
                    marker_column=self.settings.get("BatchSettings.MarkerCol", number),
                    header=self.settings.get("BatchSettings.DataHeader"),
                )
        return sections

    def data(self, section: SectionId | None = None) -> DataSection | None:
        """A data section, [Data] by default, or ``None``."""
        return self.data_sections.get((section or data_section()).key)
