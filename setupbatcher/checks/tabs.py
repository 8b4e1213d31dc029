"""The TAB between a command and its marker: none inside the command, no blanks instead (SB304, SB305)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from setupbatcher.checks.subject import Line, Subject
from setupbatcher.commands.binding import bind
from setupbatcher.diagnostics import Diagnostic, Fix
from setupbatcher.markers.cell import parse_command_marker
from setupbatcher.script.rows import CommandRow
from setupbatcher.text import Edit

_BEHIND_BLANKS = re.compile(r"(?P<blanks> {2,})(?P<marker>\S+)")
_INTENDED = re.compile(r"ok(?!\w)\S*|\d\S*|-[-\d]*", re.IGNORECASE)


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Look at what stands behind every command."""
    delimiter = subject.document.settings.get("BatchSettings.CommandDelimiter")
    for line in subject.lines:
        row = line.row
        behind = row.beyond
        if behind is None and row.marker and is_part_of_command(row.marker):
            behind = row.marker_span
        if behind is not None:
            help_ = "put a blank in its place; a note goes into a row of its own that begins with `;`"
            yield Diagnostic("SB304", f"TAB inside command `{row.cell}`", behind, help_)
        elif not row.marker:
            yield from _blanks(line, delimiter)


def is_part_of_command(text: str) -> bool:
    """The text of a marker cell is no marker, and nobody can have meant it as one."""
    return parse_command_marker(text) is None and _INTENDED.fullmatch(text) is None


def _blanks(line: Line, delimiter: str) -> Iterator[Diagnostic]:
    cell = line.row.cell
    match = _BEHIND_BLANKS.fullmatch(cell, len(cell[: cell.rfind(" ") + 1].rstrip(" ")))
    if match is None or parse_command_marker(match["marker"]) is None:
        return
    bare = CommandRow(line.row.line, line.row.start, cell[: match.start()])
    bound = bind(bare, delimiter) if bare.statement.name else None
    if bound is not None and len(bound.arguments) < bound.command.least:
        return  # without the text the command would not be complete: it is the parameter
    span = line.place(*match.span("blanks"))
    takes_more = bound is None or bool(bound.command.parameters)
    safe = not (takes_more and re.fullmatch(r"\d+|-", match["marker"]))
    help_ = "put a TAB between the command and its marker" + ("" if safe else ", or one blank if it is no marker")
    fix = Fix("replace the blanks by a TAB", (Edit(span, "\t"),), safe)
    yield Diagnostic("SB305", f"blanks instead of a TAB in front of marker `{match['marker']}`", span, help_, fix)
