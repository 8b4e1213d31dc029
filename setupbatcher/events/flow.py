"""What happens on the way through a section: calls, branches, loops."""

from __future__ import annotations

from dataclasses import dataclass

from setupbatcher.events.place import LoopPlace, Place
from setupbatcher.script.labels import SectionId


@dataclass(frozen=True, slots=True)
class CallReturned:
    """A subsection that ran ahead of a command by ``$c(NAME)`` is through."""

    section: SectionId


@dataclass(frozen=True, slots=True)
class BranchDecided:
    """An ``If`` is decided.

    Attributes:
        place: of the head that is taken, or of the first head where none is.
        heads: the lines of all heads.
        taken: the line of the one that is taken, or ``None``.
    """

    place: Place
    heads: tuple[int, ...]
    taken: int | None


@dataclass(frozen=True, slots=True)
class RowStarted:
    """A loop begins a data row at its first command. ``place`` is the loop's, without itself among the loops."""

    place: Place
    loop: LoopPlace


@dataclass(frozen=True, slots=True)
class RowDone:
    """A data row is through; its line is -1 where somebody has taken it out of the script meanwhile.

    ``next`` is the row that the loop goes on with; ``None`` ends the loop.
    """

    place: Place
    loop: LoopPlace
    next: int | None


@dataclass(frozen=True, slots=True)
class LoopEmpty:
    """A loop has no row to work on; it is done."""

    place: Place
    data: SectionId
