"""The variables that SetupBatcher sets itself; nothing in a script takes their names (``language.md``, section 4)."""

from __future__ import annotations

import re

SYSTEM = (
    "Machine",
    "MachineRole",
    "Platform",
    "Row",
    "LastErrorCode",
    "LastError",
    "LastOutput",
    "ScriptDir",
    "ScriptName",
    "Today",
    "Now",
)
"""Their names, in the reference's spelling; ``colN`` and ``Env.NAME`` come on top."""

PASSING = frozenset({"lasterrorcode", "lasterror", "lastoutput", "today", "now"})
"""Those whose value a resumed run cannot work out again, in lower case."""

_NAMES = frozenset(name.lower() for name in SYSTEM)
_COLUMN = re.compile(r"col(?P<number>0*[1-9][0-9]*)", re.IGNORECASE | re.ASCII)


def is_system(name: str) -> bool:
    """A system variable of this name exists, ``Env.NAME`` included."""
    return name.lower() in _NAMES or name.lower().startswith("env.")


def column_number(name: str) -> int | None:
    """The N of ``colN``, from 1; ``None`` for any other name."""
    match = _COLUMN.fullmatch(name)
    return int(match["number"]) if match else None


def is_reserved(name: str) -> bool:
    """Nobody but SetupBatcher gives this name a value."""
    return is_system(name) or re.fullmatch(r"col[0-9]+", name, re.IGNORECASE | re.ASCII) is not None
