"""What a program wrote, as text."""

from __future__ import annotations

import codecs
import os
from functools import cache


def decode(data: bytes) -> str:
    """The text of a program's output: UTF-8 if it is valid, else the machine's code page.

    The code page of this machine is asked of the system; one that does not fit, or that is UTF-8 itself, gives way to
    Windows-1252, whose five undefined bytes are taken one to one, so that no byte is lost.
    """
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        return data.decode(_code_page())
    except UnicodeDecodeError:
        return "".join(_characters()[byte] for byte in data)


def last_output(data: bytes) -> str:
    """The text for ``%LastOutput%``: decoded, the line ends at its end taken off."""
    return decode(data).rstrip("\r\n")


@cache
def _code_page() -> str:
    if os.name == "nt":
        import ctypes  # noqa: PLC0415 -- exists for this on Windows only

        return f"cp{ctypes.windll.kernel32.GetOEMCP()}"  # type: ignore[attr-defined,unused-ignore]
    import locale  # noqa: PLC0415 -- asked for only when output is not UTF-8

    name = locale.getlocale(locale.LC_CTYPE)[1] or "cp1252"
    try:
        return "cp1252" if codecs.lookup(name).name in {"utf-8", "ascii"} else name
    except LookupError:
        return "cp1252"


@cache
def _characters() -> list[str]:
    """Windows-1252 by its bytes."""
    characters = [bytes([byte]).decode("cp1252", "replace") for byte in range(256)]
    for undefined in (0x81, 0x8D, 0x8F, 0x90, 0x9D):
        characters[undefined] = chr(undefined)
    return characters
