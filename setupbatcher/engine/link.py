"""The connection to one machine, which commands at work on it share."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from setupbatcher.hosts.base import Host


class Link:
    """A connected machine; a connection that was lost is made anew, once for all who miss it.

    Args:
        host: the machine.
        connect: connects again; ``None`` for a machine that has no connection to lose.
    """

    def __init__(self, host: Host, connect: Callable[[], Awaitable[Host]] | None = None) -> None:
        self.host = host
        self._connect = connect
        self._lock = asyncio.Lock()

    async def renew(self, lost: Host) -> Host:
        """The machine behind a new connection.

        Args:
            lost: the host whose connection is gone; somebody else may have replaced it already.

        Raises:
            Failure: it cannot be reached.
        """
        async with self._lock:
            if self._connect is not None and self.host is lost:
                await lost.close()
                self.host = await self._connect()
            return self.host

    async def close(self) -> None:
        """End the connection."""
        await self.host.close()
