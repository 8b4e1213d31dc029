"""Subsections that are called are there, and do not call each other in a circle (SB407, SB409)."""

from __future__ import annotations

from collections.abc import Iterator

from setupbatcher.checks.subject import Subject
from setupbatcher.diagnostics import Diagnostic
from setupbatcher.diagnostics.suggestions import hint


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
    """The calls that lead back to a subsection on the way to them."""
    finished: set[str] = set()
    for key in subject.subsections:
        yield from _walk(subject, key, [], finished)


def _walk(subject: Subject, key: str, path: list[str], finished: set[str]) -> Iterator[Diagnostic]:
    if key in finished:
        return
    path.append(key)
    for line in subject.lines_of.get(subject.subsections[key].section, ()):
        for name, span in line.calls:
            called = name.lower()
            if called in path:
                circle = [*path[path.index(called) :], called]
                way = " → ".join(f"`{subject.subsections[each].section.name}`" for each in circle)
                direct = circle[0] == circle[1]
                message = (
                    f"subsection calls itself: {way}" if direct else f"subsections call each other in a circle: {way}"
                )
                yield Diagnostic("SB409", message, span, "remove one of the calls; to repeat rows use a loop over data")
            elif called in subject.subsections:
                yield from _walk(subject, called, path, finished)
    path.pop()
    finished.add(key)
