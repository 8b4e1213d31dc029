"""Splits what follows a command's name into its parameters (``language.md``, section 3)."""

from __future__ import annotations

import re
from typing import NamedTuple

from setupbatcher.script.functions import find_function
from setupbatcher.script.template import Template, parse_template
from setupbatcher.text import Span

_CALL = re.compile(r"\w+\(")


class Argument(NamedTuple):
    """One parameter of a row.

    Attributes:
        span: where its text stands within the command cell, blanks around it left out.
        text: the text with enclosing quotes removed.
        template: the same, parsed.
        shift: offset of the template's text within the command cell, for places inside it.
    """

    span: Span
    text: str
    template: Template
    shift: int


class Arguments(NamedTuple):
    """The parameters of a row; ``unclosed`` is the offset of a quote that is never closed, else ``None``."""

    items: tuple[Argument, ...]
    unclosed: int | None = None


def split_arguments(tail: str, offset: int, count: int | None, delimiter: str) -> Arguments:
    """Split the text behind a command's name.

    Args:
        tail: the text, without the blanks in front.
        offset: where it begins within the command cell.
        count: how many parameters the command declares; the last takes the rest of the row. ``None`` splits all.
        delimiter: one character.
    """
    if not tail:
        return Arguments(())
    items: list[Argument] = []
    start, unclosed = 0, None
    while count is None or len(items) < count - 1:
        end, quote = _next_delimiter(tail, start, delimiter)
        if quote is not None and unclosed is None:
            unclosed = offset + quote
        if end is None:
            break
        items.append(_argument(tail, start, end, offset))
        start = end + 1
    items.append(_argument(tail, start, len(tail), offset))
    return Arguments(tuple(items), unclosed)


def raw_argument(tail: str, offset: int) -> Argument:
    """A line that is taken verbatim, variables excepted."""
    return Argument(Span(offset, offset + len(tail)), tail, parse_template(tail, functions=False), offset)


def _next_delimiter(tail: str, at: int, delimiter: str) -> tuple[int | None, int | None]:
    """The next delimiter outside quotes and function calls, and an unclosed quote before it."""
    while at < len(tail):
        char = tail[at]
        if char == delimiter:
            return at, None
        if char == '"':
            closed = _closing(tail, at)
            if closed is None:
                return None, at
            at = closed + 1
            continue
        call = _CALL.match(tail, at) if (at == 0 or not _is_word(tail[at - 1])) else None
        if call and find_function(call.group()[:-1]) is not None:
            at = _behind_call(tail, call.end())
            continue
        at += 1
    return None, None


def _is_word(char: str) -> bool:
    return char.isalnum() or char == "_"


def _closing(text: str, at: int) -> int | None:
    """The partner of the quote at an offset; two quotes in a row inside are one literal quote."""
    at = text.find('"', at + 1)
    while at >= 0 and text.startswith('"', at + 1):
        at = text.find('"', at + 2)
    return at if at >= 0 else None


def _behind_call(text: str, at: int) -> int:
    depth = 1
    while at < len(text) and depth:
        char = text[at]
        if char == '"':
            at = _closing(text, at) or len(text) - 1
        elif char == "(":
            depth += 1
        elif char == ")":
            depth -= 1
        at += 1
    return at


def _argument(tail: str, start: int, end: int, offset: int) -> Argument:
    while start < end and tail[start] == " ":
        start += 1
    while end > start and tail[end - 1] == " ":
        end -= 1
    text, shift = tail[start:end], offset + start
    span = Span(shift, offset + end)
    if len(text) > 1 and text[0] == '"' and _closing(text, 0) == len(text) - 1:
        text, shift = text[1:-1].replace('""', '"'), shift + 1
    return Argument(span, text, parse_template(text), shift)
