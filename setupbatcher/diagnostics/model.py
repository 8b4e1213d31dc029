"""One Diagnostic value: what is wrong, where, and what to do. Terminal, JSON and language server show the same."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from setupbatcher.text import Edit, Span


class Severity(Enum):
    """An error keeps a script from running; a warning does not."""

    ERROR = "error"
    WARNING = "warning"


class Fix(NamedTuple):
    """A change that mends a finding.

    Attributes:
        title: what it does, as an order: ``replace blanks by a TAB``.
        edits: of the script's text.
        safe: ``check --fix`` applies it without asking.
    """

    title: str
    edits: tuple[Edit, ...]
    safe: bool = True


class Note(NamedTuple):
    """A second place that belongs to a finding, such as ``section opened here``."""

    span: Span
    text: str


class Diagnostic(NamedTuple):
    """One finding.

    Attributes:
        code: an id of :mod:`setupbatcher.diagnostics.codes`, such as ``SB301``.
        message: one lowercase line that stands alone, user text in backticks, no full stop.
        span: the smallest part of the text that is wrong.
        help: what to do.
        fix: the change that mends it.
        notes: further places.
    """

    code: str
    message: str
    span: Span
    help: str | None = None
    fix: Fix | None = None
    notes: tuple[Note, ...] = ()

    @property
    def severity(self) -> Severity:
        """As the catalogue of codes says."""
        from setupbatcher.diagnostics.codes import severity_of  # noqa: PLC0415 -- the catalogue imports Severity

        return severity_of(self.code)
