"""Several workers at once, with the errors of one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable


async def together(count: int, work: Callable[[], Awaitable[None]], trouble: Callable[[], None]) -> None:
    """Run workers at the same time until all have ended.

    Args:
        count: how many.
        work: what each does.
        trouble: told when one has met an error; the others go on until they end by themselves.

    Raises:
        BaseException: the first that a worker has met, as it was.
    """
    if count <= 1:
        await work()
        return
    met: list[BaseException] = []

    async def one() -> None:
        try:
            await work()
        except Exception as error:  # noqa: BLE001 -- raised again once all have ended
            met.append(error)
            trouble()
        except asyncio.CancelledError:
            raise
        except BaseException as error:
            met.append(error)
            raise

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(count):
                group.create_task(one())
    except BaseExceptionGroup:
        if not met:
            raise
    if met:
        raise met[0]
