"""Aliases and constants: any ``Name=Value`` of [Settings] that is no setting (``language.md``, section 4)."""

from __future__ import annotations

import os
import re
from collections.abc import Callable

from setupbatcher.script.filters import FILTERS
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
        self._values: dict[str, str] = {}
        self.names: dict[str, str] = {}
        for name, value in rows:
            if name.lower() not in self.names:
                self.names[name.lower()] = name
                self._templates[name.lower()] = parse_template(value, functions=False)

    def __contains__(self, name: str) -> bool:
        """An alias of that name, in any case, is there."""
        return name.lower() in self.names and not is_setting_name(name)

    def value(self, name: str, lookup: Lookup | None = None) -> str:
        """The value of a row, references filled in; a name that nobody knows stays as it is written.

        Args:
            name: of an alias or a setting that the script has.
            lookup: finds what is no alias, such as ``ScriptDir``.

        Raises:
            CircleError: the aliases refer to each other.
        """
        # What depends on nobody's lookup is worked out once.
        values = self._values if lookup is None else {}
        path = [name.lower()] if name.lower() not in values else []
        while path:
            key = path[-1]
            needed = (part.name for part in self._templates[key].variables() if part.name in self)
            missing = next((each.lower() for each in needed if each.lower() not in values), None)
            if missing is None:
                values[key] = self._filled(key, values, lookup)
                path.pop()
            elif missing in path:
                circle = [*path[path.index(missing) :], missing]
                raise CircleError([self.names[part] for part in circle])
            else:
                path.append(missing)
        return values[name.lower()]

    def references(self, name: str) -> list[Variable]:
        """The variables that a row's value refers to."""
        return list(self._templates[name.lower()].variables())

    def _filled(self, key: str, values: dict[str, str], lookup: Lookup | None) -> str:
        """A value whose references to aliases all have their values."""
        pieces = []
        for part in self._templates[key].parts:
            if isinstance(part, str):
                pieces.append(part)
            elif isinstance(part, Variable):
                pieces.append(self._reference(part, values, lookup))
        return "".join(pieces)

    def _reference(self, part: Variable, values: dict[str, str], lookup: Lookup | None) -> str:
        value: str | None
        if part.name in self:
            value = values[part.name.lower()]
        elif part.name.lower().startswith("env."):
            value = os.environ.get(part.name[len("env.") :], "")
        else:
            value = lookup(part.name) if lookup else None
        if value is None:
            return "%" + "|".join((part.name, *part.filters)) + "%"
        for name in part.filters:
            value = FILTERS[name.lower()](value) if name.lower() in FILTERS else value
        return value
