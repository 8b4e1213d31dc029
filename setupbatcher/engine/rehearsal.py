"""The dry run: the same walk without machines and without a writer, saying what would be done."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from setupbatcher import events
from setupbatcher.commands.binding import Bound, bind
from setupbatcher.commands.registry import ParameterKind
from setupbatcher.engine.scope import ASKING, UnknownValue
from setupbatcher.engine.step import Performer, Verdict, Where
from setupbatcher.engine.values import Values
from setupbatcher.errors import Failure
from setupbatcher.script.parameters import Argument
from setupbatcher.script.rows import CommandRow


class NoHost:
    """A machine that a dry run does not contact. Whoever asks it anything learns that it cannot be known."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __getattr__(self, attribute: str) -> Any:  # noqa: ANN401 -- nothing is ever returned
        """Whatever is asked of the machine.

        Raises:
            UnknownValue: always.
        """
        what = f"what {self.name} has"
        raise UnknownValue(what)

    @property
    def connected(self) -> bool:
        """As if it were."""
        return True

    def told_of_processes(self, began: Callable[[int], None]) -> NoHost:
        """Itself: it starts none."""
        del began
        return self

    async def close(self) -> None:
        """Nothing to end."""


class Rehearsal(Performer):
    """Carries nothing out."""

    async def perform(self, row: CommandRow, where: Where, values: Values, *, again: bool = False) -> Verdict:  # noqa: ARG002 -- nothing is begun
        """Say what a row would do."""
        bound = bind(row, self._conditions.delimiter)
        assert bound is not None
        place = where()
        number = self.number()
        self._emit(events.CommandStarted(place, row.cell, self.machine, number))
        texts = [await self._known(argument, values, raw=bound.command.raw) for argument in bound.arguments]
        self.log(place, f"would {self._sentence(bound, texts)}" if bound.command.does else row.cell)
        await self._remember(bound, values)
        values.scope.unknown.update(("lastoutput", "lasterror", "lasterrorcode"))
        self._emit(events.CommandDone(place, row.cell, self.machine, number=number))
        return Verdict.GO_ON

    async def ask_again(self, row: CommandRow, where: Where, values: Values) -> None:
        """Nobody is asked, so the value stays unknown."""

    async def decide(self, row: CommandRow, where: Where, holds: Callable[[], Awaitable[bool]]) -> bool:
        """Decide a head where that is possible; else show it as if it held."""
        try:
            return await holds()
        except UnknownValue as unknown:
            self.log(where(), f"{row.cell}: depends on {unknown.name}, which only a run can tell; shown as if it held")
            return True
        except Failure as failure:
            self.log(where(), f"{row.cell}: {failure.message}")
            return False

    async def _known(self, argument: Argument, values: Values, *, raw: bool) -> str:
        try:
            return await values.text(argument.template, raw=raw)
        except UnknownValue:
            return argument.text

    def _sentence(self, bound: Bound, texts: list[str]) -> str:
        parts: dict[str, object] = {}
        for index, parameter in enumerate(bound.command.parameters):
            if parameter.kind is ParameterKind.LIST:
                parts[parameter.name] = " ".join(texts[index:])
            else:
                parts[parameter.name] = texts[index] if index < len(texts) else parameter.default
        return bound.command.does.format_map(parts).strip()

    async def _remember(self, bound: Bound, values: Values) -> None:
        asking = bound.command.name.lower() in ASKING
        if not (asking or bound.command.name == "Set") or not bound.arguments:
            return
        name = bound.arguments[0].text
        if asking:
            given = values.scope.given(name)
            values.scope.forget(name) if given is None else values.scope.set(name, given)
            return
        try:
            value = await values.text(bound.arguments[1].template) if len(bound.arguments) > 1 else ""
        except UnknownValue:
            values.scope.forget(name)
        else:
            values.scope.set(name, value)
