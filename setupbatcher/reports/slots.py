"""The lines of a live display: a machine keeps its line while it is worked on."""

from __future__ import annotations

from setupbatcher.reports.activity import Work


class Slot:
    """One line: a machine, and what it is doing; ``None`` between two commands."""

    __slots__ = ("machine", "work")

    def __init__(self, machine: str) -> None:
        self.machine = machine
        self.work: Work | None = None


class Slots:
    """So many lines; machines for which there is none wait, the one that began first comes next.

    Attributes:
        lines: what is shown, ``None`` where nothing is.
    """

    def __init__(self) -> None:
        self.lines: list[Slot | None] = []
        self._waiting: dict[Slot, None] = {}
        self._of: dict[str, list[Slot]] = {}
        self._at: dict[Work, Slot] = {}

    @property
    def hidden(self) -> int:
        """Lines for which there is no room."""
        return len(self._waiting)

    def begin(self, work: Work) -> None:
        """A command begins: on a line that its machine has, or on a new one where these are all at work."""
        mine = self._of.setdefault(work.machine, [])
        slot = next((slot for slot in mine if slot.work is None), None)
        if slot is None:
            slot = Slot(work.machine)
            mine.append(slot)
            self._show(slot)
        slot.work = work
        self._at[work] = slot

    def end(self, work: Work) -> None:
        """A command has ended; its line stays with the machine."""
        slot = self._at.pop(work, None)
        if slot is not None:
            slot.work = None

    def leave(self, machine: str) -> None:
        """A machine is no longer worked on."""
        for slot in self._of.pop(machine, ()):
            if slot.work is not None:
                self._at.pop(slot.work, None)
            if slot in self._waiting:
                del self._waiting[slot]
            else:
                self.lines[self.lines.index(slot)] = self._next()

    def resize(self, room: int) -> None:
        """Show so many lines from now on."""
        shown, waiting = [slot for slot in self.lines if slot], list(self._waiting)
        if len(self.lines) > room:
            waiting = shown[room:] + waiting
            self.lines = list(shown[:room])
            self._waiting = dict.fromkeys(waiting)
        while len(self.lines) < room:
            self.lines.append(self._next())

    def _show(self, slot: Slot) -> None:
        if None in self.lines:
            self.lines[self.lines.index(None)] = slot
        else:
            self._waiting[slot] = None

    def _next(self) -> Slot | None:
        slot = next(iter(self._waiting), None)
        if slot is not None:
            del self._waiting[slot]
        return slot
