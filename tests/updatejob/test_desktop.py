"""Closing applications and showing notifications, on a real screen with real programs."""

from __future__ import annotations

import asyncio
import gc
import subprocess
from collections.abc import Iterator

import pytest

from setupbatcher import errors
from setupbatcher.errors import Failure
from setupbatcher.updatejob import events
from setupbatcher.updatejob.desktop.closing import Closed, close_windows
from setupbatcher.updatejob.events import Ended
from setupbatcher.updatejob.model import CloseApp
from tests.updatejob import screens
from tests.updatejob.conftest import Bench
from tests.updatejob.screens import Notifications, Screen
from tests.waiting import wait_until

pytestmark = pytest.mark.skipif(bool(screens.MISSING), reason=f"on Debian: apt-get install {' '.join(screens.MISSING)}")


@pytest.fixture(scope="session", params=["managed", "bare"])
def screen_name(request: pytest.FixtureRequest) -> Iterator[str]:
    """A screen with a window manager, and one without."""
    with screens.screen(managed=request.param == "managed") as name:
        yield name


@pytest.fixture
def screen(screen_name: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Screen]:
    """The screen for one test."""
    monkeypatch.setenv("DISPLAY", screen_name)
    screen = Screen(screen_name)
    yield screen
    screen.close()


def _wanted(window_class: str = "", window: str = "", timeout: int = 20_000, *, kill: bool = False) -> CloseApp:
    return CloseApp(window_class, window, timeout, kill=kill, fail_job=True, line=1)


# Closing


@pytest.mark.parametrize(
    ("window_class", "window"),
    [
        ("ToolWndClass", ""),
        ("", "Tool – Übersicht"),
        ("ToolWndClass", "Tool – Übersicht"),
        ("toolwndclass", "TOOL\xa0– übersicht"),
    ],
)
async def test_a_program_is_asked_to_close(screen: Screen, window_class: str, window: str) -> None:
    """Found by class, title or both; it has ended itself when the call returns."""
    program = screen.program("ToolWndClass", "Tool – Übersicht")
    other = screen.program("Other", "Tool")
    assert await close_windows(_wanted(window_class, window)) == Closed(1, 0, ())
    assert program.wait() == 0
    assert other.poll() is None


@pytest.mark.parametrize(
    ("window_class", "window"),
    [("ToolWnd", ""), ("", "Tool"), ("ToolWndClass", "Other"), ("Other", "Tool 2"), ("", "Tool.*")],
)
async def test_every_name_must_match_as_a_whole(screen: Screen, window_class: str, window: str) -> None:
    """A part of a title is not the title; and what is not found is no error."""
    program = screen.program("ToolWndClass", "Tool 2")
    assert await close_windows(_wanted(window_class, window)) == Closed(0, 0, ())
    assert program.poll() is None


async def test_all_windows_that_match_are_closed(screen: Screen) -> None:
    """An application may run twice."""
    programs = [screen.program("ToolWndClass", title) for title in ("one", "two")]
    assert await close_windows(_wanted("ToolWndClass")) == Closed(2, 0, ())
    assert [program.wait() for program in programs] == [0, 0]


@pytest.mark.parametrize("manner", ["stubborn", "deaf"])
async def test_a_program_that_stays_is_left_alone(screen: Screen, manner: str) -> None:
    """After the timeout that is told, and it goes on."""
    program = screen.program("ToolWndClass", "Tool", manner)
    closed = await close_windows(_wanted("ToolWndClass", timeout=300))
    assert closed == Closed(0, 0, ("the window `Tool` is still open after 300 ms; the job goes on",))
    assert program.poll() is None


@pytest.mark.parametrize("manner", ["stubborn", "deaf"])
async def test_a_program_that_stays_is_ended_where_that_is_wished(screen: Screen, manner: str) -> None:
    """Its process is killed, and the window gone."""
    program = screen.program("ToolWndClass", "Tool", manner)
    other = screen.program("Other", "Tool", manner)
    assert await close_windows(_wanted("ToolWndClass", timeout=300, kill=True)) == Closed(1, 1, ())
    assert program.wait() == -9
    assert other.poll() is None


async def test_a_process_that_outlives_its_window_is_told(screen: Screen) -> None:
    """Its files may still be in use; it is not ended, because a window can be one of many."""
    program = screen.program("ToolWndClass", "Tool", "lingering")
    closed = await close_windows(_wanted("ToolWndClass", timeout=1500, kill=True))
    assert closed == Closed(1, 0, (f"the windows are closed, but process {program.pid} still runs; the job goes on",))
    assert program.poll() is None


