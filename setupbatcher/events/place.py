"""Where a run is: section, row, and the loops and calls around it."""

from __future__ import annotations

from dataclasses import dataclass

from setupbatcher.script.labels import SectionId


@dataclass(frozen=True, slots=True)
class LoopPlace:
    """A loop that is at a data row.

    Attributes:
        section: of the loop.
        line: of its ``Data.Loop`` row, counted from 1.
        data: the data section.
        row: line in it, counted from 0.
    """

    section: SectionId
    line: int
    data: SectionId
    row: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where the run is.

    Attributes:
        section: of the row.
        line: of the row, counted from 1.
        loops: those around it, outermost first, across calls.
        callers: section and line of the ``Call`` rows on the way, outermost first.
        machine: line of the machine in [Machines], or ``None``.
        previous: the machine's counter before this row: the line of the row that was done last, 0 at the beginning.
    """

    section: SectionId
    line: int
    loops: tuple[LoopPlace, ...] = ()
    callers: tuple[tuple[SectionId, int], ...] = ()
    machine: int | None = None
    previous: int = 0

    @property
    def counter(self) -> int:
        """The line that the machine's counter speaks of: in the command section, whatever is called from there."""
        return self.callers[0][1] if self.callers else self.line
