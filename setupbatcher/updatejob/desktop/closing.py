"""Closes applications by the class or the title of their windows: asks, waits, and ends a process only if told to."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

from setupbatcher import errors
from setupbatcher.errors import Failure
from setupbatcher.hosts.threads import in_thread
from setupbatcher.updatejob.model import CloseApp, plain_name

if TYPE_CHECKING:
    import psutil

_PAUSE = 0.05

_KILL_GRACE = 5.0
"""Seconds for the system to clear away what was ended."""


class Window(NamedTuple):
    """A window of the desktop.

    Attributes:
        number: by which the system knows it.
        classes: its class; under X11 there are two names for it.
        title: as shown.
        process: that it belongs to, ``None`` where that is unknown or on another machine.
    """

    number: int
    classes: tuple[str, ...]
    title: str
    process: int | None


class Desktop(Protocol):
    """The windows of a system. Each method blocks for a moment and raises a Failure where the system refuses."""

    def windows(self) -> list[Window]:
        """All windows that stand on the desktop by themselves."""

    def ask(self, window: Window) -> None:
        """Ask an application to close its window."""

    def is_open(self, window: Window) -> bool:
        """Whether the window is still there."""

    def close(self) -> None:
        """Let go of the desktop."""


class Closed(NamedTuple):
    """What became of an application.

    Attributes:
        windows: how many were closed.
        ended: processes that were ended without being asked.
        warnings: what did not go as it should.
    """

    windows: int
    ended: int
    warnings: tuple[str, ...]


async def close_windows(wanted: CloseApp) -> Closed:
    """Close every window that matches, and wait until they and their processes are gone.

    Args:
        wanted: class and title, compared as a whole and without regard to case.

    Raises:
        Failure: 50 without a desktop, 5 where the application may not be asked.
    """
    desktop = await in_thread(_open_desktop)
    try:
        found = [window for window in await in_thread(desktop.windows) if _matches(window, wanted)]
        processes = await in_thread(_processes, found)
        for window in found:
            await in_thread(desktop.ask, window)
        end = time.monotonic() + wanted.timeout / 1000
        left = await _wait(desktop, found, end)
        ended: list[psutil.Process] = []
        if left and wanted.kill:
            ended = [processes[window.process] for window in left if window.process in processes]
            await in_thread(_kill, ended)
            end = time.monotonic() + _KILL_GRACE
            left = await _wait(desktop, left, end)
        alive = await _alive(list(processes.values()), end)
    finally:
        await in_thread(desktop.close)
    warnings = [f"the window `{each.title}` is still open after {wanted.timeout} ms; the job goes on" for each in left]
    if not left:
        warnings += [f"the windows are closed, but process {each.pid} still runs; the job goes on" for each in alive]
    return Closed(len(found) - len(left), len(set(ended)), tuple(warnings))


def _open_desktop() -> Desktop:
    if sys.platform == "win32":
        from setupbatcher.updatejob.desktop.windows import WindowsDesktop  # noqa: PLC0415 -- one of them is there

        return WindowsDesktop()
    if sys.platform == "darwin":
        raise Failure(errors.NOT_SUPPORTED, "applications cannot be closed on macOS")
    from setupbatcher.updatejob.desktop.x11 import X11Desktop  # noqa: PLC0415 -- as above

    return X11Desktop()


def _matches(window: Window, wanted: CloseApp) -> bool:
    classes = {_key(name) for name in window.classes}
    if wanted.window_class and _key(wanted.window_class) not in classes:
        return False
    return not wanted.window or _key(wanted.window) == _key(window.title)


def _key(name: str) -> str:
    return plain_name(name).casefold()


async def _wait(desktop: Desktop, windows: Sequence[Window], end: float) -> list[Window]:
    """The windows that are still open in the end."""
    left = list(windows)
    while left:
        left = [window for window in left if await in_thread(desktop.is_open, window)]
        if time.monotonic() >= end:
            break
        if left:
            await asyncio.sleep(_PAUSE)
    return left


async def _alive(processes: Sequence[psutil.Process], end: float) -> list[psutil.Process]:
    """The processes that still run in the end; what they run can be replaced only after that."""
    left = list(processes)
    while left:
        left = [process for process in left if _runs(process)]
        if time.monotonic() >= end:
            break
        if left:
            await asyncio.sleep(_PAUSE)
    return left


def _runs(process: psutil.Process) -> bool:
    import psutil  # noqa: PLC0415 -- not cheap to import

    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def _processes(windows: Sequence[Window]) -> dict[int, psutil.Process]:
    """The processes of windows, taken before they can end and their numbers be given to others."""
    import psutil  # noqa: PLC0415 -- as above

    processes: dict[int, psutil.Process] = {}
    for window in windows:
        if window.process is not None:
            try:
                processes[window.process] = psutil.Process(window.process)
            except psutil.Error:
                continue
    return processes


def _kill(processes: Sequence[psutil.Process]) -> None:
    import psutil  # noqa: PLC0415 -- as above

    for process in set(processes):
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue
        except psutil.AccessDenied:
            message = f"process {process.pid} may not be ended"
            raise Failure(errors.ACCESS_DENIED, message, help="it belongs to another user") from None
