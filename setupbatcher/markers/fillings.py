"""The sections that a run has given other rows, and what they held before.

A script that somebody saves during the run may have the old rows again, because an editor had read it before they were
replaced: then it gets the new ones once more. Whoever has changed the new rows has the last word.
"""

from __future__ import annotations

import zlib
from collections import Counter

from setupbatcher.script.document import CommandSection, Document
from setupbatcher.script.filling import Filling, FillingError, filled
from setupbatcher.script.labels import Kind, SectionId
from setupbatcher.script.rows import COMMANDS


class AmbiguousError(Exception):
    """A section of an edited script has neither the rows of before nor an edit of those of now."""


class Fillings:
    """What a run has filled.

    Attributes:
        unwritten: what a script that somebody has saved needs to have once more.
    """

    def __init__(self) -> None:
        self.unwritten: list[Filling] = []
        self._sections: dict[str, SectionId] = {}
        self._before: dict[str, list[str]] = {}
        self._earlier: dict[str, set[int]] = {}
        self._commands: dict[str, CommandSection] = {}

    def take(self, section: SectionId, before: Document, after: Document) -> None:
        """A section was filled.

        Args:
            section: which one.
            before: the script with its old rows.
            after: the same with the new ones.
        """
        rows = plain_rows(before, section)
        self._sections[section.key], self._before[section.key] = section, rows
        self._earlier.setdefault(section.key, set()).add(fingerprint(rows))
        commands = after.commands(section)
        if commands is not None:
            self._commands[section.key] = commands

    def commands(self, section: SectionId) -> CommandSection | None:
        """A filled section whose rows keep their markers as those of commands do, or ``None``."""
        return self._commands.get(section.key)

    def put_into(self, edited: Document, now: Document) -> Document:
        """An edited script with the rows of the run where it has those of before.

        Args:
            edited: as somebody has saved it.
            now: the script as the run has it.

        Raises:
            AmbiguousError: which rows are meant is not known.
        """
        self.unwritten = []
        for key, section in self._sections.items():
            if edited.frame(section) is None:
                continue
            found, new = plain_rows(edited, section), plain_rows(now, section)
            if found == new or not new:
                continue
            if fingerprint(found) in self._earlier[key]:
                self.unwritten.append(Filling(section, tuple(new)))
                edited = _with(edited, self.unwritten[-1])
                continue
            data = now.data(section)
            names = int(data is not None and data.header)  # which all versions have in common
            mine, before = _common(found[names:], new[names:]), _common(found[names:], self._before[key][names:])
            if len(new) > names and (not mine or mine < before):
                raise AmbiguousError
        return edited

    def left_out(self, document: Document) -> Document:
        """A script without the rows that were filled in."""
        for section in self._sections.values():
            if document.frame(section) is not None:
                document = _with(document, Filling(section, ()))
        return document


def _with(document: Document, filling: Filling) -> Document:
    try:
        return document.changed(filled(document, filling))
    except FillingError as error:
        raise AmbiguousError from error


def plain_rows(document: Document, section: SectionId) -> list[str]:
    """The rows of a section without markers, and without the blank lines at its end."""
    if section.kind is Kind.DATA:
        data = document.data_sections[section.key]
        rows = [data.column.strip(data.row(line)) for line in range(len(data))]
    else:
        commands = document.commands(section)
        rows = [COMMANDS.strip(row.text) for row in commands.rows] if commands else []
    while rows and not rows[-1].strip():
        rows.pop()
    return rows


def fingerprint(rows: list[str]) -> int:
    """What the rows of a section are recognised by."""
    return zlib.crc32("\n".join(rows).encode("utf-8", "surrogatepass"))


def _common(one: list[str], other: list[str]) -> int:
    """How many rows two sections have in common."""
    return (Counter(one) & Counter(other)).total()
