"""The front of the catalogue: every diagnostic code with its title, severity and explanation."""

from __future__ import annotations

from setupbatcher.diagnostics.catalogue import (
    access,
    flow,
    names,
    progress,
    rows,
    sections,
    settings,
    tables,
    updatejob,
)
from setupbatcher.diagnostics.catalogue.entry import Entry
from setupbatcher.diagnostics.model import Severity

__all__ = ["Entry", "all_codes", "find", "severity_of"]

_FAMILIES = (sections, settings, rows, flow, names, tables, progress, access, updatejob)
_CODES = {entry.code: entry for family in _FAMILIES for entry in family.ENTRIES}


def find(code: str) -> Entry | None:
    """The entry of a code, in any case, or ``None``."""
    return _CODES.get(code.upper())


def all_codes() -> list[Entry]:
    """Every entry, in the order of the codes."""
    return sorted(_CODES.values(), key=lambda entry: entry.code)


def severity_of(code: str) -> Severity:
    """How bad a finding of a code is.

    Args:
        code: of the catalogue, or the number of an error at run time, which is always an error.

    Raises:
        KeyError: the code is neither.
    """
    return Severity.ERROR if code.isdecimal() else _CODES[code].severity
