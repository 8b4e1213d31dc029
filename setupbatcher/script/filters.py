"""Filters of a variable: ``%name|upper%`` (``language.md``, section 4)."""

from __future__ import annotations

from collections.abc import Callable


def _sh(text: str) -> str:
    import shlex  # noqa: PLC0415 -- a check asks for the names of filters only

    return shlex.quote(text)


def _cmd(text: str) -> str:
    """One argument of a ``cmd`` line.

    Doubled quotes keep the value one argument for programs that read their line as the C runtime does; every
    character that ``cmd`` itself acts on is escaped by a caret, the quotes included, so that it never is inside quotes.
    """
    quoted = '"' + text.replace('"', '""') + '"'
    for char in '^"&|<>()%!':
        quoted = quoted.replace(char, "^" + char)
    return quoted.replace("\r", " ").replace("\n", " ")


def _powershell(text: str) -> str:
    """One single-quoted PowerShell string; PowerShell takes typographic quotes for quotes too."""
    for char in "'\u2018\u2019\u201a\u201b":
        text = text.replace(char, char + char)
    return f"'{text}'"


def _json(text: str) -> str:
    import json  # noqa: PLC0415 -- as in _sh

    return json.dumps(text, ensure_ascii=False)


def _url(text: str) -> str:
    from urllib.parse import quote  # noqa: PLC0415 -- as in _sh

    return quote(text, safe="")


FILTERS: dict[str, Callable[[str], str]] = {
    "upper": str.upper,
    "lower": str.lower,
    "trim": str.strip,
    "sh": _sh,
    "cmd": _cmd,
    "ps": _powershell,
    "json": _json,
    "url": _url,
}
"""Every filter by name. ``sh``, ``cmd`` and ``ps`` quote a value for that shell."""

QUOTING = frozenset({"sh", "cmd", "ps", "json", "url"})
"""The filters that make a value safe within a raw line."""
