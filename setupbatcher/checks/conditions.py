"""Conditions can be read (SB406)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from setupbatcher.checks.subject import Line, Subject
from setupbatcher.diagnostics import Diagnostic
from setupbatcher.script import automaton
from setupbatcher.script.automaton import GrammarError
from setupbatcher.script.condition import Comparison, comparisons
from setupbatcher.script.parameters import Argument

_OPERATORS = "`=`, `<>`, `<`, `<=`, `>`, `>=`, `contains` or `matches`"
_TRUTHS = frozenset({"yes", "true", "1", "no", "false", "0"})


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Look at the condition of every ``If`` and ``ElseIf``."""
    for line in subject.lines:
        argument, condition = line.condition_argument, line.condition
        if argument is None or condition is None:
            continue
        if isinstance(condition, GrammarError):
            yield _malformed(line, argument, condition)
        else:
            for comparison in comparisons(condition):
                yield from _comparison(line, argument, comparison)


def _malformed(line: Line, argument: Argument, error: GrammarError) -> Diagnostic:
    start = argument.shift + error.offset
    if error.token is not None and error.token.type != automaton.END:
        end = start + len(error.token.text)
        message = f"`{error.token.text}` cannot stand here in a condition"
    elif error.offset < len(argument.text):
        end = start + 1
        found = argument.text[error.offset]
        message = "quote is never closed" if found == '"' else f"`{found}` cannot stand here in a condition"
    else:
        end = start
        message = "condition is not complete"
    return Diagnostic("SB406", message, line.place(start, end), _expected(error, message))


def _expected(error: GrammarError, message: str) -> str:
    if message.startswith("quote"):
        return "close the quote at the end of the value"
    wanted = []
    if error.accepted & {"STRING", "OTHER", "VARIABLE"}:
        wanted.append("a value; one with blanks stands in double quotes")
    elif "RPAR" in error.accepted:
        wanted.append("`)`")
    if "OPERATOR" in error.accepted:
        wanted.append(_OPERATORS)
    if "AND" in error.accepted:
        wanted.append("`and` or `or`")
    return f"here belongs {', '.join(wanted)}" if wanted else f"compare two values with {_OPERATORS}"


def _comparison(line: Line, argument: Argument, comparison: Comparison) -> Iterator[Diagnostic]:
    """What is the same whenever the row runs: a lone value that is no truth, a pattern that cannot be read."""
    operand = comparison.left if comparison.right is None else comparison.right
    constant = operand.template.constant
    if constant is None or operand.template.error is not None:
        return
    start = argument.shift + operand.start
    span = line.place(start, start + len(constant))
    if comparison.right is None:
        if constant.strip().lower() not in _TRUTHS:
            help_ = f"compare it with something: {_OPERATORS}"
            yield Diagnostic("SB406", f"`{constant}` is neither Yes nor No", span, help_)
    elif comparison.operator == "matches":
        try:
            re.compile(constant)
        except re.error as error:
            yield Diagnostic("SB406", f"`{constant}` is not a regular expression", span, f"correct it: {error.msg}")
