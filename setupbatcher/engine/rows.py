"""The rows of a loop, several at once: ``BatchSettings.ParallelRows``."""

from __future__ import annotations

from setupbatcher.engine.interpreter import Interpreter, Interrupted, StopMachine, StopRun, Trail
from setupbatcher.engine.step import StepFailedError
from setupbatcher.engine.together import together
from setupbatcher.engine.workplace import Workplace
from setupbatcher.markers.book import Cursor
from setupbatcher.script.blocks import Loop


class RowsAtOnce:
    """One loop. Where a row ends it, by an error or a ``Stop``, the rows at work come to their end first.

    Args:
        work: what all walks of the run share.
        walk: the one that has come to the loop.
        loop: the loop.
        trail: to it.
    """

    def __init__(self, work: Workplace, walk: Interpreter, loop: Loop, trail: Trail) -> None:
        self._work = work
        self._walk = walk
        self._loop = loop
        self._trail = trail
        self._cursors: list[Cursor] = []
        self._ended: StepFailedError | StopMachine | StopRun | None = None
        self._broken = False
        self._through = False
        self._document = work.book.document
        self._next = 0
        self._lowest = 0

    async def run(self) -> None:
        """Work until no row is left.

        Raises:
            StepFailedError, StopMachine, StopRun: the first that a row has met.
            Interrupted: the run was asked to end.
        """
        await together(self._work.scale.rows, self._worker, self._break)
        if self._ended is not None:
            raise self._ended
        if not self._through:
            raise Interrupted

    def _break(self) -> None:
        self._broken = True

    async def _worker(self) -> None:
        while (cursor := self._take()) is not None:
            try:
                await self._walk.row_beside(self._loop, self._trail, cursor, self._following)
            except (StepFailedError, StopMachine, StopRun) as error:
                self._ended = self._ended or error
            finally:
                self._cursors.remove(cursor)
                self._work.book.unfollow(cursor)

    def _take(self) -> Cursor | None:
        """The next row that nobody works on."""
        if self._through or self._broken or self._ended is not None or self._work.ending:
            return None
        line = self._free(self._next)
        if line is None:
            self._work.keeper.look()
            line = self._free(0)
        if line is None:
            return None
        self._next = line + 1
        cursor = self._work.book.follow(self._loop.data, line)
        self._cursors.append(cursor)
        return cursor

    def _free(self, start: int) -> int | None:
        self._follow_edits()
        at_work = {cursor.line for cursor in self._cursors}
        line = self._open(start)
        while line in at_work and line is not None:
            line = self._open(line + 1)
        return line

    def _following(self, done: Cursor) -> int | None:
        """The first row that is not done, at work or not."""
        self._follow_edits()
        line = self._but(done, self._lowest)
        if line is None:
            self._work.keeper.look()
            self._follow_edits()
            line = self._but(done, 0)
        self._through = line is None
        self._lowest = line or 0
        return line

    def _but(self, done: Cursor, start: int) -> int | None:
        line = self._open(start)
        return self._open(line + 1) if line is not None and line == done.line else line

    def _open(self, start: int) -> int | None:
        return self._work.book.rows(self._loop.data).next_open(start)

    def _follow_edits(self) -> None:
        """Rows may stand elsewhere now."""
        if self._document is not self._work.book.document:
            self._document = self._work.book.document
            self._next = self._lowest = 0
