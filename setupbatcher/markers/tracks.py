"""Where the markers of a walk live while several walks are on at once.

The cells of [Batch] and [Data] can speak of one walk only. A machine that is worked on beside others, and a data row
beside others, therefore has a book of its own; only what others must know reaches the script: the machine's cell, which
moves on as its own resume point, and the marks of finished rows (``markers.md``, *What is written where*).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from setupbatcher import events
from setupbatcher.events import LoopPlace, Place
from setupbatcher.markers import policy
from setupbatcher.markers.agreement import outer_loop
from setupbatcher.markers.book import Book, Change, Clear, Drop, Keep, Mark
from setupbatcher.markers.cell import MachineMarker, parse_machine_marker
from setupbatcher.markers.machines import point_of
from setupbatcher.markers.position import adopt
from setupbatcher.script.blocks import all_chains
from setupbatcher.script.labels import MACHINES_ID, ON_ERROR


class Track(Protocol):
    """Takes the events of one walk."""

    def take(self, event: events.Event) -> list[Change]:
        """Take an event over; returns the changes of the script itself."""


class MachineTrack:
    """A machine that is worked on beside others.

    Args:
        script: the live markers of the script.
        origin: the script as it was when the run began; its data rows are those of the run.
        machine: the machine's name.
        resumed: go on from its cell.

    Attributes:
        book: the markers of this machine, as if it were alone.
    """

    def __init__(self, script: Book, origin: Book, machine: str, *, resumed: bool) -> None:
        self.book = origin.bare()
        self._script = script
        marker = script.machine(script.machine_line(machine))
        if resumed and marker is not None:
            self.book.apply(adopt(self.book, self.book.main, point_of(marker)))

    def take(self, event: events.Event) -> list[Change]:
        """Take an event over; returns the machine's cell, and what is kept of it in [Variables]."""
        if isinstance(event, events.MachineStarted) and event.resumed:
            return []
        changes = policy.changes(self.book, event)
        self.book.apply(changes)
        return [change for change in self._shared(event, changes) if self._script.is_news(change)]

    def _shared(self, event: events.Event, changes: list[Change]) -> Iterator[Change]:
        for change in changes:
            match change:
                case Keep() | Drop():
                    yield change
                case Mark(section, line, text) if section == MACHINES_ID:
                    marker = parse_machine_marker(text)
                    assert marker is not None
                    yield Mark(MACHINES_ID, line, str(self._at(event, marker)))
        if isinstance(event, events.MachineDone):
            yield Clear(ON_ERROR)  # of an error in [Init]
            if event.last:
                yield from policy.init_erased()

    def _at(self, event: events.Event, marker: MachineMarker) -> MachineMarker:
        """A cell as its own resume point."""
        if marker.line is None:
            return marker
        if isinstance(event, events.BranchDecided) and event.taken is None and not event.place.callers:
            # No branch was taken: the end of the block says that it is decided.
            marker = marker._replace(line=self._end_of(event))
        row = self._row(event)
        if row is None or marker.line is None:
            return marker._replace(at=True, row=None)
        loop = outer_loop(self.book, marker.line)
        row = None if loop is None else self._script.written_row(loop.data, row)
        if loop is not None and row is None:
            # The row and all behind it were taken out of the script: the loop is through.
            return MachineMarker(None, loop.row.line, at=True, undo=marker.undo)
        return marker._replace(at=True, row=row)

    def _row(self, event: events.Event) -> int | None:
        """The row that the loop of the main section is at after an event."""
        match event:
            case events.RowStarted(place, loop):
                return self._outer(place, loop, loop.row)
            case events.RowDone(place, loop, following):
                return self._outer(place, loop, following)
            case events.MachineLeft(row=row):
                return row
            case (
                events.CommandDone(place=place)
                | events.CommandFailed(place=place)
                | events.BranchDecided(place=place)
                | events.LoopEmpty(place=place)
            ):
                return self._outer(place, None, None)
        return None

    def _outer(self, place: Place, loop: LoopPlace | None, row: int | None) -> int | None:
        """The data row of the outermost loop of the main section; ``loop`` is the innermost, now at ``row``."""
        outer = next((each.row for each in place.loops if each.section == self.book.main), None)
        if outer is None and loop is not None and loop.section == self.book.main:
            return row
        return outer

    def _end_of(self, event: events.BranchDecided) -> int:
        commands = self.book.commands(event.place.section)
        assert commands is not None
        for chain in all_chains(commands.flow.blocks):
            if chain.branches[0].row.line == event.heads[0] and chain.end is not None:
                return chain.end.line
        return event.place.previous


class RowTrack:
    """A data row that is worked on beside others: it has no marker until it is done, and is repeated as a whole.

    Where it ends the loop before that, by an error or a ``Stop``, it leaves its markers in the loop's body, so that it
    goes on where it stopped; the first one does.

    Args:
        script: the live markers of the script.
        loop: the loop that is at this row.
    """

    def __init__(self, script: Book, loop: LoopPlace) -> None:
        self.book = script.bare()
        self._script = script
        self._loop = loop

    def take(self, event: events.Event) -> list[Change]:
        """Take an event over; returns what the script has to know of it."""
        if isinstance(event, events.RowDone) and event.loop.data == self._loop.data:
            changes = list(policy.row_of_several_done(self._script, event))
        else:
            self.book.apply(policy.changes(self.book, event))
            changes = self._left(event) if self._ends_the_loop(event) else []
        return [change for change in changes if self._script.is_news(change)]

    def _ends_the_loop(self, event: events.Event) -> bool:
        if isinstance(event, events.CommandDone):
            commands = self.book.commands(event.place.section)
            if commands is None or commands.rows[event.place.line - 1].name != "stop":
                return False
        elif not isinstance(event, events.CommandFailed):
            return False
        return not policy.has_body(self._script, self._loop)

    def _left(self, event: events.Event) -> list[Change]:
        if self._script.document is not self.book.document:
            # Edited meanwhile: which rows this one has worked on by its old lines is not known.
            return policy.changes(self._script, event)
        return [change for change in self.book.earned() if isinstance(change, Mark)]
