"""Binds a row to the command that it names: its parameters as the declaration wants them."""

from __future__ import annotations

from typing import NamedTuple

from setupbatcher.commands import registry
from setupbatcher.commands.registry import Command, ParameterKind
from setupbatcher.script.parameters import Argument, raw_argument, split_arguments
from setupbatcher.script.rows import CommandRow


class Bound(NamedTuple):
    """A row and its command.

    Attributes:
        command: the declaration.
        arguments: the row's parameters; offsets count within the command cell.
        unclosed: offset of a quote that is never closed and so hides delimiters, else ``None``.
    """

    command: Command
    arguments: tuple[Argument, ...]
    unclosed: int | None = None


def bind(row: CommandRow, delimiter: str) -> Bound | None:
    """Bind a row, or return ``None`` where no command has its name.

    Args:
        row: a row with a statement.
        delimiter: ``BatchSettings.CommandDelimiter``.
    """
    statement = row.statement
    command = registry.find(statement.name)
    if command is None:
        return None
    tail, start = statement.tail, statement.tail_start
    kinds = [parameter.kind for parameter in command.parameters]
    if len(kinds) == 1 and kinds[0] in {ParameterKind.LINE, ParameterKind.CONDITION}:
        return Bound(command, (raw_argument(tail, start),) if tail.strip() else ())
    count = None if not kinds or kinds[-1] is ParameterKind.LIST else len(kinds)
    split = split_arguments(tail, start, count, delimiter)
    return Bound(command, split.items, split.unclosed)
