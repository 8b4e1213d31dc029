"""A program with a window: ``python window_program.py CLASS TITLE MANNER``.

It says ``shown`` once its window is on the desktop, and then, by its manner: ``polite`` ends when it is asked to close,
``stubborn`` is asked and stays, ``deaf`` cannot be asked, ``lingering`` takes its window away and goes on.
"""

from __future__ import annotations

import os
import socket
import sys
import time

from Xlib import X, Xatom
from Xlib.display import Display
from Xlib.protocol.event import ClientMessage


def main(name: str, title: str, manner: str) -> None:
    """Show the window, and answer until it is closed."""
    display = Display()
    screen = display.screen()
    window = screen.root.create_window(0, 0, 80, 40, 0, screen.root_depth, event_mask=X.StructureNotifyMask)
    window.set_wm_class(name.lower(), name)
    window.set_wm_name("")
    window.change_property(
        display.intern_atom("_NET_WM_NAME"), display.intern_atom("UTF8_STRING"), 8, title.encode("utf-8")
    )
    window.set_wm_client_machine(socket.gethostname())
    window.change_property(display.intern_atom("_NET_WM_PID"), Xatom.CARDINAL, 32, [os.getpid()])
    delete = display.intern_atom("WM_DELETE_WINDOW")
    if manner != "deaf":
        window.set_wm_protocols([delete])
    window.map()
    while True:
        event = display.next_event()
        if isinstance(event, ClientMessage) and event.data[1][0] == delete and manner != "stubborn":
            break
        if event.type == X.MapNotify:
            sys.stdout.write("shown\n")
            sys.stdout.flush()
    if manner == "lingering":
        window.destroy()
        display.sync()
        time.sleep(60)


if __name__ == "__main__":
    main(*sys.argv[1:])
