"""Waiting until something holds, with an end."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Self

from setupbatcher import errors
from setupbatcher.commands.context import Context
from setupbatcher.errors import Failure
from setupbatcher.hosts.base import Host

PAUSE = 1.0
"""Seconds between two looks."""

_PASSING = frozenset(
    {
        errors.MACHINE_NOT_FOUND,
        errors.BROKEN_CONNECTION,
        errors.CONNECTION_REFUSED,
        errors.NETWORK_UNREACHABLE,
        errors.HOST_UNREACHABLE,
        errors.TIMED_OUT,
        # A system that starts or ends refuses users whose key and password are right.
        errors.LOGON_FAILURE,
    }
)
"""What may be over when somebody looks again; a changed host key is not."""


class Patience:
    """A time limit around looks that are taken again and again.

    Args:
        seconds: from the beginning of the block on.
        reason: why it is not yet as it should be, until a look says more.

    Raises:
        Failure: 1460 past the limit, with the reason as it is then.
    """

    def __init__(self, seconds: float, reason: str) -> None:
        self._seconds = seconds
        self._reason = reason
        self._clock = asyncio.timeout(seconds)

    async def __aenter__(self) -> Self:
        """Begin."""
        await self._clock.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End, in time or not."""
        try:
            await self._clock.__aexit__(kind, error, trace)
        except TimeoutError:
            message = f"{self._reason}, for {self._seconds:g} s"
            raise Failure(errors.TIMED_OUT, message, help="find out why, or give the row a longer time") from None

    async def pause(self, failure: Failure | None = None) -> None:
        """Wait before the next look.

        Args:
            failure: of the last one; one that does not pass by itself is raised at once.
        """
        if failure is not None:
            if failure.code not in _PASSING:
                raise failure
            self._reason = failure.message
        await asyncio.sleep(PAUSE)


async def connected(context: Context, patience: Patience) -> Host:
    """The machine of the run behind a new connection, as soon as it lets the user in."""
    while True:
        try:
            return await context.reconnect()
        except Failure as failure:
            await patience.pause(failure)
