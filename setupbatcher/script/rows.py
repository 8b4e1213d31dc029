"""The rows of sections: what stands in them and where (``language.md``, section 3)."""

from __future__ import annotations

import re
from enum import Enum
from functools import cached_property
from typing import NamedTuple

from setupbatcher.script import automaton, cells
from setupbatcher.script.automaton import GrammarError, Token
from setupbatcher.text import Span

COMMANDS = cells.CommandColumn()
MACHINES = cells.FieldColumn(4)

_COMMENT = (";", "#", "//")
_SWITCH = re.compile(r"\$(?P<letter>[A-Za-z]+)(?:\((?P<argument>[^()]*)\))?")
_SECONDS = re.compile(r"[0-9]+(\.[0-9]+)?")


def is_comment(text: str) -> bool:
    """The first non-blank text is ``;``, ``//`` or ``#``."""
    return text.lstrip().startswith(_COMMENT)


class RowKind(Enum):
    """What a physical line of a section is."""

    BLANK = "blank"
    COMMENT = "comment"
    ROW = "row"


class Switch(NamedTuple):
    """A pre-command switch such as ``$t(60)``; the span counts within the command cell."""

    letter: str
    argument: str | None
    span: Span

    @property
    def problem(self) -> str | None:
        """What is wrong with it, or ``None``."""
        if self.letter == "i":
            return None if self.argument is None else "`$i` takes nothing in parentheses"
        if self.letter == "c":
            return None if self.argument and self.argument.strip() else "write `$c(NAME)` with the name of a subsection"
        if self.letter == "t":
            good = self.argument and _SECONDS.fullmatch(self.argument.strip()) and float(self.argument) > 0
            return None if good else "write `$t(SECONDS)`"
        if self.letter == "r":
            return None if self.argument and self.argument.strip().isdecimal() else "write `$r(TIMES)`"
        return "the switches are `$i`, `$c(NAME)`, `$t(SECONDS)` and `$r(TIMES)`"


class Statement(NamedTuple):
    """A command cell taken apart. Offsets count within the cell.

    Attributes:
        switches: in front of the name.
        name: of the command, as written; empty where the cell is not a command.
        name_start: where it begins.
        tail: what follows the name, blanks in front removed.
        tail_start: where that begins.
        error: offset of what cannot be read, else ``None``.
    """

    switches: tuple[Switch, ...]
    name: str
    name_start: int
    tail: str
    tail_start: int
    error: int | None = None

    def switch(self, letter: str) -> Switch | None:
        """The switch of a letter, where it stands and is well formed."""
        return next((entry for entry in self.switches if entry.letter == letter and entry.problem is None), None)


def parse_statement(cell: str) -> Statement:
    """Take a command cell apart with ``grammar/command.lark``."""
    try:
        tree = automaton.load("cell").scan(cell)
    except GrammarError as error:
        return Statement((), "", 0, "", len(cell), error.offset)
    switches, name, tail = [], Token("NAME", "", 0), Token("REST", "", len(cell))
    for child in tree.children:
        assert isinstance(child, Token)
        if child.type == "SWITCH":
            match = _SWITCH.fullmatch(child.text)
            assert match is not None
            switches.append(Switch(match["letter"].lower(), match["argument"], Span(child.start, child.end)))
        elif child.type == "NAME":
            name = child
        elif child.type == "REST":
            tail = child
    return Statement(tuple(switches), name.text, name.start, tail.text, tail.start)


class Row:
    """A physical line of a section.

    Args:
        line: counted from 1 at the row under the label, every physical line counted (``markers.md``).
        start: offset of the line in the script.
        text: without its line end.
    """

    _comments: tuple[str, ...] = _COMMENT

    def __init__(self, line: int, start: int, text: str) -> None:
        self.line = line
        self.start = start
        self.text = text

    @cached_property
    def kind(self) -> RowKind:
        """Blank, comment or row."""
        text = self.text.lstrip()
        if not text:
            return RowKind.BLANK
        return RowKind.COMMENT if text.startswith(self._comments) else RowKind.ROW


class CommandRow(Row):
    """A row of a command section: ``command <TAB> marker``."""

    @cached_property
    def cell(self) -> str:
        """The command cell: no indentation, no trailing blanks."""
        return self.text.strip(" \t").split("\t", 1)[0].rstrip(" ")

    @cached_property
    def cell_start(self) -> int:
        """The offset of the command cell in the script."""
        return self.start + len(self.text) - len(self.text.lstrip(" \t"))

    @cached_property
    def marker(self) -> str:
        """The text of the marker cell, as written."""
        return cells.read(COMMANDS, self.text)

    @cached_property
    def marker_span(self) -> Span | None:
        """The marker cell in the script, surrounding blanks left out."""
        return marker_span(COMMANDS, self.text, self.start)

    @cached_property
    def beyond(self) -> Span | None:
        """Text behind the marker cell: there is a TAB inside the command."""
        marker = COMMANDS.locate(self.text)
        if marker is None or not self.text[marker.end :].strip(" \t"):
            return None
        command = self.text.index("\t", self.cell_start - self.start)
        return Span(self.start + command, self.start + len(self.text.rstrip()))

    @cached_property
    def statement(self) -> Statement:
        """The command cell taken apart."""
        return parse_statement(self.cell)

    @property
    def name(self) -> str:
        """The command's name in lower case, empty for blank rows and comments."""
        return self.statement.name.lower() if self.kind is RowKind.ROW else ""

    @property
    def span(self) -> Span:
        """The command cell in the script."""
        return Span(self.cell_start, self.cell_start + len(self.cell))


