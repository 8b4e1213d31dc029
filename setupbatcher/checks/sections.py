"""The sections of a script: something to run (SB107)."""

from __future__ import annotations

from collections.abc import Iterator

from setupbatcher.checks.subject import Subject
from setupbatcher.diagnostics import Diagnostic
from setupbatcher.script import Kind
from setupbatcher.text import Span

_RUNNABLE = frozenset({Kind.INIT, Kind.BATCH, Kind.UNDO})


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Look at which sections there are."""
    frames = subject.document.layout.frames
    if any(frame.section.kind in _RUNNABLE for frame in frames):
        return
    if any(found.code in {"SB101", "SB104"} for found in subject.document.findings):
        return  # that label was to be the section
    if not frames:
        help_ = "`setupbatcher new FILE` writes a script to start from"
        yield Diagnostic("SB107", "the script has no section", Span(0, 0), help_)
        return
    help_ = "add a section [Batch] with one command per row"
    yield Diagnostic("SB107", "the script has no section with commands to run", frames[0].label, help_)
