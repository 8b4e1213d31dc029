r"""Sources on ``\\server\share``, from a real file server."""

from __future__ import annotations

import os
import re
import shutil
import socket
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from setupbatcher import errors
from setupbatcher.hosts import smb
from setupbatcher.updatejob import events
from setupbatcher.updatejob.events import Ended
from tests.updatejob import screens, shares
from tests.updatejob.conftest import Bench
from tests.updatejob.screens import Screen
from tests.waiting import wait_until

pytestmark = pytest.mark.skipif(shares.SMBD is None, reason="on Debian: apt-get install samba")

_EXAMPLE = Path(__file__).parents[2] / "samples" / "updatejob" / "example.xml"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, Path, Path]]:
    """The port of a server, and the folders of its shares `Update` and `Languages`."""
    update, languages = tmp_path_factory.mktemp("update"), tmp_path_factory.mktemp("languages")
    with shares.server(tmp_path_factory.mktemp("samba"), {"Update": update, "Languages": languages}) as port:
        yield port, update, languages


@pytest.fixture
def server(served: tuple[int, Path, Path], monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """The same, where ``Server`` is its name."""
    port, update, languages = served
    resolve = socket.getaddrinfo

    def known(host: str, *more: object, **named: object) -> object:
        return resolve("127.0.0.1" if host == "Server" else host, *more, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", known)
    monkeypatch.setattr(smb, "PORT", port)
    monkeypatch.setenv(smb.USER, shares.USER)
    monkeypatch.setenv(smb.PASSWORD, shares.PASSWORD)
    for folder in (update, languages):
        shutil.rmtree(folder)
        folder.mkdir()
    return update, languages


def _copy(source: str, target: str, action: str = "copy") -> str:
    return f"<object><source>{source}</source><target>{target}</target><action>{action}</action></object>"


def test_sources_on_a_share(server: tuple[Path, Path], bench: Bench) -> None:
    """A tree, a file, wildcards, an archive, and a condition about an executable there."""
    update, languages = server
    (update / "Größe").mkdir()
    (update / "Größe" / "b.txt").write_text("b", encoding="utf-8")
    (update / "large.bin").write_text("0123456789" * 500_000, encoding="utf-8")
    (languages / "german.ini").write_text("de", encoding="utf-8")
    (languages / "english.ini").write_text("en", encoding="utf-8")
    (languages / "other.txt").write_text("x", encoding="utf-8")
    with zipfile.ZipFile(languages / "all.zip", "w") as archive:
        archive.writestr("sub/c.txt", "c")
    objects = (
        _copy("\\\\Server\\Update", ".\\tree")
        + _copy("\\\\Server\\Languages\\*.ini", ".\\ini")
        + _copy("\\\\Server\\Languages\\other.txt", ".\\")
        + _copy("\\\\Server\\Languages\\all.zip", "unpacked", "unzip")
    )
    assert bench.run(f"<job>{objects}</job>") == Ended(1, 0, 0)
    assert bench.tree() == {
        "tree/Größe/b.txt": "b",
        "tree/large.bin": "0123456789" * 500_000,
        "ini/german.ini": "de",
        "ini/english.ini": "en",
        "other.txt": "x",
        "unpacked/sub/c.txt": "c",
    }


@pytest.mark.parametrize(
    ("source", "user", "code"),
    [
        ("\\\\Server\\Update\\missing", None, errors.FILE_NOT_FOUND),
        ("\\\\Server\\Nothing\\a.txt", None, errors.FILE_NOT_FOUND),
        ("\\\\Server\\Update", "nobody-known", errors.LOGON_FAILURE),
        ("\\\\Server\\Update", "", errors.LOGON_FAILURE),
        ("\\\\127.0.0.9\\Update", None, errors.MACHINE_NOT_FOUND),
        ("\\\\Server", None, errors.BAD_PATH),
    ],
)
def test_a_share_that_cannot_be_read_fails_the_job(
    server: tuple[Path, Path],
    bench: Bench,
    monkeypatch: pytest.MonkeyPatch,
    source: str,
    user: str | None,
    code: int,
) -> None:
    """With a code and help; what the job did before is taken back."""
    if user is not None:
        monkeypatch.setenv(smb.USER, user)
    bench.put("a.txt", "a")
    assert bench.run(f"<job>{_copy('a.txt', 'b.txt')}{_copy(source, 'x')}</job>") == Ended(0, 0, 1)
    (failed,) = (event for event in bench.heard if isinstance(event, events.JobFailed))
    assert (failed.code, failed.undone) == (code, True)
    assert failed.help
    assert bench.tree() == {"a.txt": "a"}


def test_a_condition_can_ask_about_a_share(
    server: tuple[Path, Path], bench: Bench, tool: Callable[[int], Path]
) -> None:
    """The version of the executable there counts."""
    (server[0] / "Tool.exe").write_bytes(tool(49).read_bytes())
    condition = (
        "<condition><name>old</name><file>\\\\Server\\Update\\Tool.exe</file><block>privatebuild</block>"
        "<operator>higher</operator><reference>50</reference></condition>"
    )
    assert bench.run(f"{condition}<job><conditioned>old</conditioned></job>") == Ended(1, 0, 0)


@pytest.fixture
def place(server: tuple[Path, Path], bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    """The surroundings of the manual's example: its server, its desktop, an opener for documents, and its folder."""
    update, languages = server
    (update / "ReleaseNotes.txt").write_text("new", encoding="utf-8")
    (languages / "german.ini").write_text("de", encoding="utf-8")
    (languages / "english.ini").write_text("en", encoding="utf-8")
    bench.put("settings.cfg", "old")
    bench.put("user.cfg", "mine")
    opener = bench.folder.parent / "bin" / "xdg-open"
    opener.parent.mkdir()
    opener.write_text('#!/bin/sh\necho "$1" > "$0.opened"\n', encoding="utf-8")
    opener.chmod(0o755)
    monkeypatch.setenv("PATH", str(opener.parent), prepend=os.pathsep)
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
    # Character for character, but for the ten seconds of its delays.
    text = _EXAMPLE.read_text(encoding="utf-8")
    bench.job_file.write_text(re.sub(r"(delay>)10000<", r"\g<1>10<", text), encoding="utf-8")
    with screens.screen(managed=True) as name:
        monkeypatch.setenv("DISPLAY", name)
        yield bench


def _files(bench: Bench) -> set[str]:
    return {path.relative_to(bench.folder).as_posix() for path in bench.folder.rglob("*")}


@pytest.mark.skipif(bool(screens.MISSING), reason=f"on Debian: apt-get install {' '.join(screens.MISSING)}")
def test_the_example_of_the_manual_updates_an_old_tool(
    server: tuple[Path, Path], place: Bench, tool: Callable[[int], Path]
) -> None:
    """Private build 49 is closed and replaced by 50, the outdated settings go, and what the user has stays."""
    (server[0] / "Tool.exe").write_bytes(tool(50).read_bytes())
    (place.folder / "Tool.exe").write_bytes(tool(49).read_bytes())
    screen = Screen(os.environ["DISPLAY"])
    program = screen.program("ToolWndClass", "Tool")
    assert place.run() == Ended(4, 0, 0), place.said
    assert program.wait() == 0
    screen.close()
    assert _files(place) == {
        "UpdateJob.xml", "Tool.exe", "ReleaseNotes.txt", "german.ini", "english.ini", "user.cfg",
    }  # fmt: skip
    assert (place.folder / "Tool.exe").read_bytes() == tool(50).read_bytes()
    opened = place.folder.parent / "bin" / "xdg-open.opened"
    wait_until(opened.exists)
    assert opened.read_text(encoding="utf-8") == f"{place.folder}/ReleaseNotes.txt\n"
    assert place.run() == Ended(0, 4, 0)


@pytest.mark.skipif(bool(screens.MISSING), reason=f"on Debian: apt-get install {' '.join(screens.MISSING)}")
@pytest.mark.parametrize("build", [50, 51])
def test_the_example_of_the_manual_leaves_a_new_tool_alone(
    place: Bench, tool: Callable[[int], Path], build: int
) -> None:
    """The reference is not higher than private build 50 or 51; nothing at all happens."""
    (place.folder / "Tool.exe").write_bytes(tool(build).read_bytes())
    screen = Screen(os.environ["DISPLAY"])
    program = screen.program("ToolWndClass", "Tool")
    assert place.run() == Ended(0, 4, 0)
    assert program.poll() is None
    screen.close()
    assert _files(place) == {"UpdateJob.xml", "Tool.exe", "settings.cfg", "user.cfg"}
    assert (place.folder / "Tool.exe").read_bytes() == tool(build).read_bytes()
