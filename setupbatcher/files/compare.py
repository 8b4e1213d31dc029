"""Whether two files have the same content."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

from setupbatcher.files.place import Place
from setupbatcher.hosts.base import Stat


async def same_content(one: Place, other: Place) -> bool:
    """Compare byte by byte, in bounded memory. Times are no proof: builds and archives give all files the same one."""
    async with aclosing(one.read()) as left, aclosing(other.read()) as right:
        return await _same(left, right)


def may_be_same(one: Stat, other: Stat | None) -> bool:
    """Whether a look at the content is worth while."""
    return other is not None and one.kind is other.kind and one.size == other.size


async def _same(left: AsyncGenerator[bytes, None], right: AsyncGenerator[bytes, None]) -> bool:
    first, second = b"", b""
    while True:
        first = first or await anext(left, b"")
        second = second or await anext(right, b"")
        if not first or not second:
            return first == second
        size = min(len(first), len(second))
        if first[:size] != second[:size]:
            return False
        first, second = first[size:], second[size:]
