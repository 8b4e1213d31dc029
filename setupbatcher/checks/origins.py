"""Where the values of run-time variables come from, followed through every ``Set`` of the script."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from setupbatcher.checks.names import Origin
from setupbatcher.checks.subject import Line, Subject, target
from setupbatcher.script.functions import PURE
from setupbatcher.script.reserved import PASSING
from setupbatcher.script.template import Template

_FOREIGN = frozenset({"lasterror", "lastoutput"})


def setters(subject: Subject) -> dict[str, list[Line]]:
    """The rows that give each run-time variable a value, by name in lower case."""
    found: dict[str, list[Line]] = {}
    for line in subject.lines:
        name = target(line)
        if name is not None and name.template.constant:
            found.setdefault(name.text.lower(), []).append(line)
    return found


def lost(subject: Subject) -> dict[str, list[Line]]:
    """Variables whose value cannot be worked out again on a resume, with the rows that make it so.

    ``Set`` from constants, aliases and row values is replayed (``markers.md``, *Resume* 4), and so is one from such
    variables; a password is asked for again.
    """

    def is_passing(_line: Line, template: Template, found: Iterable[str]) -> bool:
        names = {variable.name.lower() for variable in template.variables()}
        return bool(names & PASSING or names.intersection(found)) or any(
            call.function not in PURE for call in template.calls()
        )

    found = _spread(subject, is_passing)
    return {name: lines for name, lines in found.items() if name not in subject.names.given}


def foreign(subject: Subject) -> frozenset[str]:
    """Variables that hold what the script's author did not write: data, output, what a person typed."""

    def is_foreign(line: Line, template: Template, found: Iterable[str]) -> bool:
        if any(call.function == "FileVersion" for call in template.calls()):
            return True
        known = frozenset(found)
        return any(is_foreign_value(subject, line, variable.name, known) for variable in template.variables())

    return frozenset(_spread(subject, is_foreign, secrets=True))


def is_foreign_value(subject: Subject, line: Line, name: str, variables: frozenset[str]) -> bool:
    """A name stands for such a value in a row.

    Args:
        subject: the script.
        line: the row.
        name: of the variable.
        variables: what :func:`foreign` gives.
    """
    origin = subject.names.origin(name, line.loops)
    if origin is Origin.ROW:
        return name.lower() != "row"
    return name.lower() in _FOREIGN or (origin is Origin.TARGET and name.lower() in variables)


Test = Callable[[Line, Template, Iterable[str]], bool]


def _spread(subject: Subject, test: Test, *, secrets: bool = False) -> dict[str, list[Line]]:
    """Variables that a ``Set`` whose value passes the test, or any other command, gives a value.

    Args:
        subject: the script.
        test: whether a value counts, given the variables that are known to.
        secrets: a password that somebody is asked for counts too.
    """
    every = setters(subject)
    found: dict[str, list[Line]] = {}
    size = -1
    while size != len(found):
        size = len(found)
        for name, lines in every.items():
            if name in found:
                continue
            bad = [line for line in lines if _counts(line, test, found, secrets=secrets)]
            if bad:
                found[name] = bad
    return found


def _counts(line: Line, test: Test, found: Iterable[str], *, secrets: bool) -> bool:
    if line.row.name != "set":
        return secrets or line.row.name != "prompt.password"
    arguments = line.bound.arguments[1:] if line.bound else ()
    return any(test(line, argument.template, found) for argument in arguments)
