"""Puts values into templates and conditions, last of all, so that they never change a row's shape."""

from __future__ import annotations

import re
from collections.abc import Callable

from setupbatcher import errors
from setupbatcher.engine import functions
from setupbatcher.engine.scope import Scope, UnknownValue
from setupbatcher.errors import Failure
from setupbatcher.hosts.base import Host
from setupbatcher.hosts.secrets import Secrets
from setupbatcher.script.condition import All, AnyOf, Comparison, Condition, Not, compare, parse_condition
from setupbatcher.script.filters import FILTERS
from setupbatcher.script.functions import PURE
from setupbatcher.script.reserved import PASSING
from setupbatcher.script.template import Call, Template, Variable

_TRUE = frozenset({"yes", "true", "1"})
_FALSE = frozenset({"no", "false", "0", ""})


class Values:
    """Evaluates in one scope, on one machine.

    Args:
        scope: the variables.
        host: gives the machine whose files functions look at; raises :class:`UnknownValue` in a dry run.
        secrets: learns of passwords that are made.
    """

    def __init__(self, scope: Scope, host: Callable[[], Host], secrets: Secrets) -> None:
        self.scope = scope
        self._host = host
        self._secrets = secrets

    async def text(self, template: Template, *, raw: bool = False) -> str:
        """A template filled in.

        Args:
            template: parsed.
            raw: a name that nobody defines is left to the shell, as it is written.

        Raises:
            Failure: a variable without a value, or a function that failed.
        """
        constant = template.constant
        if constant is not None:
            return constant
        parts = []
        for part in template.parts:
            if isinstance(part, Variable):
                parts.append(self._variable(part, raw=raw))
            elif isinstance(part, Call):
                arguments = [await self.text(argument) for argument in part.arguments]
                parts.append(await self._call(part.function, arguments))
            else:
                parts.append(part)
        return "".join(parts)

    async def _call(self, name: str, arguments: list[str]) -> str:
        if name in PURE:
            return await functions.call(name, arguments, _NoHost, self._secrets)  # type: ignore[arg-type]
        return await functions.call(name, arguments, self._host(), self._secrets)

    def _variable(self, part: Variable, *, raw: bool) -> str:
        value = self.scope.get(part.name)
        if value is None:
            if raw:
                return "%" + "|".join((part.name, *part.filters)) + "%"
            raise UnknownValue(part.name)
        written = value
        for name in part.filters:
            written = FILTERS[name.lower()](written)
        if written != value and self._is_secret(value):
            self._secrets.register(written)
        return written

    def _is_secret(self, value: str) -> bool:
        return self._secrets.mask(value) != value

    def holds_secret(self, template: Template) -> bool:
        """Some variable of a template that was filled in has a secret in its value."""
        return any(self._is_secret(self.scope.get(variable.name) or "") for variable in template.variables())

    async def holds(self, text: str) -> bool:
        """Whether a condition is true now; it is parsed before any value is put in.

        Raises:
            Failure: 87, a value is not what the condition takes.
        """
        return await self._holds(parse_condition(text))

    async def _holds(self, condition: Condition) -> bool:
        match condition:
            case Not(term):
                return not await self._holds(term)
            case All(terms) | AnyOf(terms):
                # The first term that decides ends it; the rest is not looked at.
                for term in terms:
                    if await self._holds(term) is isinstance(condition, AnyOf):
                        return isinstance(condition, AnyOf)
                return isinstance(condition, All)
            case Comparison():
                return await self._compared(condition)

    async def _compared(self, comparison: Comparison) -> bool:
        first = await self.text(comparison.left.template)
        if comparison.right is None:
            return _truth(first)
        try:
            return compare(first, comparison.operator, await self.text(comparison.right.template))
        except re.error as error:
            raise Failure(errors.BAD_PARAMETER, f"not a regular expression: {error}") from error

    def replayable(self, template: Template) -> bool:
        """The value can be worked out again: constants, aliases, row values, and variables that could be."""
        pure = all(call.function in PURE for call in template.calls())
        return pure and all(self._is_lasting(variable.name) for variable in template.variables())

    def _is_lasting(self, name: str) -> bool:
        if name.lower() in PASSING or name.lower() in self.scope.passing:
            return False
        try:
            return self.scope.get(name) is not None
        except Failure:
            return False


def _truth(value: str) -> bool:
    lowered = value.strip().lower()
    if lowered in _TRUE:
        return True
    if lowered in _FALSE:
        return False
    message = f"`{value}` is neither Yes nor No"
    raise Failure(errors.BAD_PARAMETER, message, help="compare it with something: %name% = value")


class _NoHost:
    """Stands where a function of its arguments alone is given no machine."""
