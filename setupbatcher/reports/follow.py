"""Follows a script that people edit and runs write into: its progress and its findings, each time it has changed."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from setupbatcher import checks
from setupbatcher.diagnostics.model import Diagnostic, Severity
from setupbatcher.markers.custody import look
from setupbatcher.markers.journal import peek
from setupbatcher.markers.reading import JOURNAL, ScriptError
from setupbatcher.reports.table import Progress, progress_of
from setupbatcher.script.document import Document
from setupbatcher.text.store import Stamp, Store, stamp_of

PAUSE = 0.25
"""Seconds between two looks at whether something has changed."""
_SHARE = 0.1
"""Of the time that may go into reading the script anew."""


@dataclass(frozen=True)
class News:
    """How a script stands.

    Attributes:
        progress: by its markers; ``None`` where it cannot be read.
        document: the script; likewise.
        findings: of the check, or why the script cannot be read.
        running: a run has it.
    """

    progress: Progress | None
    document: Document | None
    findings: list[Diagnostic] = field(default_factory=list)
    running: bool = False

    @property
    def has_errors(self) -> bool:
        """Some finding keeps the script from running."""
        return any(finding.severity is Severity.ERROR for finding in self.findings)


class Follower:
    """Looks at a script.

    Args:
        script: its path.
        given: names set with ``--set``.

    Attributes:
        news: of the last look.
        saved: somebody, and no run, has saved the script since :meth:`settle`.
    """

    def __init__(self, script: Path, given: Mapping[str, str] | None = None) -> None:
        self._given = given or {}
        self._script = script
        self._store = Store(script)
        self._stamps: tuple[Stamp | None, Stamp | None] | None = None
        self._rest = 0.0
        self.news = News(None, None)
        self.saved = False

    def poll(self) -> bool:
        """Look whether something has changed; ``True`` where the news are new."""
        if time.monotonic() < self._rest:
            return False
        stamps = self._seen()
        if stamps == self._stamps:
            return False
        before, self._stamps = self._stamps, stamps
        was_running, begun = self.news.running, time.monotonic()
        self.news = self._look()
        now = time.monotonic()
        self._rest = now + (now - begun) / _SHARE
        if before is not None and before[0] != stamps[0]:
            self.saved = not (was_running or self.news.running)
        return True

    def settle(self) -> None:
        """What has happened up to now is known; a later change is a new one."""
        self._stamps = self._seen()
        self.news = self._look()
        self.saved = False

    def _seen(self) -> tuple[Stamp | None, Stamp | None]:
        return _stamp(self._store.real), _stamp(self._store.beside(JOURNAL))

    def _look(self) -> News:
        running = self._is_running()
        try:
            recovery = look(self._script)
        except ScriptError as error:
            return News(None, None, [error.diagnostic], running)
        document = recovery.book.current()
        return News(progress_of(recovery), document, checks.check(document, given=self._given), running)

    def _is_running(self) -> bool:
        with contextlib.suppress(OSError):
            journal = peek(self._store.beside(JOURNAL))
            return journal is not None and journal.owner is not None and journal.owner.may_live()
        return False


def _stamp(path: Path) -> Stamp | None:
    try:
        return stamp_of(path)
    except OSError:
        return None
