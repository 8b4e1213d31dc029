"""Subsections that are called are there, and do not call each other in a circle (SB407, SB409, SB410)."""

from __future__ import annotations

from collections.abc import Iterator

from setupbatcher.checks.subject import Subject
from setupbatcher.diagnostics import Diagnostic
from setupbatcher.diagnostics.suggestions import hint
from setupbatcher.script.blocks import MOST_NESTED
from setupbatcher.text import Span


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Look at every ``Call`` and ``$c``."""
    names = [section.section.name for section in subject.subsections.values()]
    for line in subject.lines:
        for name, span in line.calls:
            if name.lower() not in subject.subsections:
                help_ = hint(name, names, f"add a section [Sub {name}]")
                yield Diagnostic("SB407", f"there is no subsection `{name}`", span, help_)
    yield from _circles(subject)


def _circles(subject: Subject) -> Iterator[Diagnostic]:
    """The calls that lead back to a subsection on the way to them, and the first way that is too long."""
    finished: set[str] = set()
    deep = False
    for key in subject.subsections:
        path = [key]
        ways = [_calls(subject, key)]
        while path:
            name, span = next(ways[-1], (None, Span(0, 0)))
            called = name.lower() if name is not None else ""
            if name is None:
                finished.add(path.pop())
                ways.pop()
            elif called in path:
                yield _circle(subject, [*path[path.index(called) :], called], span)
            elif called in subject.subsections and called not in finished:
                path.append(called)
                ways.append(_calls(subject, called))
                if len(path) > MOST_NESTED and not deep:
                    deep = True
                    message = f"more than {MOST_NESTED} subsections that call one another"
                    yield Diagnostic(
                        "SB410", message, span, "call them one after another instead of one from the other"
                    )


def _calls(subject: Subject, key: str) -> Iterator[tuple[str, Span]]:
    for line in subject.lines_of.get(subject.subsections[key].section, ()):
        yield from line.calls


def _circle(subject: Subject, circle: list[str], span: Span) -> Diagnostic:
    way = " → ".join(f"`{subject.subsections[each].section.name}`" for each in circle)
    message = "subsection calls itself" if circle[0] == circle[1] else "subsections call each other in a circle"
    help_ = "remove one of the calls; to repeat rows use a loop over data"
    return Diagnostic("SB409", f"{message}: {way}", span, help_)
