"""What the journal's records mean: changes of markers, commands that began, versions of the script."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from setupbatcher.markers.book import Book, Change, Clear, Drop, Finish, Keep, Mark
from setupbatcher.markers.journal import Content
from setupbatcher.script.document import Document
from setupbatcher.script.labels import Kind, SectionId
from setupbatcher.script.rows import COMMANDS
from setupbatcher.script.variables import Kept

_KINDS = {kind.value.lower(): kind for kind in Kind}


def section_of(key: str) -> SectionId:
    """The section of a :attr:`SectionId.key`."""
    kind, _, name = key.partition(":")
    return SectionId(_KINDS[kind], name)


def fingerprint(document: Document, section: SectionId, line: int) -> int:
    """What a row is recognised by when the script was edited meanwhile: its text without the marker."""
    if section.kind is Kind.MACHINES:
        text = document.machine_rows[line - 1].name.lower()
    elif section.kind is Kind.DATA:
        data = document.data_sections[section.key]
        text = data.column.strip(data.row(line))
    else:
        commands = document.commands(section)
        assert commands is not None
        text = COMMANDS.strip(commands.rows[line - 1].text)
    return zlib.crc32(text.encode("utf-8", "surrogatepass"))


def encode_changes(document: Document, changes: Iterable[Change]) -> list[list[Any]]:
    """Changes as plain data."""
    encoded: list[list[Any]] = []
    for change in changes:
        match change:
            case Mark(section, line, text):
                encoded.append([section.key, line, text, fingerprint(document, section, line)])
            case Clear(section):
                encoded.append([section.key])
            case Finish(section, above):
                encoded.append([section.key, above])
            case Keep(kept):
                encoded.append(["keep", kept.machine, kept.name, kept.value])
            case Drop(machine):
                encoded.append(["drop", machine])
    return encoded


@dataclass(frozen=True, slots=True)
class InFlight:
    """A command that had begun and not ended when the process died.

    Attributes:
        section: of its row.
        line: of its row.
        row: data row, or ``None``.
        machine: name, or the empty text on the controller.
        text: the row as written.
    """

    section: SectionId
    line: int
    row: int | None
    machine: str
    text: str


@dataclass
class Recovery:
    """The outcome of reading a journal against the script that was found.

    Attributes:
        book: the true state.
        in_flight: commands whose end is unknown.
        lost: how many marks found no place in an edited script.
    """

    book: Book
    in_flight: list[InFlight] = field(default_factory=list)
    lost: int = 0


def recover(document: Document, digest: str, content: Content) -> Recovery:
    """Put what a journal holds over the script as it is on disk.

    Args:
        document: the script on disk.
        digest: of its bytes; tells which records it already has.
        content: the journal.
    """
    recovery = Recovery(Book(document))
    begin = _first_record(digest, content)
    running: dict[tuple[Any, ...], InFlight] = {}
    for number, record in enumerate(content.records):
        match record:
            case ["start", key, line, row, machine, text]:
                running[key, line, machine] = InFlight(section_of(key), line, row, machine, text)
            case ["end", key, line, machine, changes]:
                running.pop((key, line, machine), None)
                if number >= begin:
                    recovery.lost += _apply(recovery.book, changes)
            case ["mark", changes] if number >= begin:
                recovery.lost += _apply(recovery.book, changes)
    recovery.in_flight = list(running.values())
    return recovery


def _first_record(digest: str, content: Content) -> int:
    """The record behind the last version that the script on disk can be; all of them where it is unknown.

    Records repeated over a later version do no harm: each sets what the ones behind it set again.
    """
    for number in range(len(content.records) - 1, -1, -1):
        record = content.records[number]
        if record[0] == "version" and record[1] == digest:
            return number
    return 0


def _apply(book: Book, changes: list[list[Any]]) -> int:
    lost = 0
    for change in changes:
        match change:
            case ["keep", machine, name, value]:
                book.apply([Keep(Kept(machine, name, value))])
            case ["drop", machine]:
                book.apply([Drop(machine)])
            case [key]:
                book.apply([Clear(section_of(key))])
            case [key, above]:
                book.apply([Finish(section_of(key), above)])
            case [key, line, text, wanted]:
                section = section_of(key)
                found = _find(book.document, section, line, wanted)
                lost += found is None
                book.apply([] if found is None else [Mark(section, found, text)])
    return lost


def _find(document: Document, section: SectionId, line: int, wanted: int) -> int | None:
    """The line of a row: where it was, or where the only row of the same text stands now."""
    lines = _lines(document, section)
    if line in lines and fingerprint(document, section, line) == wanted:
        return line
    found = [other for other in lines if fingerprint(document, section, other) == wanted]
    return found[0] if len(found) == 1 else None


def _lines(document: Document, section: SectionId) -> range:
    if section.kind is Kind.MACHINES:
        return range(1, len(document.machine_rows) + 1)
    if section.kind is Kind.DATA:
        data = document.data(section)
        return range(len(data)) if data else range(0)
    commands = document.commands(section)
    return range(1, len(commands.rows) + 1) if commands else range(0)


__all__ = ["InFlight", "Recovery", "encode_changes", "fingerprint", "recover", "section_of"]
