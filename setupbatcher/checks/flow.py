"""Loops and branches open and close one inside the other (SB401, SB402, SB403, SB405, SB410)."""

from __future__ import annotations

from collections.abc import Iterator

from setupbatcher.checks.subject import Subject
from setupbatcher.diagnostics import Diagnostic
from setupbatcher.script import CommandSection
from setupbatcher.script.blocks import MOST_NESTED
from setupbatcher.script.rows import CommandRow
from setupbatcher.text import Span

_ENDS = {"if": "EndIf", "data.loop": "Data.EndLoop", "xdata.loop": "xData.EndLoop"}


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Look at the nesting of every section."""
    for section in subject.document.command_sections.values():
        yield from _nesting(section)
    for line in subject.lines:
        if line.row.name == "data.nextloop" and not line.loops:
            help_ = "move it between `Data.Loop` and `Data.EndLoop`"
            yield Diagnostic("SB405", f"`{line.row.statement.name}` outside of a loop", line.name_span, help_)


def _nesting(section: CommandSection) -> Iterator[Diagnostic]:
    for row in section.flow.unclosed:
        code, noun = ("SB402", "`If`") if row.name == "if" else ("SB401", "loop")
        help_ = f"add `{_ENDS[row.name]}` behind the last row that belongs to it"
        yield Diagnostic(code, f"{noun} is never closed", _name(row), help_)
    for row in section.flow.deep[:1]:
        message = f"more than {MOST_NESTED} blocks one inside the other"
        yield Diagnostic("SB410", message, _name(row), "close the blocks where they end, or put rows into a subsection")
    for stray in section.flow.strays:
        written = stray.row.statement.name
        help_ = f"put `{stray.opening}` in front, or remove the row"
        yield Diagnostic("SB403", f"`{written}` without `{stray.opening}`", _name(stray.row), help_)


def _name(row: CommandRow) -> Span:
    start = row.cell_start + row.statement.name_start
    return Span(start, start + len(row.statement.name))
