"""One run from the first machine to the summary: pre-scan, [Init], [Batch] for each machine, [OnError].

Sequential: one machine after another (``language.md``, section 7).
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from setupbatcher import events
from setupbatcher.engine import system
from setupbatcher.engine.interpreter import Interpreter, Interrupted, StopMachine, StopRun
from setupbatcher.engine.machines import spec_of
from setupbatcher.engine.options import Options, matcher
from setupbatcher.engine.questions import OnError, Questions
from setupbatcher.engine.rehearsal import NoHost, Rehearsal
from setupbatcher.engine.scan import ScanRefused, scan
from setupbatcher.engine.scope import Scope
from setupbatcher.engine.step import Conditions, Performer, StepFailedError
from setupbatcher.engine.system import declared_names
from setupbatcher.engine.values import Values
from setupbatcher.errors import Failure
from setupbatcher.hosts.base import Host
from setupbatcher.hosts.connect import connect
from setupbatcher.hosts.local import LocalHost
from setupbatcher.hosts.secrets import Secrets
from setupbatcher.markers.book import Book, RowLostError
from setupbatcher.markers.resume import BATCH, INIT, Plan, State, state_of
from setupbatcher.script.labels import Kind, SectionId
from setupbatcher.script.rows import MachineRow

ON_ERROR = SectionId(Kind.ON_ERROR)
THIS_MACHINE = "this machine"


@dataclass
class Tally:
    """What became of the machines."""

    unreachable: set[int] = field(default_factory=set)
    status: int | None = None


class EndRun(Exception):  # noqa: N818 -- what happens
    """The run ends here; the markers stand."""


class Session:
    """A run.

    Args:
        book: the live markers; ``emit``'s first listener changes it.
        plan: what is left to do, without findings.
        script: path of the script.
        options: of the run.
        questions: who is asked.
        secrets: of the run.
        emit: tells the listeners.
        look: takes over what somebody has saved in the script meanwhile.
    """

    def __init__(
        self,
        book: Book,
        plan: Plan,
        script: Path,
        options: Options,
        questions: Questions,
        secrets: Secrets,
        emit: events.Listener,
        look: Callable[[], None] = lambda: None,
    ) -> None:
        settings = book.document.settings
        self._book = book
        self._plan = plan
        self._script = script
        self._questions = questions
        self._secrets = secrets
        self._emit = emit
        self._look = look
        self._dry = options.dry_run
        self._limit = matcher(options.limit)
        self._tally = Tally()
        self._hosts: list[Host] = []
        self._interrupted: int | None = None
        self._folder = script.resolve().parent
        self._conditions = Conditions(
            on_error=options.on_error,
            ignore_errors=settings.get("BatchSettings.IgnoreErrors"),
            timeout=settings.get("BatchSettings.CommandTimeout"),
            delimiter=settings.get("BatchSettings.CommandDelimiter"),
            folder=self._folder,
        )
        self._controller: Host = (
            NoHost("the controller") if options.dry_run else LocalHost(self._folder, began=self._began)
        )
        self._scope = Scope(book.document.aliases, options.given, system.of_run(script), declared_names(book))

    def interrupt(self, status: int = 130) -> None:
        """End the run after the command in flight.

        Args:
            status: exit status, 130 or 143.
        """
        self._interrupted = status

    async def run(self) -> int:
        """Run, and return the exit status."""
        begun = time.monotonic()
        document = self._book.document
        self._emit(events.RunStarted(str(self._script), len(self._plan.machines), self._dry, document))
        try:
            with contextlib.suppress(EndRun, Interrupted, ScanRefused):
                await self._everything()
        except RowLostError:
            self._emit(
                events.Notice(
                    "what was worked on was taken out of the script; the run ends here",
                    "run the script again: the new text counts",
                )
            )
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if self._interrupted is None or task is None:
                raise
            # Interrupted twice: the command in flight was ended too, and the run ends as after the first time.
            task.uncancel()
        return self._summary(time.monotonic() - begun)

    async def _everything(self) -> None:
        document = self._book.document
        if document.has_machines and not self._dry and document.settings.get("BatchSettings.CheckMachines"):
            self._tally.unreachable = await scan(
                document, self._plan.machines, self._folder, self._secrets, self._questions, self._emit
            )
            self._check_interrupt()
            if self._plan.machines and len(self._tally.unreachable) == len(self._plan.machines):
                return
        await self._init()
        if not document.has_machines:
            await self._this_machine()
            return
        waiting = [row.name for row in self._plan.machines if row.line not in self._tally.unreachable]
        tried = {row.name.lower() for row in self._plan.machines}
        number, total = 0, len(waiting)
        while waiting:
            self._check_interrupt()
            number += 1
            await self._machine(waiting.pop(0), number, total)
            if not waiting:
                self._look()
                # Machines that somebody has added meanwhile are worked on too.
                waiting = self._added(tried)
                total += len(waiting)

    def _added(self, tried: set[str]) -> list[str]:
        rows = self._book.document.machines
        names = [row.name for row in rows if state_of(self._book, row.line) is not State.DONE]
        added = [name for name in names if name.lower() not in tried and (self._limit is None or self._limit(name))]
        tried.update(name.lower() for name in added)
        return added

    def _check_interrupt(self) -> None:
        if self._interrupted is not None:
            raise Interrupted

    # Sections

    async def _init(self) -> None:
        """[Init], on the controller, once per script."""
        if self._book.commands(INIT) is None:
            return
        performer = self._performer(self._controller, "controller")
        if self._plan.init:
            self._emit(events.SectionStarted(INIT))
        try:
            await self._walk(INIT, performer, self._scope, None)
        except StepFailedError as failed:
            self._emit(events.MachineStopped(None, "controller", failed.code, failed.place))
            await self._on_error(performer, self._scope, None)
            raise EndRun from failed
        except StopMachine:
            return
        except StopRun as stop:
            self._tally.status = stop.status
            raise EndRun from stop

    async def _this_machine(self) -> None:
        resumed = next(self._book.marked(BATCH), None) is not None
        self._emit(events.MachineStarted(None, THIS_MACHINE, resumed, 1, 1))
        await self._batch(self._controller, None, THIS_MACHINE)

    async def _machine(self, name: str, number: int, total: int) -> None:
        row = self._row(name)
        marker = self._book.machine(row.line)
        resumed = marker is not None and marker.line is not None and (marker.line > 0 or marker.code is None)
        try:
            host = await self._connect(row)
        except Failure as failure:
            message = self._secrets.mask(failure.message)
            line = self._book.machine_line(name)
            self._emit(events.MachineUnreachable(line, name, failure.code, message, failure.help))
            if self._conditions.on_error in {OnError.NEXT_MACHINE, OnError.IGNORE}:
                return
            raise EndRun from failure
        try:
            self._emit(events.MachineStarted(self._book.machine_line(name), name, resumed, number, total))
            if await self._batch(host, row, name):
                line = self._book.machine_line(name)
                self._emit(events.MachineDone(line, name, last=self._is_last(line)))
        finally:
            while self._hosts:
                await self._hosts.pop().close()

    def _row(self, name: str) -> MachineRow:
        return self._book.document.machine_rows[self._book.machine_line(name) - 1]

    async def _connect(self, row: MachineRow) -> Host:
        if self._dry:
            return NoHost(row.name)
        spec = spec_of(self._book.document, row, self._folder)
        host = await connect(spec, base=self._folder, secrets=self._secrets, began=self._began)
        self._hosts.append(host)
        return host

    def _began(self, process: int) -> None:
        self._emit(events.ProcessStarted(process))

    async def _batch(self, host: Host, row: MachineRow | None, name: str) -> bool:
        """[Batch] on a machine; ``True`` once it is done."""
        performer = self._performer(host, name, row)
        machine = row.name if row else None
        scope = self._scope.child(system.of_machine(row) | performer.system())
        try:
            await self._walk(BATCH, performer, scope, machine)
        except StopMachine:
            return True
        except StopRun as stop:
            self._tally.status = stop.status
            raise EndRun from stop
        except StepFailedError as failed:
            self._emit(events.MachineStopped(failed.place.machine, name, failed.code, failed.place))
            await self._on_error(performer, scope, failed.place.machine)
            if row is None or self._conditions.on_error is not OnError.NEXT_MACHINE:
                raise EndRun from failed
            # A call in flight is repeated as a whole, so only a loop of [Batch] itself counts.
            at = next((loop.row for loop in failed.place.loops if loop.section == BATCH), None)
            line = self._book.machine_line(name)
            self._emit(events.MachineLeft(line, name, failed.code, failed.place.counter, at))
            return False
        return True

    async def _on_error(self, performer: Performer, scope: Scope, machine: int | None) -> None:
        """[OnError], on the machine that stopped. An error inside ends it."""
        if self._book.commands(ON_ERROR) is None:
            return
        self._emit(events.SectionStarted(ON_ERROR, machine))
        scope.rows = list(performer.rows_at_error)
        try:
            await self._walk(ON_ERROR, performer.unquestioned(), scope, None)
        except (StepFailedError, StopMachine, StopRun):
            return
        finally:
            scope.rows = []

    async def _walk(self, section: SectionId, performer: Performer, scope: Scope, machine: str | None) -> None:
        values = Values(scope, lambda: performer.host, self._secrets)
        interrupted: Callable[[], bool] = lambda: self._interrupted is not None  # noqa: E731 -- a value for one call
        await Interpreter(self._book, values, performer, self._emit, interrupted, self._look, machine).run(section)

    def _performer(self, host: Host, name: str, row: MachineRow | None = None) -> Performer:
        async def reconnect() -> Host:
            return await self._connect(row) if row else host

        kind = Rehearsal if self._dry else Performer
        return kind(
            self._conditions, host, self._controller, name, reconnect, self._questions, self._secrets, self._emit
        )

    # The end

    def _is_last(self, line: int) -> bool:
        """Every other listed machine is done."""
        return all(
            row.line == line or state_of(self._book, row.line) is State.DONE for row in self._book.document.machines
        )

    def _summary(self, seconds: float) -> int:
        states = [state_of(self._book, row.line) for row in self._book.document.machines]
        rows = [row for row in self._book.document.machines if self._limit is None or self._limit(row.name)]
        left = [row for row in rows if state_of(self._book, row.line) is not State.DONE]
        status = self._status(bool(left))
        self._emit(
            events.RunEnded(
                done=states.count(State.DONE),
                failed=states.count(State.FAILED),
                unreachable=states.count(State.UNREACHABLE),
                left=len(left),
                status=status,
                interrupted=self._interrupted is not None,
                seconds=seconds,
            )
        )
        return status

    def _status(self, left: bool) -> int:  # noqa: FBT001 -- one fact
        from setupbatcher.markers.position import position  # noqa: PLC0415 -- read at the very end

        if self._tally.status is not None:
            return self._tally.status
        finished = not left and position(self._book, INIT).finished
        if not self._book.document.has_machines:
            finished = finished and position(self._book, BATCH).finished
        if finished or (self._book.document.has_machines and not left):
            return 0
        return self._interrupted if self._interrupted is not None else 1
