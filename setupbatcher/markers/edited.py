"""Recovers what a crashed run earned where the script was edited, or replaced, before the next command saw it.

The journal keeps a copy of a script that is not too long, so the markers are first put into the script as it was, and
then go over to the edited one as they do when a script is edited during a run.
"""

from __future__ import annotations

import base64
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from setupbatcher.markers.book import Book, RowLostError
from setupbatcher.markers.journal import Content
from setupbatcher.markers.moving import move
from setupbatcher.markers.records import InFlight, Recovery, replay
from setupbatcher.markers.resume import findings
from setupbatcher.script.document import Document
from setupbatcher.script.rows import COMMANDS
from setupbatcher.text import apply

KEPT_WHOLE = 1_000_000
"""Characters of a script up to which the journal keeps a copy."""


def text_record(document: Document) -> list[list[Any]]:
    """The script that the records behind this one are about; none where it is too long to be worth it."""
    if len(document.text) > KEPT_WHOLE:
        return []
    packed = zlib.compress(document.text.encode("utf-8", "surrogatepass"), 1)
    return [["text", base64.b64encode(packed).decode("ascii")]]


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
    else:
        if not is_same_script(old, document):
            return nothing
        book = Book(old)
        lost = replay(book, records)
        try:
            move(book, document)
        except RowLostError:
            return nothing
    true = document.changed(agreed(document.changed(book.render())))
    in_flight = [found for entry in running if (found := _moved(true, entry))]
    return Recovery(Book(true), in_flight, lost, edited=True)


def _old_script(content: Content) -> tuple[int, Document | None]:
    """The last script that the journal has whole, and the number of the first record behind it."""
    for number in range(len(content.records) - 1, -1, -1):
        match content.records[number]:
            case ["text", str(packed)]:
                text = zlib.decompress(base64.b64decode(packed)).decode("utf-8", "surrogatepass")
                return number + 1, Document.from_text(text)
    return 0, None


def is_same_script(old: Document, new: Document) -> bool:
    """At least half of the command rows are still there."""
    before, after = _command_rows(old), _command_rows(new)
    return 2 * (before & after).total() >= before.total()


def _command_rows(document: Document) -> Counter[str]:
    sections = document.command_sections.values()
    return Counter(COMMANDS.strip(row.text).strip() for section in sections for row in section.rows if row.name)


def _moved(document: Document, entry: InFlight) -> InFlight | None:
    """A command in an edited script; ``None`` where it is gone."""
    commands = document.commands(entry.section)
    lines = [row.line for row in commands.rows if row.cell == entry.text] if commands else []
    if entry.line in lines:
        return entry
    return replace(entry, line=lines[0]) if len(lines) == 1 else None


def agreed(document: Document) -> str:
    """The text with the line counter adjusted to the rows as they stand now."""
    fixes = [finding.fix for finding in findings(document) if finding.code == "SB703" and finding.fix]
    return apply(document.text, [edit for fix in fixes for edit in fix.edits])


__all__ = ["is_same_script", "recover_edited", "text_record"]
