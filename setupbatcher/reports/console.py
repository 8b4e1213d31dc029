"""What a person sees of a run, on standard error.

On a terminal: a line for each command that is done, or, where several are at work at once, a live display. On a pipe or
under cron: a line at the start and the summary; and everywhere the errors and warnings.
"""

from __future__ import annotations

import asyncio
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from setupbatcher import events
from setupbatcher.diagnostics.model import Diagnostic
from setupbatcher.diagnostics.phrases import count
from setupbatcher.diagnostics.render import DEFAULT_WIDTH, render
from setupbatcher.diagnostics.visible import visible
from setupbatcher.events import Place
from setupbatcher.reports.activity import Activity
from setupbatcher.reports.failure import failure
from setupbatcher.reports.fates import Fate, Fates
from setupbatcher.reports.flood import Flood, Room
from setupbatcher.reports.live import PAUSE, Live
from setupbatcher.reports.painting import Paint, paint
from setupbatcher.reports.phrases import duration, summary
from setupbatcher.reports.region import Region, Sink
from setupbatcher.reports.scene import Scene
from setupbatcher.reports.silence import Silence
from setupbatcher.script.document import Document

_LOOK = 1.0
"""Seconds between two looks for silent commands."""
_MOST_SILENT = 5
"""Silent commands that are named at once."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How much is told, and how it looks.

    Attributes:
        progress: a line for each machine and each command.
        output: what commands write, as it comes.
        quiet: only errors.
        live: a live display where several commands are at work at once.
        colour: with the colours of a terminal.
        width: cells for a source line.
    """

    progress: bool = False
    output: bool = False
    quiet: bool = False
    live: bool = False
    colour: bool = False
    width: int = DEFAULT_WIDTH


