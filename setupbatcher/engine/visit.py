"""The work on one machine: connect, walk its commands, [OnError], and what became of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from enum import Enum

from setupbatcher import events
from setupbatcher.engine import system
from setupbatcher.engine.interpreter import Interpreter, Interrupted, Lane, StopMachine, StopRun
from setupbatcher.engine.link import Link
from setupbatcher.engine.questions import OnError
from setupbatcher.engine.scope import Scope
from setupbatcher.engine.step import Performer, StepFailedError
from setupbatcher.engine.workplace import Workplace
from setupbatcher.errors import Failure
from setupbatcher.markers.book import Book
from setupbatcher.markers.machines import resumes
from setupbatcher.markers.resume import is_left
from setupbatcher.markers.tracks import MachineTrack
from setupbatcher.script.labels import ON_ERROR
from setupbatcher.script.rows import MachineRow

THIS_MACHINE = "this machine"


class Ended(Enum):
    """What became of a machine."""

    DONE = "done"
    FAILED = "failed"
    UNREACHABLE = "unreachable"


class EndRun(Exception):  # noqa: N818 -- what happens
    """The run ends here; the markers stand.

    Attributes:
        status: exit status of ``Stop n``, or ``None``.
    """

    def __init__(self, status: int | None = None) -> None:
        super().__init__("the run ends here")
        self.status = status


class Visit:
    """One machine.

    Args:
        work: what all walks of the run share.
        name: of the machine.
        origin: the script as all machines of this run see it, where several are worked on at once; ``None`` where the
            command and data markers are this machine's.
        link: to the machine, where it is connected already.
    """

    def __init__(self, work: Workplace, name: str, origin: Book | None, link: Link | None) -> None:
        self._work = work
        self._name = name
        self._origin = origin
        self._link = link

    async def run(self, number: int, total: int) -> Ended:
        """Work on the machine.

        Raises:
            EndRun: it ends the run.
            Interrupted: the run was asked to end.
            RowLostError: it was taken out of the script.
        """
        row = self._row()
        try:
            link = await self._connected(row)
        except Failure as failure:
            return self._unreachable(failure)
        try:
            return await self._work_on(link, row, number, total)
        finally:
            await link.close()

    async def _connected(self, row: MachineRow) -> Link:
        if self._link is None:
            link = await self._work.connect(row)
            if link is None:
                raise Interrupted
            return link
        if not self._link.host.connected:
            # It was lost while others were worked on.
            await self._link.renew(self._link.host)
        return self._link

    def _row(self) -> MachineRow:
        return self._work.book.document.machine_rows[self._line() - 1]

    def _line(self) -> int:
        return self._work.book.machine_line(self._name)

    def _unreachable(self, failure: Failure) -> Ended:
        work = self._work
        message = work.secrets.mask(failure.message)
        work.emit(events.MachineUnreachable(self._line(), self._name, failure.code, message, failure.help))
        if work.scale.retry is None and work.conditions.on_error not in {OnError.NEXT_MACHINE, OnError.IGNORE}:
            raise EndRun from failure
        return Ended.UNREACHABLE

    async def _work_on(self, link: Link, row: MachineRow, number: int, total: int) -> Ended:
        work = self._work
        marker = work.book.machine(self._line())
        resumed = resumes(work.book, self._line())
        if work.scale.retry is not None and marker is not None and marker.code is not None:
            resumed = False  # after an error auto retry begins at the first command
        track = None
        if self._origin is not None:
            track = MachineTrack(work.book, self._origin, self._name, resumed=resumed)
        lane = Lane(track.book if track else work.book, self._name, track)
        work.emit(events.MachineStarted(self._line(), self._name, resumed, number, total), track)
        performer = work.performer(link, self._name, track)
        scope = work.scope.child(system.of_machine(row) | performer.system())
        try:
            await commands(work, lane, performer, scope)
        except StepFailedError as failed:
            return self._failed(failed, lane)
        line = self._line()
        work.emit(events.MachineDone(line, self._name, last=self._is_last(line)), track)
        return Ended.DONE

    def _failed(self, failed: StepFailedError, lane: Lane) -> Ended:
        work = self._work
        again = work.scale.retry
        if again is None and work.conditions.on_error is not OnError.NEXT_MACHINE:
            raise EndRun from failed
        # A call in flight is repeated as a whole, so only a loop of the section itself counts.
        at = next((loop.row for loop in failed.place.loops if loop.section == work.book.main), None)
        line = failed.place.counter
        if work.book.document.data_files is not None:
            line, at = 0, None  # its rows in [Data] give way to those of another file
        left = events.MachineLeft(self._line(), self._name, failed.code, line, at, again)
        work.emit(left, lane.track)
        return Ended.FAILED

    def _is_last(self, line: int) -> bool:
        """No other listed machine is left."""
        book = self._work.book
        return all(row.line == line or not is_left(book, row.line) for row in book.document.machines)


async def commands(work: Workplace, lane: Lane, performer: Performer, scope: Scope) -> None:
    """[Batch], or [Undo], on a machine until it is done.

    Raises:
        StepFailedError: a command's error stands; [OnError] is through.
        EndRun: a ``Stop n`` was met.
        Interrupted: the run was asked to end.
    """

    async def once() -> None:
        await Interpreter(work, lane, performer, scope).run(work.book.main)

    try:
        if work.book.document.data_files is None:
            await once()
        else:
            await through_files(work, once, lane.machine)
    except StopMachine:
        return
    except StopRun as stop:
        raise EndRun(stop.status) from stop
    except StepFailedError as failed:
        work.emit(events.MachineStopped(failed.place.machine, performer.machine, failed.code, failed.place), lane.track)
        await on_error(work, lane, performer, scope, failed.place.machine)
        raise


async def through_files(work: Workplace, once: Callable[[], Awaitable[None]], machine: str | None) -> None:
    """The commands once for every data file.

    Raises:
        EndRun: a file cannot be had; no marker speaks of it, so the next run tries again.
    """
    from setupbatcher.engine.datafiles import DataFiles  # noqa: PLC0415 -- needed by few scripts

    try:
        await DataFiles(work).each(once, lambda: None if machine is None else work.book.machine_line(machine))
    except Failure as failure:
        work.emit(events.Notice(f"error {failure.code}: {work.secrets.mask(failure.message)}", failure.help))
        raise EndRun from failure


async def on_error(work: Workplace, lane: Lane, performer: Performer, scope: Scope, machine: int | None) -> None:
    """[OnError], on the machine that stopped. An error inside ends it."""
    if work.book.commands(ON_ERROR) is None or work.scale.retry is not None:
        return
    work.emit(events.SectionStarted(ON_ERROR, machine), lane.track)
    scope.rows = list(performer.rows_at_error)
    try:
        await Interpreter(work, lane, performer.unquestioned(), scope).run(ON_ERROR)
    except (StepFailedError, StopMachine, StopRun):
        return
    finally:
        scope.rows = []
