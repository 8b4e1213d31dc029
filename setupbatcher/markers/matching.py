"""Finds the lines of an old text in a new one: which row is which after somebody edited the script."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher

from setupbatcher.text.edits import common_length

_DIFF_AT_MOST = 4000
"""Lines between the common beginning and end that are compared by a diff; more are matched by their text alone."""


def match_lines(old: Sequence[str], new: Sequence[str]) -> list[int | None]:
    """For each line of the old text its index in the new one; ``None`` where it was changed or removed.

    Lines that stand between the same neighbours are found by a diff. A line that was moved is found by its text, if
    that is there once before and once after.
    """
    found: list[int | None] = [None] * len(old)
    head = common_length(old, new)
    tail = common_length(old[head:][::-1], new[head:][::-1])
    for index in range(head):
        found[index] = index
    for index in range(1, tail + 1):
        found[-index] = len(new) - index
    middle = old[head : len(old) - tail], new[head : len(new) - tail]
    if middle[0] and middle[1] and max(map(len, middle)) <= _DIFF_AT_MOST:
        for block in SequenceMatcher(None, *middle, autojunk=False).get_matching_blocks():
            for step in range(block.size):
                found[head + block.a + step] = head + block.b + step
    _moved(old, new, found)
    return found


def _moved(old: Sequence[str], new: Sequence[str], found: list[int | None]) -> None:
    taken = {index for index in found if index is not None}
    left = [index for index, place in enumerate(found) if place is None]
    free = [index for index in range(len(new)) if index not in taken]
    before, after = Counter(old[index] for index in left), Counter(new[index] for index in free)
    places = {new[index]: index for index in free}
    for index in left:
        text = old[index]
        if text.strip() and before[text] == after[text] == 1:
            found[index] = places[text]
