"""Conditions can be read (SB406)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from setupbatcher.checks.subject import Line, Subject
from setupbatcher.diagnostics import Diagnostic
from setupbatcher.script import automaton
from setupbatcher.script.automaton import GrammarError
from setupbatcher.script.condition import All, AnyOf, Comparison, Condition, Not
from setupbatcher.script.parameters import Argument

_OPERATORS = "`=`, `<>`, `<`, `<=`, `>`, `>=`, `contains` or `matches`"


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Look at the condition of every ``If`` and ``ElseIf``."""
    for line in subject.lines:
        argument, condition = line.condition_argument, line.condition
        if argument is None or condition is None:
            continue
        if isinstance(condition, GrammarError):
            yield _malformed(line, argument, condition)
        else:
            yield from _patterns(line, argument, condition)


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


def _patterns(line: Line, argument: Argument, condition: Condition) -> Iterator[Diagnostic]:
    """Regular expressions that are the same whenever the row runs."""
    match condition:
        case Comparison(_, "matches", right) if right is not None and right.template.constant is not None:
            try:
                re.compile(right.template.constant)
            except re.error as error:
                start = argument.shift + right.start
                message = f"`{right.template.constant}` is not a regular expression"
                end = start + len(right.template.constant)
                yield Diagnostic("SB406", message, line.place(start, end), f"correct it: {error.msg}")
        case Not(term):
            yield from _patterns(line, argument, term)
        case All(terms) | AnyOf(terms):
            for term in terms:
                yield from _patterns(line, argument, term)
        case Comparison():
            pass
