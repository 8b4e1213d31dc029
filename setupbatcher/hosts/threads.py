"""Work that a cancelled call must not leave behind half done: calls in threads, and cleaning up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


async def to_the_end(work: Coroutine[Any, Any, T]) -> T:
    """Do a piece of work to its end, also when the call is cancelled meanwhile; the cancellation then follows it.

    Args:
        work: short, because nothing can interrupt it.
    """
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        while not task.done():
            try:
                await asyncio.wait({task})
            except asyncio.CancelledError:
                continue
        if not task.cancelled():
            task.exception()
        raise


async def in_thread(function: Callable[P, T], *arguments: P.args, **keywords: P.kwargs) -> T:
    """Call a blocking function in a thread and wait for it.

    Unlike with :func:`asyncio.to_thread` a cancelled call returns only when the function has, so that who cleans up
    finds nothing still at work.

    Args:
        function: short, because nothing can interrupt it.
        arguments: its arguments.
        keywords: its keyword arguments.
    """
    return await to_the_end(asyncio.to_thread(function, *arguments, **keywords))
