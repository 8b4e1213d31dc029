"""What becomes of errors. Nobody knows when they happen: a later event of the same rows tells."""

from __future__ import annotations

from enum import Enum

from setupbatcher import events
from setupbatcher.events import CommandError, Place

Rows = tuple[int | None, tuple[int, ...]]
"""Where commands follow one another: on a machine, in a data row of each loop around them."""


class Fate(Enum):
    """What became of an error."""

    STANDS = "stands"
    IGNORED = "ignored"
    RETRIED = "retried"


class Fates:
    """Keeps errors until it is known what becomes of them; those that are tried again by themselves left out."""

    def __init__(self) -> None:
        self._pending: dict[Rows, CommandError] = {}

    def __call__(self, event: events.Event) -> list[tuple[CommandError, Fate]]:
        """Take an event; returns the errors whose fate it tells."""
        found = self._told(event) if self._pending else []
        if isinstance(event, CommandError) and not event.retry:
            self._pending[_rows(event.place)] = event
        return found

    def forget(self, error: CommandError) -> None:
        """A person is about to decide; whoever showed them the error knows enough of it."""
        self._pending.pop(_rows(error.place), None)

    def _told(self, event: events.Event) -> list[tuple[CommandError, Fate]]:
        match event:
            case events.RunEnded():
                left = [(error, Fate.STANDS) for error in self._pending.values()]
                self._pending.clear()
                return left
            case (
                events.CommandFailed(place=place)
                | events.CommandDone(place=place)
                | events.CommandStarted(place=place)
                | events.CommandError(place=place)
                | events.BranchDecided(place=place)
            ) if error := self._pending.pop(_rows(place), None):
                return [(error, _fate(error, event))]
        return []


def _fate(error: CommandError, event: events.Event) -> Fate:
    match event:
        case events.CommandFailed():
            return Fate.STANDS
        case events.CommandDone(ignored=None):
            return Fate.RETRIED
        case events.CommandError(place=place) if place.line == error.place.line:
            return Fate.RETRIED
    # The condition of an `If` has no end of its own: whatever follows, it counts as one that does not hold.
    return Fate.IGNORED


def _rows(place: Place) -> Rows:
    return place.machine, tuple(loop.row for loop in place.loops)
