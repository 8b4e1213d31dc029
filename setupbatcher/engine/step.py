"""Carries out one command row: values, switches, tries, time limit, and what becomes of an error."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from copy import copy
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

from setupbatcher import errors, events
from setupbatcher.commands.binding import Bound, bind
from setupbatcher.commands.context import Context
from setupbatcher.commands.output import decode
from setupbatcher.commands.perform import arguments, perform
from setupbatcher.commands.registry import Outcome
from setupbatcher.engine.link import Link
from setupbatcher.engine.questions import Answer, OnError, Questions
from setupbatcher.engine.scope import ASKING, RowValues
from setupbatcher.engine.values import Values
from setupbatcher.errors import Failure
from setupbatcher.events import Place
from setupbatcher.hosts.base import Host
from setupbatcher.hosts.secrets import Secrets
from setupbatcher.script.document import Document
from setupbatcher.script.rows import CommandRow
from setupbatcher.script.variables import Kept

RETRY_PAUSE = 1.0
"""Seconds between the tries of ``$r(TIMES)``."""


Where = Callable[[], Place]
"""Where a row stands now: the script may be edited while its command is at work."""


class StepFailedError(Exception):
    """A command's error stands; its markers are written.

    Attributes:
        code: error code.
        place: of the row.
    """

    def __init__(self, code: int, place: Place) -> None:
        super().__init__(f"error {code}")
        self.code = code
        self.place = place


class Verdict(Enum):
    """What a row that was carried out means for the run."""

    GO_ON = "go on"
    STOP_RUN = "stop run"


@dataclass(frozen=True)
class Conditions:
    """What holds for every row of a run.

    Attributes:
        on_error: what becomes of an error.
        ignore_errors: ``BatchSettings.IgnoreErrors``.
        timeout: ``BatchSettings.CommandTimeout``, seconds.
        delimiter: ``BatchSettings.CommandDelimiter``.
        folder: the script's.
        numbers: of the run's commands, each given once.
        settled: waits until what was earned is as safe as was asked for.
        script: gives the script as it is now.
    """

    on_error: OnError
    ignore_errors: bool
    timeout: float | None
    delimiter: str
    folder: Path
    numbers: Iterator[int]
    settled: Callable[[], Awaitable[None]]
    script: Callable[[], Document]


class Performer:
    """Carries rows out on one machine, one at a time.

    Args:
        conditions: of the run.
        link: to the machine.
        controller: to the machine that runs the script.
        machine: its name for people.
        questions: who is asked.
        secrets: masked wherever text leaves.
        emit: tells the listeners.
    """

    def __init__(
        self,
        conditions: Conditions,
        link: Link,
        controller: Link,
        machine: str,
        questions: Questions,
        secrets: Secrets,
        emit: events.Listener,
    ) -> None:
        self._conditions = conditions
        self._link = link
        self._controller = controller
        self._lost: Host | None = None
        self._questions = questions
        self._secrets = secrets
        self._emit = emit
        self._bound: dict[int, Bound] = {}
        self._number = 0
        self._again = False
        self.machine = machine
        self.last_code = 0
        self.last_error = ""
        self.last_output = ""
        self.status = 0
        self.rows_at_error: list[RowValues] = []

    @property
    def host(self) -> Host:
        """The machine."""
        return self._link.host.told_of_processes(self._began)

    def unquestioned(self) -> Performer:
        """The same performer for [OnError]: an error inside ends it, and nobody is asked."""
        other = copy(self)
        other._conditions = replace(self._conditions, on_error=OnError.STOP)  # noqa: SLF001 -- its own kind
        return other

    def beside(self, emit: events.Listener) -> Performer:
        """A performer for other rows of the same machine at the same time."""
        other = copy(self)
        other._emit = emit  # noqa: SLF001 -- its own kind
        return other

    def take_over(self, other: Performer) -> None:
        """Know of the last command what another performer of this machine knows."""
        self.last_code, self.last_error, self.last_output = other.last_code, other.last_error, other.last_output
        self.status, self.rows_at_error = other.status, other.rows_at_error

    def number(self) -> int:
        """The number of a command that begins."""
        self._number = next(self._conditions.numbers)
        return self._number

    def _began(self, process: int) -> None:
        self._emit(events.ProcessStarted(process, self._number))

    async def perform(self, row: CommandRow, where: Where, values: Values, *, again: bool = False) -> Verdict:
        """Carry out a row.

        Args:
            row: of a command.
            where: it stands.
            values: the variables.
            again: an earlier run has begun it already.

        Raises:
            StepFailedError: it failed and the error stands.
        """
        bound = self._bind(row)
        begun = time.monotonic()
        self._again = again
        self._emit(events.CommandStarted(where(), row.cell, self.machine, self.number()))
        await self._conditions.settled()
        while True:
            try:
                outcome = await self._tries(row, bound, where, values)
            except Failure as failure:
                self.rows_at_error = list(values.scope.rows)
                answer = await self._fails(row, where, failure)
                if answer is Answer.RETRY:
                    continue
                if answer is Answer.IGNORE:
                    self._done(row, where(), begun, Outcome(), ignored=failure.code)
                    return Verdict.GO_ON
                place = where()
                self._emit(events.CommandFailed(place, failure.code, self.machine, self._number))
                raise StepFailedError(failure.code, place) from failure
            break
        place = where()
        if row.name == "stop" and self.status:
            self._emit(events.CommandFailed(place, self.status, self.machine, self._number))
            return Verdict.STOP_RUN
        lasting = bound.command.name == "Set" and all(values.replayable(each.template) for each in bound.arguments)
        kept = () if lasting else self._kept(place, bound, outcome, values)
        self._succeeded(outcome, values, lasting=lasting)
        self._done(row, place, begun, outcome, kept=kept)
        return Verdict.GO_ON

    def _bind(self, row: CommandRow) -> Bound:
        """A row's command and parameters; a loop comes to the same row again and again."""
        bound = self._bound.get(row.start)
        if bound is None:
            bound = bind(row, self._conditions.delimiter)
            assert bound is not None
            self._bound[row.start] = bound
        return bound

    async def decide(self, row: CommandRow, where: Where, holds: Callable[[], Awaitable[bool]]) -> bool:
        """Decide a head of an ``If``. An ignored error counts as a condition that does not hold.

        Raises:
            StepFailedError: it cannot be decided.
        """
        while True:
            try:
                return await holds()
            except Failure as failure:
                answer = await self._fails(row, where, failure)
                if answer is Answer.IGNORE:
                    return False
                if answer is Answer.ABORT:
                    place = where()
                    self._emit(events.CommandFailed(place, failure.code, self.machine))
                    raise StepFailedError(failure.code, place) from failure

    async def ask_again(self, row: CommandRow, where: Where, values: Values) -> None:
        """Ask once more for the password of a row that is done: it is kept nowhere.

        Raises:
            Failure: nobody answers.
        """
        outcome = await self._once(row, self._bind(row), where(), values)
        for name, value in outcome.values.items():
            values.scope.set(name, value)

    def _kept(self, place: Place, bound: Bound, outcome: Outcome, values: Values) -> tuple[Kept, ...]:
        """The variables that a resume could not work out again. Secrets are never kept (*Resume* 4)."""
        if outcome.values and any(values.holds_secret(each.template) for each in bound.arguments):
            return ()
        machine = "" if place.machine is None else self.machine
        return tuple(
            Kept(machine, name, value)
            for name, value in outcome.values.items()
            if self._secrets.mask(value) == value and values.scope.given(name) is None
        )

    def _done(
        self,
        row: CommandRow,
        place: Place,
        begun: float,
        outcome: Outcome,
        *,
        ignored: int | None = None,
        kept: tuple[Kept, ...] = (),
    ) -> None:
        self._emit(
            events.CommandDone(
                place,
                row.cell,
                self.machine,
                time.monotonic() - begun,
                outcome.changed,
                self._secrets.mask(outcome.note),
                ignored,
                kept=kept,
                filled=outcome.filled,
                number=self._number,
            )
        )

    def _succeeded(self, outcome: Outcome, values: Values, *, lasting: bool) -> None:
        self.last_code, self.last_error, self.last_output = 0, "", outcome.output
        values.scope.unknown.difference_update(("lastoutput", "lasterror"))
        for name, value in outcome.values.items():
            values.scope.set(name, value, lasting=lasting)

    async def _fails(self, row: CommandRow, where: Where, failure: Failure) -> Answer:
        self.last_code, self.last_error, self.last_output = failure.code, failure.message, failure.output
        self._miss(failure)
        error = self._told(where(), failure)
        if row.statement.switch("i") or self._conditions.ignore_errors:
            return Answer.IGNORE
        if self._conditions.on_error is OnError.IGNORE:
            return Answer.IGNORE
        if self._conditions.on_error is OnError.ASK:
            return await self._questions.on_error(error)
        return Answer.ABORT

    def _told(self, place: Place, failure: Failure, retry: int = 0) -> events.CommandError:
        mask = self._secrets.mask
        error = events.CommandError(
            place,
            failure.code,
            mask(failure.message),
            failure.help,
            failure.program,
            mask(failure.output),
            retry,
        )
        self._emit(error)
        return error

    async def _tries(self, row: CommandRow, bound: Bound, where: Where, values: Values) -> Outcome:
        switch = row.statement.switch("r")
        left = int(switch.argument or 0) if switch else 0
        while True:
            try:
                return await self._once(row, bound, where(), values)
            except Failure as failure:
                self._again = True
                self._miss(failure)
                if left <= 0:
                    raise
                self._told(where(), failure, retry=left)
                left -= 1
                await asyncio.sleep(RETRY_PAUSE)

    def _miss(self, failure: Failure) -> None:
        """After a lost connection the next command makes a new one."""
        if failure.code == errors.BROKEN_CONNECTION and not failure.program:
            self._lost = self._link.host

    async def _once(self, row: CommandRow, bound: Bound, place: Place, values: Values) -> Outcome:
        raw = bound.command.raw
        texts = [await values.text(argument.template, raw=raw) for argument in bound.arguments]
        if bound.command.body is None:
            return self._flow(bound.command.name, arguments(bound.command, texts))
        answer = values.scope.given(texts[0]) if row.name in ASKING and texts else None
        if answer is not None:
            return Outcome(values={texts[0]: answer})
        switch = row.statement.switch("t")
        limit = float(switch.argument or 0) if switch else self._conditions.timeout
        if self._lost is not None and not bound.command.on_controller:
            await self._link.renew(self._lost)
            self._lost = None
        talk = _Talk(self, place)
        controller = self._controller.host.told_of_processes(self._began)
        folder, script = self._conditions.folder, self._conditions.script
        context = Context(self.host, controller, folder, limit, talk, self._reconnect, script, self._again)
        try:
            return await perform(bound.command, context, texts)
        finally:
            talk.flush()

    async def _reconnect(self) -> Host:
        await self._link.renew(self._link.host)
        return self.host

    def _flow(self, name: str, parameters: list[object]) -> Outcome:
        """The flow commands that are no blocks."""
        match name, parameters:
            case "Set", [str(variable), *rest]:
                return Outcome(values={variable: str(rest[0]) if rest else ""})
            case "Stop", [*rest]:
                self.status = rest[0] if rest and isinstance(rest[0], int) else 0
            case "Fail", [int(code), *rest]:
                raise Failure(code, str(rest[0]) if rest else "the script failed here")
        return Outcome()

    def log(self, place: Place, text: str) -> None:
        """A line for the log, secrets masked."""
        self._emit(events.Said(place, self._secrets.mask(text)))

    def show(self, place: Place, data: bytes) -> None:
        """Output of a program, secrets masked."""
        self._emit(events.Output(place, self._secrets.mask(decode(data))))

    @property
    def questions(self) -> Questions:
        """Who is asked."""
        return self._questions

    @property
    def secrets(self) -> Secrets:
        """What is masked."""
        return self._secrets

    def system(self) -> dict[str, Callable[[], str]]:
        """The system variables that speak of the last command."""
        return {
            "lasterrorcode": lambda: str(self.last_code),
            "lasterror": lambda: self.last_error,
            "lastoutput": lambda: self.last_output,
        }


class _Talk:
    """A command's way to the log and to people. Output is passed on by whole lines, so that no secret is cut in two."""

    def __init__(self, performer: Performer, place: Place) -> None:
        self._performer = performer
        self._place = place
        self._rest = b""

    def log(self, text: str) -> None:
        self._performer.log(self._place, text)

    def output(self, data: bytes) -> None:
        whole, newline, self._rest = (self._rest + data).rpartition(b"\n")
        if newline:
            self._performer.show(self._place, whole + newline)

    def flush(self) -> None:
        """Pass on a last line without an end."""
        if self._rest:
            self._performer.show(self._place, self._rest)
            self._rest = b""

    async def message(self, text: str) -> None:
        self.log(text)
        await self._performer.questions.message(text)

    async def ask(self, question: str, default: str | None = None) -> str:
        return await self._performer.questions.ask(question, default)

    async def secret(self, question: str) -> str:
        answer = await self._performer.questions.secret(question)
        self._performer.secrets.register(answer)
        return answer
