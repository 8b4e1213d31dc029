"""The events of a run as JSON, one object a line: ``--json FILE``. Version 1 is a promise to those who read it."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TextIO

from setupbatcher import events
from setupbatcher.diagnostics.as_json import as_json
from setupbatcher.diagnostics.model import Diagnostic
from setupbatcher.reports.phrases import now
from setupbatcher.script.document import Document
from setupbatcher.script.labels import SectionId
from setupbatcher.script.variables import Kept

VERSION = 1
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")


class JsonLines:
    """The listener for programs.

    Args:
        stream: gets the lines, each at once.
        script: path, as the user knows it.
        clock: tells the time.
    """

    def __init__(self, stream: TextIO, script: str, clock: Callable[[], datetime] = now) -> None:
        self._stream = stream
        self._script = script
        self._clock = clock

    def __call__(self, event: events.Event) -> None:
        """Take an event."""
        if isinstance(event, events.Warned):
            self._write("warned", {"finding": self._findings([event.finding], event.document)[0]})
            return
        fields = {field.name: getattr(event, field.name) for field in dataclasses.fields(event)}
        for name in ("document", "filled"):  # contents of the script
            fields.pop(name, None)
        self._write(_HUMP.sub("_", type(event).__name__).lower(), {key: _plain(value) for key, value in fields.items()})

    def refused(self, findings: Sequence[Diagnostic], document: Document | None) -> None:
        """Nothing ran, for these reasons."""
        self._write("refused", {"findings": self._findings(findings, document)})

    def _write(self, name: str, fields: dict[str, Any]) -> None:
        head = {"version": VERSION, "time": self._clock().isoformat(timespec="milliseconds"), "event": name}
        self._stream.write(json.dumps(head | fields) + "\n")
        self._stream.flush()

    def _findings(self, findings: Sequence[Diagnostic], document: Document | None) -> list[Any]:
        """Findings as ``check --format json`` has them."""
        whole: dict[str, list[Any]] = json.loads(as_json(findings, document.source if document else None, self._script))
        return whole["findings"]


def _plain(value: object) -> object:
    """An event's value as JSON knows it."""
    if isinstance(value, events.Place):
        return {
            "section": str(value.section),
            "line": value.line,
            "machine": value.machine,
            "rows": [{"section": str(loop.data), "row": loop.row} for loop in value.loops],
            "calls": [{"section": str(section), "line": line} for section, line in value.callers],
        }
    if isinstance(value, events.LoopPlace):
        return {"section": str(value.data), "row": value.row}
    if isinstance(value, SectionId):
        return str(value)
    if isinstance(value, Kept):
        return value._asdict()
    return [_plain(entry) for entry in value] if isinstance(value, tuple) else value
