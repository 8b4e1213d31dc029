"""The basic syntax check: one rule per module, all findings at once (``language.md``, section 7)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from setupbatcher.checks import (
    aliases,
    at_once,
    conditions,
    data,
    data_files,
    flow,
    functions,
    kinds,
    loading,
    loops,
    machines,
    markers,
    names_set,
    parameters,
    quoting,
    rows,
    sections,
    settings,
    subsections,
    survival,
    tabs,
    variables,
)
from setupbatcher.checks.subject import Subject
from setupbatcher.diagnostics import Diagnostic, Severity
from setupbatcher.diagnostics.order import in_order
from setupbatcher.script import Document
from setupbatcher.text import Span

__all__ = ["check"]

_RULES = (
    sections,
    settings,
    aliases,
    at_once,
    rows,
    tabs,
    parameters,
    kinds,
    functions,
    flow,
    loops,
    loading,
    conditions,
    subsections,
    names_set,
    variables,
    quoting,
    survival,
    machines,
    data,
    data_files,
    markers,
)


def check(document: Document, *, given: Iterable[str] = (), parallel: int | None = None) -> list[Diagnostic]:
    """Everything that is wrong with a script, in the order of the text, each finding once.

    Args:
        document: the script.
        given: names that the command line gives a value (``--set``).
        parallel: machines worked on at once, where the command line says so.
    """
    nested = list(_nested(document))
    labels = [found for found in document.findings if found.code == "SB104" or not _is_within(found, nested)]
    muted = [*nested, *(found.span for found in document.findings)]
    rest = (found for found in _rules(Subject(document, frozenset(given), parallel)) if not _is_within(found, muted))
    findings = in_order([*labels, *rest])
    if any(found.severity is Severity.ERROR for found in findings):
        return findings
    # Markers can be held against each other only when what they stand beside is sound.
    return in_order([*findings, *markers.agreement(document)])


def _rules(subject: Subject) -> Iterator[Diagnostic]:
    for rule in _RULES:
        yield from rule.check(subject)


def _nested(document: Document) -> Iterator[Span]:
    """From a label that stands inside a section to the end of that: what is wrong there follows from the label."""
    for found in document.findings:
        if found.code == "SB104":
            for frame in document.layout.frames:
                if frame.body.start <= found.span.start < frame.body.end:
                    yield Span(found.span.start, frame.body.end)


def _is_within(found: Diagnostic, spans: Iterable[Span]) -> bool:
    return any(span.start <= found.span.start < span.end for span in spans)
