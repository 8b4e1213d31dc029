"""Which command has been silent for how long (``language.md``, section 7)."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from setupbatcher import events
from setupbatcher.events import Place

SILENCE = 60.0
"""Seconds after which a command is named."""


@dataclass
class _Work:
    """What goes on at one machine: commands within calls, outermost first, each with its start."""

    commands: list[tuple[Place, str, float]] = field(default_factory=list)
    heard: float = 0.0


class Silence:
    """Follows the commands of a run.

    Args:
        limit: seconds.
        clock: that they are counted with.
    """

    def __init__(self, limit: float = SILENCE, clock: Callable[[], float] = time.monotonic) -> None:
        self.limit = limit
        self._clock = clock
        self._works: dict[int | None, _Work] = {}
        self._waiting = 0

    def __call__(self, event: events.Event) -> None:
        """Take an event."""
        match event:
            case events.CommandStarted(place, text):
                work = self._works.setdefault(place.machine, _Work())
                work.heard = self._clock()
                work.commands.append((place, text, work.heard))
            case events.CommandDone(place=place) | events.CommandFailed(place=place):
                work = self._works.setdefault(place.machine, _Work())
                while work.commands and work.commands.pop()[0] != place:
                    pass
                work.heard = self._clock()
            case events.Output(place=place) | events.CommandError(place=place):
                if place.machine in self._works:
                    self._works[place.machine].heard = self._clock()
            case events.MachineStopped(machine=machine):
                self._works.pop(machine, None)

    def ask(self) -> None:
        """A person is asked; from now on nobody expects anything of a command."""
        self._waiting += 1

    def answered(self) -> None:
        """The person has answered."""
        self._waiting -= 1
        for work in self._works.values():
            work.heard = self._clock()

    def due(self) -> list[tuple[Place, str, float]]:
        """Commands that have been silent for too long, each with its age in seconds; named again when it is again."""
        if self._waiting:
            return []
        now = self._clock()
        found = []
        for work in self._works.values():
            if work.commands and now - work.heard >= self.limit:
                place, text, started = work.commands[-1]
                found.append((place, text, now - started))
                work.heard = now
        return found
