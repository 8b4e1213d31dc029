"""Keeps what a person reads calm when hundreds of machines fail alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable
from enum import Enum

_ALIKE = 3
"""Errors of one kind that are told in full."""
_FULL = 20
"""Errors that are told in full in all."""
_LINES_ALIKE = 20
"""Errors of one kind that have a line of their own after that."""
_LINES = 100
"""Errors that have a line of their own in all."""


class Room(Enum):
    """How much is told of an error."""

    FULL = "full"
    BRIEF = "brief"
    NONE = "none"


class Flood:
    """Decides how much is told of each error.

    Attributes:
        left_out: errors of which nothing was told.
    """

    def __init__(self) -> None:
        self._kinds: Counter[Hashable] = Counter()
        self._full = 0
        self._lines = 0
        self.left_out = 0

    def room(self, kind: Hashable) -> Room:
        """How much is told of the next error of a kind."""
        self._kinds[kind] += 1
        if self._kinds[kind] <= _ALIKE and self._full < _FULL:
            self._full += 1
            return Room.FULL
        if self._kinds[kind] <= _ALIKE + _LINES_ALIKE and self._lines < _LINES:
            self._lines += 1
            return Room.BRIEF
        self.left_out += 1
        return Room.NONE
