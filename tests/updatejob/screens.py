"""A desktop of the tests' own: a screen that nobody sees, a window manager, a bus, a service for notifications."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jeepney import DBusAddress, DBusErrorResponse, Message, Properties, new_method_call
from jeepney.io.blocking import open_dbus_connection
from jeepney.wrappers import unwrap_msg
from Xlib.display import Display
from Xlib.error import BadWindow

from tests.waiting import wait_until

NEEDED = {"Xvfb": "xvfb", "openbox": "openbox", "dbus-daemon": "dbus", "dunst": "dunst", "xterm": "xterm"}
"""The programs, and what Debian calls their packages."""

MISSING = [package for program, package in NEEDED.items() if shutil.which(program) is None]

_BUS = """\
<busconfig>
  <type>session</type>
  <listen>unix:dir={folder}</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""
"""A bus that starts no service by itself."""

_PROGRAM = Path(__file__).with_name("window_program.py")


class Screen:
    """A screen with a window manager, or without.

    Args:
        name: as ``DISPLAY`` has it.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._programs: list[subprocess.Popen[str]] = []

    def program(self, window_class: str, title: str, manner: str = "polite") -> subprocess.Popen[str]:
        """A program whose window is shown when this returns."""
        process = subprocess.Popen(
            [sys.executable, _PROGRAM, window_class, title, manner],
            env={**os.environ, "DISPLAY": self.name},
            stdout=subprocess.PIPE,
            text=True,
        )
        self._programs.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "shown\n"
        wait_until(lambda: process.pid in _listed(self.name))
        return process

    def close(self) -> None:
        """End the programs that are left."""
        for process in self._programs:
            process.kill()
            process.communicate()


@contextlib.contextmanager
def screen(*, managed: bool) -> Iterator[str]:
    """A screen; gives its name."""
    read, write = os.pipe()
    options = ("-noreset", "-nolisten", "tcp", "-screen", "0", "640x480x24")
    with _running("Xvfb", "-displayfd", str(write), *options, pass_fds=(write,)):
        os.close(write)
        with os.fdopen(read) as answer:
            name = f":{answer.readline().strip()}"
        assert name != ":", "Xvfb does not start"
        if not managed:
            yield name
            return
        with _running("openbox", "--sm-disable", DISPLAY=name):
            wait_until(lambda: "_NET_SUPPORTING_WM_CHECK" in _atoms(name))
            yield name


@contextlib.contextmanager
def notifications(display: str) -> Iterator[Notifications]:
    """A bus with a service for notifications."""
    with bus() as address, tempfile.NamedTemporaryFile("w", suffix=".conf") as config:
        config.write("[global]\n    markup = no\n")
        config.flush()
        told = Notifications(address)
        with _running("dunst", "-conf", config.name, DISPLAY=display, DBUS_SESSION_BUS_ADDRESS=address):
            wait_until(lambda: told.answers)
            yield told


@contextlib.contextmanager
def bus() -> Iterator[str]:
    """A bus of a session on which nobody is; gives its address."""
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder, "bus.conf")
        config.write_text(_BUS.format(folder=folder), encoding="utf-8")
        words = ["dbus-daemon", f"--config-file={config}", "--nofork", "--print-address"]
        with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
            try:
                assert process.stdout is not None
                yield process.stdout.readline().strip()
            finally:
                process.kill()


class Notifications:
    """What a person sees of notifications; the service tells.

    Args:
        address: of the bus.
    """

    _SERVICE = DBusAddress("/org/freedesktop/Notifications", "org.freedesktop.Notifications", "org.dunstproject.cmd0")

    def __init__(self, address: str) -> None:
        self.address = address

    @property
    def answers(self) -> bool:
        """Whether the service is there."""
        try:
            return self.shown == 0
        except DBusErrorResponse:
            return False

    @property
    def shown(self) -> int:
        """How many are shown now."""
        return int(self._asked(Properties(self._SERVICE).get("displayedLength"))[1])

    @property
    def gone(self) -> list[tuple[str, str]]:
        """Title and description of those that were taken away, the last first."""
        entries = self._asked(new_method_call(self._SERVICE, "NotificationListHistory"))
        return [(entry["summary"][1], entry["body"][1]) for entry in entries]

    def _asked(self, message: Message) -> Any:  # noqa: ANN401 -- whatever the service answers
        with open_dbus_connection(self.address) as connection:
            return unwrap_msg(connection.send_and_get_reply(message))[0]


@contextlib.contextmanager
def _running(*words: str, pass_fds: tuple[int, ...] = (), **environment: str) -> Iterator[None]:
    process = subprocess.Popen(
        words,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=pass_fds,
    )
    try:
        yield
    finally:
        process.kill()
        process.wait()


def _listed(name: str) -> set[int]:
    """The processes whose windows are on a screen, and known to its window manager if it has one."""
    display = Display(name)
    try:
        root = display.screen().root
        known = root.get_full_property(display.intern_atom("_NET_CLIENT_LIST"), 0)
        numbers = known.value if known else [child.id for child in root.query_tree().children]
        windows = [display.create_resource_object("window", number) for number in numbers]
        process = display.intern_atom("_NET_WM_PID")
        found = [window.get_full_property(process, 0) for window in windows]
        return {entry.value[0] for entry in found if entry}
    except BadWindow:  # one of another program, which is on its way out
        return set()
    finally:
        display.close()


def _atoms(name: str) -> set[str]:
    """The properties of a screen."""
    display = Display(name)
    try:
        return {display.get_atom_name(atom) for atom in display.screen().root.list_properties()}
    finally:
        display.close()
