"""Who gives a value to which variable (``language.md``, section 4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from functools import cached_property

from setupbatcher.script import Document
from setupbatcher.script.blocks import Loop
from setupbatcher.script.reserved import SYSTEM, column_number, is_system


class Origin(Enum):
    """Where a variable's value comes from."""

    ROW = "the current data row"
    SYSTEM = "SetupBatcher itself"
    ALIAS = "[Settings]"
    GIVEN = "the command line"
    TARGET = "a command, while the script runs"


class Names:
    """The names that have a value somewhere in a script.

    Args:
        document: the script.
        given: names of the command line.
        targets: names that commands set, as written, by name in lower case.
    """

    def __init__(self, document: Document, given: Iterable[str], targets: Mapping[str, str]) -> None:
        self._aliases = document.aliases
        self._given = {name.lower(): name for name in given}
        self._targets = targets
        self._headers = {key: data.names for key, data in document.data_sections.items()}
        self._closures: dict[str, frozenset[str]] = {}

    def origin(self, name: str, loops: Iterable[Loop] = ()) -> Origin | None:
        """Where a value comes from in a row with these loops around it; ``None`` for a name that nobody defines."""
        key = name.lower()
        if column_number(name) is not None or key == "row" or self.in_header(name, loops):
            return Origin.ROW
        if is_system(name):
            return Origin.SYSTEM
        if key in self._targets:
            return Origin.TARGET
        if key in self._given:
            return Origin.GIVEN
        return Origin.ALIAS if name in self._aliases else None

    def in_header(self, name: str, loops: Iterable[Loop]) -> bool:
        """The data of one of the loops has a column of this name."""
        return any(name.lower() in self._headers.get(loop.data.key, ()) for loop in loops)

    def in_any_header(self, name: str) -> bool:
        """Some data section of the script has a column of this name."""
        return any(name.lower() in names for names in self._headers.values())

    def reached(self, name: str) -> frozenset[str]:
        """The names, in lower case, that a variable's value is made of: itself, and through aliases all others."""
        key = name.lower()
        if key not in self._closures:
            found: set[str] = set()
            todo = [key]
            while todo:
                one = todo.pop()
                if one in found:
                    continue
                found.add(one)
                if one in self._aliases and one not in self._targets and one not in self._given:
                    todo.extend(inner.name.lower() for inner in self._aliases.references(one))
            self._closures[key] = frozenset(found)
        return self._closures[key]

    @property
    def given(self) -> frozenset[str]:
        """The names of the command line, in lower case."""
        return frozenset(self._given)

    def is_settled(self, name: str) -> bool:
        """The value is known while the settings are read: an alias, or a variable of the environment."""
        return name in self._aliases or name.lower().startswith("env.")

    def known(self, loops: Iterable[Loop] = ()) -> list[str]:
        """All names that could have been meant in a row, for suggestions."""
        fields = [name for loop in loops for name in self._headers.get(loop.data.key, ())]
        return [*self._everywhere, *fields, *(["col1"] if loops else [])]

    @cached_property
    def _everywhere(self) -> list[str]:
        aliases = (name for name in self._aliases.names.values() if name in self._aliases)
        return [*aliases, *self._given.values(), *self._targets.values(), *SYSTEM]
