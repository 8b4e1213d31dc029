"""One run from the first machine to the summary: pre-scan, [Init], the machines, the summary."""

from __future__ import annotations

import asyncio
import contextlib
import time
from pathlib import Path

from setupbatcher import events
from setupbatcher.engine import system, visit
from setupbatcher.engine.fleet import Fleet
from setupbatcher.engine.interpreter import Interpreter, Interrupted, Lane, StopMachine, StopRun
from setupbatcher.engine.link import Link
from setupbatcher.engine.options import Options, matcher
from setupbatcher.engine.questions import Questions
from setupbatcher.engine.scan import KEPT, ScanRefused, scan
from setupbatcher.engine.step import StepFailedError
from setupbatcher.engine.visit import THIS_MACHINE, EndRun
from setupbatcher.engine.workplace import Keeper, Workplace
from setupbatcher.errors import Failure
from setupbatcher.hosts.descriptors import make_room
from setupbatcher.hosts.secrets import Secrets
from setupbatcher.markers.book import Book, RowLostError
from setupbatcher.markers.machines import State, state_of
from setupbatcher.markers.position import position
from setupbatcher.markers.resume import Plan, is_left, is_through
from setupbatcher.script.labels import INIT


class Session:
    """A run.

    Args:
        book: the live markers; the keeper changes it.
        plan: what is left to do, without findings.
        script: path of the script.
        options: of the run.
        questions: who is asked.
        secrets: of the run.
        keeper: of the script.
    """

    def __init__(
        self,
        book: Book,
        plan: Plan,
        script: Path,
        options: Options,
        questions: Questions,
        secrets: Secrets,
        keeper: Keeper,
    ) -> None:
        self._book = book
        self._plan = plan
        self._script = script
        self._options = options
        self._limit = matcher(options.limit)
        self._work = Workplace(book, script, options, questions, secrets, keeper)
        self._status: int | None = None

    def interrupt(self, status: int = 130) -> None:
        """End the run after the commands in flight.

        Args:
            status: exit status, 130 or 143.
        """
        self._work.interrupt(status)

    async def run(self) -> int:
        """Run, and return the exit status."""
        begun = time.monotonic()
        work, machines = self._work, len(self._plan.machines)
        work.emit(
            events.RunStarted(
                str(self._script),
                machines,
                self._options.dry_run,
                self._book.document,
                parallel=min(work.scale.machines, max(machines, 1)),
                undo=self._options.undo,
            )
        )
        try:
            with contextlib.suppress(Interrupted, ScanRefused):
                await self._everything()
        except EndRun as end:
            self._status = end.status
        except RowLostError:
            work.emit(
                events.Notice(
                    "what was worked on was taken out of the script; the run ends here",
                    "run the script again: the new text counts",
                )
            )
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if work.interrupted is None or task is None:
                raise
            # Interrupted twice: the commands in flight were ended too, and the run ends as after the first time.
            task.uncancel()
        return self._summary(time.monotonic() - begun)

    async def _everything(self) -> None:
        if not self._book.document.has_machines:
            await self._init()
            await self._find_files()
            await self._this_machine()
            return
        names = [row.name for row in self._plan.machines]
        make_room(min(self._work.scale.machines, len(names)) + KEPT)
        links: dict[str, Link] = {}
        if self._is_scanned():
            reached = await scan(self._work, self._plan.machines)
            self._check_interrupt()
            if names and not reached.names:
                return
            names, links = reached.names, reached.links
        fleet = Fleet(self._work, [row.name for row in self._plan.machines], links)
        await self._init()
        await self._find_files()
        self._check_interrupt()
        try:
            await fleet.run(names)
        finally:
            self._status = fleet.status

    def _is_scanned(self) -> bool:
        wanted = self._book.document.settings.get("BatchSettings.CheckMachines")
        return bool(wanted) and not self._options.dry_run and self._work.scale.retry is None

    def _check_interrupt(self) -> None:
        if self._work.ending:
            raise Interrupted

    # Sections

    async def _init(self) -> None:
        """[Init], on the controller, once per script. An undo only takes its constants from there."""
        work = self._work
        if self._book.commands(INIT) is None:
            return
        performer = work.performer(work.controller, "controller")
        lane = Lane(self._book)
        walk = Interpreter(work, lane, performer, work.scope)
        if self._options.undo:
            await walk.constants(INIT)
            return
        if self._plan.init:
            work.emit(events.SectionStarted(INIT))
        try:
            await walk.run(INIT)
        except StepFailedError as failed:
            work.emit(events.MachineStopped(None, "controller", failed.code, failed.place))
            await visit.on_error(work, lane, performer, work.scope, None)
            raise EndRun from failed
        except StopMachine:
            return
        except StopRun as stop:
            raise EndRun(stop.status) from stop

    async def _find_files(self) -> None:
        """The rows of [DataFiles] that look for files, once per script."""
        section = self._book.document.data_files
        if section is None:
            return
        if self._options.dry_run:
            for row in section.sources:
                self._work.emit(events.Notice(f"{row.cell}: what it finds is only known in a run"))
            return
        from setupbatcher.engine.datafiles import DataFiles  # noqa: PLC0415 -- needed by few scripts

        try:
            await DataFiles(self._work).find()
        except Failure as failure:
            message = self._work.secrets.mask(failure.message)
            self._work.emit(events.Notice(f"error {failure.code}: {message}", failure.help))
            raise EndRun from failure

    async def _this_machine(self) -> None:
        work = self._work
        resumed = next(self._book.marked(self._book.main), None) is not None
        work.emit(events.MachineStarted(None, THIS_MACHINE, resumed, 1, 1))
        performer = work.performer(work.controller, THIS_MACHINE)
        scope = work.scope.child(system.of_machine(None) | performer.system())
        try:
            await visit.commands(work, Lane(self._book), performer, scope)
        except StepFailedError as failed:
            raise EndRun from failed
        work.emit(events.ScriptDone())

    # The end

    def _summary(self, seconds: float) -> int:
        states = [state_of(self._book, row.line) for row in self._book.document.machines]
        rows = [row for row in self._book.document.machines if self._limit is None or self._limit(row.name)]
        left = [row for row in rows if is_left(self._book, row.line)]
        status = self._exit_status(left=bool(left))
        self._work.emit(
            events.RunEnded(
                done=states.count(State.DONE),
                failed=states.count(State.FAILED),
                unreachable=states.count(State.UNREACHABLE),
                left=len(left),
                status=status,
                interrupted=self._work.interrupted is not None,
                seconds=seconds,
            )
        )
        return status

    def _exit_status(self, *, left: bool) -> int:
        if self._status is not None:
            return self._status
        book = self._book
        if book.document.has_machines:
            finished = not left
        else:
            finished = is_through(book) and (book.undoing or position(book, INIT).finished)
        if finished:
            return 0
        return self._work.interrupted if self._work.interrupted is not None else 1
