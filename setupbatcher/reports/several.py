"""Several reports of one run. One that can no longer be written is left out: a report never ends a run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from setupbatcher import events
from setupbatcher.diagnostics.model import Diagnostic
from setupbatcher.script.document import Document


class Report(Protocol):
    """A listener that is also told why nothing ran."""

    def __call__(self, event: events.Event) -> None:
        """Take an event."""

    def refused(self, findings: Sequence[Diagnostic], document: Document | None) -> None:
        """Nothing ran, for these reasons."""


class Several:
    """Passes everything on.

    Args:
        reports: in the order in which they are told.
        lost: told of a report that is left out from now on, and why.
    """

    def __init__(self, reports: Sequence[Report], lost: Callable[[Report, OSError], None]) -> None:
        self._reports = list(reports)
        self._lost = lost

    def __call__(self, event: events.Event) -> None:
        """Take an event."""
        self._tell(lambda report: report(event))

    def refused(self, findings: Sequence[Diagnostic], document: Document | None) -> None:
        """Nothing ran, for these reasons."""
        self._tell(lambda report: report.refused(findings, document))

    def _tell(self, tell: Callable[[Report], None]) -> None:
        for report in tuple(self._reports):
            try:
                tell(report)
            except OSError as error:
                self._reports.remove(report)
                self._lost(report, error)
