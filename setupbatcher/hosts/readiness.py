"""Which descriptors of running programs have something to tell: all of them behind one reader of the event loop.

A short program has three descriptors that live for a millisecond; readers of the loop cost more than the program's
output does. Linux only.
"""

from __future__ import annotations

import asyncio
import select
from collections.abc import Callable
from typing import ClassVar
from weakref import WeakKeyDictionary


class Readiness:
    """Calls whoever waits for a descriptor. A descriptor is forgotten before it is closed, which ends the waiting."""

    _of_loops: ClassVar[WeakKeyDictionary[asyncio.AbstractEventLoop, Readiness]] = WeakKeyDictionary()

    @classmethod
    def of_loop(cls, loop: asyncio.AbstractEventLoop) -> Readiness:
        """The one of an event loop."""
        found = cls._of_loops.get(loop)
        if found is None:
            found = cls._of_loops[loop] = cls()
            loop.add_reader(found._epoll.fileno(), found._tell)
        return found

    def __init__(self) -> None:
        self._epoll = select.epoll()
        self._calls: dict[int, Callable[[int], None]] = {}

    def wait(self, descriptor: int, call: Callable[[int], None]) -> None:
        """Call with the descriptor whenever it is readable or at its end."""
        self._calls[descriptor] = call
        self._epoll.register(descriptor, select.EPOLLIN)

    def forget(self, descriptor: int) -> None:
        """Call no longer; the descriptor is closed next."""
        del self._calls[descriptor]

    def _tell(self) -> None:
        for descriptor, _ in self._epoll.poll(0):
            call = self._calls.get(descriptor)
            if call is not None:
                call(descriptor)
