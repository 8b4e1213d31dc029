"""Which commands are at work: on which machine, since when, and what they wrote last."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

from setupbatcher import events
from setupbatcher.events import Place

TAIL = 400
"""Characters that are kept of what a command writes."""

_LINE_ENDS = re.compile(r"[\r\n]+")

Key = tuple[int | None, str, int, int | None]
"""What tells commands at work apart: machine, section, line, and the data row of the innermost loop."""


class Work:
    """A command at work.

    Attributes:
        place: its row.
        text: the row as written.
        machine: name.
        begun: when, by the clock of the activity.
        heard: when it wrote something last, or began.
        tail: the end of what it wrote.
        error: that it met last.
    """

    __slots__ = ("begun", "error", "heard", "machine", "number", "place", "tail", "text")

    def __init__(self, event: events.CommandStarted, begun: float) -> None:
        self.place = event.place
        self.text = event.text
        self.machine = event.machine
        self.number = event.number
        self.begun = self.heard = begun
        self.tail = ""
        self.error: events.CommandError | None = None

    @property
    def said(self) -> str:
        """The last line that it wrote and that is not blank."""
        return next((line for line in reversed(_LINE_ENDS.split(self.tail)) if line.strip()), "")


class Activity:
    """Follows the commands of a run, however many are at work at once. An event costs the same with any number.

    Args:
        clock: seconds.

    Attributes:
        works: the commands at work.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.works: dict[Key, Work] = {}
        self._calls: dict[Key, Work] = {}

    def __call__(self, event: events.Event) -> Work | None:
        """Take an event; returns the command that it is about, one that has just ended included."""
        match event:
            case events.CommandStarted(place):
                self._go_into(place)
                work = self.works[_key(place)] = Work(event, self.clock())
                return work
            case events.Output(place, text):
                heard = self._heard(place)
                if heard is not None:
                    heard.tail = (heard.tail + text[-TAIL:])[-TAIL:]
                return heard
            case events.CommandError(place):
                failing = self._heard(place)
                if failing is not None:
                    failing.error = event
                return failing
            case events.CommandDone(place, number=number) | events.CommandFailed(place, number=number):
                return self._ended(place, number)
            case events.MachineStopped(machine=machine):
                self.works = {key: work for key, work in self.works.items() if key[0] != machine}
        return None

    def _heard(self, place: Place) -> Work | None:
        work = self.works.get(_key(place))
        if work is not None:
            work.heard = self.clock()
        return work

    def _ended(self, place: Place, number: int) -> Work | None:
        key = _key(place)
        work = self.works.pop(key, None) or self._calls.pop(key, None)
        if work is None and number:
            # The data row it works on has another line since somebody edited the script.
            work = next((other for other in self.works.values() if other.number == number), None)
            if work is not None:
                self.works = {key: other for key, other in self.works.items() if other is not work}
        return work

    def _go_into(self, place: Place) -> None:
        """A ``Call`` is at work through the rows that it calls, which are shown instead of it."""
        if not place.callers or not self.works:
            return
        section, line = place.callers[-1]
        outside = [loop.row for loop in place.loops if loop.section != place.section]
        key = place.machine, section.key, line, outside[-1] if outside else None
        work = self.works.pop(key, None)
        if work is not None:
            self._calls[key] = work


def _key(place: Place) -> Key:
    return place.machine, place.section.key, place.line, place.loops[-1].row if place.loops else None
