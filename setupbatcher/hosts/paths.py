"""The text of a path, as a script writes it, checked before a machine sees it."""

from __future__ import annotations

from setupbatcher import errors
from setupbatcher.errors import Failure


def checked(text: str) -> str:
    """The text of a path, unchanged.

    Raises:
        Failure: 161 for an empty one, which would mean the base folder itself, and for one with a zero character.
    """
    if not text.strip():
        raise Failure(errors.BAD_PATH, "the path is empty", help="a variable of the row may have no value")
    if "\0" in text:
        raise Failure(errors.BAD_PATH, "the path holds a zero character")
    return text
