"""The flow of a command section: its rows as steps, loops and chains of ``If`` (``language.md``, section 5)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from setupbatcher.script.labels import SectionId, data_section
from setupbatcher.script.rows import CommandRow, RowKind


class Step(NamedTuple):
    """One command."""

    row: CommandRow


class Loop(NamedTuple):
    """``Data.Loop`` or ``xData.Loop N`` with its body; ``end`` is ``None`` where it is never closed."""

    row: CommandRow
    data: SectionId
    body: list[Block]
    end: CommandRow | None = None


class Branch(NamedTuple):
    """A head (``If``, ``ElseIf``, ``Else``) with the rows under it."""

    row: CommandRow
    body: list[Block]


class Chain(NamedTuple):
    """``If`` … ``EndIf``."""

    branches: list[Branch]
    end: CommandRow | None = None


Block = Step | Loop | Chain


class Stray(NamedTuple):
    """A row that closes or continues what is not open, and the name of what it needs."""

    row: CommandRow
    opening: str


class Flow(NamedTuple):
    """The blocks of a section, with what is wrong with their nesting.

    Attributes:
        blocks: one after another.
        strays: rows that end or continue what is not open.
        unclosed: rows that open a block which is never closed.
        deep: rows that open a block inside too many others; these blocks are left out.
    """

    blocks: tuple[Block, ...]
    strays: tuple[Stray, ...]
    unclosed: tuple[CommandRow, ...]
    deep: tuple[CommandRow, ...] = ()


LOOPS = {"data.loop": "data.endloop", "xdata.loop": "xdata.endloop"}
ENDS = frozenset({"data.endloop", "xdata.endloop", "endif"})
"""Rows that carry no marker."""
MOST_NESTED = 50
"""Blocks that may lie one inside the other."""


def read_flow(rows: list[CommandRow]) -> Flow:
    """Nest the rows of a section. Rows with wrong nesting are reported and left out."""
    builder = _Builder()
    for row in rows:
        if row.kind is RowKind.ROW:
            builder.add(row)
    return builder.finish()


class _Builder:
    """A stack of open blocks."""

    def __init__(self) -> None:
        self._top: list[Block] = []
        self._open: list[Loop | Chain] = []
        self._strays: list[Stray] = []
        self._unclosed: list[CommandRow] = []
        self._deep: list[CommandRow] = []
        self._left_out = 0

    def add(self, row: CommandRow) -> None:
        name = row.name
        if self._is_left_out(row):
            return
        if name in LOOPS:
            loop = Loop(row, _loop_data(row), [])
            self._body().append(loop)
            self._open.append(loop)
        elif name == "if":
            chain = Chain([Branch(row, [])])
            self._body().append(chain)
            self._open.append(chain)
        elif name in {"elseif", "else"}:
            self._continue(row)
        elif name in ENDS:
            self._close(row)
        else:
            self._body().append(Step(row))

    def finish(self) -> Flow:
        for block in reversed(self._open):
            self._unclosed.append(_head(block))
        return Flow(tuple(self._top), tuple(self._strays), tuple(self._unclosed), tuple(self._deep))

    def _is_left_out(self, row: CommandRow) -> bool:
        """The row belongs to a block that lies too deep."""
        if row.name in LOOPS or row.name == "if":
            if len(self._open) < MOST_NESTED:
                return False
            self._deep.append(row)
            self._left_out += 1
            return True
        left_out = self._left_out > 0
        if left_out and row.name in ENDS:
            self._left_out -= 1
        return left_out

    def _body(self) -> list[Block]:
        if not self._open:
            return self._top
        block = self._open[-1]
        return block.body if isinstance(block, Loop) else block.branches[-1].body

    def _continue(self, row: CommandRow) -> None:
        chain = self._open[-1] if self._open else None
        if not isinstance(chain, Chain) or chain.branches[-1].row.name == "else":
            self._strays.append(Stray(row, "If"))
            return
        chain.branches.append(Branch(row, []))

    def _close(self, row: CommandRow) -> None:
        """Close the innermost block of the right kind; what is still open inside it was never closed."""
        for depth in range(len(self._open) - 1, -1, -1):
            if _closes(row.name, self._open[depth]):
                for block in reversed(self._open[depth + 1 :]):
                    self._unclosed.append(_head(block))
                closed = self._open[depth]._replace(end=row)
                del self._open[depth:]
                # It was added to what it stands in when it was opened, and nothing has come behind it.
                self._body()[-1] = closed
                return
        opening = {"data.endloop": "Data.Loop", "xdata.endloop": "xData.Loop"}.get(row.name, "If")
        self._strays.append(Stray(row, opening))


def _closes(name: str, block: Loop | Chain) -> bool:
    if isinstance(block, Chain):
        return name == "endif"
    return LOOPS[block.row.name] == name


def _head(block: Loop | Chain) -> CommandRow:
    return block.row if isinstance(block, Loop) else block.branches[0].row


def _loop_data(row: CommandRow) -> SectionId:
    if row.name == "data.loop":
        return data_section()
    number = row.statement.tail.strip()
    return data_section(int(number)) if number.isdecimal() and int(number) > 0 else data_section(0)


def all_rows(blocks: list[Block] | tuple[Block, ...]) -> Iterator[CommandRow]:
    """The rows of blocks that can carry a marker, in order."""
    for block in blocks:
        match block:
            case Step(row):
                yield row
            case Loop(row, _, body, _):
                yield row
                yield from all_rows(body)
            case Chain(branches, _):
                for branch in branches:
                    yield branch.row
                    yield from all_rows(branch.body)


def all_loops(
    blocks: list[Block] | tuple[Block, ...], outer: tuple[Loop, ...] = ()
) -> Iterator[tuple[Loop, tuple[Loop, ...]]]:
    """Every loop with those around it, outermost first."""
    for block in blocks:
        match block:
            case Loop():
                yield block, outer
                yield from all_loops(block.body, (*outer, block))
            case Chain(branches, _):
                for branch in branches:
                    yield from all_loops(branch.body, outer)
            case Step():
                pass


def all_chains(blocks: list[Block] | tuple[Block, ...]) -> Iterator[Chain]:
    """Every chain of ``If``, outer ones before those inside."""
    for block in blocks:
        match block:
            case Loop():
                yield from all_chains(block.body)
            case Chain(branches, _):
                yield block
                for branch in branches:
                    yield from all_chains(branch.body)
            case Step():
                pass
