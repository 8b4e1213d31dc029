"""*Did you mean*: the known word that a mistyped one is close to."""

from __future__ import annotations

from collections.abc import Iterable

from setupbatcher.diagnostics.phrases import one_of

_LETTERS_PER_SLIP = 3
_MOST_SLIPS = 3
_FEW = 8


def did_you_mean(word: str, candidates: Iterable[str]) -> str | None:
    """The candidate nearest to a word, or ``None`` when none is near enough.

    A slip is a letter too many, too few, wrong, or swapped with its neighbour; one is allowed for each three letters,
    three at most, and case counts for nothing. When no candidate is near, the last part of a dotted name will do if
    only one candidate has it: ``EndLoop`` for ``Data.EndLoop``.
    """
    known = sorted(set(candidates))
    typed = word.lower()
    allowed = min(_MOST_SLIPS, max(1, len(typed) // _LETTERS_PER_SLIP))
    near = [(slips, name) for name in known if (slips := _slips(typed, name.lower(), allowed)) <= allowed]
    # A word of one or two letters is within one slip of half the alphabet: there it must be only case that differs.
    if len(typed) < _LETTERS_PER_SLIP:
        near = [found for found in near if not found[0]]
    if near:
        return min(near)[1]
    ends = [name for name in known if typed and name.lower().endswith(f".{typed}")]
    return ends[0] if len(ends) == 1 else None


def hint(word: str, candidates: Iterable[str], otherwise: str | None = None) -> str | None:
    """The text of a ``help:`` line for a word that is not known.

    Args:
        word: what was written.
        candidates: what could have been meant.
        otherwise: the help when nothing is near; without it a short list of candidates is given in full.
    """
    known = sorted(set(candidates))
    meant = did_you_mean(word, known)
    if meant is not None:
        return f"did you mean `{meant}`?"
    if otherwise is not None:
        return otherwise
    return f"use {one_of(known)}" if 0 < len(known) <= _FEW else None


def _slips(left: str, right: str, most: int) -> int:
    """How many slips lead from one text to another; any number above ``most`` means: too many."""
    if abs(len(left) - len(right)) > most:
        return most + 1
    before_last: list[int] = []
    last = list(range(len(right) + 1))
    for row, char in enumerate(left, 1):
        this = [row]
        for column, other in enumerate(right, 1):
            cost = min(last[column] + 1, this[-1] + 1, last[column - 1] + (char != other))
            if row > 1 and column > 1 and char == right[column - 2] and left[row - 2] == other:
                cost = min(cost, before_last[column - 2] + 1)
            this.append(cost)
        if min(this) > most:
            return most + 1
        before_last, last = last, this
    return last[-1]
