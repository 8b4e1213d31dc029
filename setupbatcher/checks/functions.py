"""Inline functions are closed and get what they take (SB308)."""

from __future__ import annotations

from collections.abc import Iterator

from setupbatcher.checks.subject import Subject, Text
from setupbatcher.diagnostics import Diagnostic
from setupbatcher.script.functions import Function, find_function
from setupbatcher.script.template import Call
from setupbatcher.text import Span


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Look at the function calls of every row."""
    for line in subject.lines:
        for text in line.texts:
            if text.template.error is not None:
                yield _broken(subject, text, text.template.error)
            for call in text.template.calls():
                function = find_function(call.function)
                if function is not None and _given(call) < function.required:
                    yield _incomplete(text, call, function)


def _given(call: Call) -> int:
    """How many arguments there are; a pair of parentheses around nothing has none."""
    empty = len(call.arguments) == 1 and not call.arguments[0].parts
    return 0 if empty else len(call.arguments)


def _broken(subject: Subject, text: Text, offset: int) -> Diagnostic:
    start = min(text.start + offset, text.span.end)
    help_ = "close each function with `)` and each quote in it; a blank in front of `(` makes it plain text"
    if start >= text.span.end:
        return Diagnostic("SB308", "function call is never closed", text.span, help_)
    found = subject.document.text[start]
    return Diagnostic("SB308", f"`{found}` cannot stand here in a function call", Span(start, start + 1), help_)


def _incomplete(text: Text, call: Call, function: Function) -> Diagnostic:
    names = ",".join(
        name if index < function.required else f"[{name}]" for index, name in enumerate(function.parameters)
    )
    # Inside another call, or behind doubled quotes, the offsets are those of the text without them.
    span = Span(text.start + call.span.start, text.start + call.span.end)
    if span.end > text.span.end:
        span = text.span
    lacks = function.parameters[_given(call) : function.required]
    message = f"function `{function.name}` lacks {' and '.join(f'`{name}`' for name in lacks)}"
    return Diagnostic("SB308", message, span, f"write `{function.name}({names})`")
