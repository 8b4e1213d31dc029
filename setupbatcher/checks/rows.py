"""A command row begins with switches and the name of a command (SB301, SB306, SB309, SB310)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from setupbatcher.checks.subject import Line, Subject, known_commands
from setupbatcher.commands import registry
from setupbatcher.diagnostics import Diagnostic
from setupbatcher.diagnostics.suggestions import hint
from setupbatcher.markers.cell import parse_command_marker
from setupbatcher.script.rows import Switch

_NAME = re.compile(r"[^\W\d_][\w.]*")
_LETTERS = frozenset("ictr")
_SWITCHES = "the switches are `$i`, `$c(NAME)`, `$t(SECONDS)` and `$r(TIMES)`, each followed by a blank"
_COMMENT = "begin the row with `;` if it is a comment"


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Look at the beginning of every command row."""
    for line in subject.lines:
        statement = line.row.statement
        if statement.error is not None:
            yield _unreadable(line, statement.error)
            continue
        for switch in statement.switches:
            if switch.problem is not None:
                yield _switch(line, switch, switch.problem)
        if line.bound is None and not _is_lone_marker(line) and not any(map(_is_glued, statement.switches)):
            yield _unknown(line)


def _is_lone_marker(line: Line) -> bool:
    """A marker whose command was deleted; the rule of the markers has it."""
    return line.row.text.startswith("\t") and parse_command_marker(line.row.cell) is not None


def _switch(line: Line, switch: Switch, problem: str) -> Diagnostic:
    written = line.row.cell[switch.span.start : switch.span.end]
    span = line.place(switch.span.start, switch.span.end)
    if _is_glued(switch):
        help_ = f"put a blank behind `{written[:2]}`"
        return Diagnostic("SB306", f"switch and command are one word in `{written}`", span, help_)
    known = switch.letter in _LETTERS
    message = f"switch `{written}` is not complete" if known else f"unknown switch `{written}`"
    return Diagnostic("SB306", message, span, problem)


def _is_glued(switch: Switch) -> bool:
    """The blank between a switch and the command is missing; what follows is not the command then."""
    return switch.letter[0] in _LETTERS and registry.find(switch.letter[1:]) is not None


def _unreadable(line: Line, offset: int) -> Diagnostic:
    cell = line.row.cell
    if cell.startswith("$"):
        if offset >= len(cell):
            return Diagnostic("SB306", "switch without a command", line.row.span, "put a command behind it")
        return Diagnostic("SB306", f"malformed switch in `{cell}`", line.place(offset, offset + 1), _SWITCHES)
    return Diagnostic("SB310", f"`{cell}` is not a command", line.row.span, _COMMENT)


def _unknown(line: Line) -> Diagnostic:
    name = line.row.statement.name
    advice = registry.retired(name)
    if advice is not None:
        return Diagnostic("SB309", f"command `{name}` is retired", line.name_span, advice)
    if _NAME.fullmatch(name):
        otherwise = "`setupbatcher commands` lists all commands; a shell line begins with `DOS`"
        return Diagnostic("SB301", f"unknown command `{name}`", line.name_span, hint(name, known_commands(), otherwise))
    front = _NAME.match(name)
    if front is not None and registry.find(front.group().rstrip(".")) is not None:
        help_ = f"put a blank behind `{front.group().rstrip('.')}`"
    else:
        help_ = f"a row begins with the name of a command; {_COMMENT}"
    return Diagnostic("SB310", f"`{name}` is not a command", line.name_span, help_)
