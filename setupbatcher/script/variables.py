"""[Variables]: run-time variables that survive a resume, as rows ``machine <TAB> name <TAB> value`` (``markers.md``).

The section is state like a marker: rows come and go with a machine's progress, everything else in it stays.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import NamedTuple

from setupbatcher.script.aliases import NAME
from setupbatcher.script.document import Document
from setupbatcher.script.labels import Kind, SectionId
from setupbatcher.script.rows import is_comment
from setupbatcher.text import Edit, Span

VARIABLES = SectionId(Kind.VARIABLES)
_LINE_END = re.compile(r"(\r\n|\n|\r)")

Key = tuple[str, str]
"""Machine and name, in lower case; no machine for [Init] and for scripts without [Machines]."""


class Kept(NamedTuple):
    """The value of a variable, with machine and name as written."""

    machine: str
    name: str
    value: str

    @property
    def key(self) -> Key:
        """What tells it from others."""
        return self.machine.lower(), self.name.lower()

    def __str__(self) -> str:
        """The row. A value that a row cannot hold as it is stands as a JSON text in double quotes."""
        plain = self.value.isascii() and self.value.isprintable()
        if not plain or self.value != self.value.strip() or self.value.startswith('"'):
            return f"{self.machine}\t{self.name}\t{json.dumps(self.value)}"
        return f"{self.machine}\t{self.name}\t{self.value}"


def _parse(line: str) -> Kept | None:
    fields = line.split("\t")
    if len(fields) != 3 or is_comment(line) or not NAME.fullmatch(fields[1]):  # noqa: PLR2004 -- machine, name, value
        return None
    value = fields[2]
    if value.startswith('"'):
        try:
            value = str(json.loads(value))
        except ValueError:
            return None
    return Kept(fields[0], fields[1], value)


def read_variables(document: Document) -> dict[Key, Kept]:
    """The variables that a script keeps; empty where it has no such section."""
    rows = (_parse(line) for line in _pieces(document)[::2])
    return {row.key: row for row in rows if row is not None}


def write_variables(document: Document, variables: Mapping[Key, Kept]) -> Edit | None:
    """The edit that lets the section hold just these variables; ``None`` where it does already."""
    if read_variables(document) == dict(variables):
        return None
    pieces = _pieces(document)
    if not pieces:
        return None
    left = dict(variables)
    kept = [pieces[0]]
    for end, line in zip(pieces[1::2], pieces[2::2], strict=True):
        row = _parse(line)
        if row is None:
            kept += [end, line]
        elif row.key in left:
            kept += [end, str(left.pop(row.key))]
    at = len(kept)
    while at > 1 and not kept[at - 1].strip():
        at -= 2
    # A new row ends as its neighbour does, so that no other line's end changes.
    end = kept[at] if at < len(kept) else next(iter(_LINE_END.findall(document.text)), "\n")
    kept[max(at, 1) : max(at, 1)] = [part for row in left.values() for part in (end, str(row))]
    return Edit(_region(document), "".join(kept))


def _region(document: Document) -> Span:
    """From behind the label to the end of the body: each row is there with the line end in front of it."""
    frame = document.frame(VARIABLES)
    assert frame is not None
    return Span(frame.label.end, frame.body.end)


def _pieces(document: Document) -> list[str]:
    """The rest of the label's line, then line end and line in turn."""
    if document.frame(VARIABLES) is None:
        return []
    region = _region(document)
    return _LINE_END.split(document.text[region.start : region.end])