class FileRow(CommandRow):
    """A row of [DataFiles]: ``path <TAB> marker``, or ``$GetDataFiles folder,pattern <TAB> marker``."""

    _comments = (";", "#")  # two slashes begin a path

    @property
    def name(self) -> str:
        """``$getdatafiles``, ``file``, or the empty text for blank rows and comments."""
        if self.kind is not RowKind.ROW:
            return ""
        return GET_DATA_FILES if self.cell.split(" ")[0].lower() == GET_DATA_FILES else "file"

    @property
    def parameters(self) -> str:
        """What follows ``$GetDataFiles``."""
        return self.cell[len(GET_DATA_FILES) :].strip()


GET_DATA_FILES = "$getdatafiles"
"""The command of [DataFiles], in lower case."""


def marker_span(column: cells.MarkerColumn, row: str, start: int) -> Span | None:
    """Where a row's marker stands in the script, blanks around it left out; ``None`` where there is none."""
    found = column.locate(row)
    if found is None:
        return None
    text = row[found.start : found.end]
    left = found.start + len(text) - len(text.lstrip(" "))
    size = len(text.strip(" "))
    return Span(start + left, start + left + size) if size else None


class SettingRow(Row):
    """``Name=Value``. ``name`` is empty where the line is no such row; spans count in the script."""

    @property
    def name(self) -> str:
        """The text before the first equals sign; empty where there is none."""
        name, equals, _ = self.text.partition("=")
        return name.strip() if equals else ""

    @property
    def value(self) -> str:
        """The text behind the first equals sign, blanks around it left out."""
        return self.text.partition("=")[2].strip()

    @property
    def name_span(self) -> Span:
        """Where the name stands, or the whole row where there is none."""
        text = self.text.partition("=")[0] if "=" in self.text else self.text
        return _stripped(text, self.start)

    @property
    def value_span(self) -> Span:
        """Where the value stands."""
        head, _, tail = self.text.partition("=")
        return _stripped(tail, self.start + len(head) + 1)


def _stripped(text: str, start: int) -> Span:
    left = start + len(text) - len(text.lstrip())
    return Span(left, left + len(text.strip()))


class MachineRow(Row):
    """``name <TAB> platform <TAB> options <TAB> marker``."""

    _comments = (";", "#")

    @cached_property
    def fields(self) -> tuple[str, ...]:
        """All columns without blanks around them."""
        return tuple(field.strip() for field in self.text.split("\t"))

    @property
    def label(self) -> str:
        r"""The name as written, ``\\`` included."""
        return self.fields[0]

    @property
    def name(self) -> str:
        r"""The machine's name, without a leading ``\\``."""
        return self.fields[0].removeprefix("\\\\")

    @property
    def platform(self) -> str:
        """Column 2."""
        return self.fields[1] if len(self.fields) > 1 else ""

    @cached_property
    def words(self) -> tuple[tuple[str, Span], ...]:
        """The words of column 3, with their places in the script."""
        found = cells.FieldColumn(3).locate(self.text)
        if found is None:
            return ()
        column = self.text[found.start : found.end]
        return tuple(
            (match.group(), Span(self.start + found.start + match.start(), self.start + found.start + match.end()))
            for match in re.finditer(r"[^ ]+", column)
        )

    @cached_property
    def options(self) -> dict[str, str]:
        """The ``key=value`` words of column 3, keys in lower case."""
        pairs = (word.partition("=") for word, _ in self.words)
        return {key.lower(): value for key, equals, value in pairs if equals}

    @cached_property
    def role(self) -> str:
        """The plain words of column 3, kept as ``%MachineRole%``."""
        return " ".join(word for word, _ in self.words if "=" not in word)

    @cached_property
    def marker(self) -> str:
        """The text of column 4, as written."""
        return cells.read(MACHINES, self.text)

    @cached_property
    def marker_span(self) -> Span | None:
        """The marker in the script."""
        return marker_span(MACHINES, self.text, self.start)

    def field_span(self, column: int) -> Span:
        """Where a column stands in the script; the end of the row where it is too short."""
        found = cells.FieldColumn(column).locate(self.text)
        if found is None:
            return Span(self.start + len(self.text), self.start + len(self.text))
        return _stripped(self.text[found.start : found.end], self.start + found.start)

    @property
    def name_span(self) -> Span:
        """Where the name stands."""
        return self.field_span(1)