def test_a_program_of_others_closes(screen: Screen) -> None:
    """A terminal, which sets title and class as such programs do."""
    closed: list[Closed] = []

    def try_it() -> bool:
        closed.append(asyncio.run(close_windows(_wanted("ToolWndClass", "Tool"))))
        return bool(closed[-1].windows)

    with subprocess.Popen(["xterm", "-class", "ToolWndClass", "-T", "Tool", "-e", "cat"]) as xterm:
        wait_until(try_it)
    assert closed[-1] == Closed(1, 0, ())
    assert xterm.returncode is not None


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # python-xlib forgets such sockets
async def test_without_a_desktop_nobody_can_be_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """That is an error, with what to do about it."""
    for display in ("", ":4711", "nonsense"):
        monkeypatch.setenv("DISPLAY", display)
        with pytest.raises(Failure) as caught:
            await close_windows(_wanted("ToolWndClass"))
        assert caught.value.code == errors.NOT_SUPPORTED
        assert caught.value.help is not None
        assert "DISPLAY" in caught.value.help
        del caught
        gc.collect()


def test_a_job_closes_applications_before_its_files(screen: Screen, bench: Bench) -> None:
    """Any number of them; one that stays does not keep the job from its work."""
    programs = [screen.program("First", "1"), screen.program("Second", "2"), screen.program("Third", "3", "stubborn")]
    bench.put("new.txt", "new")
    closing = "<closeapp><class>First</class></closeapp><closeapp><window>2</window></closeapp>"
    closing += "<closeapp><class>Third</class><timeout>200</timeout></closeapp>"
    objects = "<object><source>new.txt</source><target>out.txt</target></object>"
    assert bench.run(f"<job>{objects}{closing}</job>") == Ended(1, 0, 0)
    assert [program.wait() for program in programs[:2]] == [0, 0]
    assert bench.tree() == {"new.txt": "new", "out.txt": "new"}
    assert "closed class `First`: 1 window\n" in bench.said
    assert "the window `3` is still open after 200 ms; the job goes on\n" in bench.said
    assert "class `Third`" not in bench.said


# Notifications


@pytest.fixture(scope="session")
def service() -> Iterator[Notifications]:
    """A service for notifications."""
    with screens.screen(managed=True) as display, screens.notifications(display) as told:
        yield told


@pytest.fixture
def seen(service: Notifications, monkeypatch: pytest.MonkeyPatch) -> Notifications:
    """What the person sees, for one test."""
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", service.address)
    assert service.shown == 0
    return service


def _balloon(title: str, more: str = "", *, delay: int = 0) -> str:
    description = f"<description>What {title} does &amp; says</description>"
    return f"<job><balloon><title>{title}</title>{description}{more}</balloon><postdelay>{delay}</postdelay></job>"


def test_a_balloon_outlives_its_job_and_is_replaced_by_the_next(seen: Notifications, bench: Bench) -> None:
    """One is seen at a time, and none when the program has ended."""
    counts: list[int | None] = []

    def look(event: events.Event) -> None:
        if isinstance(event, events.JobDone):
            counts.append(seen.shown)

    assert bench.run(_balloon("one") + "<job/>" + _balloon("two"), watch=look) == Ended(3, 0, 0)
    assert counts == [1, 1, 1]
    assert seen.shown == 0
    assert seen.gone[:2] == [("two", "What two does & says"), ("one", "What one does & says")]


def test_a_balloon_goes_after_its_time(seen: Notifications, bench: Bench) -> None:
    """The time is in milliseconds, and the job may go on."""
    counts: list[int | None] = []

    def look(event: events.Event) -> None:
        if isinstance(event, events.BalloonShown | events.JobDone):
            counts.append(seen.shown)

    assert bench.run(_balloon("brief", "<timeout>200</timeout>", delay=1500), watch=look) == Ended(1, 0, 0)
    assert counts == [1, 0]
    assert seen.gone[0][0] == "brief"


def test_without_a_desktop_the_listener_has_the_text(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether there is no bus, or nobody on it who shows notifications."""
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
    assert bench.run(_balloon("one")) == Ended(1, 0, 0)
    told = events.BalloonShown("one", "What one does & says", desktop=False)
    assert told in bench.heard
    with screens.bus() as address:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        assert bench.run(_balloon("one")) == Ended(1, 0, 0)
    assert told in bench.heard
