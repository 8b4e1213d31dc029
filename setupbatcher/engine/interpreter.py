"""Walks the flow of a command section on one machine and emits what happens.

The cell decides: at every row the interpreter looks at the live markers, so a fresh run and a resumed one are the same
walk (``markers.md``, *Resume*).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from setupbatcher import errors, events
from setupbatcher.commands.binding import bind
from setupbatcher.engine.scope import ASKING, RowValues, Scope
from setupbatcher.engine.step import Performer, StepFailedError, Verdict
from setupbatcher.engine.values import Values
from setupbatcher.engine.workplace import Workplace
from setupbatcher.errors import Failure
from setupbatcher.events import LoopPlace, Place
from setupbatcher.markers.book import Book, Cursor
from setupbatcher.markers.position import decided
from setupbatcher.markers.tracks import RowTrack, Track
from setupbatcher.script.blocks import Block, Branch, Chain, Loop, Step, all_rows
from setupbatcher.script.labels import ON_ERROR, Kind, SectionId
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


@dataclass(frozen=True, slots=True)
class Lane:
    """Where a walk is: on which machine, and where its markers live.

    Attributes:
        book: the markers that decide.
        machine: name of the machine in [Machines], or ``None``.
        track: takes the walk's events; ``None`` where its markers are those of the script.
        finishes: it goes on to its end when the run is to end.
    """

    book: Book
    machine: str | None = None
    track: Track | None = None
    finishes: bool = False


class Interpreter:
    """One walk through a section.

    Args:
        work: what all walks of the run share.
        lane: where this one is.
        performer: carries commands out.
        scope: the variables.
    """

    def __init__(self, work: Workplace, lane: Lane, performer: Performer, scope: Scope) -> None:
        self._work = work
        self._lane = lane
        self._book = lane.book
        self._values = Values(scope, lambda: performer.host, work.secrets)
        self._performer = performer
        self._previous = 0

    def _emit(self, event: events.Event) -> None:
        self._work.emit(event, self._lane.track)

    async def run(self, section: SectionId) -> None:
        """Walk a section from where its markers say.

        Raises:
            StepFailedError: a command's error stands; its markers are written.
            StopMachine, StopRun: a ``Stop`` was met.
            Interrupted: the run was asked to end.
        """
        self._previous = 0
        await self._section(section, Trail(section))

    async def constants(self, section: SectionId) -> None:
        """Give the variables their values that a section sets from constants, without running it."""
        commands = self._book.commands(section)
        for block in commands.flow.blocks if commands else ():
            if isinstance(block, Step):
                await self._replay(block.row, 0)

    async def _section(self, section: SectionId, trail: Trail) -> None:
        commands = self._book.commands(section)
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

    def _place(self, row: CommandRow, trail: Trail, previous: int | None = None) -> Place:
        """Where the run is now; machines and data rows are looked up, since the script may have been edited."""
        loops = tuple([LoopPlace(section, line, at.section, at.line) for section, line, at in trail.loops])
        name = self._lane.machine
        machine = None if name is None else self._work.book.machine_line(name)
        previous = self._previous if previous is None else previous
        return Place(trail.section, row.line, loops, trail.callers, machine, previous)

    def _passed(self, row: CommandRow, trail: Trail) -> None:
        if not trail.callers:
            self._previous = row.line

    def _pause(self) -> None:
        if self._work.ending and not self._lane.finishes:
            raise Interrupted

    # Steps

    async def _step(self, row: CommandRow, trail: Trail) -> None:
        marker = self._book.command(trail.section, row.line)
        if marker.done:
            await self._replay(row, marker.code or 0)
            if row.name == "prompt.password" and marker.code is None:
                await self._ask_again(row, trail)
            self._passed(row, trail)
            if row.name == "stop":
                raise StopMachine
            return
        self._pause()
        await self._ahead(row, trail)
        if row.name == "call":
            await self._call(row, trail)
        else:
            await self._perform(row, trail, again=marker.code is not None)
        self._passed(row, trail)
        if row.name == "stop":
            raise StopMachine
        if row.name == "data.nextloop":
            raise _NextRow

    async def _perform(self, row: CommandRow, trail: Trail, *, again: bool) -> None:
        again = again or self._work.keeper.was_begun(self._place(row, trail), self._performer.machine)
        verdict = await self._performer.perform(row, lambda: self._place(row, trail), self._values, again=again)
        if verdict is Verdict.STOP_RUN:
            raise StopRun(self._performer.status, self._place(row, trail))

    async def _replay(self, row: CommandRow, code: int) -> None:
        """What a row that is done has left behind: variables that can be worked out again (*Resume* 4)."""
        scope = self._values.scope
        self._performer.last_code = code
        scope.unknown.update(("lastoutput", "lasterror"))
        if row.name != "set" and row.name not in ASKING:
            return
        bound = bind(row, self._work.conditions.delimiter)
        if bound is None or not bound.arguments:
            return
        name = bound.arguments[0].text
        if row.name == "set":
            template = bound.arguments[1].template if len(bound.arguments) > 1 else EMPTY
            if self._values.replayable(template):
                scope.set(name, await self._values.text(template))
                return
        if row.name in ASKING and (given := scope.given(name)) is not None:
            scope.set(name, given)
            return
        machine = "" if self._lane.machine is None else self._performer.machine
        kept = next((kept.value for kept in self._book.variables(machine) if kept.name.lower() == name.lower()), None)
        scope.forget(name) if kept is None else scope.set(name, kept, lasting=False)

    async def _ask_again(self, row: CommandRow, trail: Trail) -> None:
        """A password that an earlier run was given and no ``--set`` gives now (*Resume* 4).

        Raises:
            Interrupted: nobody can be asked; the run stops as it stands.
        """
        name = row.statement.tail.split(self._work.conditions.delimiter)[0].strip()
        if self._values.scope.given(name) is not None:
            return
        try:
            await self._performer.ask_again(row, lambda: self._place(row, trail), self._values)
        except Failure as failure:
            self._emit(events.Notice(f"`{name}` must be asked for again: {failure.message}", failure.help))
            self._work.end()
            raise Interrupted from failure

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
        name, number = self._performer.machine, self._performer.number()
        self._emit(events.CommandStarted(self._place(row, trail), row.cell, name, number))
        await self._called(section, row, trail)
        self._emit(events.CommandDone(self._place(row, trail), row.cell, name, returned=section, number=number))

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
        if self._is_shared_out(trail):
            await self._share_out(loop, trail, row, resumed=resumed)
        else:
            following: int | None = row
            while following is not None:
                following = await self._row(loop, trail, following, resumed=resumed)
                resumed = True
        self._passed(loop.row, trail)

    async def _row(self, loop: Loop, trail: Trail, row: int, *, resumed: bool) -> int | None:
        """Work on one data row; returns the next one."""
        if not resumed:
            self._begin_row(loop, trail, row)
        self._passed(loop.row, trail)
        cursor = self._book.follow(loop.data, row)
        await self._body(loop, trail, cursor)
        cursor.finished = True
        following = self._following(cursor)
        if following is None:
            self._work.keeper.look()
            following = self._following(cursor)
        self._end_row(loop, trail, cursor, following)
        if following is not None:
            self._pause()
        return following

    def _begin_row(self, loop: Loop, trail: Trail, row: int) -> None:
        here = LoopPlace(trail.section, loop.row.line, loop.data, row)
        self._emit(events.RowStarted(self._place(loop.row, trail), here))

    async def _body(self, loop: Loop, trail: Trail, cursor: Cursor) -> None:
        self._values.scope.rows.append(RowValues(self._book.document.data_sections[loop.data.key], cursor.line))
        try:
            loops = (*trail.loops, (trail.section, loop.row.line, cursor))
            await self._blocks(loop.body, Trail(trail.section, loops, trail.callers))
        except _NextRow:
            pass
        finally:
            self._values.scope.rows.pop()

    def _end_row(self, loop: Loop, trail: Trail, cursor: Cursor, following: int | None) -> None:
        here = LoopPlace(trail.section, loop.row.line, loop.data, cursor.line)
        place = self._place(loop.row, trail, loop.row.line)
        self._emit(events.RowDone(place, here, following))
        self._book.unfollow(cursor)

    def _following(self, cursor: Cursor) -> int | None:
        """The next row without a marker, behind this one or else from the beginning."""
        rows = self._book.rows(cursor.section)
        following = rows.next_open(cursor.line + 1)
        if following is None:
            following = rows.next_open()
        return None if following == cursor.line else following

    # Several rows at once

    def _is_shared_out(self, trail: Trail) -> bool:
        """The rows of the loop are worked on several at once: an outermost one of the run itself."""
        return (
            self._work.scale.rows > 1
            and not trail.loops
            and self._lane.track is None
            and trail.section != ON_ERROR
            and all(section != ON_ERROR for section, _ in trail.callers)
        )

    async def _share_out(self, loop: Loop, trail: Trail, row: int, *, resumed: bool) -> None:
        """Work on the rows of a loop, several at once. One that stopped in the middle is finished first, alone."""
        from setupbatcher.engine.rows import RowsAtOnce  # noqa: PLC0415 -- it walks rows with this module

        if resumed and any(self._book.text(trail.section, line.line) for line in all_rows(loop.body)):
            following = await self._row(loop, trail, row, resumed=True)
            if following is None:
                return
            row, resumed = following, True
        if not resumed:
            self._begin_row(loop, trail, row)
        self._passed(loop.row, trail)
        await RowsAtOnce(self._work, self, loop, trail).run()

    async def row_beside(
        self, loop: Loop, trail: Trail, cursor: Cursor, following: Callable[[Cursor], int | None]
    ) -> None:
        """Work on one row while others are worked on.

        Args:
            loop: the row is of.
            trail: to the loop.
            cursor: at the row.
            following: asked when the row is done: the row that the loop goes on with.
        """
        here = LoopPlace(trail.section, loop.row.line, loop.data, cursor.line)
        track = RowTrack(self._work.book, here)
        lane = Lane(track.book, self._lane.machine, track, finishes=True)
        performer = self._performer.beside(lambda event: self._work.emit(event, track))
        walk = Interpreter(self._work, lane, performer, self._values.scope.child({}))
        try:
            walk._passed(loop.row, trail)
            await walk._body(loop, trail, cursor)
        except (StepFailedError, StopMachine, StopRun):
            self._performer.take_over(performer)
            raise
        cursor.finished = True
        here = replace(here, row=cursor.line)
        place = self._place(loop.row, trail, loop.row.line)
        self._work.emit(events.RowDone(place, here, following(cursor)), track)
