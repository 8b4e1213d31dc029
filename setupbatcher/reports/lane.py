"""What a run does on one machine, gathered while it happens."""

from __future__ import annotations

from collections.abc import Mapping

from setupbatcher.events import CommandDone
from setupbatcher.reports.sheet import Cell, Outcome


class _Doing:
    """A command row on the machine, all its executions together."""

    __slots__ = ("at_work", "begun", "count", "failed", "ignored", "left", "seconds", "skipped", "tail", "unchanged")

    def __init__(self, begun: float) -> None:
        self.begun = begun
        self.seconds = 0.0
        self.count = self.unchanged = self.ignored = self.skipped = 0
        self.failed = self.left = self.at_work = False
        self.tail = ""

    def outcome(self) -> Outcome:
        """The worst of what happened."""
        if self.failed:
            return Outcome.FAILED
        if self.at_work:
            return Outcome.IN_FLIGHT
        if self.left:
            return Outcome.PARTLY
        if self.ignored:
            return Outcome.IGNORED
        if self.skipped and not self.count:
            return Outcome.SKIPPED
        return Outcome.UNCHANGED if self.count and self.unchanged == self.count else Outcome.DONE


class Lane:
    """A machine. All times are seconds since the run began; commands are known by the numbers of their columns.

    Attributes:
        state: as ``status`` has it; ``None`` where the run has not begun with it.
        code: error code, or ``None``.
        begun: when work on it began, or ``None``.
        ended: when it ended, or ``None``.
    """

    def __init__(self) -> None:
        self.state: str | None = None
        self.code: int | None = None
        self.begun: float | None = None
        self.ended: float | None = None
        self._doings: dict[int, _Doing] = {}

    def start(self, at: float) -> None:
        """Work begins; where it had ended, it begins once more from the first command."""
        if self.ended is not None:
            self._doings.clear()
        self.state, self.code, self.ended = "unfinished", None, None
        self.begun = at if self.begun is None else self.begun

    def end(self, at: float, state: str, code: int | None = None) -> None:
        """Work has ended, or could not begin."""
        self.state, self.code = state, code
        if self.begun is not None:
            self.ended = at

    def done(self, column: int, event: CommandDone, begun: float, at: float) -> None:
        """A command is done, or its error is ignored."""
        doing = self._doing(column, begun)
        doing.count += 1
        doing.seconds += at - begun
        doing.unchanged += not event.changed
        doing.ignored += event.ignored is not None

    def fail(self, column: int, begun: float, at: float) -> None:
        """A command's error stands."""
        doing = self._doing(column, begun)
        doing.failed = True
        doing.seconds += at - begun

    def open(self, column: int, begun: float, at: float) -> None:
        """A command is still at work."""
        doing = self._doing(column, begun)
        if not doing.at_work:
            doing.at_work = True
            doing.seconds += at - begun

    def decide(self, column: int, at: float, *, taken: bool) -> None:
        """The head of a branch is taken or not."""
        doing = self._doing(column, at)
        if taken:
            doing.count += 1
        else:
            doing.skipped += 1

    def enter(self, column: int, at: float) -> None:
        """A loop begins a data row."""
        self._doing(column, at).left = True

    def row(self, column: int, at: float, *, last: bool, count: int = 1) -> None:
        """Data rows of a loop are done."""
        doing = self._doing(column, at)
        doing.count += count
        doing.left = not last
        doing.seconds = at - doing.begun

    def write(self, column: int, text: str) -> int:
        """Keep what a command wrote, instead of what it wrote before; returns how many characters more these are."""
        doing = self._doings[column]
        more = len(text) - len(doing.tail)
        doing.tail = text
        return more

    def _doing(self, column: int, begun: float) -> _Doing:
        doing = self._doings.get(column)
        if doing is None:
            doing = self._doings[column] = _Doing(begun)
            self.begun = begun if self.begun is None else self.begun
        return doing

    def cells(self, known: Mapping[int, Outcome], texts: dict[str, int]) -> list[Cell]:
        """The cells of the machine.

        Args:
            known: what markers told before the run.
            texts: numbers of outputs; new ones are added.
        """
        cells = []
        for column in sorted(known.keys() | self._doings.keys()):
            doing = self._doings.get(column)
            if doing is None:
                cells.append(Cell(column, known[column]))
                continue
            output = texts.setdefault(doing.tail, len(texts)) if doing.tail else -1
            begun, seconds = round(doing.begun, 3), round(doing.seconds, 3)
            cells.append(Cell(column, doing.outcome(), doing.count, begun, seconds, doing.ignored, output))
        return cells
