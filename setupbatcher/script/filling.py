"""New rows for a whole section: the one thing beside markers and variables that a run writes into a script.

What comes in are rows, and rows they stay: none of them can end the section, begin another one, or be read back as
something else.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from setupbatcher.script.document import Document
from setupbatcher.script.labels import SectionId
from setupbatcher.text import Span, UndecodableError, decode, encode

_LINE_END = re.compile(r"\r\n|\n|\r")


class Filling(NamedTuple):
    """What a section is to hold from now on.

    Attributes:
        section: which one.
        rows: its lines, without line ends.
    """

    section: SectionId
    rows: tuple[str, ...]


class FillingError(ValueError):
    """The rows cannot stand in the section."""


def line_end(document: Document) -> str:
    """How a script ends its lines."""
    found = _LINE_END.search(document.text)
    return found[0] if found else "\n"


def filled(document: Document, filling: Filling) -> str:
    """The text of a script with other rows in one section; blank lines at the section's end stay.

    Raises:
        FillingError: there is no such section, or it would not hold these rows, all of them and nothing else.
    """
    frame = document.frame(filling.section)
    if frame is None:
        message = f"the script has no section {filling.section}"
        raise FillingError(message)
    head, rest = document.text[: frame.body.start], document.text[frame.body.end :]
    if filling.rows and not head.endswith(("\n", "\r")):
        head += line_end(document)
    body = _body(document, frame.body, filling.rows)
    text = head + body + rest
    after = document.changed(text)
    wanted = [(section, len(body) if section == frame.section else size) for section, size in _sections(document)]
    if _sections(after) != wanted or len(after.findings) > len(document.findings):
        message = f"a row of {filling.section} would be read as the label of a section"
        raise FillingError(message)
    encoding = document.source.encoding
    try:
        same = decode(encode(text, encoding)).text == text
    except (ValueError, UndecodableError):
        same = False
    if not same:
        message = f"the script is {encoding.label}, which has not all characters of the rows of {filling.section}"
        raise FillingError(message)
    return text


def _body(document: Document, old: Span, rows: Sequence[str]) -> str:
    text, end = document.text, line_end(document)
    body = text[old.start : old.end]
    tail = body[len(body.rstrip(" \t\r\n")) :]
    found = _LINE_END.search(tail)
    # Behind the line end of the last row, or all of a section without rows.
    blank = tail if len(tail) == len(body) else tail[found.end() :] if found else ""
    if not rows:
        return blank
    closed = bool(blank or text[old.end :]) or text.endswith(("\n", "\r"))
    return end.join(rows) + (end if closed else "") + blank


def _sections(document: Document) -> list[tuple[SectionId, int]]:
    """The sections of a script in order, and how long each is."""
    return [(frame.section, frame.body.end - frame.body.start) for frame in document.layout.frames]
