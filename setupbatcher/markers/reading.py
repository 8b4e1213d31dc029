"""Reads a script, or says why it cannot be had. What only looks at one needs neither a lock nor the writer."""

from __future__ import annotations

import contextlib
from pathlib import Path

from setupbatcher.diagnostics.model import Diagnostic
from setupbatcher.script.document import Document
from setupbatcher.text import Span, UndecodableError
from setupbatcher.text.store import Store

JOURNAL = "journal"


class ScriptError(Exception):
    """The script cannot be taken.

    Attributes:
        diagnostic: what is wrong; it has no text to point into.
        locked: another run has the script.
    """

    def __init__(self, diagnostic: Diagnostic, *, locked: bool = False) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic
        self.locked = locked


def problem(code: str, message: str, help_text: str, *, locked: bool = False) -> ScriptError:
    """The error for a script that cannot be had."""
    return ScriptError(Diagnostic(code, message, Span(0, 0), help_text), locked=locked)


def read(store: Store) -> tuple[bytes, Document]:
    """The bytes of a script and what they say.

    Raises:
        ScriptError: it cannot be read or decoded.
    """
    try:
        data = store.read()
    except OSError as error:
        raise _unreadable(store.path, error) from error
    try:
        return data, Document.from_bytes(data)
    except UndecodableError as error:
        raise _undecodable(store.path, error) from error


def current(path: Path) -> Document:
    """A script with its markers as they are now, those of a run that is on or has crashed included.

    Raises:
        ScriptError: it cannot be read or decoded.
    """
    store = Store(path)
    with contextlib.suppress(OSError):
        if store.beside(JOURNAL).exists():
            from setupbatcher.markers.custody import look  # noqa: PLC0415 -- most scripts have no journal beside them

            return look(path).book.current()
    return read(store)[1]


def _unreadable(path: Path, error: OSError) -> ScriptError:
    reason = (error.strerror or str(error)).lower()
    return problem("SB801", f"`{path}` cannot be read: {reason}", "check the name and your rights to the file")


def _undecodable(path: Path, error: UndecodableError) -> ScriptError:
    return problem(
        "SB802",
        f"`{path}` cannot be decoded: {error.reason}, at byte {error.offset}",
        "save it as UTF-8, as UTF-16 with a byte order mark, or as Windows-1252",
    )


__all__ = ["JOURNAL", "ScriptError", "current", "problem", "read"]
