"""Which machine is next, how many at once, and when no more are started."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Sequence

from setupbatcher import events
from setupbatcher.engine.interpreter import Interrupted
from setupbatcher.engine.link import Link
from setupbatcher.engine.options import matcher
from setupbatcher.engine.together import together
from setupbatcher.engine.visit import Ended, EndRun, Visit
from setupbatcher.engine.workplace import Workplace
from setupbatcher.markers.book import Book, RowLostError
from setupbatcher.markers.machines import State, state_of
from setupbatcher.markers.resume import is_left
from setupbatcher.script.document import Document

IDLE = 50
"""Workers that wait for machines to be added, at most."""
LOOKED_WITHIN = 2.0
"""Seconds after which somebody who has nothing to do looks whether machines were added to the script."""


class Fleet:
    """The machines of a run.

    Args:
        work: what all walks of the run share.
        known: names of all machines that the run is to work on, or has tried to reach.
        links: to those that are connected already, by name in lower case; taken over.

    Attributes:
        status: the exit status of a ``Stop n``, or ``None``.
    """

    def __init__(self, work: Workplace, known: Sequence[str], links: dict[str, Link]) -> None:
        self.status: int | None = None
        self._work = work
        self._known = {name.lower() for name in known}
        self._links = links
        self._limit = matcher(work.options.limit)
        self._origin: Book | None = None
        self._waiting: deque[str] = deque()
        self._later: deque[tuple[float, str]] = deque()
        self._news = asyncio.Event()
        self._at_work = 0
        self._number = 0
        self._total = 0
        self._failed = 0
        self._told = False
        self._more = False
        self._seen: Document | None = None

    async def run(self, names: Sequence[str]) -> None:
        """Work on machines until none is left or no more are to be started."""
        self._total = len(names)
        if self._work.scale.machines > 1:
            self._origin = self._work.book.anchor()
        try:
            canary = self._work.scale.canary - self._done()
            if 0 < canary < len(names):
                if not await self._first(names[:canary]):
                    return
                names = names[canary:]
            await self._all(names, last=True)
        finally:
            for link in self._links.values():
                await link.close()

    def _done(self) -> int:
        """Machines that an earlier run has finished."""
        rows = self._work.book.document.machines
        rows = [row for row in rows if self._limit is None or self._limit(row.name)]
        return sum(state_of(self._work.book, row.line) is State.DONE for row in rows)

    async def _first(self, names: Sequence[str]) -> bool:
        """The machines before all others; ``True`` once all of them are done."""
        await self._all(names, last=False)
        left = [name for name in names if is_left(self._work.book, self._work.book.machine_line(name))]
        if left and not self._work.ending:
            self._work.emit(
                events.Notice(
                    f"not all of the first {len(names)} machines are done: {', '.join(left)}; the others wait",
                    "mend what is wrong with them, then go on",
                )
            )
        return not left

    async def _all(self, names: Sequence[str], *, last: bool) -> None:
        self._waiting.extend(names)
        self._more = last
        wanted = max(len(names), IDLE if last else 1)
        await together(min(self._work.scale.machines, wanted), self._worker, self._work.end)

    async def _worker(self) -> None:
        while (name := await self._next()) is not None:
            self._at_work += 1
            self._number += 1
            try:
                await self._visit(name)
            finally:
                self._at_work -= 1
                self._news.set()

    async def _visit(self, name: str) -> None:
        visit = Visit(self._work, name, self._origin, self._links.pop(name.lower(), None))
        try:
            ended = await visit.run(min(self._number, self._total), self._total)
        except EndRun as end:
            self.status = end.status if self.status is None else self.status
            self._work.end()
            return
        except Interrupted:
            return
        except RowLostError:
            if self._origin is None:
                raise
            # Somebody has taken this machine out of the script; the others are worked on.
            self._work.emit(events.Notice(f"machine `{name}` was taken out of the script while it was worked on"))
            return
        if ended is not Ended.DONE:
            self._failed += 1
            if self._work.scale.retry is not None:
                self._later.append((time.monotonic() + self._work.scale.retry, name))

    async def _next(self) -> str | None:
        """The machine to work on next; ``None`` where there is none for this worker."""
        while not self._work.ending and not self._too_many():
            if self._waiting:
                return self._waiting.popleft()
            self._add()
            if self._waiting:
                continue
            if self._later and (due := self._later[0][0] - time.monotonic()) <= 0:
                return self._later.popleft()[1]
            if not self._later and not (self._at_work and self._more):
                return None
            await self._pause(due if self._later else LOOKED_WITHIN)
        return None

    async def _pause(self, seconds: float | None) -> None:
        """Wait until a machine is due, one at work has ended, or the run is to end."""
        self._news.clear()
        news = asyncio.ensure_future(self._news.wait())
        try:
            await self._work.wait_for(news, seconds)
        finally:
            news.cancel()

    def _too_many(self) -> bool:
        """As many machines have failed as may."""
        limit = self._work.scale.max_failed
        if limit is None or self._work.scale.retry is not None:
            return False
        most = int(limit.removesuffix("%"))
        reached = self._failed * 100 >= most * self._total if limit.endswith("%") else self._failed >= most
        reached = reached and self._failed > 0
        if reached and not self._told:
            self._told = True
            failed = f"{self._failed} of {self._total} machines failed"
            self._work.emit(
                events.Notice(
                    f"{failed}: no more are started, by `BatchSettings.MaxFailed={limit}`",
                    "look at their errors; run again to go on",
                )
            )
        return reached

    def _add(self) -> None:
        """Machines that somebody has added meanwhile are worked on too."""
        if not self._more:
            return
        self._work.keeper.look()
        if self._work.book.document is self._seen:
            return
        self._seen = self._work.book.document
        for row in self._work.book.document.machines:
            name = row.name
            if name.lower() in self._known or not (self._limit is None or self._limit(name)):
                continue
            # One that was done before is known only when it is worked on: its mark may still be taken away by hand.
            if is_left(self._work.book, row.line):
                self._known.add(name.lower())
                self._waiting.append(name)
                self._total += 1
