"""What both file systems promise: the same calls, the same results, the same codes."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest

from setupbatcher.errors import Failure
from setupbatcher.files import Place, once, read_whole
from setupbatcher.hosts import sftp
from setupbatcher.hosts.base import Host, Kind, Platform, Stat


async def _code(call: object) -> int:
    with pytest.raises(Failure) as caught:
        await call  # type: ignore[misc]
    return caught.value.code


async def _write(place: Place, data: bytes = b"x") -> Place:
    await place.files.write(place.path, once(data))
    return place


async def test_write_and_read(place: Place) -> None:
    """What is written is read again, megabytes as well as nothing, with its mode."""
    for number, data in enumerate((b"", b"abc", os.urandom(3 * 1024 * 1024 + 7), bytes(1024 * 1024))):
        file = place.child(str(number))
        await file.files.write(file.path, once(data), mode=0o640)
        found = await file.stat()
        assert found is not None
        assert (await read_whole(file), found.size, found.mode, found.kind) == (data, len(data), 0o640, Kind.FILE)


async def test_look_and_list(place: Place) -> None:
    """Links are told from what they lead to; what is not there is nothing, not an error."""
    await _write(place.child("b"), b"12345")
    await place.files.make_directory(place.child("d").path, 0o750)
    await place.files.make_link(place.child("l").path, "b")
    await place.files.make_link(place.child("lost").path, "nowhere")
    await place.files.set_times(place.child("b").path, 1_000_000_000.0)
    await place.files.set_mode(place.child("b").path, 0o600)
    listed = [(entry.name, entry.kind) for entry in await place.list()]
    looks = [await place.child(name).stat() for name in ("l", "lost", "none", "b/none")]
    assert (listed, looks[1:]) == (
        [("b", Kind.FILE), ("d", Kind.DIRECTORY), ("l", Kind.LINK), ("lost", Kind.LINK)],
        [None, None, None],
    )
    followed, itself = looks[0], await place.child("l").stat(follow=False)
    assert followed is not None
    assert itself is not None
    owner = followed.owner
    assert (followed, itself.kind, await place.files.read_link(place.child("l").path)) == (
        Stat(Kind.FILE, 5, 0o600, 1_000_000_000.0, "", owner),
        Kind.LINK,
        "b",
    )


async def test_each_refusal_has_its_code(place: Place) -> None:
    """Over SFTP too, whose service says no more than *failure* for most of these."""
    await _write(place.child("file"))
    await place.files.make_directory(place.child("full").path)
    await _write(place.child("full").child("file"))
    await place.files.make_link(place.child("circle").path, "circle")
    files = place.files
    codes = {
        "read nothing": await _code(read_whole(place.child("none"))),
        "write where something is": await _code(_write(place.child("file"))),
        "write without a folder": await _code(_write(place.child("none").child("file"))),
        "make a folder twice": await _code(files.make_directory(place.child("full").path)),
        "remove nothing": await _code(files.remove(place.child("none").path)),
        "remove a full folder": await _code(files.remove_directory(place.child("full").path)),
        "list a file": await _code(files.list(place.child("file").path)) in (2, 267),
        "copy nothing": await _code(files.copy(place.child("none").path, place.child("new").path)),
        "copy to where something is": await _code(files.copy(place.child("file").path, place.child("full").path)),
        "a circle of links": await _code(place.child("circle").followed()),
        "an empty path": await _code(_path(place, " ")),
        "a zero character": await _code(_path(place, "a\0b")),
    }
    assert codes == {
        "read nothing": 2,
        "write where something is": 80,
        "write without a folder": 2,
        "make a folder twice": 80,
        "remove nothing": 2,
        "remove a full folder": 145,
        "list a file": True,
        "copy nothing": 2,
        "copy to where something is": 80,
        "a circle of links": 1463,
        "an empty path": 161,
        "a zero character": 161,
    }


async def _path(place: Place, text: str) -> None:
    place.files.path(text)


async def test_copy_on_the_machine(place: Place) -> None:
    """A copy has the content, the mode and the time of its source."""
    source = await _write(place.child("a"), os.urandom(20_000_000))
    await place.files.set_mode(source.path, 0o751)
    await place.files.set_times(source.path, 1_234_567_890.0)
    target = place.child("b")
    await place.files.copy(source.path, target.path)
    assert (await target.stat(), await read_whole(target)) == (await source.stat(), await read_whole(source))


async def test_copy_where_the_service_cannot(there: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """An older service has no copy of its own: the bytes go through here."""
    monkeypatch.setattr(sftp.asyncssh.SFTPClient, "supports_remote_copy", False)
    source = await _write(there.child("a"), b"abc")
    await there.files.copy(source.path, there.child("b").path)
    assert await read_whole(there.child("b")) == b"abc"


async def test_rename_where_the_service_cannot_replace(there: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """An older service has no rename that replaces: the target is removed first."""

    async def unsupported(*_: object) -> None:
        message = "unsupported"
        raise sftp.asyncssh.SFTPOpUnsupported(message)

    monkeypatch.setattr(sftp.asyncssh.SFTPClient, "posix_rename", unsupported)
    await _write(there.child("a"), b"new")
    await _write(there.child("b"), b"old")
    await there.files.rename(there.child("a").path, there.child("b").path)
    await there.files.rename(there.child("b").path, there.child("c").path)
    assert [entry.name for entry in await there.list()] == ["c"]
    assert await read_whole(there.child("c")) == b"new"


async def test_a_reader_may_stop_early(place: Place) -> None:
    """Nothing stays open when only the beginning is read."""
    await _write(place.child("a"), bytes(5_000_000))
    async with aclosing(place.child("a").read()) as chunks:
        assert len(await anext(chunks)) == 1024 * 1024


async def test_names_of_any_kind(place: Place) -> None:
    """Blanks, quotes, line ends, letters of all sorts, and bytes that are no UTF-8."""
    names = sorted(["a b", "it's", 'q"q', "line\nend", "ä\U0001f600", "caf\udce9", "-n", "~x", "$HOME"])
    for name in names:
        await _write(place.child(name), name.encode("utf-8", "surrogateescape"))
    listed = [entry.name for entry in await place.list()]
    read = [await read_whole(place.child(name)) for name in names]
    assert (listed, read) == (names, [name.encode("utf-8", "surrogateescape") for name in names])


async def test_where_paths_start(remote: Host, here: Place, client_home: Path) -> None:
    """In the user's home folder over SSH, in the script's folder here; a tilde is the home folder on both."""
    await remote.shell("echo x > in-home")
    file = remote.files.path("~/in-home")
    assert (file, await remote.files.stat(file) is None) == (remote.files.path("in-home"), False)
    assert [here.files.path("a"), here.files.path("~/a")] == [Path(str(here)) / "a", client_home / "a"]


def test_paths_of_windows_machines() -> None:
    """They are kept in their own spelling and sent with a slash before the drive."""
    files = sftp.SftpFilesystem(None, "win", Platform.WINDOWS)  # type: ignore[arg-type]
    assert [files.path("C:\\a\\b"), files.path("~\\x")] == [PureWindowsPath("C:/a/b"), PureWindowsPath("x")]
    sent = [sftp._wire(path) for path in (PureWindowsPath("C:\\a b\\c"), PureWindowsPath("x\\y"), PurePosixPath("/z"))]
    assert sent == ["/C:/a b/c", "x/y", "/z"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small disk")
async def test_a_full_disk(place: Place, small_disk: Path) -> None:
    """Code 112 on both kinds of machine."""
    target = Place(place.files, place.files.path(f"{small_disk}/big"))
    assert await _code(target.files.write(target.path, once(bytes(1_000_000)))) == 112


async def test_a_cancelled_write_is_over_when_the_call_is(place: Place) -> None:
    """Who removes the unfinished file afterwards finds nobody still writing it."""
    target = place.child("a")
    begun = asyncio.Event()

    async def endless() -> AsyncIterator[bytes]:
        while True:
            begun.set()
            yield bytes(100_000)

    task = asyncio.ensure_future(target.files.write(target.path, endless()))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await target.files.remove(target.path)
    assert await place.list() == []
