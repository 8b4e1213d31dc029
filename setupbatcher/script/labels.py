"""The labels of sections: ``[Batch_Begin]`` and ``[Batch_End]``, or ``[Batch]`` (``language.md``, section 2)."""

from __future__ import annotations

import re
from enum import Enum
from typing import NamedTuple

from setupbatcher.text import Span


class Kind(Enum):
    """The kinds of sections; the value is the word of the short label."""

    SETTINGS = "Settings"
    DATA_FILES = "DataFiles"
    MACHINES = "Machines"
    INIT = "Init"
    BATCH = "Batch"
    UNDO = "Undo"
    ON_ERROR = "OnError"
    DATA = "Data"
    SUB = "Sub"
    VARIABLES = "Variables"


COMMAND_KINDS = frozenset({Kind.INIT, Kind.BATCH, Kind.UNDO, Kind.ON_ERROR, Kind.SUB})
"""Sections of command rows."""


class SectionId:
    """Which section: its kind, and a number for further data sections or the name of a subsection.

    Attributes:
        kind: of the section.
        name: as written; empty for sections that stand alone.
        key: a stable text for the journal and for comparing: lower case, no blanks around it.
    """

    __slots__ = ("key", "kind", "name")

    def __init__(self, kind: Kind, name: str = "") -> None:
        self.kind = kind
        self.name = name
        self.key = f"{kind.value}:{name}".lower()

    def __eq__(self, other: object) -> bool:
        """The same section, whatever the case of its name."""
        return isinstance(other, SectionId) and self.key == other.key

    def __hash__(self) -> int:
        """Goes with equality."""
        return hash(self.key)

    def __str__(self) -> str:
        """The short label, as messages spell it."""
        if self.kind is Kind.SUB:
            return f"[Sub {self.name}]"
        return f"[{self.kind.value}{self.name}]"

    def __repr__(self) -> str:
        """For those who debug."""
        return f"SectionId({self})"


INIT = SectionId(Kind.INIT)
BATCH = SectionId(Kind.BATCH)
UNDO = SectionId(Kind.UNDO)
ON_ERROR = SectionId(Kind.ON_ERROR)
MACHINES_ID = SectionId(Kind.MACHINES)
DATA_FILES = SectionId(Kind.DATA_FILES)


def data_section(number: int = 1) -> SectionId:
    """The id of [Data], [Data2] and so on."""
    return SectionId(Kind.DATA, "" if number == 1 else str(number))


class Form(Enum):
    """The three forms of a label."""

    BEGIN = "begin"
    END = "end"
    SHORT = "short"


class Label(NamedTuple):
    """A label alone on its line. ``section`` is ``None`` for a bracketed line that no section bears."""

    section: SectionId | None
    form: Form
    name: str
    span: Span
    line_end: int


_BRACKETS = re.compile(r"\[(?P<name>\w[\w .-]*)\][ \t]*(?=[\r\n]|\Z)")
_NUMBERED = re.compile(r"data(?P<number>[2-9]|[1-9][0-9]+)")
_PAIR_NAMES: dict[str, Kind] = {kind.value.lower(): kind for kind in Kind if kind not in {Kind.SUB, Kind.INIT}} | {
    "init_batch": Kind.INIT
}
_SHORT_NAMES: dict[str, Kind] = {kind.value.lower(): kind for kind in Kind if kind is not Kind.SUB}


def known_labels() -> list[str]:
    """The labels that sections bear, for suggestions."""
    pairs = [name for kind in Kind if kind is not Kind.SUB for name in (_pair(kind, "Begin"), _pair(kind, "End"))]
    return [*pairs, *(kind.value for kind in Kind if kind is not Kind.SUB), "Data2", "Data2_Begin", "Data2_End"]


def _pair(kind: Kind, form: str) -> str:
    return f"{'Init_Batch' if kind is Kind.INIT else kind.value}_{form}"


def find_labels(text: str) -> list[Label]:
    """All bracketed names alone on a line, known or not, in order."""
    found = []
    at = text.find("[")
    while at >= 0:
        before = at
        while before and text[before - 1] in " \t":
            before -= 1
        if before == 0 or text[before - 1] in "\r\n":
            match = _BRACKETS.match(text, at)
            if match:
                section, form = _read(match["name"])
                span = Span(at, at + len(match["name"]) + 2)
                found.append(Label(section, form, match["name"], span, match.end()))
        at = text.find("[", at + 1)
    return found


def _read(name: str) -> tuple[SectionId | None, Form]:
    lowered = name.lower()
    for form, ending in ((Form.BEGIN, "_begin"), (Form.END, "_end")):
        if lowered.endswith(ending):
            core, original = lowered[: -len(ending)], name[: -len(ending)]
            if core.startswith("sub_") and len(core) > len("sub_"):
                return SectionId(Kind.SUB, original[len("sub_") :]), form
            return _named(core, _PAIR_NAMES), form
    if lowered.startswith("sub ") and lowered[4:].strip():
        return SectionId(Kind.SUB, name[4:].strip()), Form.SHORT
    return _named(lowered, _SHORT_NAMES), Form.SHORT


def _named(name: str, names: dict[str, Kind]) -> SectionId | None:
    if name in names:
        return SectionId(names[name])
    numbered = _NUMBERED.fullmatch(name)
    return SectionId(Kind.DATA, numbered["number"]) if numbered else None
