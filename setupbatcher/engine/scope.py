"""The variables of a run: who defines a name, and what it is worth now (``language.md``, section 4)."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

from setupbatcher import errors
from setupbatcher.errors import Failure
from setupbatcher.script.aliases import Aliases
from setupbatcher.script.data import DataSection
from setupbatcher.script.reserved import column_number, is_reserved

ASKING = frozenset({"prompt", "prompt.password"})
"""Commands, in lower case, that ask for the value of the variable which they name."""


class RowValues:
    """The fields of the data row that a loop is at."""

    def __init__(self, data: DataSection, line: int) -> None:
        self.line = line
        self._data = data
        self._values = data.fields(line)

    def get(self, name: str) -> str | None:
        """The value of ``colN`` or of a named column; the marker's own column is empty."""
        number = column_number(name) or self._data.names.get(name.lower())
        if number is None:
            return None
        if number > len(self._values) or number == self._data.marker_number:
            return ""
        return self._values[number - 1]


class Scope:
    """What names mean at one point of a run.

    Args:
        aliases: of the script.
        given: names set with ``--set``.
        system: system variables in lower case with the way to their values.
        declared: names that some ``Set`` or ``Prompt`` of the script gives a value, in lower case.
    """

    def __init__(
        self,
        aliases: Aliases,
        given: Mapping[str, str],
        system: Mapping[str, Callable[[], str]],
        declared: frozenset[str],
    ) -> None:
        self._aliases = aliases
        self._given = {name.lower(): value for name, value in given.items()}
        self._system = system
        self._declared = declared
        self._set: dict[str, str] = {}
        self.rows: list[RowValues] = []
        self.unknown: set[str] = set()
        """Names whose value was lost with an earlier run, or is not known in a dry run."""
        self.passing: set[str] = set()
        """Names whose value cannot be worked out again on a resume."""

    def child(self, system: Mapping[str, Callable[[], str]]) -> Scope:
        """The scope of a machine: it begins with what [Init] has set."""
        scope = Scope(self._aliases, self._given, {**self._system, **system}, self._declared)
        scope._set = dict(self._set)
        scope.unknown = set(self.unknown)
        scope.passing = set(self.passing)
        return scope

    def set(self, name: str, value: str, *, lasting: bool = True) -> None:
        """Give a run-time variable its value.

        Args:
            name: of the variable.
            value: of it.
            lasting: the value can be worked out again on a resume.

        Raises:
            Failure: 87, the name is reserved.
        """
        if is_reserved(name):
            raise Failure(errors.BAD_PARAMETER, f"`{name}` is a system variable and cannot be set")
        self._set[name.lower()] = value
        self.unknown.discard(name.lower())
        (self.passing.discard if lasting else self.passing.add)(name.lower())

    def forget(self, name: str) -> None:
        """The value of a run-time variable is not known in this run."""
        self._set.pop(name.lower(), None)
        self.unknown.add(name.lower())

    def given(self, name: str) -> str | None:
        """The value that ``--set`` gives a name."""
        return self._given.get(name.lower())

    def get(self, name: str) -> str | None:
        """The value of a name, or ``None`` where nobody defines it.

        Raises:
            Failure: 87, the name has a value, but not now.
        """
        lowered = name.lower()
        if lowered in self.unknown:
            raise UnknownValue(name)
        if lowered in self._system:
            return self._system[lowered]()
        if lowered == "row" and self.rows:
            return str(self.rows[-1].line)
        if lowered.startswith("env."):
            return os.environ.get(name[len("env.") :], "")
        value = next((value for row in reversed(self.rows) if (value := row.get(name)) is not None), None)
        if value is None:
            value = self._set.get(lowered, self._given.get(lowered))
        if value is None and name in self._aliases:
            value = self._aliases.value(name, self._system_value)
        if value is None and (lowered in self._declared or is_reserved(name)):
            raise UnknownValue(name)
        return value

    def _system_value(self, name: str) -> str | None:
        if name.lower() in self._given:
            return self._given[name.lower()]
        getter = self._system.get(name.lower())
        return getter() if getter else None


class UnknownValue(Failure):
    """A variable of the script that has no value here: not set yet, or lost with an earlier run.

    Attributes:
        name: of the variable.
    """

    def __init__(self, name: str) -> None:
        super().__init__(
            errors.BAD_PARAMETER,
            f"variable `%{name}%` has no value here",
            help="it is not set yet, or was set in an earlier run: remove the marker of the row that sets it, "
            "or set it in a subsection that this row calls with $c(NAME)",
        )
        self.name = name
