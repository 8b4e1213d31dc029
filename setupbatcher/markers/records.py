"""What the journal's records mean: changes of markers, commands that began, versions of the script."""

from __future__ import annotations

import base64
import functools
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from setupbatcher.markers import fillings
from setupbatcher.markers.book import Book, Change, Clear, Drop, Fill, Finish, Keep, Mark
from setupbatcher.markers.journal import Content
from setupbatcher.script.document import Document
from setupbatcher.script.filling import Filling
from setupbatcher.script.labels import Kind, SectionId
from setupbatcher.script.rows import COMMANDS
from setupbatcher.script.variables import Kept

_MARK = 4
"""Entries of a mark: section, line, text, fingerprint."""
START = "start"
"""What the record of a command that begins starts with."""
EDIT = "edit"
"""What the record of an edit that was taken over during the run starts with: from here on rows are counted anew."""
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
        return _of_command(commands.rows[line - 1].text)
    return _checksum(text)


@functools.lru_cache(maxsize=1024)
def _of_command(row: str) -> int:
    """The fingerprint of a command row; a loop asks for those of its body again and again."""
    return _checksum(COMMANDS.strip(row))


def _checksum(text: str) -> int:
    return zlib.crc32(text.encode("utf-8", "surrogatepass"))


def encode_changes(book: Book, changes: Iterable[Change]) -> list[list[Any]]:
    """Changes as plain data, by the lines of the script as it is written now."""
    encoded: list[list[Any]] = []
    for change in changes:
        match change:
            case Mark(section, line, text):
                at = book.written_line(section, line)
                if at is not None:
                    encoded.append([section.key, at, text, fingerprint(book.document, section, at)])
            case Clear(section):
                encoded.append([section.key])
            case Finish(section, above):
                encoded.append([section.key, above])
            case Fill(filling):
                rows = packed("".join(f"{row}\n" for row in filling.rows))
                before = fillings.fingerprint(fillings.plain_rows(book.document, filling.section))
                encoded.append(["fill", filling.section.key, rows, before])
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
        process: number and start of the process it started on the controller, or ``None``.
    """

    section: SectionId
    line: int
    row: int | None
    machine: str
    text: str
    process: tuple[int, float] | None = None

    def is_same(self, other: InFlight) -> bool:
        """The same row on the same machine."""
        mine = (self.section.key, self.line, self.row, self.machine)
        return mine == (other.section.key, other.line, other.row, other.machine)


@dataclass
class Recovery:
    """The outcome of reading a journal against the script that was found.

    Attributes:
        book: the true state.
        in_flight: commands whose end is unknown.
        lost: how many marks found no place in an edited script.
        edited: the script is not one that the journal knows.
    """

    book: Book
    in_flight: list[InFlight] = field(default_factory=list)
    lost: int = 0
    edited: bool = False


def recover(document: Document, digest: str, content: Content) -> Recovery:
    """Put what a journal holds over the script as it is on disk.

    Args:
        document: the script on disk.
        digest: of its bytes; tells which records it already has.
        content: the journal.
    """
    running = _running(content)
    begin = _first_record(digest, content)
    if begin is not None:
        book = Book(document)
        lost = replay(book, content.records[begin:])
        if any(record[0] == EDIT for record in content.records):
            from setupbatcher.markers.edited import with_counters  # noqa: PLC0415 -- as below

            book = with_counters(book)
        return Recovery(book, running, lost)
    from setupbatcher.markers.edited import recover_edited  # noqa: PLC0415 -- after a crash and an edit only

    return recover_edited(document, content, running)


def _running(content: Content) -> list[InFlight]:
    """The commands that began and did not end."""
    running: dict[int, InFlight] = {}
    for record in content.records:
        match record:
            case ["edit"]:
                # Rows are counted anew; those at work are named again.
                running.clear()
            case ["start", number, key, line, row, machine, text]:
                entry = InFlight(section_of(key), line, row, machine, text)
                # A command that is run again, known from the journal before.
                running = {other: each for other, each in running.items() if not each.is_same(entry)}
                running[number] = entry
            case ["process", number, process, began] if number in running:
                running[number] = replace(running[number], process=(process, began))
            case ["end", number, _]:
                running.pop(number, None)
    return list(running.values())


def left_over(index: int) -> int:
    """The number of a command that a dead run left in flight; those of a run itself count from 1."""
    return -1 - index


def encode_start(entry: InFlight, number: int) -> list[list[Any]]:
    """The records of a command that is at work.

    Args:
        entry: the command, by the lines of the script as it is written now.
        number: tells it from the others of its journal.
    """
    records: list[list[Any]] = [
        [START, number, entry.section.key, entry.line, entry.row, entry.machine, entry.text],
    ]
    if entry.process is not None:
        records.append(["process", number, *entry.process])
    return records


def _first_record(digest: str, content: Content) -> int | None:
    """The record behind the last version that the script on disk can be; ``None`` where the script is none of them.

    Records repeated over a later version do no harm: each sets what the ones behind it set again.
    """
    for number in range(len(content.records) - 1, -1, -1):
        record = content.records[number]
        if record[0] == "version" and record[1] == digest:
            return number
    return 0 if content.base == digest or not content.records else None


def replay(book: Book, records: list[list[Any]]) -> int:
    """Apply records; returns how many marks found no place."""
    lost = 0
    for record in records:
        match record:
            case ["end", _, changes] | ["mark", changes]:
                lost += _apply(book, changes)
    return lost


def _apply(book: Book, changes: list[list[Any]]) -> int:
    lost = 0
    for change in changes:
        match change:
            case ["fill", key, rows, before]:
                lost += not _fill(book, section_of(key), rows, before)
            case ["keep", machine, name, value]:
                book.apply([Keep(Kept(machine, name, value))])
            case ["drop", machine]:
                book.apply([Drop(machine)])
            case [key, *_] if is_gone(book.document, section_of(key)):
                lost += len(change) == _MARK
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


def _fill(book: Book, section: SectionId, rows: str, before: int) -> bool:
    """Fill a section that holds what it held then; ``True`` where it is as it should be."""
    if book.document.frame(section) is None:
        return False
    filling = Filling(section, tuple(unpacked(rows).split("\n")[:-1]))
    found = fillings.plain_rows(book.document, section)
    if fillings.fingerprint(found) != before:
        return found == list(filling.rows)
    book.apply([Fill(filling)])
    return True


def packed(text: str) -> str:
    """A text as the journal keeps it."""
    return base64.b64encode(zlib.compress(text.encode("utf-8", "surrogatepass"), 1)).decode("ascii")


def unpacked(text: str) -> str:
    """The text of :func:`packed`."""
    return zlib.decompress(base64.b64decode(text)).decode("utf-8", "surrogatepass")


def is_gone(document: Document, section: SectionId) -> bool:
    """A data section that an edited script no longer has."""
    return section.kind is Kind.DATA and document.data(section) is None


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


__all__ = ["EDIT", "InFlight", "Recovery", "encode_changes", "fingerprint", "recover", "replay", "section_of"]
