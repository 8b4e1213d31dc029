"""What a person sees of a run, on standard error.

On a terminal: a line for each command that is done. On a pipe or under cron: a line at the start and the summary; and
everywhere the errors and warnings.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TextIO

from setupbatcher import events
from setupbatcher.diagnostics.model import Diagnostic
from setupbatcher.diagnostics.phrases import count
from setupbatcher.diagnostics.render import DEFAULT_WIDTH, render
from setupbatcher.diagnostics.visible import visible
from setupbatcher.events import Place
from setupbatcher.reports.failure import failure
from setupbatcher.reports.painting import Paint, paint
from setupbatcher.reports.phrases import duration, summary
from setupbatcher.reports.scene import Scene
from setupbatcher.reports.silence import Silence
from setupbatcher.script.document import Document

_ROW_WIDTH = 60
"""Characters of a data row that are shown beside a command."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How much is told, and how it looks.

    Attributes:
        progress: a line for each machine and each command.
        output: what commands write, as it comes.
        quiet: only errors.
        colour: with the colours of a terminal.
        width: cells for a source line.
    """

    progress: bool = False
    output: bool = False
    quiet: bool = False
    colour: bool = False
    width: int = DEFAULT_WIDTH


class Console:
    """The listener for a person.

    Args:
        errors: for progress and messages: standard error.
        results: for what was asked for, the sentences of a dry run: standard output.
        script: path, as the user knows it.
        resume: the command line that goes on after a stop.
        manner: how much is told.
        silence: finds commands that have been silent for too long.
    """

    def __init__(
        self,
        errors: TextIO,
        results: TextIO,
        *,
        script: str,
        resume: str,
        manner: Manner | None = None,
        silence: Silence | None = None,
    ) -> None:
        self.silence = silence or Silence()
        self._errors = errors
        self._results = results
        self._script = script
        self._resume = resume
        self._manner = manner or Manner()
        self._scene = Scene()
        self._pending: dict[int | None, events.CommandError] = {}
        self._dry = False
        self._rows = 0
        self._resume_told = False

    def __call__(self, event: events.Event) -> None:  # noqa: C901, PLR0912 -- one line a kind of event
        """Take an event."""
        self.silence(event)
        self._settle(event)
        match event:
            case events.RunStarted():
                self._begin(event)
            case events.ScanStarted(machines):
                self._progress(f"contacting {count(machines, 'machine')}", Paint.FAINT)
            case events.MachineUnreachable():
                self._unreachable(event)
            case events.SectionStarted(section):
                self._heading(str(section))
            case events.MachineStarted(machine=int()):
                on = ", goes on where it stopped" if event.resumed else ""
                self._heading(f"{event.name} ({event.number} of {event.total}){on}")
            case events.Output(_, text):
                self._output(text)
            case events.Said():
                self._said(event)
            case events.CommandError():
                self._error(event)
            case events.CommandDone():
                self._done(event)
            case events.RowDone():
                self._rows += 1
            case events.Notice(text, advice):
                self._notice(text, advice)
            case events.Warned(finding, document):
                if not self._manner.quiet:
                    self._findings([finding], document)
            case events.RunEnded():
                self._end(event)

    async def watch(self, pause: float = 1.0) -> None:
        """Name commands that are silent for too long, until cancelled.

        Args:
            pause: seconds between two looks.
        """
        while True:
            await asyncio.sleep(pause)
            for place, text, age in self.silence.due():
                if not self._manner.quiet:
                    self._line(f"no output yet after {duration(age)}: {self._named(place, text)}", Paint.WARNING)

    def refused(self, findings: Sequence[Diagnostic], document: Document | None) -> None:
        """Nothing ran, for these reasons."""
        self._findings(findings, document)

    def show_pending(self, error: events.CommandError) -> None:
        """Show an error whose fate is not decided yet: a person is about to decide it."""
        self._pending.pop(error.place.machine, None)
        self._failed(error)

    # Events

    def _begin(self, event: events.RunStarted) -> None:
        self._scene.document = event.document
        self._dry = event.dry
        kind = "dry run" if event.dry else "run"
        machines = f", {count(event.machines, 'machine')}" if event.machines else ""
        self._line(f"{visible(self._script)}: {kind}{machines}", quiet=True)

    def _unreachable(self, event: events.MachineUnreachable) -> None:
        label = paint(f"unreachable[{event.code}]", Paint.ERROR, colour=self._manner.colour)
        named = event.message if event.message.startswith(event.name) else f"{event.name}: {event.message}"
        self._line(f"{label}: {visible(named)}")
        if event.help is not None:
            self._help(event.help)

    def _said(self, event: events.Said) -> None:
        if self._dry and event.place is not None:
            self._results.write(f"  {visible(event.text)}{self._row(event.place)}\n")
        elif event.place is None:
            self._progress(event.text, Paint.FAINT)
        else:
            self._progress(f"{'':9}  {visible(event.text)}", Paint.HELP)

    def _output(self, text: str) -> None:
        if self._manner.output:
            for line in text.removesuffix("\n").split("\n"):
                self._line(f"{'':9}  | {visible(line.removesuffix(chr(13)))}", Paint.FAINT)

    def _done(self, event: events.CommandDone) -> None:
        if self._dry or event.returned is not None or not self._manner.progress:
            return
        time = f"{duration(event.seconds):>9}"
        note = "unchanged" if not event.changed else event.note
        look = Paint.GOOD if event.ignored is None else Paint.WARNING
        text = visible(event.text) + self._row(event.place) + (f"  ({visible(note)})" if note else "")
        self._progress(f"{paint(time, look, colour=self._manner.colour)}  {text}")

    def _error(self, event: events.CommandError) -> None:
        if event.retry:
            left = f"tried again, {count(event.retry, 'try', 'tries')} left"
            self._progress(f"{'':9}  error {event.code}: {visible(event.message)}; {left}", Paint.WARNING)
        else:
            self._pending[event.place.machine] = event

    def _settle(self, event: events.Event) -> None:
        """What became of an error is known from the next event of its machine that is no mere output."""
        if not self._pending:
            return
        match event:
            case events.CommandFailed(place=place) if error := self._pending.pop(place.machine, None):
                self._failed(error)
            case (
                events.CommandDone(place=place)
                | events.CommandStarted(place=place)
                | events.CommandError(place=place)
                | events.BranchDecided(place=place)
            ) if error := self._pending.pop(place.machine, None):
                self._ignored(error)
            case events.RunEnded():
                for error in tuple(self._pending.values()):
                    self.show_pending(error)

    def _failed(self, error: events.CommandError) -> None:
        manner = self._manner
        self._errors.write(
            failure(
                error,
                self._scene,
                self._script,
                resume=self._resume,
                colour=manner.colour,
                width=manner.width,
                output=not manner.output,
            )
        )
        self._resume_told = True

    def _ignored(self, error: events.CommandError) -> None:
        if self._manner.quiet:
            return
        span = self._scene.cell(error.place)
        document = self._scene.document
        text = document.text[span.start : span.end] if document and span else ""
        label = paint(f"ignored[{error.code}]", Paint.WARNING, colour=self._manner.colour)
        self._line(f"{label}: {visible(error.message)}: {self._named(error.place, text)}")

    def _notice(self, text: str, advice: str | None) -> None:
        if self._manner.quiet and advice is None:
            return
        self._line(visible(text), Paint.WARNING if advice else Paint.PLAIN)
        if advice is not None:
            self._help(advice)

    def _end(self, event: events.RunEnded) -> None:
        machines = len(self._scene.document.machines) if self._scene.document else 0
        text = summary(event, machines=machines, rows=self._rows, dry=self._dry)
        told = self._resume_told
        self._line(text, Paint.HEADING, quiet=True)
        if event.status and not told and not self._manner.quiet:
            self._help(f"go on with `{self._resume}`")

    # Lines

    def _named(self, place: Place, text: str) -> str:
        machine = self._scene.machine(place)
        return f"{visible(machine)}: {visible(text)}{self._row(place)}" if machine else visible(text) + self._row(place)

    def _row(self, place: Place) -> str:
        """The data row that a command works on."""
        if not place.loops:
            return ""
        loop = place.loops[-1]
        text = visible(self._scene.data_text(loop))
        text = f"{text[:_ROW_WIDTH]}…" if len(text) > _ROW_WIDTH else text
        return f"  [row {loop.row}: {text}]"

    def _heading(self, text: str) -> None:
        if self._dry:
            self._results.write(f"{visible(text)}\n")
        else:
            self._progress(visible(text), Paint.HEADING)

    def _findings(self, findings: Sequence[Diagnostic], document: Document | None) -> None:
        source = document.shown if document is not None else None
        text = render(findings, source, self._script, colour=self._manner.colour, width=self._manner.width)
        self._errors.write(text)

    def _help(self, text: str) -> None:
        self._errors.write(paint("help", Paint.HELP, colour=self._manner.colour) + f": {visible(text)}\n")

    def _progress(self, text: str, look: Paint = Paint.PLAIN) -> None:
        if self._manner.progress:
            self._line(text, look, quiet=True)

    def _line(self, text: str, look: Paint = Paint.PLAIN, *, quiet: bool = False) -> None:
        """A line; ``quiet``: one that ``-q`` leaves out."""
        if quiet and self._manner.quiet:
            return
        self._resume_told = False
        self._errors.write(paint(text, look, colour=self._manner.colour) + "\n")
