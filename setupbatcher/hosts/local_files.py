"""The files of the machine that runs the script."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, AsyncIterable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePath

from setupbatcher import errors
from setupbatcher.hosts import local_data
from setupbatcher.hosts.base import Stat
from setupbatcher.hosts.paths import checked
from setupbatcher.hosts.threads import in_thread

_POSIX = os.name != "nt"


@contextmanager
def _errors(path: PurePath) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise errors.from_os_error(error, str(path)) from error


class LocalFilesystem:
    """This machine's files, as a :class:`~setupbatcher.hosts.base.Filesystem`.

    What moves data or waits for the disk runs in threads; a look at a name is quicker than a thread and does not.

    Args:
        base: where relative paths start.
    """

    def __init__(self, base: Path) -> None:
        self._base = base.absolute()

    def path(self, text: str) -> Path:
        """The path of a text; ``~`` is the home folder."""
        return self._base / Path(checked(text)).expanduser()

    async def stat(self, path: PurePath, *, follow: bool = True) -> Stat | None:
        """What stands at the path, or ``None``; a link that leads nowhere is nothing when followed."""
        with _errors(path):
            try:
                return local_data.look(path, follow=follow)
            except (FileNotFoundError, NotADirectoryError):
                return None

    async def list(self, path: PurePath) -> list[Stat]:
        """What a folder holds, by name, links not followed."""
        with _errors(path):
            return await in_thread(local_data.entries, path)

    async def read(self, path: PurePath) -> AsyncGenerator[bytes, None]:
        """The bytes of a file, in chunks of :data:`~setupbatcher.hosts.local_data.CHUNK`."""
        with _errors(path):
            reader = await in_thread(local_data.Reader, path)
        try:
            while chunk := reader.chunk:
                yield chunk
                if len(chunk) < local_data.CHUNK:
                    return
                with _errors(path):
                    await in_thread(reader.advance)
        finally:
            reader.close()

    async def write(
        self,
        path: PurePath,
        chunks: AsyncIterable[bytes],
        *,
        mode: int | None = None,
        modified: float | None = None,
    ) -> None:
        """Write a new file; it is on disk when this returns."""
        with _errors(path):
            writer = local_data.Writer(path, mode)
        try:
            async for chunk in chunks:
                with _errors(path):
                    await in_thread(writer.write, chunk)
            with _errors(path):
                await in_thread(writer.finish)
        finally:
            writer.close()
        if modified is not None:
            await self.set_times(path, modified)

    async def copy(self, source: PurePath, target: PurePath) -> None:
        """Copy one file to a new file with its mode and time; it is on disk when this returns."""
        with _errors(source):
            reader = os.open(source, local_data.OLD)
        try:
            with _errors(target):
                copy = local_data.Copy(reader, target)
                try:
                    while not await in_thread(copy.advance):
                        continue
                finally:
                    copy.close()
        finally:
            os.close(reader)

    async def set_times(self, path: PurePath, modified: float) -> None:
        """Set the time of the last change, in seconds since the epoch."""
        with _errors(path):
            os.utime(path, (modified, modified))

    async def set_mode(self, path: PurePath, mode: int) -> None:
        """Set the permission bits; nothing on Windows."""
        if _POSIX:
            with _errors(path):
                local_data.set_mode(path, mode)

    async def set_owner(self, path: PurePath, owner: tuple[int, int]) -> None:
        """Set user and group; nothing on Windows."""
        if _POSIX:
            with _errors(path):
                os.chown(path, *owner)

    async def make_directory(self, path: PurePath, mode: int | None = None) -> None:
        """Create one folder; its parent exists."""
        with _errors(path):
            local_data.make_directory(path, mode)

    async def read_link(self, path: PurePath) -> str:
        """Where a symbolic link points to."""
        with _errors(path):
            return local_data.read_link(path)

    async def make_link(self, path: PurePath, target: str) -> None:
        """Create a symbolic link."""
        with _errors(path):
            local_data.make_link(path, target)

    async def remove(self, path: PurePath) -> None:
        """Remove a file or a link."""
        with _errors(path):
            await in_thread(local_data.remove, path)

    async def remove_directory(self, path: PurePath) -> None:
        """Remove an empty folder."""
        with _errors(path):
            local_data.remove_directory(path)

    async def remove_tree(self, path: PurePath) -> None:
        """Remove a folder and all it holds, links not followed, nor folders that become links meanwhile."""
        with _errors(path):
            await in_thread(local_data.remove_tree, path)

    async def rename(self, source: PurePath, target: PurePath) -> None:
        """Rename within a volume, replacing a target file in one step."""
        with _errors(target):
            local_data.rename(source, target)

    async def sync_directory(self, path: PurePath) -> None:
        """Wait until what a folder holds, by name, is on disk; nothing on Windows."""
        if _POSIX:
            with _errors(path):
                await in_thread(local_data.sync_directory, path)
