"""The windows of an X11 desktop; under Wayland those of applications that still speak X11."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from setupbatcher import errors
from setupbatcher.errors import Failure
from setupbatcher.updatejob.desktop.closing import Window

if TYPE_CHECKING:
    from Xlib.display import Display
    from Xlib.xobject.drawable import Window as XWindow

T = TypeVar("T")

_USER = 2
"""Says to the window manager that somebody wants it who sees the whole desktop."""


class X11Desktop:
    """The screen that ``DISPLAY`` names.

    Raises:
        Failure: 50 where there is none, or the library for it is not installed.
    """

    def __init__(self) -> None:
        try:
            from Xlib import display  # noqa: PLC0415 -- an extra, and not cheap to import
        except ImportError:
            message = "windows cannot be found: the library for X11 is not installed"
            raise Failure(errors.NOT_SUPPORTED, message, help=_INSTALL) from None
        with _errors("there is no desktop to close windows on"):
            self._display: Display = display.Display()
            self._root: XWindow = self._display.screen().root

    def windows(self) -> list[Window]:
        """All windows that the window manager knows; without one, those directly on the screen that are shown."""
        with _errors("the desktop does not answer"):
            return [window for number in self._numbers() if (window := self._there(self._window, number)) is not None]

    def ask(self, window: Window) -> None:
        """Through the window manager if it does that, else the application itself; nothing where that cannot listen."""
        with _errors("the desktop does not answer"):
            self._there(self._ask, window.number)

    def is_open(self, window: Window) -> bool:
        """Whether the window is still on the desktop."""
        with _errors("the desktop does not answer"):
            return window.number in self._numbers()

    def close(self) -> None:
        """End the connection."""
        with _errors("the desktop does not answer"):
            self._display.close()

    def _numbers(self) -> list[int]:
        known = self._values(self._root, "_NET_CLIENT_LIST")
        if known or self._values(self._root, "_NET_SUPPORTING_WM_CHECK"):
            return known
        children = [child.id for child in self._root.query_tree().children]
        return [number for number in children if self._there(self._is_shown, number)]

    def _is_shown(self, client: XWindow) -> bool:
        from Xlib import X  # noqa: PLC0415 -- as above

        attributes = client.get_attributes()
        return bool(attributes.map_state == X.IsViewable and not attributes.override_redirect)

    def _window(self, client: XWindow) -> Window:
        title = self._text(client, "_NET_WM_NAME") or self._text(client, "WM_NAME")
        return Window(client.id, client.get_wm_class() or (), title, self._process(client))

    def _process(self, client: XWindow) -> int | None:
        """The process of a window, if the machine that it says it runs on is this one."""
        machine = self._text(client, "WM_CLIENT_MACHINE").partition(".")[0]
        if machine != socket.gethostname().partition(".")[0]:
            return None
        return next(iter(self._values(client, "_NET_WM_PID")), None)

    def _ask(self, client: XWindow) -> None:
        delete = self._atom("WM_DELETE_WINDOW")
        if delete not in client.get_wm_protocols():
            return
        close = self._atom("_NET_CLOSE_WINDOW")
        if close in self._values(self._root, "_NET_SUPPORTED"):
            self._send(client, close, [0, _USER, 0, 0, 0], to=self._root)
        else:
            self._send(client, self._atom("WM_PROTOCOLS"), [delete, 0, 0, 0, 0], to=client)
        self._display.sync()

    def _text(self, client: XWindow, name: str) -> str:
        found = client.get_full_property(self._atom(name), 0)
        if found is None:
            return ""
        return found.value if isinstance(found.value, str) else bytes(found.value).decode("utf-8", "replace")

    def _values(self, window: XWindow, name: str) -> list[int]:
        found = window.get_full_property(self._atom(name), 0)
        return list(found.value) if found is not None else []

    def _send(self, about: XWindow, kind: int, values: list[int], *, to: XWindow) -> None:
        from Xlib import X  # noqa: PLC0415 -- as above
        from Xlib.protocol import event  # noqa: PLC0415 -- as above

        message = event.ClientMessage(window=about, client_type=kind, data=(32, values))
        mask = X.SubstructureRedirectMask | X.SubstructureNotifyMask if to is self._root else X.NoEventMask
        to.send_event(message, event_mask=mask)

    def _atom(self, name: str) -> int:
        return self._display.intern_atom(name)

    def _there(self, look: Callable[[XWindow], T], number: int) -> T | None:
        """What is to be known of a window; ``None`` where it was closed meanwhile."""
        from Xlib import error  # noqa: PLC0415 -- as above

        try:
            return look(self._display.create_resource_object("window", number))
        except (error.BadWindow, error.BadDrawable):
            return None


@contextmanager
def _errors(message: str) -> Iterator[None]:
    from Xlib import error  # noqa: PLC0415 -- as above

    try:
        yield
    except (error.DisplayError, error.ConnectionClosedError, OSError) as failed:
        advice = "run it in the session of the person at the desktop; DISPLAY names the desktop"
        raise Failure(errors.NOT_SUPPORTED, f"{message}: {failed}", help=advice) from failed


_INSTALL = "`pip install 'setupbatcher[desktop]'` brings it"
