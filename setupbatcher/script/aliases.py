"""Aliases and constants: any ``Name=Value`` of [Settings] that is no setting (``language.md``, section 4)."""

from __future__ import annotations

import os
import re
from collections.abc import Callable

from setupbatcher.script.settings import is_setting_name
from setupbatcher.script.template import Template, Variable, parse_template

NAME = re.compile(r"[^\W\d_][\w.]*")
"""A letter, then letters, digits, ``_``, ``.``"""

Lookup = Callable[[str], str | None]


class CircleError(Exception):
    """Aliases that refer to each other.

    Attributes:
        names: the circle, its first name repeated at the end.
    """

    def __init__(self, names: list[str]) -> None:
        super().__init__(" → ".join(names))
        self.names = names


class Aliases:
    """The aliases of a script; their values may refer to others, in any order.

    Args:
        rows: name and value of every row of [Settings], settings included; the first of a name wins.
    """

    def __init__(self, rows: list[tuple[str, str]]) -> None:
        self._templates: dict[str, Template] = {}
        self.names: dict[str, str] = {}
        for name, value in rows:
            if name.lower() not in self.names:
                self.names[name.lower()] = name
                self._templates[name.lower()] = parse_template(value, functions=False)

    def __contains__(self, name: str) -> bool:
        """An alias of that name, in any case, is there."""
        return name.lower() in self.names and not is_setting_name(name)

    def value(self, name: str, lookup: Lookup | None = None, path: tuple[str, ...] = ()) -> str:
        """The value of a row, references filled in; a name that nobody knows stays as it is written.

        Args:
            name: of an alias or a setting that the script has.
            lookup: finds what is no alias, such as ``ScriptDir``.
            path: names on the way, to find circles.

        Raises:
            CircleError: the aliases refer to each other.
        """
        key = name.lower()
        if key in path:
            circle = [*path[path.index(key) :], key]
            raise CircleError([self.names[part] for part in circle])
        pieces = []
        for part in self._templates[key].parts:
            if isinstance(part, str):
                pieces.append(part)
            elif isinstance(part, Variable):
                pieces.append(self._reference(part, lookup, (*path, key)))
        return "".join(pieces)

    def references(self, name: str) -> list[Variable]:
        """The variables that a row's value refers to."""
        return list(self._templates[name.lower()].variables())

    def _reference(self, part: Variable, lookup: Lookup | None, path: tuple[str, ...]) -> str:
        from setupbatcher.script.filters import FILTERS  # noqa: PLC0415 -- seldom needed while a script is read

        value: str | None
        if part.name in self:
            value = self.value(part.name, lookup, path)
        elif part.name.lower().startswith("env."):
            value = os.environ.get(part.name[len("env.") :], "")
        else:
            value = lookup(part.name) if lookup else None
        if value is None:
            return "%" + "|".join((part.name, *part.filters)) + "%"
        for name in part.filters:
            value = FILTERS[name.lower()](value) if name.lower() in FILTERS else value
        return value
