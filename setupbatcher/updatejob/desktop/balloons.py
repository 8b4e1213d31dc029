"""Notifications for the person at the desktop: one at a time, and none after the end of the program."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import TYPE_CHECKING

from setupbatcher.updatejob.model import Balloon

if TYPE_CHECKING:
    from desktop_notifier import DesktopNotifier

_PATIENCE = 3.0
"""Seconds for a desktop that does not answer."""


class Balloons:
    """Shows notifications, where there is a desktop that does."""

    def __init__(self) -> None:
        self._notifier: DesktopNotifier | None = None
        self._shown = ""
        self._clock: asyncio.Task[None] | None = None

    async def show(self, balloon: Balloon) -> bool:
        """Show one in place of the last.

        Returns:
            Whether there is a desktop that shows it.
        """
        await self._clear()
        try:
            return await self._show(balloon)
        except Exception:  # noqa: BLE001 -- the library passes on whatever its system says; none of it stops a job
            return False

    async def close(self) -> None:
        """Take the last one away, and let go of the desktop."""
        await self._clear()
        bus = getattr(getattr(self._notifier, "_backend", None), "bus", None)
        if bus is not None:  # the library itself never ends its connection
            bus.disconnect()
            with suppress(Exception):
                await bus.wait_for_disconnect()

    async def _show(self, balloon: Balloon) -> bool:
        if self._notifier is None:
            from desktop_notifier import DesktopNotifier  # noqa: PLC0415 -- an extra, and not cheap to import

            # Where there is no desktop the library logs a traceback, which nobody is to see.
            logging.getLogger("desktop_notifier").setLevel(logging.CRITICAL)
            self._notifier = DesktopNotifier(app_name="UpdateJob", app_icon=None)
        notifier = self._notifier
        async with asyncio.timeout(_PATIENCE):
            name = await notifier.send(balloon.title, balloon.description, timeout=max(1, balloon.timeout // 1000))
            if name not in await notifier.get_current_notifications():
                return False
        self._shown = name
        self._clock = asyncio.create_task(self._expire(balloon.timeout / 1000))
        return True

    async def _expire(self, seconds: float) -> None:
        """Take it away in time; many desktops keep what is shown."""
        await asyncio.sleep(seconds)
        self._clock = None
        await self._clear()

    async def _clear(self) -> None:
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None
        shown, self._shown = self._shown, ""
        if shown and self._notifier is not None:
            with suppress(Exception):  # gone already, or the desktop is
                async with asyncio.timeout(_PATIENCE):
                    await self._notifier.clear(shown)
