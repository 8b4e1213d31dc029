"""Recovers what a crashed run earned where the script was edited, or replaced, before the next command saw it.

The journal keeps a copy of a script that is not too long, so the markers are first put into the script as it was, and
then go over to the edited one as they do when a script is edited during a run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from setupbatcher.markers.agreement import findings
from setupbatcher.markers.book import Book, Change, Clear, Mark, RowLostError
from setupbatcher.markers.journal import Content
from setupbatcher.markers.moving import move
from setupbatcher.markers.records import InFlight, Recovery, packed, replay, unpacked
from setupbatcher.script.blocks import all_loops, all_rows
from setupbatcher.script.document import Document
from setupbatcher.script.rows import COMMANDS
from setupbatcher.text import apply

KEPT_WHOLE = 1_000_000
"""Characters of a script up to which the journal keeps a copy."""


def text_record(document: Document) -> list[list[Any]]:
    """The script that the records behind this one are about; none where it is too long to be worth it."""
    if len(document.text) > KEPT_WHOLE:
        return []
    return [["text", packed(document.text)]]


def recover_edited(document: Document, content: Content, running: Sequence[InFlight]) -> Recovery:
    """Put what a journal holds over a script that it does not know.

    Args:
        document: the script on disk.
        content: the journal.
        running: the commands in flight, by the script that the journal knows.
    """
    start, old = _old_script(content)
    records = content.records[start:]
    # A script that has hardly a row in common with the old one is another script: nothing is taken over.
    nothing = Recovery(Book(document), [], sum(1 for record in records if record[0] == "end"), edited=True)
    if old is None:
        book = Book(document)
        lost = replay(book, records)
        if 2 * lost > nothing.lost:
            return nothing
        lost += _without_rows_in_work(book)
    else:
        if not is_same_script(old, document):
            return nothing
        book = Book(old)
        lost = replay(book, records)
        try:
            move(book, document)
        except RowLostError:
            return nothing
    true = with_counters(book)
    in_flight = [found for entry in running if (found := _moved(true.document, entry))]
    return Recovery(true, in_flight, lost, edited=True)


def with_counters(book: Book) -> Book:
    """A book of the script as it is to be, the line counter adjusted to the rows as they stand now."""
    document = book.document.changed(book.render())
    fixes = [finding.fix for finding in findings(document) if finding.code == "SB703" and finding.fix]
    true = Book(document.changed(apply(document.text, [edit for fix in fixes for edit in fix.edits])))
    true.fillings = book.fillings
    return true


def _without_rows_in_work(book: Book) -> int:
    """Let unfinished loops begin their row anew, since its line may mean another row now; returns the marks erased."""
    erased: list[Change] = []
    for commands in book.command_sections():
        section = commands.section
        for loop, _ in all_loops(commands.flow.blocks):
            if book.command(section, loop.row.line).row is None:
                continue
            rows = [loop.row, *all_rows(loop.body)]
            erased += [Mark(section, row.line, "") for row in rows if book.text(section, row.line)]
            erased += [Clear(inner.data) for inner, _ in all_loops(loop.body)]
    book.apply(erased)
    return sum(isinstance(change, Mark) for change in erased)


def _old_script(content: Content) -> tuple[int, Document | None]:
    """The last script that the journal has whole, and the number of the first record behind it."""
    for number in range(len(content.records) - 1, -1, -1):
        match content.records[number]:
            case ["text", str(text)]:
                return number + 1, Document.from_text(unpacked(text))
    return 0, None


def is_same_script(old: Document, new: Document) -> bool:
    """At least half of the command rows are still there."""
    before, after = _command_rows(old), _command_rows(new)
    return 2 * (before & after).total() >= before.total()


def _command_rows(document: Document) -> Counter[str]:
    sections = document.marked_sections
    return Counter(COMMANDS.strip(row.text).strip() for section in sections for row in section.rows if row.name)


def still_open(book: Book, entry: InFlight) -> InFlight | None:
    """A command that was in flight and is still to be run, by the lines of the script as it is now; or ``None``."""
    found = _moved(book.document, entry)
    if found is None or book.command(found.section, found.line).done:
        return None
    if book.document.has_machines and found.section == book.main:
        rows = (row for row in book.document.machines if row.name.lower() == entry.machine.lower())
        marker = next((book.machine(row.line) for row in rows), None)
        return None if marker is None or marker.line is None else found
    return found


def _moved(document: Document, entry: InFlight) -> InFlight | None:
    """A command in an edited script; ``None`` where it is gone."""
    commands = document.commands(entry.section)
    lines = [row.line for row in commands.rows if row.cell == entry.text] if commands else []
    if entry.line in lines:
        return entry
    return replace(entry, line=lines[0]) if len(lines) == 1 else None


__all__ = ["is_same_script", "recover_edited", "still_open", "text_record", "with_counters"]
