"""Values that the script's author did not write are quoted in raw shell lines (SB504)."""

from __future__ import annotations

from collections.abc import Iterator

from setupbatcher.checks.origins import foreign, is_foreign_value
from setupbatcher.checks.subject import Line, Subject
from setupbatcher.diagnostics import Diagnostic
from setupbatcher.script.filters import FILTERS, QUOTING
from setupbatcher.script.template import Variable


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Look at all references in raw lines."""
    variables = foreign(subject)
    for line in subject.lines:
        for text in line.texts:
            if not text.raw:
                continue
            for variable in text.template.variables():
                if not _is_quoted(variable) and is_foreign_value(subject, line, variable.name, variables):
                    message = f"`%{variable.name}%` is not quoted in a shell line"
                    yield Diagnostic("SB504", message, subject.place(text, variable), _help(line, variable.name))


def _is_quoted(variable: Variable) -> bool:
    if not variable.filters:
        return False
    # A filter that does not exist is a finding of its own, and was likely meant to quote.
    return any(name.lower() in QUOTING or name.lower() not in FILTERS for name in variable.filters)


def _help(line: Line, name: str) -> str:
    if line.row.name == "powershell":
        return f"write `%{name}|ps%`"
    run = "Local.Run" if line.row.name.startswith("local.") else "Run"
    return f"write `%{name}|sh%`, on Windows `%{name}|cmd%`, or use `{run}`, which needs no quoting"
