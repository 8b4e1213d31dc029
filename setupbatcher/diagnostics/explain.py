"""What a code means and what to do: the text behind ``setupbatcher explain CODE``."""

from __future__ import annotations

import textwrap

from setupbatcher.diagnostics.codes import find
from setupbatcher.errors import MAX_CODE, MEANINGS

_WIDTH = 100
_NOT_EXECUTABLE = 126
_NOT_FOUND = 127
_SIGNALS = range(129, 193)


def explain(code: str) -> str | None:
    """Explain a diagnostic code or the number of an error at run time.

    Args:
        code: such as ``SB301``, in any case, or ``1326``.

    Returns:
        Lines of text with a line end, or ``None`` when the code is of neither kind.
    """
    code = code.strip()
    entry = find(code)
    if entry is not None:
        return _page(f"{entry.code}: {entry.title} ({entry.severity.value})", entry.explanation)
    if not (code.isascii() and code.isdecimal()) or int(code) > MAX_CODE:
        return None
    return _number(int(code))


def _number(number: int) -> str:
    meaning = MEANINGS.get(number)
    if number == 0:
        return _page("0: success", "Nothing went wrong. In a marker success reads `OK`.")
    if meaning is not None:
        return _page(
            f"{number}: {meaning.title}",
            f"What to do: {meaning.help}.",
            f"After a row that starts a program, such as `DOS` or `Run`, {number} can also be the exit status of that "
            f"program, which is recorded as it is; the log says so. Then its own documentation tells what it means.",
        )
    return _page(
        f"{number}: not a code of SetupBatcher",
        "It may be the exit status of a program: what a program that `DOS`, `Run` or `PowerShell` started returns is "
        "recorded as it is. Its own documentation tells what it means, and the log holds what it wrote.",
        _status(number),
    )


def _status(number: int) -> str:
    """What the shell of Linux and macOS means by an exit status, if it is one of its own."""
    if number == _NOT_EXECUTABLE:
        return "A shell of Linux or macOS returns 126 for a program that is there but cannot be executed."
    if number == _NOT_FOUND:
        return "A shell of Linux or macOS returns 127 for a program that it does not find."
    if number in _SIGNALS:
        return f"A shell of Linux or macOS returns {number} for a program that signal {number - 128} ended."
    return ""


def _page(title: str, *paragraphs: str) -> str:
    wrapped = (textwrap.fill(paragraph, _WIDTH, break_on_hyphens=False) for paragraph in paragraphs if paragraph)
    return "\n\n".join((title, *wrapped)) + "\n"
