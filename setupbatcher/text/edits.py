"""Edits of a text: small replacements by offset, applied in one pass."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from setupbatcher.text.positions import Span


class Edit(NamedTuple):
    """Replace what a span covers; an empty span inserts."""

    span: Span
    text: str


def apply(text: str, edits: Iterable[Edit]) -> str:
    """Apply edits that do not overlap; their offsets all mean the text given.

    Raises:
        ValueError: two edits overlap.
    """
    parts: list[str] = []
    at = 0
    for edit in sorted(edits):
        if edit.span.start < at:
            message = f"edits overlap at offset {edit.span.start}"
            raise ValueError(message)
        parts.append(text[at : edit.span.start])
        parts.append(edit.text)
        at = edit.span.end
    parts.append(text[at:])
    return "".join(parts)


def common_length(one: Sequence[str], other: Sequence[str]) -> int:
    """How many characters, or lines, two sequences have in common at their beginning."""
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return count
