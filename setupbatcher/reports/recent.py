"""The last events of a run, kept for a support bundle."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence
from datetime import datetime
from io import StringIO

from setupbatcher import events
from setupbatcher.diagnostics.model import Diagnostic
from setupbatcher.reports.textlog import TextLog
from setupbatcher.script.document import Document

_MOST = 2000


class Recent:
    """Remembers the beginning of a run and its last events.

    Args:
        script: path, as the user knows it.
    """

    def __init__(self, script: str) -> None:
        self._script = script
        self._start: tuple[float, events.Event] | None = None
        self._events: deque[tuple[float, events.Event]] = deque(maxlen=_MOST)
        self.document: Document | None = None

    def __call__(self, event: events.Event) -> None:
        """Take an event."""
        entry = (time.time(), event)
        if isinstance(event, events.RunStarted):
            self._start, self.document = entry, event.document
        else:
            self._events.append(entry)

    def refused(self, findings: Sequence[Diagnostic], document: Document | None) -> None:
        """Nothing ran; the person has seen why."""
        del findings
        self.document = document

    def text(self) -> str:
        """What ``--log`` would have written."""
        out = StringIO()
        now = 0.0
        log = TextLog(out, self._script, lambda: datetime.fromtimestamp(now).astimezone())
        for now, event in [*([self._start] if self._start else []), *self._events]:  # noqa: B007 -- the log asks for it
            log(event)
        return out.getvalue()
