"""What a person sees of a run that works on several things at once: a line for each, the failed ones, a bar.

An event only changes values; the terminal is drawn ten times a second at the most, whatever the number of events.
"""

from __future__ import annotations

import math

from setupbatcher import events
from setupbatcher.diagnostics.phrases import count
from setupbatcher.reports.activity import Activity, Work
from setupbatcher.reports.fitting import fill, fit, width
from setupbatcher.reports.painting import Paint, paint
from setupbatcher.reports.phrases import duration
from setupbatcher.reports.region import Region
from setupbatcher.reports.slots import Slot, Slots
from setupbatcher.reports.tally import Tally

PAUSE = 0.1
"""Seconds between two drawings."""

_AGE = 10
_MOST_NAME = 24
_LEAST_REST = 16
"""Cells beside name and age that a command and its output share."""
_BAR_LINES = 2
_LEAST = 3
"""Lines that machines at work have in any case."""
_CONTEXT = 2
"""Lines of the terminal that stay free for what scrolls by."""
_NAMES = 3
"""Machines that are named of those that failed alike."""
_FAILED_SHARE = 4
"""One line in so many may be about failed machines."""


class Live:
    """The display of a run.

    Args:
        region: of the terminal.
        activity: the commands at work.
    """

    def __init__(self, region: Region, activity: Activity) -> None:
        self._region = region
        self._clock = activity.clock
        self._tally = Tally(activity.clock)
        self._slots = Slots()
        self._why: dict[str, str] = {}
        self._alike: dict[str, dict[str, None]] = {}
        self._high = 0
        self._name = 0

    def __call__(self, event: events.Event, work: Work | None) -> None:
        """Take an event.

        Args:
            event: what happened.
            work: the command that it is about.
        """
        self._tally(event)
        match event:
            case events.MachineStarted(name=name):
                self._regain(name)
            case events.CommandStarted() if work is not None:
                self._slots.begin(work)
                self._name = max(self._name, width(fit(work.machine, _MOST_NAME)))
            case events.CommandDone(machine=machine) | events.CommandFailed(machine=machine):
                if work is not None:
                    self._slots.end(work)
                    self._remember(event, work)
                if event.place.machine is None and self._tally.machines:
                    self._slots.leave(machine)  # a row of [Init] or [OnError] belongs to no machine's work
            case (
                events.MachineDone(name=name)
                | events.MachineStopped(name=name)
                | events.MachineLeft(name=name)
                | events.MachineUnreachable(name=name)
            ):
                self._slots.leave(name)
                self._lose(event)

    def _remember(self, event: events.Event, work: Work) -> None:
        """Why a machine is about to stop."""
        if isinstance(event, events.CommandFailed) and work.error is not None:
            self._why[work.machine] = f"[{event.code}] {work.error.message}: {work.text}"

    def _lose(self, event: events.Event) -> None:
        """A machine has failed; those that failed alike stand together."""
        match event:
            case events.MachineUnreachable(_, name, code, message):
                why = f"[{code}] {message.removeprefix(f'{name}: ')}"
            case events.MachineStopped(int(), name, code):
                why = self._why.get(name, f"[{code}]")
            case _:
                return
        self._why[name] = why
        self._alike.setdefault(why, {})[name] = None

    def _regain(self, name: str) -> None:
        """A machine that had failed is tried again."""
        alike = self._alike.get(self._why.pop(name, ""), {})
        alike.pop(name, None)

    def draw(self) -> None:
        """Bring the terminal up to date."""
        columns, lines = self._region.size
        self._region.draw(self.frame(columns, lines - _CONTEXT))

    def frame(self, columns: int, lines: int) -> list[str]:
        """The display as lines.

        Args:
            columns: cells of a line.
            lines: at the most.
        """
        room = max(_LEAST, lines - _BAR_LINES)
        failed = self._failed(columns, max(1, room // _FAILED_SHARE))
        room = max(_LEAST, room - len(failed))
        if len(self._slots.lines) != room:
            self._slots.resize(room)
            self._high = min(self._high, room)
        shown = self._slots.lines
        last = max((number for number, slot in enumerate(shown, 1) if slot is not None), default=0)
        self._high = max(self._high, last)
        at_work = [self._line(slot, columns) for slot in shown[: self._high]]
        if self._slots.hidden and at_work:
            more = self._slots.hidden + 1
            at_work[-1] = paint(fit(f"… and {more} more at work", columns), Paint.FAINT, colour=True)
        return [*at_work, *failed, self._bar(columns), fit(self._counts(columns), columns)][-max(1, lines) :]

    # A machine at work

    def _line(self, slot: Slot | None, columns: int) -> str:
        if slot is None:
            return ""
        name = fill(slot.machine, min(self._name, max(4, columns // 4)))
        work = slot.work
        if work is None:
            return fit(name.rstrip(), columns)
        head = f"{name}  {duration(self._clock() - work.begun):>{_AGE}}  "
        row = f"  [row {work.place.loops[-1].row}]" if work.place.loops else ""
        text, said, rest = work.text + row, work.said.strip(), columns - width(head)
        if not said or rest < _LEAST_REST:
            return fit(head + text, columns)
        left = min(max(width(fit(text, rest)), _LEAST_REST // 2), rest * 3 // 5)
        return f"{head}{fill(text, left)}  {paint(fit(said, rest - left - 2), Paint.FAINT, colour=True)}"

    # Those that failed

    def _failed(self, columns: int, room: int) -> list[str]:
        found = [(why, list(names)) for why, names in self._alike.items() if names]
        shown = found if len(found) <= room else found[: room - 1]
        lines = [f"{_several(names)}  {why}" for why, names in shown]
        more = sum(len(names) for _, names in found[len(shown) :])
        lines += [f"… and {more} more failed"] if more else []
        return [paint(fit(line, columns), Paint.ERROR, colour=True) for line in lines]

    # The whole

    def _bar(self, columns: int) -> str:
        tally = self._tally
        percent = f" {tally.share * 100:3.0f} %"
        cells = columns - len(percent)
        bad = len(tally.failed) + len(tally.unreachable)
        failed = min(1.0, bad / tally.machines) if tally.machines else 0.0
        red = math.ceil(cells * failed)
        good = max(0, min(cells - red, int(cells * (tally.share - failed))))
        return (
            paint("━" * good, Paint.GOOD, colour=True)
            + paint("━" * red, Paint.ERROR, colour=True)
            + paint("─" * (cells - good - red), Paint.FAINT, colour=True)
            + percent
        )

    def _counts(self, columns: int) -> str:
        """The counts; where there is little room, what matters least is left out."""
        tally = self._tally
        parts = [self._progress()]
        parts += [f"{len(tally.failed)} failed"] if tally.failed else []
        parts += [f"{len(tally.unreachable)} unreachable"] if tally.unreachable else []
        line = ", ".join(parts)
        left = tally.left()
        more = [f"about {_about(left)} left"] if left is not None else []
        more += [_rate(tally.rate()), duration(tally.seconds)]
        for part in more:
            longer = f"{line}  {part}"
            if width(longer) > columns:
                break
            line = longer
        return line

    def _progress(self) -> str:
        tally = self._tally
        if tally.machines > 1 or not tally.rows:
            return f"{tally.done} of {count(tally.machines or 1, 'machine')} done"
        return f"{tally.rows_done} of {count(tally.rows, 'data row')} done"


def _several(names: list[str]) -> str:
    shown = ", ".join(names[:_NAMES])
    return shown if len(names) <= _NAMES else f"{shown} and {len(names) - _NAMES} more"


def _rate(commands: float) -> str:
    """Commands in a second, or in a minute where they are few."""
    return f"{commands:.0f} commands/s" if commands >= 1 else f"{commands * 60:.0f} commands/min"


def _about(seconds: float) -> str:
    """An estimate, no more exact than it is."""
    minute, whole = 60, round(seconds)
    if whole < minute:
        return f"{max(5, round(whole / 5) * 5)} s"
    return f"{round(whole / minute)} min" if whole < minute * minute else duration(whole)
