"""The inline functions of a parameter (``language.md``, section 4): names and what they take."""

from __future__ import annotations

from typing import NamedTuple


class Function(NamedTuple):
    """One inline function.

    Attributes:
        name: in the reference's spelling.
        parameters: their names.
        required: how many of them must be given.
        meaning: one line.
        example: how it is written.
    """

    name: str
    parameters: tuple[str, ...]
    required: int
    meaning: str
    example: str


CATALOGUE: tuple[Function, ...] = (
    Function(
        "ADpathToRFC1779",
        ("path",),
        1,
        "the distinguished name of a path `\\\\server/ou=…/cn=…`",
        "ADpathToRFC1779(\\\\dc1.acme.com/ou=Staff/cn=Smith)",
    ),
    Function(
        "FileVersion", ("path", "block"), 1, "a version of an executable's version resource", "FileVersion(app.exe)"
    ),
    Function("FileHash", ("path",), 1, "the SHA-256 of a file, in hexadecimal digits", "FileHash(setup.zip)"),
    Function(
        "Exists", ("path",), 1, "`Yes` where a file or folder stands at the path, else `No`", "Exists(/etc/passwd)"
    ),
    Function("Replace", ("text", "old", "new"), 3, "the text with one part replaced by another", "Replace(%col2%, ,_)"),
    Function("RandomPassword", ("length",), 1, "a new random password; a secret", "RandomPassword(16)"),
    Function("Len", ("text",), 1, "the number of characters", "Len(%col2%)"),
    Function("Left", ("text", "count"), 2, "the first characters", "Left(%col2%,3)"),
    Function("Right", ("text", "count"), 2, "the last characters", "Right(%col2%,3)"),
    Function("Mid", ("text", "start", "count"), 2, "characters from a position, counted from 1", "Mid(%col2%,2,3)"),
)

PURE = frozenset({"ADpathToRFC1779", "Replace", "Len", "Left", "Right", "Mid"})
"""Functions of their arguments alone; what they give can be worked out again on a resume."""

_BY_NAME = {function.name.lower(): function for function in CATALOGUE}


def find_function(name: str) -> Function | None:
    """The function of a name, in any case."""
    return _BY_NAME.get(name.lower())
