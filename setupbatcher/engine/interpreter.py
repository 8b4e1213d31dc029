"""Walks the flow of a command section on one machine and emits what happens.

The cell decides: at every row the interpreter looks at the live markers, so a fresh run and a resumed one are the same
walk (``markers.md``, *Resume*).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from setupbatcher import errors, events
from setupbatcher.commands.binding import bind
from setupbatcher.engine.scope import RowValues
from setupbatcher.engine.step import Performer, Verdict
from setupbatcher.engine.values import Values
from setupbatcher.errors import Failure
from setupbatcher.events import LoopPlace, Place
from setupbatcher.markers.book import Book, Cursor
from setupbatcher.markers.position import decided
from setupbatcher.script.blocks import Block, Branch, Chain, Loop, Step
from setupbatcher.script.labels import Kind, SectionId
from setupbatcher.script.rows import CommandRow
from setupbatcher.script.template import Template

EMPTY = Template(())
MAX_DEPTH = 50
"""Calls within calls."""


class StopMachine(Exception):  # noqa: N818 -- the word of the command
    """``Stop``: this machine is done."""


class StopRun(Exception):  # noqa: N818 -- the word of the command
    """``Stop n``: the run ends with a status.

    Attributes:
        status: exit status.
        place: of the row.
    """

    def __init__(self, status: int, place: Place) -> None:
        super().__init__(f"stop {status}")
        self.status = status
        self.place = place


class _NextRow(Exception):  # noqa: N818
    """``Data.NextLoop``."""


class Interrupted(Exception):  # noqa: N818 -- what happened
    """The run was asked to end; everything earned is marked."""


@dataclass(frozen=True, slots=True)
class Trail:
    """How the walk came to where it is."""

    section: SectionId
    loops: tuple[tuple[SectionId, int, Cursor], ...] = ()
    callers: tuple[tuple[SectionId, int], ...] = ()


class Interpreter:
    """One walk through a section.

    Args:
        book: the live markers; changed by the listener that ``emit`` reaches first.
        values: the variables.
        performer: carries commands out.
        emit: tells the listeners.
        interrupted: asked after every command.
        look: takes over what somebody has saved meanwhile, before a loop ends.
        machine: name of the machine in [Machines], or ``None``.
    """

    def __init__(
        self,
        book: Book,
        values: Values,
        performer: Performer,
        emit: events.Listener,
        interrupted: Callable[[], bool],
        look: Callable[[], None],
        machine: str | None = None,
    ) -> None:
        self._book = book
        self._values = values
        self._performer = performer
        self._emit = emit
        self._interrupted = interrupted
        self._look = look
        self._machine = machine
        self._previous = 0
        self._delimiter = book.document.settings.get("BatchSettings.CommandDelimiter")

    async def run(self, section: SectionId) -> None:
        """Walk a section from where its markers say.

        Raises:
            StepFailedError: a command's error stands; its markers are written.
            StopMachine, StopRun: a ``Stop`` was met.
            Interrupted: the run was asked to end.
        """
        self._previous = 0
        await self._section(section, Trail(section))

    async def _section(self, section: SectionId, trail: Trail) -> None:
        commands = self._book.document.commands(section)
        if commands is not None:
            await self._blocks(commands.flow.blocks, trail)

    async def _blocks(self, blocks: Sequence[Block], trail: Trail) -> None:
        for block in blocks:
            match block:
                case Step(row):
                    await self._step(row, trail)
                case Chain():
                    await self._chain(block, trail)
                case Loop():
                    await self._loop(block, trail)

    def _place(self, row: CommandRow, trail: Trail) -> Place:
        """Where the run is now; machines and data rows are looked up, since the script may have been edited."""
        loops = tuple(LoopPlace(section, line, at.section, at.line) for section, line, at in trail.loops)
        machine = None if self._machine is None else self._book.machine_line(self._machine)
        return Place(trail.section, row.line, loops, trail.callers, machine, self._previous)

    def _passed(self, row: CommandRow, trail: Trail) -> None:
        if not trail.callers:
            self._previous = row.line

    def _pause(self) -> None:
        if self._interrupted():
            raise Interrupted

    # Steps

    async def _step(self, row: CommandRow, trail: Trail) -> None:
        marker = self._book.command(trail.section, row.line)
        if marker.done:
            await self._replay(row, marker.code or 0)
            self._passed(row, trail)
            if row.name == "stop":
                raise StopMachine
            return
        self._pause()
        await self._ahead(row, trail)
        if row.name == "call":
            await self._call(row, trail)
        else:
            await self._perform(row, trail)
        self._passed(row, trail)
        if row.name == "stop":
            raise StopMachine
        if row.name == "data.nextloop":
            raise _NextRow

    async def _perform(self, row: CommandRow, trail: Trail) -> None:
        verdict = await self._performer.perform(row, lambda: self._place(row, trail), self._values)
        if verdict is Verdict.STOP_RUN:
            raise StopRun(self._performer.status, self._place(row, trail))

    async def _replay(self, row: CommandRow, code: int) -> None:
        """What a row that is done has left behind: variables that can be worked out again (*Resume* 4)."""
        scope = self._values.scope
        self._performer.last_code = code
        scope.unknown.update(("lastoutput", "lasterror"))
        if row.name not in {"set", "prompt"}:
            return
        bound = bind(row, self._delimiter)
        if bound is None or not bound.arguments:
            return
        name = bound.arguments[0].text
        if row.name == "set":
            template = bound.arguments[1].template if len(bound.arguments) > 1 else EMPTY
            if self._values.replayable(template):
                scope.set(name, await self._values.text(template))
                return
        if row.name == "prompt" and (given := scope.given(name)) is not None:
            scope.set(name, given)
            return
        machine = "" if self._machine is None else self._performer.machine
        kept = next((kept.value for kept in self._book.variables(machine) if kept.name.lower() == name.lower()), None)
        scope.forget(name) if kept is None else scope.set(name, kept, lasting=False)

    async def _ahead(self, row: CommandRow, trail: Trail) -> None:
        """``$c(NAME)``: the subsection that runs before the row, also when a resume begins here."""
        switch = row.statement.switch("c")
        if switch is None:
            return
        section = SectionId(Kind.SUB, (switch.argument or "").strip())
        await self._called(section, row, trail)
        self._emit(events.CallReturned(section))

    async def _call(self, row: CommandRow, trail: Trail) -> None:
        section = SectionId(Kind.SUB, row.statement.tail.strip())
        self._emit(events.CommandStarted(self._place(row, trail), row.cell, self._performer.machine))
        await self._called(section, row, trail)
        self._emit(events.CommandDone(self._place(row, trail), row.cell, self._performer.machine, returned=section))

    async def _called(self, section: SectionId, row: CommandRow, trail: Trail) -> None:
        if len(trail.callers) >= MAX_DEPTH:
            raise Failure(errors.BAD_PARAMETER, f"more than {MAX_DEPTH} calls within calls")
        await self._section(section, Trail(section, trail.loops, (*trail.callers, (trail.section, row.line))))

    # Branches

    async def _chain(self, chain: Chain, trail: Trail) -> None:
        known, taken = decided(self._book, trail.section, chain)
        if not known:
            self._pause()
            taken = await self._decide(chain, trail)
        if taken is not None:
            self._passed(taken.row, trail)
            await self._blocks(taken.body, trail)

    async def _decide(self, chain: Chain, trail: Trail) -> Branch | None:
        taken: Branch | None = None
        for branch in chain.branches:
            marker = self._book.command(trail.section, branch.row.line)
            if marker.skipped:
                continue
            await self._ahead(branch.row, trail)
            if await self._head_holds(branch.row, trail):
                taken = branch
                break
        heads = tuple(branch.row.line for branch in chain.branches)
        place = self._place((taken or chain.branches[0]).row, trail)
        self._emit(events.BranchDecided(place, heads, taken.row.line if taken else None))
        return taken

    async def _head_holds(self, row: CommandRow, trail: Trail) -> bool:
        if row.name == "else":
            return True
        condition = row.statement.tail
        return await self._performer.decide(row, lambda: self._place(row, trail), lambda: self._values.holds(condition))

    # Loops

    async def _loop(self, loop: Loop, trail: Trail) -> None:
        marker = self._book.command(trail.section, loop.row.line)
        if marker.done:
            self._passed(loop.row, trail)
            return
        self._pause()
        rows = self._book.rows(loop.data)
        row, resumed = marker.row, marker.row is not None
        if row is None:
            row = rows.next_open()
        if row is None:
            self._emit(events.LoopEmpty(self._place(loop.row, trail), loop.data))
            self._passed(loop.row, trail)
            return
        while row is not None:
            row = await self._row(loop, trail, row, resumed=resumed)
            resumed = True
        self._passed(loop.row, trail)

    async def _row(self, loop: Loop, trail: Trail, row: int, *, resumed: bool) -> int | None:
        """Work on one data row; returns the next one."""
        here = LoopPlace(trail.section, loop.row.line, loop.data, row)
        if not resumed:
            self._emit(events.RowStarted(self._place(loop.row, trail), here))
        self._passed(loop.row, trail)
        cursor = self._book.follow(loop.data, row)
        self._values.scope.rows.append(RowValues(self._book.rows(loop.data).data, row))
        try:
            await self._blocks(loop.body, replace(trail, loops=(*trail.loops, (trail.section, loop.row.line, cursor))))
        except _NextRow:
            pass
        finally:
            self._values.scope.rows.pop()
        cursor.finished = True
        following = self._following(cursor)
        if following is None:
            self._look()
            following = self._following(cursor)
        place = replace(self._place(loop.row, trail), previous=loop.row.line)
        self._emit(events.RowDone(place, replace(here, row=cursor.line), following))
        self._book.unfollow(cursor)
        self._pause_between(following)
        return following

    def _following(self, cursor: Cursor) -> int | None:
        """The next row without a marker, behind this one or else from the beginning."""
        rows = self._book.rows(cursor.section)
        following = rows.next_open(cursor.line + 1)
        if following is None:
            following = rows.next_open()
        return None if following == cursor.line else following

    def _pause_between(self, following: int | None) -> None:
        if following is not None:
            self._pause()
