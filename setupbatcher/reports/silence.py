"""Which command has been silent for how long (``language.md``, section 7)."""

from __future__ import annotations

from setupbatcher.reports.activity import Activity, Work

SILENCE = 60.0
"""Seconds after which a command is named."""


class Silence:
    """Finds the silent ones among the commands at work.

    Args:
        activity: the commands at work.
        limit: seconds.
    """

    def __init__(self, activity: Activity, limit: float = SILENCE) -> None:
        self._activity = activity
        self._limit = limit
        self._waiting = 0

    def ask(self) -> None:
        """A person is asked; from now on nobody expects anything of a command."""
        self._waiting += 1

    def answered(self) -> None:
        """The person has answered."""
        self._waiting -= 1
        for work in self._activity.works.values():
            work.heard = self._activity.clock()

    def due(self) -> list[tuple[Work, float]]:
        """Commands that have been silent for too long, each with its age in seconds; named again when it is again."""
        if self._waiting:
            return []
        now = self._activity.clock()
        found = [work for work in self._activity.works.values() if now - work.heard >= self._limit]
        for work in found:
            work.heard = now
        return [(work, now - work.begun) for work in found]