class Console:
    """The listener for a person.

    Args:
        errors: for progress and messages: standard error. A live display needs a :class:`Region` of it.
        results: for what was asked for, the sentences of a dry run: standard output.
        script: path, as the user knows it.
        resume: the command line that goes on after a stop.
        manner: how much is told.
        activity: follows the commands at work.
    """

    def __init__(
        self,
        errors: Sink,
        results: Sink,
        *,
        script: str,
        resume: str,
        manner: Manner | None = None,
        activity: Activity | None = None,
    ) -> None:
        self._activity = activity or Activity()
        self._silence = Silence(self._activity)
        self._errors = errors
        self._results = results
        self._script = script
        self._resume = resume
        self._manner = manner or Manner()
        self._scene = Scene()
        self._fates = Fates()
        self._flood = Flood()
        self._live: Live | None = None
        self._several = False
        self._dry = False
        self._rows = 0
        self._resume_told = False

    def __call__(self, event: events.Event) -> None:  # noqa: C901, PLR0912 -- one line a kind of event
        """Take an event."""
        self._scene(event)
        work = self._activity(event)
        for error, fate in self._fates(event):
            self._settled(error, fate)
        if self._live is not None:
            self._live(event, work)
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
            case events.FileStarted(path, number, total):
                self._heading(f"{path} ({number} of {total})")
            case events.Output():
                self._output(event)
            case events.Said():
                self._said(event)
            case events.CommandError(retry=left) if left:
                again = f"tried again, {count(left, 'try', 'tries')} left"
                self._beside(event.place, f"error {event.code}: {visible(event.message)}; {again}", Paint.WARNING)
            case events.CommandDone():
                self._done(event)
            case events.MachineLeft(name=name, again=float(seconds)):
                self._progress(f"{visible(name)}: tried again in {duration(seconds)}", Paint.WARNING)
            case events.RowDone():
                self._rows += 1
            case events.Notice(text, advice):
                self._notice(text, advice)
            case events.Warned(finding, document):
                if not self._manner.quiet:
                    self._findings([finding], document)
            case events.RunEnded():
                self._end(event)

    async def watch(self, pause: float = PAUSE) -> None:
        """Draw the live display, and name commands that are silent for too long, until cancelled.

        Args:
            pause: seconds between two drawings.
        """
        looked = 0.0
        while True:
            await asyncio.sleep(pause)
            if self._activity.clock() - looked >= _LOOK:
                looked = self._activity.clock()
                self._name_silent()
            if self._live is not None:
                self._live.draw()

    def refused(self, findings: Sequence[Diagnostic], document: Document | None) -> None:
        """Nothing ran, for these reasons."""
        self._findings(findings, document)

    # Questions

    def ask(self) -> None:
        """A person is about to be asked, perhaps after others who are asked first."""
        self._silence.ask()

    def hold(self, error: events.CommandError | None = None) -> None:
        """The person is asked now, perhaps about an error: nothing else is shown until :meth:`release`."""
        if error is not None:
            self._fates.forget(error)
            self._failed(error)
        if isinstance(self._errors, Region):
            self._errors.hold()

    def release(self) -> None:
        """The person has answered."""
        if isinstance(self._errors, Region):
            self._errors.release()

    def answered(self) -> None:
        """What :meth:`ask` announced is over."""
        self._silence.answered()

    def close(self) -> None:
        """Take the live display off the terminal."""
        self._live = None
        if isinstance(self._errors, Region):
            self._errors.clear()

    # Events

    def _begin(self, event: events.RunStarted) -> None:
        self._dry = event.dry
        kind = "dry run" if event.dry else "run"
        machines = f", {count(event.machines, 'machine')}" if event.machines else ""
        self._line(f"{visible(self._script)}: {kind}{machines}", quiet=True)
        rows = event.document.settings.get("BatchSettings.ParallelRows") if event.document else 1
        self._several = (event.parallel > 1 and event.machines > 1) or rows > 1
        if self._several and self._manner.live and not event.dry and isinstance(self._errors, Region):
            self._live = Live(self._errors, self._activity)
            self._live(event, None)

    def _unreachable(self, event: events.MachineUnreachable) -> None:
        room = self._room(("unreachable", event.code))
        if room is Room.NONE:
            return
        label = paint(f"unreachable[{event.code}]", Paint.ERROR, colour=self._manner.colour)
        named = event.message if event.message.startswith(event.name) else f"{event.name}: {event.message}"
        self._line(f"{label}: {visible(named)}")
        if event.help is not None and room is Room.FULL:
            self._help(event.help)

    def _said(self, event: events.Said) -> None:
        if self._dry and event.place is not None:
            self._results.write(f"  {visible(event.text)}{self._scene.row(event.place)}\n")
        elif event.place is None:
            self._progress(event.text, Paint.FAINT)
        else:
            self._beside(event.place, visible(event.text), Paint.HELP)

    def _output(self, event: events.Output) -> None:
        if self._manner.output:
            for line in event.text.removesuffix("\n").split("\n"):
                self._beside(event.place, f"| {visible(line.removesuffix(chr(13)))}", Paint.FAINT)

    def _done(self, event: events.CommandDone) -> None:
        if self._dry or event.returned is not None or self._live is not None or not self._manner.progress:
            return
        time = f"{duration(event.seconds):>9}"
        note = "unchanged" if not event.changed else event.note
        look = Paint.GOOD if event.ignored is None else Paint.WARNING
        text = visible(event.text) + self._scene.row(event.place) + (f"  ({visible(note)})" if note else "")
        self._progress(f"{paint(time, look, colour=self._manner.colour)}  {self._whose(event.machine)}{text}")

    def _settled(self, error: events.CommandError, fate: Fate) -> None:
        """It is known what becomes of an error."""
        if fate is not Fate.STANDS and self._manner.quiet:
            return
        room = self._room((fate, error.code, error.place.section, error.place.line))
        if room is Room.NONE:
            return
        if fate is Fate.STANDS and room is Room.FULL:
            self._failed(error)
            return
        word, look = ("error", Paint.ERROR) if fate is Fate.STANDS else ("ignored", Paint.WARNING)
        label = paint(f"{word}[{error.code}]", look, colour=self._manner.colour)
        named = self._scene.named(error.place, self._scene.text(error.place))
        self._line(f"{label}: {visible(error.message)}: {named}")

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

    def _room(self, kind: Hashable) -> Room:
        """How much is told of an error; with every command and its output, every error too."""
        return Room.FULL if self._manner.output else self._flood.room(kind)

    def _name_silent(self) -> None:
        silent = self._silence.due()
        if self._manner.quiet:
            return
        for work, age in silent[:_MOST_SILENT]:
            named = self._scene.named(work.place, work.text)
            self._line(f"no output yet after {duration(age)}: {named}", Paint.WARNING)
        if len(silent) > _MOST_SILENT:
            self._line(f"no output yet of {len(silent) - _MOST_SILENT} other commands", Paint.WARNING)

    def _notice(self, text: str, advice: str | None) -> None:
        if self._manner.quiet and advice is None:
            return
        self._line(visible(text), Paint.WARNING if advice else Paint.PLAIN)
        if advice is not None:
            self._help(advice)

    def _end(self, event: events.RunEnded) -> None:
        self.close()
        if self._flood.left_out:
            more = count(self._flood.left_out, "more error")
            self._line(f"… and {more}; `-v` shows all of them, and `--log FILE` keeps them", Paint.WARNING)
        machines = len(self._scene.document.machines) if self._scene.document else 0
        text = summary(event, machines=machines, rows=self._rows, dry=self._dry)
        told = self._resume_told
        self._line(text, Paint.HEADING, quiet=True)
        if event.status and not told and not self._manner.quiet:
            self._help(f"go on with `{self._resume}`")

    # Lines

    def _whose(self, machine: str) -> str:
        """In front of a line that is about one of several machines at work."""
        return f"{visible(machine)}: " if self._several and machine else ""

    def _beside(self, place: Place, text: str, look: Paint) -> None:
        """A line about a command at work."""
        self._progress(f"{'':9}  {self._whose(self._scene.machine(place))}{text}", look)

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
        if self._manner.progress and self._live is None:
            self._line(text, look, quiet=True)

    def _line(self, text: str, look: Paint = Paint.PLAIN, *, quiet: bool = False) -> None:
        """A line; ``quiet``: one that ``-q`` leaves out."""
        if quiet and self._manner.quiet:
            return
        self._resume_told = False
        self._errors.write(paint(text, look, colour=self._manner.colour) + "\n")
