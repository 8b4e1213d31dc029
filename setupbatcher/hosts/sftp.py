"""The files of a machine reached over SSH."""

from __future__ import annotations

import asyncio
import stat as modes
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import PurePath, PurePosixPath, PureWindowsPath
from typing import cast

import asyncssh

from setupbatcher import errors
from setupbatcher.errors import Failure
from setupbatcher.hosts import sftp_errors, ssh_errors
from setupbatcher.hosts.base import Kind, Platform, Stat
from setupbatcher.hosts.paths import checked

CHUNK = 1024 * 1024
"""Bytes read or written at a time; the library splits them into requests that are under way together."""


class SftpFilesystem:
    """A machine's files over SFTP, as a :class:`~setupbatcher.hosts.base.Filesystem`.

    Relative paths start in the user's home folder, where the service itself starts, and are left relative.

    Args:
        start: starts the machine's SFTP service; called when that is first needed.
        machine: its name, for messages.
        platform: how its paths are written.
    """

    def __init__(self, start: Callable[[], Awaitable[asyncssh.SFTPClient]], machine: str, platform: Platform) -> None:
        self._start = start
        self._machine = machine
        self._windows = platform is Platform.WINDOWS
        self._started: asyncssh.SFTPClient | None = None
        self._starting = asyncio.Lock()

    def path(self, text: str) -> PurePath:
        """The path of a text; ``~`` is the home folder."""
        text = checked(text)
        if text == "~" or text.startswith(("~/", "~\\")):
            text = text[2:] or "."
        return PureWindowsPath(text) if self._windows else PurePosixPath(text)

    async def stat(self, path: PurePath, *, follow: bool = True) -> Stat | None:
        """What stands at the path, or ``None``; a link that leads nowhere is nothing when followed."""
        async with self._client(path) as client:
            look = client.stat if follow else client.lstat
            try:
                return _stat(await look(_wire(path)), "")
            except (asyncssh.SFTPNoSuchFile, asyncssh.SFTPNoSuchPath):
                return None

    async def list(self, path: PurePath) -> list[Stat]:
        """What a folder holds, by name, links not followed."""
        async with self._client(path) as client:
            names = await client.readdir(_wire(path))
        found = (_stat(name.attrs, str(name.filename)) for name in names if name.filename not in (".", ".."))
        return sorted(found, key=lambda entry: entry.name)

    async def read(self, path: PurePath) -> AsyncGenerator[bytes, None]:
        """The bytes of a file, in chunks of :data:`CHUNK`."""
        async with self._client(path) as client:
            file = await client.open(_wire(path), "rb")
        try:
            while True:
                async with self._client(path):
                    chunk = cast("bytes", await file.read(CHUNK))  # opened as bytes, so not text
                if not chunk:
                    return
                yield chunk
        finally:
            await self._close(file)

    async def write(
        self,
        path: PurePath,
        chunks: AsyncIterable[bytes],
        *,
        mode: int | None = None,
        modified: float | None = None,
    ) -> None:
        """Write a new file; it is on disk when this returns, where the service can tell."""
        async with self._client(path) as client:
            private = asyncssh.SFTPAttrs() if mode is None else asyncssh.SFTPAttrs(permissions=0o600)
            file = await client.open(_wire(path), "xb", private)
        try:
            async for chunk in chunks:
                async with self._client(path):
                    await file.write(chunk)
            async with self._client(path):
                await self._set(file, mode, modified)
                await _sync(file)
        finally:
            await self._close(file)

    async def _set(self, file: asyncssh.SFTPClientFile, mode: int | None, modified: float | None) -> None:
        """Set mode and time of an open file with one question: the way to a machine is what small files cost."""
        bits = {} if mode is None or self._windows else {"permissions": mode}
        times = {} if modified is None else {"atime": int(modified), "mtime": int(modified)}
        if bits or times:
            await file.setstat(asyncssh.SFTPAttrs(**bits, **times))

    async def copy(self, source: PurePath, target: PurePath) -> None:
        """Copy one file to a new file with its mode and time, on the machine itself where its service can."""
        async with self._client(source) as client:
            found = _stat(await client.stat(_wire(source)), "")
        if client.supports_remote_copy:
            await self._copy_there(source, target)
        else:
            await self.write(target, self.read(source))
        await self.set_mode(target, found.mode)
        await self.set_times(target, found.modified)

    async def set_times(self, path: PurePath, modified: float) -> None:
        """Set the time of the last change, in seconds since the epoch; parts of a second are lost."""
        async with self._client(path) as client:
            await client.utime(_wire(path), (modified, modified))

    async def set_mode(self, path: PurePath, mode: int) -> None:
        """Set the permission bits; nothing on Windows."""
        if not self._windows:
            async with self._client(path) as client:
                await client.chmod(_wire(path), mode)

    async def set_owner(self, path: PurePath, owner: tuple[int, int]) -> None:
        """Set user and group; nothing on Windows."""
        if not self._windows:
            async with self._client(path) as client:
                await client.chown(_wire(path), *owner)

    async def make_directory(self, path: PurePath, mode: int | None = None) -> None:
        """Create one folder; its parent exists."""
        async with self._client(path) as client:
            await client.mkdir(_wire(path))
        if mode is not None:
            await self.set_mode(path, mode)

    async def read_link(self, path: PurePath) -> str:
        """Where a symbolic link points to."""
        async with self._client(path) as client:
            return str(await client.readlink(_wire(path)))

    async def make_link(self, path: PurePath, target: str) -> None:
        """Create a symbolic link."""
        async with self._client(path) as client:
            await client.symlink(target, _wire(path))

    async def remove(self, path: PurePath) -> None:
        """Remove a file or a link."""
        async with self._client(path) as client:
            await client.remove(_wire(path))

    async def remove_directory(self, path: PurePath) -> None:
        """Remove an empty folder."""
        async with self._client(path, emptied=True) as client:
            await client.rmdir(_wire(path))

    async def rename(self, source: PurePath, target: PurePath) -> None:
        """Rename within a volume, replacing a target file in one step; in two with a service that has no such step."""
        async with self._client(target) as client:
            try:
                await client.posix_rename(_wire(source), _wire(target))
            except asyncssh.SFTPOpUnsupported:
                if await self.stat(target, follow=False) is not None:
                    await client.remove(_wire(target))
                await client.rename(_wire(source), _wire(target))

    async def sync_directory(self, path: PurePath) -> None:
        """Nothing: the protocol has no such question."""

    async def close(self) -> None:
        """End the SFTP service; safe to call twice."""
        if self._started is not None:
            self._started.exit()
            self._started = None

    async def _copy_there(self, source: PurePath, target: PurePath) -> None:
        async with self._client(target) as client:
            old = await client.open(_wire(source), "rb")
            try:
                new = await client.open(_wire(target), "xb", asyncssh.SFTPAttrs(permissions=0o600))
                try:
                    await client.remote_copy(old, new)
                    await _sync(new)
                finally:
                    await self._close(new)
            finally:
                await self._close(old)

    @asynccontextmanager
    async def _client(self, path: PurePath, *, emptied: bool = False) -> AsyncIterator[asyncssh.SFTPClient]:
        """The service, with whatever is raised about the path turned into a Failure.

        Args:
            path: what it is asked about.
            emptied: it is a folder that should be empty.
        """
        with sftp_errors.translated(self._machine, path):
            async with self._starting:
                if self._started is None:
                    self._started = await self._start()
            client = self._started
        try:
            with sftp_errors.translated(self._machine, path):
                yield client
        except asyncssh.SFTPFailure as error:
            with sftp_errors.translated(self._machine, path):
                reason = await self._reason(client, path, emptied=emptied)
            raise reason or Failure(errors.NOT_SUPPORTED, f"{path} on {self._machine}: refused") from error

    async def _reason(self, client: asyncssh.SFTPClient, path: PurePath, *, emptied: bool) -> Failure | None:
        """Why a service that only says *failure* may have failed."""
        place = f"{path} on {self._machine}"
        try:
            volume = await client.statvfs(_wire(path.parent))
            if not volume.bavail or not (volume.favail or not volume.files):
                return Failure(errors.DISK_FULL, f"{place}: no space left")
        except asyncssh.SFTPError:
            pass  # the service has no such question
        try:
            found = _stat(await client.lstat(_wire(path)), "")
        except asyncssh.SFTPError:
            return None
        if emptied:
            return Failure(errors.NOT_EMPTY, f"{place}: folder not empty")
        if found.kind is Kind.LINK and await self._leads_nowhere(client, path):
            return Failure(errors.BAD_LINK, f"{place}: the link leads nowhere")
        return Failure(errors.EXISTS, f"{place}: exists already")

    @staticmethod
    async def _leads_nowhere(client: asyncssh.SFTPClient, path: PurePath) -> bool:
        try:
            await client.stat(_wire(path))
        except asyncssh.SFTPError:
            return True
        return False

    async def _close(self, file: asyncssh.SFTPClientFile) -> None:
        try:
            await file.close()
        except (asyncssh.Error, OSError, ValueError) as error:
            raise ssh_errors.lost(self._machine, str(error)) from error


async def _sync(file: asyncssh.SFTPClientFile) -> None:
    try:
        await file.fsync()
    except asyncssh.SFTPOpUnsupported:
        return  # then the service does what it can by itself


def _wire(path: PurePath) -> str:
    """A path as it is sent: a Windows drive stands behind a slash."""
    text = path.as_posix()
    return f"/{text}" if isinstance(path, PureWindowsPath) and path.drive else text


def _stat(attributes: asyncssh.SFTPAttrs, name: str) -> Stat:
    mode = attributes.permissions or 0
    if modes.S_ISDIR(mode):
        kind = Kind.DIRECTORY
    elif modes.S_ISLNK(mode):
        kind = Kind.LINK
    elif modes.S_ISREG(mode) or not modes.S_IFMT(mode):
        kind = Kind.FILE
    else:
        kind = Kind.OTHER
    owner = None if attributes.uid is None or attributes.gid is None else (attributes.uid, attributes.gid)
    return Stat(kind, attributes.size or 0, modes.S_IMODE(mode), float(attributes.mtime or 0), name, owner)
