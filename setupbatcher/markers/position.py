"""Where a command section stands by its markers, and how a resume point is put back into markers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from setupbatcher.markers.book import Book, Change, Finish, Mark
from setupbatcher.markers.cell import CommandMarker
from setupbatcher.script.blocks import Block, Branch, Chain, Loop, Step, all_rows
from setupbatcher.script.labels import SectionId


@dataclass(frozen=True, slots=True)
class Position:
    """How far a section is.

    Attributes:
        open: line of the first command row without ``OK`` or ``-``, looked for inside an unfinished loop too, where it
            is the end of the loop once the whole body is done; ``None`` where nothing is left to do.
        previous: line of the row just before it on the way, 0 before the first; rows that are skipped or carry no
            marker do not count.
        row: data row of the innermost unfinished loop around the open row, or ``None``.
        stopped: a ``Stop`` on the way is done, so nothing follows.
    """

    open: int | None
    previous: int
    row: int | None = None
    stopped: bool = False

    @property
    def finished(self) -> bool:
        """Nothing is left to do."""
        return self.open is None


def position(book: Book, section: SectionId) -> Position:
    """Where a section stands. Rows with ``OK`` are skipped wherever they stand."""
    commands = book.commands(section)
    if commands is None:
        return Position(None, 0)
    return _Walk(book, section).through(commands.flow.blocks, 0, None)


class _Walk:
    def __init__(self, book: Book, section: SectionId) -> None:
        self._book = book
        self._section = section

    def _marker(self, line: int) -> CommandMarker:
        return self._book.command(self._section, line)

    def through(self, blocks: Sequence[Block], previous: int, row: int | None) -> Position:
        """Go through blocks; ``row`` is the data row of the loop around them."""
        for block in blocks:
            match block:
                case Step(step):
                    if not self._marker(step.line).done:
                        return Position(step.line, previous, row)
                    previous = step.line
                    if step.name == "stop":
                        return Position(None, previous, stopped=True)
                    continue
                case Chain():
                    found = self._chain(block, previous, row)
                case Loop():
                    found = self._loop(block, previous, row)
            if not found.finished or found.stopped:
                return found
            previous = found.previous
        return Position(None, previous)

    def _chain(self, chain: Chain, previous: int, row: int | None) -> Position:
        for branch in chain.branches:
            marker = self._marker(branch.row.line)
            if marker.done:
                return self.through(branch.body, branch.row.line, row)
            if not marker.skipped:
                return Position(branch.row.line, previous, row)
        return Position(None, previous)

    def _loop(self, loop: Loop, previous: int, row: int | None) -> Position:
        marker = self._marker(loop.row.line)
        if marker.done:
            return Position(None, loop.row.line)
        if marker.row is None:
            return Position(loop.row.line, previous, row)
        found = self.through(loop.body, loop.row.line, marker.row)
        if found.finished and not found.stopped:
            # Everything in the body is done, only the row itself is not closed yet.
            end = loop.end or loop.row
            return Position(end.line, found.previous, marker.row)
        return found


def decided(book: Book, section: SectionId, chain: Chain) -> tuple[bool, Branch | None]:
    """Whether a chain is decided, and the branch that was taken."""
    for branch in chain.branches:
        marker = book.command(section, branch.row.line)
        if marker.done:
            return True, branch
        if not marker.skipped:
            return False, None
    return True, None


@dataclass(frozen=True, slots=True)
class ResumePoint:
    """What a machine's cell that ends in ``@…`` says: line, whether it is done, and the data row."""

    line: int
    done: bool
    code: int | None
    row: int | None


def adopt(book: Book, section: SectionId, point: ResumePoint) -> list[Change]:
    """The markers that stand for a resume point: what lies before it is done, the branches around it are taken.

    A chain that lies before it is marked as decided without a branch, since which one was taken is not known.
    """
    commands = book.commands(section)
    if commands is None or point.line == 0:
        return []
    found: list[Change] = []
    _Adopt(section, point, found).through(commands.flow.blocks)
    return found


class _Adopt:
    def __init__(self, section: SectionId, point: ResumePoint, found: list[Change]) -> None:
        self._section = section
        self._point = point
        self._found = found

    def _mark(self, line: int, marker: CommandMarker) -> None:
        self._found.append(Mark(self._section, line, str(marker)))

    def through(self, blocks: Sequence[Block]) -> bool:
        """Mark blocks up to the point; ``True`` once it is reached."""
        point = self._point
        for block in blocks:
            lines = {row.line for row in all_rows([block])}
            if point.line not in lines and not self._is_end(block):
                if min(lines) > point.line:
                    return True
                self._pass(block)
                continue
            match block:
                case Step(row):
                    self._reached(row.line)
                case Chain():
                    self._chain(block)
                case Loop():
                    self._loop(block)
            return True
        return False

    def _is_end(self, block: Block) -> bool:
        return isinstance(block, Loop) and block.end is not None and block.row.line < self._point.line <= block.end.line

    def _reached(self, line: int) -> None:
        if self._point.done:
            self._mark(line, CommandMarker(done=True))
        elif self._point.code is not None:
            self._mark(line, CommandMarker(self._point.code))

    def _pass(self, block: Block) -> None:
        match block:
            case Step(row) | Loop(row, _, _, _):
                self._mark(row.line, CommandMarker(done=True))
            case Chain(branches, _):
                for branch in branches:
                    self._mark(branch.row.line, CommandMarker(skipped=True))

    def _chain(self, chain: Chain) -> None:
        line = self._point.line
        inside = [branch for branch in chain.branches if line in {row.line for row in all_rows(branch.body)}]
        head = [branch for branch in chain.branches if branch.row.line == line]
        if head and not self._point.done:
            self._reached(line)
            return
        taken = (inside or head)[0]
        for branch in chain.branches:
            self._mark(branch.row.line, CommandMarker(done=True) if branch is taken else CommandMarker(skipped=True))
        self.through(taken.body)

    def _loop(self, loop: Loop) -> None:
        point = self._point
        if point.row is None:
            self._reached(loop.row.line)
            return
        error = point.code if point.line != loop.row.line else None
        self._mark(loop.row.line, CommandMarker(error, point.row))
        self._found.append(Finish(loop.data, point.row))
        if point.line != loop.row.line:
            self.through(loop.body)


def is_regular(book: Book, section: SectionId, point: ResumePoint) -> bool:
    """The markers say no more and no less than a resume point can: no gaps before it, nothing done behind it."""
    commands = book.commands(section)
    if commands is None:
        return True
    expected = book.bare()
    expected.apply(adopt(expected, section, point))
    there, here = position(expected, section), position(book, section)
    if (there.open, there.row, there.stopped) != (here.open, here.row, here.stopped):
        return False
    return all(_same(book, expected, section, row) for row in _steps(commands.flow.blocks, book, section)) and all(
        book.rows(data.section).same(expected.rows(data.section)) for data in book.document.data_sections.values()
    )


def _same(book: Book, expected: Book, section: SectionId, line: int) -> bool:
    return book.command(section, line).done == expected.command(section, line).done


def _steps(blocks: Sequence[Block], book: Book, section: SectionId) -> Iterator[int]:
    """The lines of commands outside of branches that were passed or not taken."""
    for block in blocks:
        match block:
            case Step(row):
                yield row.line
            case Loop(row, _, body, _):
                yield row.line
                if book.command(section, row.line).row is not None:
                    yield from _steps(body, book, section)
            case Chain():
                yield from ()
