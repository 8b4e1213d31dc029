"""How far a run is: machines, data rows, how fast, and how long it may still take."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence

from setupbatcher import events
from setupbatcher.events import Place
from setupbatcher.script.blocks import Block, Chain, Loop, Step
from setupbatcher.script.document import Document
from setupbatcher.script.labels import BATCH, UNDO, SectionId, data_section

_WINDOW = 20.0
"""Seconds that the rate is worked out over."""
_PAUSE = 1.0
"""Seconds between two looks at the clock for the rate."""
_ENOUGH = 0.02
_EARLY = 5.0
"""An estimate is made only once this share of the work is done and so many seconds have passed."""


class Tally:
    """Counts what a run has done. An event costs the same however large the run is.

    Args:
        clock: seconds.

    Attributes:
        machines: to work on in this run.
        rows: of [Data], to work on in this run on each machine.
        rows_done: data rows that are through.
        done: machines that are finished.
        failed: the code of each machine that stopped with an error.
        unreachable: the code of each machine that could not be reached.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._begun = clock()
        self._commands = 0
        self._looks: deque[tuple[float, int]] = deque()
        self._each = 1
        self._parts: dict[str, int] = {}
        self._credit = 0
        self.machines = 0
        self.rows = 0
        self.rows_done = 0
        self.done = 0
        self.failed: dict[str, int] = {}
        self.unreachable: dict[str, int] = {}

    def __call__(self, event: events.Event) -> None:
        """Take an event."""
        match event:
            case events.RunStarted():
                self._begin(event)
            case events.MachineStarted(name=name):
                before = self.failed.pop(name, None), self.unreachable.pop(name, None)
                if before != (None, None):
                    self._credit -= self._each  # it is tried again, from the beginning
            case events.CommandDone(place, machine=machine, returned=None):
                self._command(place, machine)
            case events.RowDone(loop=loop) if loop.data == data_section():
                self.rows_done += 1
            case events.MachineDone(name=name):
                self.done += 1
                self._finished(name)
            case events.MachineStopped(int(), name, code):
                self.failed[name] = code
                self._finished(name)
            case events.MachineUnreachable(_, name, code):
                self.unreachable[name] = code
                self._finished(name)

    def _begin(self, event: events.RunStarted) -> None:
        self._begun = self._clock()
        self.machines = event.machines
        if event.document is not None:
            data = event.document.data()
            self.rows = 0 if data is None else max(0, data.count() - data.scan.done.count(1))
            self._each = max(1, _commands(event.document, UNDO if event.undo else BATCH))

    def _command(self, place: Place, machine: str) -> None:
        self._commands += 1
        part = self._parts.get(machine, 0)
        # [Init] and [OnError] belong to no machine, and rows that are called count as a part of their call.
        if part < self._each and (place.machine is not None or not self.machines):
            self._parts[machine] = part + 1
            self._credit += 1

    def _finished(self, machine: str) -> None:
        """Nothing is left to do there; branches that were not taken count as done."""
        self._credit += self._each - self._parts.pop(machine, 0)

    @property
    def seconds(self) -> float:
        """Since the run began."""
        return self._clock() - self._begun

    @property
    def share(self) -> float:
        """How much of the work is done, from 0 to 1."""
        whole = self._each * max(1, self.machines)
        return min(1.0, self._credit / whole)

    def rate(self) -> float:
        """Commands in a second, of late."""
        now = self._clock()
        if not self._looks or now - self._looks[-1][0] >= _PAUSE:
            self._looks.append((now, self._commands))
        while len(self._looks) > 1 and now - self._looks[1][0] >= _WINDOW:
            self._looks.popleft()
        since, commands = self._looks[0] if now > self._looks[0][0] else (self._begun, 0)
        return (self._commands - commands) / (now - since) if now > since else 0.0

    def left(self) -> float | None:
        """Seconds that the rest will take if it goes on like this; ``None`` as long as that is anybody's guess."""
        share, seconds = self.share, self.seconds
        if share < _ENOUGH or share >= 1 or seconds < _EARLY:
            return None
        return seconds * (1 - share) / share


def _commands(document: Document, section: SectionId) -> int:
    """The commands of one machine, where of each ``If`` the longest branch is taken."""
    commands = document.commands(section)
    return _size(document, commands.flow.blocks) if commands else 0


def _size(document: Document, blocks: Sequence[Block]) -> int:
    size = 0
    for block in blocks:
        match block:
            case Step():
                size += 1
            case Loop(_, section, body):
                data = document.data(section)
                size += _size(document, body) * (data.count() if data else 0)
            case Chain(branches):
                size += max(_size(document, branch.body) for branch in branches)
    return size
