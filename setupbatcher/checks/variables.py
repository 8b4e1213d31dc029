"""Every variable has a value where it is used, and every filter exists (SB501, SB502, SB503)."""

from __future__ import annotations

from collections.abc import Iterator

from setupbatcher.checks.names import Origin
from setupbatcher.checks.subject import Line, Subject, Text, target
from setupbatcher.diagnostics import Diagnostic
from setupbatcher.diagnostics.suggestions import hint
from setupbatcher.script import Kind
from setupbatcher.script.filters import FILTERS
from setupbatcher.script.rows import RowKind, SettingRow
from setupbatcher.script.settings import is_setting_name
from setupbatcher.script.template import Variable, parse_template
from setupbatcher.text import Span

_DEFINE = "define it in [Settings] or with `Set`; a percent sign as such is written `%%`"
_MAYBE_IN_LOOP = frozenset({Kind.SUB, Kind.ON_ERROR})
"""Sections whose callers may be in a loop."""


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Look at all references in rows and in [Settings]."""
    for line in subject.lines:
        name = target(line)
        skipped = line.argument_span(name) if name is not None else None
        for text in line.texts:
            if text.span != skipped:
                yield from _text(subject, line, text)
    secret = subject.document.secret_rows
    for row in subject.document.setting_rows:
        # A message about a part of a password would show that part.
        if row.kind is RowKind.ROW and row.name and row not in secret:
            yield from _setting(subject, row)


def _text(subject: Subject, line: Line, text: Text) -> Iterator[Diagnostic]:
    for variable in text.template.variables():
        span = subject.place(text, variable)
        origin = subject.names.origin(variable.name, line.loops)
        in_loop = bool(line.loops) or line.section.section.kind in _MAYBE_IN_LOOP
        if origin is None and not text.raw and subject.names.in_any_header(variable.name):
            origin = Origin.ROW
        elif origin is None and text.raw:
            continue  # the shell's own
        if origin is Origin.ROW and not in_loop:
            yield _outside(variable, span, "move the row into the loop, or keep the value there with `Set`")
        elif origin is None:
            help_ = hint(variable.name, subject.names.known(line.loops), _DEFINE)
            yield Diagnostic("SB501", f"unknown variable `%{variable.name}%`", _name(variable, span), help_)
        yield from _filters(variable, span)


def _outside(variable: Variable, span: Span, help_: str) -> Diagnostic:
    return Diagnostic("SB503", f"`%{variable.name}%` has a value only inside a loop", _name(variable, span), help_)


def _name(variable: Variable, span: Span) -> Span:
    """The name without its filters where it has some, else the whole reference."""
    return Span(span.start + 1, span.start + 1 + len(variable.name)) if variable.filters else span


def _filters(variable: Variable, span: Span) -> Iterator[Diagnostic]:
    start = span.start + 1 + len(variable.name)
    for name in variable.filters:
        start += 1
        if name.lower() not in FILTERS:
            message = f"unknown filter `{name}`"
            yield Diagnostic("SB502", message, Span(start, start + len(name)), hint(name, FILTERS))
        start += len(name)


def _setting(subject: Subject, row: SettingRow) -> Iterator[Diagnostic]:
    """A value in [Settings] is made before any row is read or command runs."""
    names = subject.names
    for variable in parse_template(row.value, functions=False).variables():
        span = Span(row.value_span.start + variable.span.start, row.value_span.start + variable.span.end)
        origin = names.origin(variable.name)
        if origin is Origin.ROW or (origin is None and names.in_any_header(variable.name)):
            yield _outside(variable, span, "put it into the rows of the loop; [Settings] has no current data row")
        elif origin is Origin.TARGET and variable.name not in subject.document.aliases:
            message = f"`%{variable.name}%` has no value in [Settings]"
            yield Diagnostic(
                "SB501",
                message,
                _name(variable, span),
                "it gets its value while the script runs; use it in the commands",
            )
        elif is_setting_name(row.name) and origin is not None and not names.is_settled(variable.name):
            message = f"`%{variable.name}%` has no value yet when the settings are read"
            yield Diagnostic("SB501", message, _name(variable, span), "a setting can use aliases and `%Env.NAME%`")
        elif origin is None:
            yield Diagnostic(
                "SB501",
                f"unknown variable `%{variable.name}%`",
                _name(variable, span),
                hint(variable.name, names.known(), _DEFINE),
            )
        yield from _filters(variable, span)
