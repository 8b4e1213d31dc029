"""What a fix changes, line by line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import NamedTuple

from setupbatcher.text import Edit, LineTable, Span, apply
from setupbatcher.text.edits import common_length

_LINE_END = re.compile(r"\r\n|\n|\r")


class Change(NamedTuple):
    """A line that a fix takes away or puts in.

    Attributes:
        number: of the line, from 1; in the new text for a line put in.
        added: put in, not taken away.
        text: of the line.
        span: the part of it that differs from its counterpart.
    """

    number: int
    added: bool
    text: str
    span: Span


def changes(text: str, lines: LineTable, edits: Sequence[Edit]) -> Iterator[Change]:
    """The changed lines from the top, of each place the old ones before the new ones.

    Args:
        text: that the edits are of.
        lines: its line table.
        edits: that do not overlap.
    """
    shift = 0
    for group in _groups(lines, edits):
        first = lines.position(group[0].span.start).line
        block = Span(lines.span(first).start, lines.span(lines.position(group[-1].span.end).line).end)
        moved = [Edit(Span(edit.span.start - block.start, edit.span.end - block.start), edit.text) for edit in group]
        before = text[block.start : block.end]
        old, new = _LINE_END.split(before), _LINE_END.split(apply(before, moved))
        same = common_length(old, new)
        tail = common_length(old[same:][::-1], new[same:][::-1])
        yield from _pairs(old[same : len(old) - tail], new[same : len(new) - tail], first + same, shift)
        shift += len(new) - len(old)


def _groups(lines: LineTable, edits: Sequence[Edit]) -> Iterator[list[Edit]]:
    """Edits that share a line, together."""
    group: list[Edit] = []
    for edit in sorted(edits):
        if group and lines.position(edit.span.start).line > lines.position(group[-1].span.end).line:
            yield group
            group = []
        group.append(edit)
    if group:
        yield group


def _pairs(old: list[str], new: list[str], number: int, shift: int) -> Iterator[Change]:
    spans = [_difference(before, after) for before, after in zip_longest(old, new, fillvalue="")]
    for index, line in enumerate(old):
        yield Change(number + index, added=False, text=line, span=spans[index][0])
    for index, line in enumerate(new):
        yield Change(number + index + shift, added=True, text=line, span=spans[index][1])


def _difference(old: str, new: str) -> tuple[Span, Span]:
    head = common_length(old, new)
    tail = common_length(old[head:][::-1], new[head:][::-1])
    return Span(head, len(old) - tail), Span(head, len(new) - tail)
