"""Lists and counts in messages, so that no message builds its own plural."""

from __future__ import annotations

from collections.abc import Iterable


def count(number: int, noun: str, plural: str = "") -> str:
    """A number with its noun: ``1 error``, ``2 errors``.

    Args:
        number: of things.
        noun: for one of them.
        plural: for several; the noun with an ``s`` unless given.
    """
    return f"{number} {noun}" if number == 1 else f"{number} {plural or noun + 's'}"


def one_of(words: Iterable[str]) -> str:
    """Words to choose from, in their order: ```a`, `b` or `c```."""
    return _joined(words, "or")


def all_of(words: Iterable[str]) -> str:
    """Words that belong together, in their order: ```a`, `b` and `c```."""
    return _joined(words, "and")


def _joined(words: Iterable[str], last: str) -> str:
    quoted = [f"`{word}`" for word in words]
    if len(quoted) < 2:  # noqa: PLR2004 -- one word or none needs no joining
        return "".join(quoted)
    return f"{', '.join(quoted[:-1])} {last} {quoted[-1]}"
