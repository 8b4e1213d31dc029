"""The log of a run as plain text with time stamps, output of commands included: ``--log FILE``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TextIO

from setupbatcher import events
from setupbatcher.diagnostics.concise import concise
from setupbatcher.diagnostics.model import Diagnostic
from setupbatcher.diagnostics.phrases import count
from setupbatcher.diagnostics.visible import visible
from setupbatcher.events import Place
from setupbatcher.reports.phrases import duration, now, summary
from setupbatcher.reports.scene import Scene
from setupbatcher.script.document import Document


class TextLog:
    """The listener for a log file.

    Args:
        stream: gets the lines, each at once.
        script: path, as the user knows it.
        clock: tells the time.
    """

    def __init__(self, stream: TextIO, script: str, clock: Callable[[], datetime] = now) -> None:
        self._stream = stream
        self._script = script
        self._clock = clock
        self._scene = Scene()
        self._rows = 0
        self._dry = False

    def __call__(self, event: events.Event) -> None:  # noqa: C901, PLR0912, PLR0915 -- a line a kind of event
        """Take an event."""
        self._scene(event)
        match event:
            case events.RunStarted(script, machines, dry):
                self._dry = dry
                number = f", {count(machines, 'machine')}" if machines else ""
                self._write(f"{'dry run' if dry else 'run'} of {script}{number}")
            case events.ScanStarted(machines):
                self._write(f"contacting {count(machines, 'machine')}")
            case events.MachineUnreachable(_, name, code, message, advice):
                self._write(f"{name}: unreachable, error {code}: {message}", advice)
            case events.ScanDone(reached, unreachable):
                self._write(f"{count(reached, 'machine')} reached, {unreachable} unreachable")
            case events.SectionStarted(section):
                self._write(str(section))
            case events.MachineStarted(_, name, resumed, number, total):
                self._write(f"{name}: {'goes on' if resumed else 'begins'}, {number} of {total}")
            case events.FilesFound(text, found):
                self._write(f"{text}: {count(found, 'file')} found")
            case events.FileStarted(path, number, total, resumed):
                self._write(f"{path}: {'goes on' if resumed else 'begins'}, {number} of {total}")
            case events.CommandStarted(place, text):
                self._at(place, text)
            case events.Output(place, text):
                for line in text.removesuffix("\n").split("\n"):
                    self._at(place, f"| {line.removesuffix(chr(13))}")
            case events.Said(place, text):
                self._at(place, text)
            case events.CommandError(place, code, message, advice, program):
                kind = "" if program else f"error {code}: "
                again = f"; tried again, {count(event.retry, 'try', 'tries')} left" if event.retry else ""
                self._at(place, f"{kind}{message}{again}", advice)
            case events.CommandDone(place, seconds=seconds):
                self._at(place, _outcome(event) + f" in {duration(seconds)}")
            case events.BranchDecided(place, taken=taken):
                self._at(place, "no branch is taken" if taken is None else "this branch is taken")
            case events.RowDone(_, loop):
                self._rows += 1
                self._write(f"{loop.data} row {loop.row}: done")
            case events.MachineDone(_, name):
                self._write(f"{name}: all done")
            case events.MachineStopped(_, name, code):
                self._write(f"{name}: stopped with error {code}")
            case events.MachineLeft(_, name, again=again):
                self._write(
                    f"{name}: " + (f"tried again in {duration(again)}" if again else "left, on to the next machine")
                )
            case events.Notice(text, advice):
                self._write(text, advice)
            case events.Warned(finding, document):
                self.refused([finding], document)
            case events.RunEnded():
                machines = len(self._scene.document.machines) if self._scene.document else 0
                self._write(summary(event, machines=machines, rows=self._rows, dry=self._dry))

    def refused(self, findings: Sequence[Diagnostic], document: Document | None) -> None:
        """Findings, one a line."""
        for line in concise(findings, document.source if document else None, self._script).splitlines():
            self._write(line)

    def _at(self, place: Place | None, text: str, advice: str | None = None) -> None:
        if place is None:
            self._write(text, advice)
            return
        machine = self._scene.machine(place)
        where = f"{machine}: " if machine else ""
        row = f" row {place.loops[-1].row}" if place.loops else ""
        self._write(f"{where}{place.section} {place.line}{row}: {text}", advice)

    def _write(self, text: str, advice: str | None = None) -> None:
        stamp = self._clock().isoformat(sep=" ", timespec="milliseconds")
        more = f"; {advice}" if advice else ""
        self._stream.write(f"{stamp}  {visible(text + more)}\n")
        self._stream.flush()


def _outcome(event: events.CommandDone) -> str:
    if event.ignored is not None:
        return f"error {event.ignored} ignored"
    said = "done" if event.changed else "unchanged"
    return f"{said} ({event.note})" if event.note else said
