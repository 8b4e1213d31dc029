"""A command gets the parameters that it declares, and their quotes are closed (SB302, SB307)."""

from __future__ import annotations

from collections.abc import Iterator

from setupbatcher.checks.subject import Line, Subject
from setupbatcher.commands.binding import Bound
from setupbatcher.diagnostics import Diagnostic
from setupbatcher.diagnostics.phrases import all_of
from setupbatcher.text import Span


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Look at the parameters of every command."""
    for line in subject.lines:
        if line.bound is None:
            continue
        quote = _unclosed(line.bound)
        if quote is not None:
            help_ = "put a second quote at the end of the value; a quote inside a quoted value is written twice"
            yield Diagnostic("SB307", "quote is never closed", line.place(quote, quote + 1), help_)
        else:
            yield from _count(line, line.bound)


def _unclosed(bound: Bound) -> int | None:
    """The offset of a quote in the cell that hides a delimiter, or begins a parameter, and has no partner."""
    if bound.unclosed is not None or bound.command.raw:
        return bound.unclosed
    for argument in bound.arguments:
        if argument.text.startswith('"') and argument.text.count('"') % 2:
            return argument.shift
    return None


def _count(line: Line, bound: Bound) -> Iterator[Diagnostic]:
    command = bound.command
    help_ = f"write `{command.syntax}`"
    if not command.parameters and bound.arguments:
        span = Span(line.argument_span(bound.arguments[0]).start, line.row.span.end)
        yield Diagnostic("SB302", f"`{command.name}` takes no parameters", span, help_)
    missing = [each.name for each in command.parameters[len(bound.arguments) :] if each.required]
    if missing:
        noun = "parameter" if len(missing) == 1 else "parameters"
        yield Diagnostic("SB302", f"`{command.name}` lacks {noun} {all_of(missing)}", line.name_span, help_)
