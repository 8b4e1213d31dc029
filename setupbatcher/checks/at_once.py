"""What cannot be done at once, because no marker could tell how far it is (SB208, SB209)."""

from __future__ import annotations

from collections.abc import Iterator

from setupbatcher.checks.subject import Subject
from setupbatcher.diagnostics import Diagnostic
from setupbatcher.script import Kind
from setupbatcher.script.blocks import all_loops
from setupbatcher.script.rows import RowKind
from setupbatcher.text import Span

_PARALLEL = "BatchSettings.Parallel"
_ROWS = "BatchSettings.ParallelRows"
_RETRY = "BatchSettings.AutoRetry"


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Look at settings and sections that exclude each other (``markers.md``, *What is written where*)."""
    if subject.parallel > 1:
        yield from _parallel(subject)
    if subject.document.settings.get(_RETRY) is not None:
        yield from _retry(subject)


def _parallel(subject: Subject) -> Iterator[Diagnostic]:
    document = subject.document
    if document.settings.get(_ROWS) > 1:
        yield Diagnostic(
            "SB208",
            f"`{_PARALLEL}` and `{_ROWS}` are both more than 1",
            _place(subject, _ROWS),
            "work on several machines at once or on several rows, not both: remove one of the two",
        )
    for frame in document.layout.frames:
        if frame.section.kind is Kind.DATA_FILES:
            yield Diagnostic(
                "SB208",
                f"[DataFiles] with `{_PARALLEL}` above 1",
                frame.label,
                f"its files go through [Data] one after another: remove `{_PARALLEL}`",
            )
    for section in document.command_sections.values():
        if section.section.kind not in {Kind.BATCH, Kind.UNDO}:
            continue
        for loop, outer in all_loops(section.flow.blocks):
            if outer:
                yield Diagnostic(
                    "SB208",
                    f"a loop within a loop with `{_PARALLEL}` above 1",
                    loop.row.span,
                    f"put the inner loop into a subsection, or remove `{_PARALLEL}`: a machine's marker has room for "
                    "one data row",
                )


def _retry(subject: Subject) -> Iterator[Diagnostic]:
    document = subject.document
    if not document.has_machines:
        yield Diagnostic(
            "SB208",
            f"`{_RETRY}` without [Machines]",
            _place(subject, _RETRY),
            "auto retry goes over machines: add the section, or remove the setting",
        )
    for frame in document.layout.frames:
        if frame.section.kind is Kind.ON_ERROR:
            yield Diagnostic(
                "SB209",
                f"[OnError] is never run with `{_RETRY}`",
                frame.label,
                "remove the section, or the setting",
            )


def _place(subject: Subject, name: str) -> Span:
    rows = subject.document.setting_rows
    found = (row for row in rows if row.kind is RowKind.ROW and row.name.lower() == name.lower())
    row = next(found, None)
    return row.name_span if row is not None else Span(0, 0)
