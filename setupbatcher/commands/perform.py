"""Carrying a command out: its row's texts become the function's parameters, within the time limit."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from setupbatcher import errors
from setupbatcher.commands.context import Context
from setupbatcher.commands.registry import Command, Outcome, Parameter, ParameterKind
from setupbatcher.errors import Failure


async def perform(command: Command, context: Context, texts: Sequence[str]) -> Outcome:
    """Carry a command out.

    Args:
        command: one with a body, so no flow command.
        context: its surroundings; past ``context.timeout`` the command is ended, with all it started.
        texts: the row's parameters, values put in.

    Raises:
        Failure: 87 for texts that do not fit the declaration, 1460 past the time limit, or what the command raises.
    """
    if command.body is None:
        raise Failure(errors.NOT_SUPPORTED, f"{command.name} is carried out by the script itself")
    values = arguments(command, texts)
    try:
        async with asyncio.timeout(context.timeout):
            return await command.body(context, *values) or Outcome()
    except TimeoutError:
        raise Failure(errors.TIMED_OUT, f"{command.name}: no end after {context.timeout:g} s") from None


def arguments(command: Command, texts: Sequence[str]) -> list[object]:
    """The values for a command's function, in order; left-out ones keep their defaults.

    Raises:
        Failure: 87 for too few or too many texts, or one that is not of the declared kind.
    """
    if len(texts) < command.least:
        raise Failure(errors.BAD_PARAMETER, f"{command.name}: too few parameters; expected {command.syntax}")
    values: list[object] = []
    for number, parameter in enumerate(command.parameters):
        if parameter.kind is ParameterKind.LIST:
            values.append(tuple(texts[number:]))
            return values
        if number < len(texts):
            values.append(_value(command, parameter, texts[number]))
    if len(texts) > len(command.parameters):
        raise Failure(errors.BAD_PARAMETER, f"{command.name}: too many parameters; expected {command.syntax}")
    return values


def _value(command: Command, parameter: Parameter, text: str) -> object:
    try:
        if parameter.kind is ParameterKind.INTEGER:
            return int(text)
        if parameter.kind is ParameterKind.SECONDS:
            return _seconds(text)
    except ValueError:
        message = f"{command.name}: {parameter.name} is {text!r}, not {_WORDS[parameter.kind]}"
        raise Failure(errors.BAD_PARAMETER, message) from None
    return text


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 <= seconds < float("inf"):
        raise ValueError(text)
    return seconds


_WORDS = {ParameterKind.INTEGER: "a whole number", ParameterKind.SECONDS: "a number of seconds"}
