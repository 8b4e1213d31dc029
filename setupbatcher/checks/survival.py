"""Run-time variables that a resumed run would miss (SB505)."""

from __future__ import annotations

from collections.abc import Iterator

from setupbatcher.checks.origins import lost
from setupbatcher.checks.subject import Line, Subject, target
from setupbatcher.diagnostics import Diagnostic, Note
from setupbatcher.script import Kind, SectionId
from setupbatcher.script.blocks import MOST_NESTED
from setupbatcher.text import Span

_HELP = "add a section [Variables], or set it in a subsection and run that with `$c(NAME)` where the value is needed"


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Look at the variables whose values cannot be worked out again; [Variables] keeps them."""
    if subject.document.frame(SectionId(Kind.VARIABLES)) is not None:
        return
    for name, setters in lost(subject).items():
        for setter in setters:
            use = next(_uses(subject, name, setter), None)
            argument = target(setter)
            if use is None or argument is None:
                continue
            message = f"`{argument.text}` is lost when a run resumes behind this row"
            note = Note(use, "the value is needed here")
            yield Diagnostic("SB505", message, setter.argument_span(argument), _HELP, notes=(note,))
            break


def _uses(subject: Subject, name: str, setter: Line) -> Iterator[Span]:
    """Where the value is needed in a row that can be the first one of a resumed run."""
    for line, span in subject.uses.get(name, ()):
        same = line.section is setter.section
        if same and line.row.line <= setter.row.line:
            continue
        if same and line.section.section.kind is Kind.SUB and not _is_called(subject, line):
            continue  # every run of it begins at its first row
        if not _is_prepared(subject, line, setter, frozenset()):
            yield span


def _is_called(subject: Subject, line: Line) -> bool:
    """A ``Call`` goes to the subsection of a row, which then is resumed where it stopped."""
    callers = subject.calls.get(line.section.section.name.lower(), ())
    return any(caller.row.name == "call" for caller, _ in callers)


def _is_prepared(subject: Subject, line: Line, setter: Line, seen: frozenset[str]) -> bool:
    """A ``$c`` of the row, or of all rows that call its subsection, sets the variable anew."""
    switch = line.row.statement.switch("c")
    if (
        switch is not None
        and switch.argument
        and setter.section in subject.reached_subsections(switch.argument.strip())
    ):
        return True
    key = line.section.section.name.lower()
    if line.section.section.kind is not Kind.SUB or key in seen or len(seen) > MOST_NESTED:
        return False
    callers = [caller for caller, _ in subject.calls.get(key, ())]
    return bool(callers) and all(_is_prepared(subject, caller, setter, seen | {key}) for caller in callers)
