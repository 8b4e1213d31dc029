"""Follows a run and makes a sheet of it. What it keeps is bounded, however long the run is."""

from __future__ import annotations

import socket
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime

from setupbatcher import __version__, events
from setupbatcher.diagnostics.concise import concise
from setupbatcher.diagnostics.model import Diagnostic
from setupbatcher.events import CommandError, LoopPlace, Place
from setupbatcher.markers.book import Book
from setupbatcher.reports.activity import Activity, Work
from setupbatcher.reports.fates import Fate, Fates
from setupbatcher.reports.known import CONTROLLER, THIS_MACHINE, Row, columns_of
from setupbatcher.reports.lane import Lane
from setupbatcher.reports.making import fill
from setupbatcher.reports.phrases import now
from setupbatcher.reports.scene import Scene
from setupbatcher.reports.sheet import Fault, Sheet
from setupbatcher.script.document import Document
from setupbatcher.script.labels import BATCH, UNDO

OUTPUT = 4000
"""Characters that are kept of what a program wrote before it failed."""
_ALL_OUTPUT = 4_000_000
"""Characters that are kept of all outputs."""
_FAULTS = 20_000
_ALIKE = 20
"""Errors that are kept, and those of one row that were ignored or retried."""
_NOTICES = 200


class Record:
    """The listener.

    Args:
        script: path, as the user knows it.
        clock: tells the time.
        seconds: a clock for durations.

    Attributes:
        document: the script as the run began with it; ``None`` where none began.
        findings: why nothing ran, one a line; empty unless the script was refused.
    """

    def __init__(
        self, script: str, clock: Callable[[], datetime] = now, seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self.document: Document | None = None
        self.findings: list[str] = []
        self._script = script
        self._clock = clock
        self._seconds = seconds
        self._zero = 0.0
        self._begun = ""
        self._undo = False
        self._ended: events.RunEnded | None = None
        self._scene = Scene()
        self._activity = Activity(seconds)
        self._fates = Fates()
        self._columns: dict[Row, int] = {}
        self._lanes: dict[str, Lane] = {}
        self._faults: list[tuple[str, Fault]] = []
        self._standing: dict[str, list[int]] = {}
        self._alike: Counter[tuple[int, int, Fate]] = Counter()
        self._left_out = 0
        self._room = _ALL_OUTPUT
        self._notices: list[str] = []

    def __call__(self, event: events.Event) -> None:
        """Take an event."""
        self._scene(event)
        work = self._activity(event)
        for error, fate in self._fates(event):
            self._fault(error, fate)
        match event:
            case events.CommandStarted() | events.Output() | events.ProcessStarted():
                return  # most events are one of these; the activity has what they tell
            case events.RunStarted(dry=False):
                self._begin(event)
            case events.Notice(text):
                self._notices += [text] if len(self._notices) < _NOTICES else []
            case events.RunEnded():
                self._ended = event
            case _ if self.document is not None:
                self._happened(event, work)

    def refused(self, findings: Sequence[Diagnostic], document: Document | None) -> None:
        """Nothing ran, for these reasons."""
        self.findings = concise(findings, document.source if document else None, self._script).splitlines()

    def _begin(self, event: events.RunStarted) -> None:
        self.document = event.document
        self._begun = self._clock().isoformat(timespec="seconds")
        self._zero = self._seconds()
        self._undo = event.undo
        if event.document is not None:
            self._columns = {row: number for number, row in enumerate(columns_of(event.document))}

    def _now(self) -> float:
        return self._seconds() - self._zero

    # Events

    def _happened(self, event: events.Event, work: Work | None) -> None:
        at = self._now()
        match event:
            case events.CommandDone(place, machine=machine):
                self._done(event, self._lane(place.machine, machine), work, at)
            case events.CommandFailed(place, machine=machine):
                lane = self._lane(place.machine, machine)
                lane.fail(self._column(place), self._begin_of(work, at), at)
                for loop in place.loops:
                    lane.row(self._loop(loop), at, last=False, count=0)
            case events.RowDone(place, loop, following):
                self._lane(place.machine).row(self._loop(loop), at, last=following is None)
            case events.RowStarted(place, loop):
                self._lane(place.machine).enter(self._loop(loop), at)
            case events.LoopEmpty(place):
                self._lane(place.machine).row(self._column(place), at, last=True, count=0)
            case events.BranchDecided(place, heads, taken):
                for head in heads:
                    column = self._columns.get((place.section.key, head), -1)
                    self._lane(place.machine).decide(column, at, taken=head == taken)
            case _:
                self._machine(event, at)

    def _machine(self, event: events.Event, at: float) -> None:
        match event:
            case events.MachineStarted(machine, name):
                init = self._lanes.get(CONTROLLER)
                if machine is not None and init is not None and init.state is None:
                    init.end(at, "done")
                self._lane(machine, name).start(at)
                self._try_again(self._name(machine, name))
            case events.MachineDone(machine, name):
                self._lane(machine, name).end(at, "done")
            case events.ScriptDone():
                self._lane(None).end(at, "done")
            case events.MachineStopped(machine, name, code):
                self._lane(machine, name).end(at, "failed", code)
            case events.MachineUnreachable(machine, name, code):
                self._lane(machine, name).end(at, "unreachable", code)
                self._keep(name, _unreachable(event, at))

    def _done(self, event: events.CommandDone, lane: Lane, work: Work | None, at: float) -> None:
        column = self._column(event.place)
        lane.done(column, event, self._begin_of(work, at), at)
        if work is not None and work.tail:
            self._room -= lane.write(column, work.tail if self._room > 0 else "")

    def _begin_of(self, work: Work | None, at: float) -> float:
        return at if work is None else work.begun - self._zero

    # Errors

    def _fault(self, error: CommandError, fate: Fate) -> None:
        if self.document is None:
            return
        column = self._column(error.place)
        if fate is not Fate.STANDS:
            self._alike[column, error.code, fate] += 1
            if self._alike[column, error.code, fate] > _ALIKE:
                self._left_out += 1
                return
        loop = error.place.loops[-1] if error.place.loops else None
        output = error.output.rstrip()[-OUTPUT:] if self._room > 0 else ""
        self._room -= len(output)
        fault = Fault(
            machine=0,
            column=column,
            row=loop.row if loop else None,
            data=self._scene.data_text(loop) if loop else "",
            code=error.code,
            message=error.message,
            help=error.help or "",
            program=error.program,
            output=output,
            at=round(self._now(), 3),
            fate=fate.value,
        )
        self._keep(self._name(error.place.machine, ""), fault)

    def _keep(self, machine: str, fault: Fault) -> None:
        if len(self._faults) >= _FAULTS:
            self._left_out += 1
            return
        if fault.fate == Fate.STANDS.value:
            self._standing.setdefault(machine, []).append(len(self._faults))
        self._faults.append((machine, fault))

    def _try_again(self, machine: str) -> None:
        """The errors that ended the work on a machine before have not had the last word."""
        for number in self._standing.pop(machine, ()):
            name, fault = self._faults[number]
            self._faults[number] = name, fault._replace(fate=Fate.RETRIED.value)

    # Places

    def _column(self, place: Place) -> int:
        return self._columns.get((place.section.key, place.line), -1)

    def _loop(self, loop: LoopPlace) -> int:
        return self._columns.get((loop.section.key, loop.line), -1)

    def _name(self, machine: int | None, name: str) -> str:
        if self.document is None or not self.document.has_machines:
            return THIS_MACHINE
        if machine is not None:
            return name or self._scene.name(machine)
        # A row of [OnError] has the name of the machine that stopped, one of [Init] that of no machine.
        return name if name in self._lanes else CONTROLLER

    def _lane(self, machine: int | None, name: str = "") -> Lane:
        name = self._name(machine, name)
        lane = self._lanes.get(name)
        if lane is None:
            lane = self._lanes[name] = Lane()
        return lane

    # The sheet

    def sheet(self) -> Sheet:
        """What is known so far.

        Raises:
            ValueError: no run has begun.
        """
        if self.document is None:
            message = "no run has begun"
            raise ValueError(message)
        for work in self._activity.works.values():
            lane = self._lane(work.place.machine, work.machine)
            lane.open(self._column(work.place), work.begun - self._zero, self._now())
        book = Book(self.document)
        book.main = UNDO if self._undo else BATCH
        ended = self._ended
        sheet = Sheet(
            self._script,
            __version__,
            socket.gethostname(),
            self._begun,
            round(ended.seconds if ended else self._now(), 3),
            ended.status if ended else None,
            bool(ended and ended.interrupted),
            self._undo,
            left_out=self._left_out,
            notices=self._notices,
        )
        fill(sheet, book, self._lanes, self._faults)
        return sheet


def _unreachable(event: events.MachineUnreachable, at: float) -> Fault:
    message = event.message.removeprefix(f"{event.name}: ")
    return Fault(
        machine=0,
        column=-1,
        row=None,
        data="",
        code=event.code,
        message=message,
        help=event.help or "",
        program=False,
        output="",
        at=round(at, 3),
        fate=Fate.STANDS.value,
    )
