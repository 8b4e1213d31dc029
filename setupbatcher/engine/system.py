"""The system variables of a run, and the names that its script gives values to (``language.md``, section 4)."""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from setupbatcher.engine.scope import ASKING
from setupbatcher.markers.book import Book
from setupbatcher.script.rows import MachineRow, RowKind

Getters = dict[str, Callable[[], str]]
"""System variables in lower case, with the way to their values."""


def of_run(script: Path) -> Getters:
    """The system variables of a run before it is on any machine."""
    folder = script.resolve().parent
    return {
        "scriptdir": lambda: str(folder),
        "scriptname": lambda: script.name,
        "today": lambda: _now("%Y-%m-%d"),
        "now": lambda: _now("%Y-%m-%d %H:%M:%S"),
        "machine": str,
        "machinerole": str,
        "platform": str,
    }


def _now(form: str) -> str:
    return datetime.now().astimezone().strftime(form)


def of_machine(row: MachineRow | None) -> Getters:
    """The system variables of a machine; ``None`` is this one, in a script without [Machines]."""
    if row is None:
        return {"machine": socket.gethostname, "machinerole": str, "platform": str}
    return {"machine": lambda: row.name, "machinerole": lambda: row.role, "platform": lambda: row.platform}


def declared_names(book: Book) -> frozenset[str]:
    """The names that some row gives a value, in lower case."""
    delimiter = book.document.settings.get("BatchSettings.CommandDelimiter")
    rows = (row for section in book.command_sections() for row in section.rows if row.kind is RowKind.ROW)
    names = (row.statement.tail.split(delimiter)[0].strip().lower() for row in rows if row.name in {"set", *ASKING})
    return frozenset(name for name in names if name)


def given_passwords(book: Book, given: Mapping[str, str]) -> list[str]:
    """The values that the command line gives variables of ``Prompt.Password``."""
    delimiter = book.document.settings.get("BatchSettings.CommandDelimiter")
    rows = (row for section in book.command_sections() for row in section.rows if row.name == "prompt.password")
    asked = {row.statement.tail.split(delimiter)[0].strip().lower() for row in rows}
    return [value for name, value in given.items() if name.lower() in asked]
