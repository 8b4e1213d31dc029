"""A parameter without variables is of the kind that its command declares (SB303)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from setupbatcher.checks.subject import Line, Subject, target
from setupbatcher.commands.registry import Parameter, ParameterKind
from setupbatcher.diagnostics import Diagnostic
from setupbatcher.script.aliases import NAME
from setupbatcher.script.parameters import Argument

_PATTERNS = {
    ParameterKind.INTEGER: re.compile(r"[+-]?[0-9]+"),
    ParameterKind.SECONDS: re.compile(r"[0-9]+(\.[0-9]+)?"),
    ParameterKind.NAME: NAME,
}
_WANTED = {
    ParameterKind.INTEGER: "a whole number",
    ParameterKind.SECONDS: "a number of seconds",
    ParameterKind.NAME: "a name",
}
_HELP = {
    ParameterKind.INTEGER: "write digits only, such as `5`",
    ParameterKind.SECONDS: "write digits, such as `90` or `0.5`",
    ParameterKind.NAME: "a name is a letter, then letters, digits, `_` and `.`",
}


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Look at the parameters that are the same whenever the row runs."""
    for line in subject.lines:
        if line.bound is None or line.bound.unclosed is not None:
            continue
        for parameter, argument in zip(line.bound.command.parameters, line.bound.arguments, strict=False):
            if _is_elsewhere(line, argument) or _fits(parameter, argument):
                continue
            message = f"`{line.bound.command.name}` needs {_WANTED[parameter.kind]} for `{parameter.name}`"
            if argument.text:
                message += f", not `{argument.text}`"
            yield Diagnostic("SB303", message, line.argument_span(argument), _HELP[parameter.kind])


def _is_elsewhere(line: Line, argument: Argument) -> bool:
    """Names of variables and subsections have rules of their own."""
    return argument is target(line) or line.row.name == "call"


def _fits(parameter: Parameter, argument: Argument) -> bool:
    pattern = _PATTERNS.get(parameter.kind)
    constant = argument.template.constant
    if pattern is None or constant is None or argument.template.error is not None:
        return True
    if not constant and not parameter.required:
        return True
    return pattern.fullmatch(constant) is not None
