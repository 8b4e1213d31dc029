"""Puts what a source has into a folder: whole or not at all, under a harmless name, once."""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import AsyncIterable, AsyncIterator
from pathlib import Path
from typing import NamedTuple

from setupbatcher import errors, files
from setupbatcher.errors import Failure
from setupbatcher.files.whole import staged
from setupbatcher.hosts.base import Kind
from setupbatcher.hosts.local_files import LocalFilesystem

_BAD = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\ud800-\udfff]')
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?")
_LONGEST = 60
_LONGEST_ENDING = 10
"""Characters that are kept of a name, and of what stands behind its last dot; file systems take 255 bytes."""
_SAME_TIME = 2.0
"""Seconds by which two systems may write down the same time differently."""


class Remote(NamedTuple):
    """A file of a source.

    Attributes:
        name: as the source has it.
        size: bytes, or ``None`` where the source does not tell.
        modified: seconds since the epoch, or ``None`` as above.
    """

    name: str
    size: int | None = None
    modified: float | None = None


def harmless(name: str) -> str:
    """A file name for something that somebody else has named.

    It stays in its folder, is shown as it is, and is allowed everywhere. A name that had to be changed carries a number
    made of what it was, so that two names never become one.
    """
    plain = unicodedata.normalize("NFC", name)
    changed = _BAD.sub("_", plain).strip(" .") or "file"
    if _RESERVED.fullmatch(changed):
        changed = f"_{changed}"
    if changed == plain and len(changed) <= _LONGEST:
        return changed
    number = zlib.crc32(name.encode("utf-8", "surrogatepass"))
    stem, dot, ending = changed.rpartition(".")
    if not stem or len(ending) > _LONGEST_ENDING:
        stem, dot, ending = changed, "", ""
    return f"{stem[:_LONGEST]}-{number:08x}{dot}{ending}"


class Folder:
    """A folder on the controller that gets what is downloaded.

    Args:
        path: of the folder; created when something is put into it.
    """

    def __init__(self, path: Path) -> None:
        self._place = files.Place(LocalFilesystem(path.parent), path)

    async def has(self, remote: Remote, name: str) -> bool:
        """The file is there already: the same size, and the same time where the source tells one."""
        found = await self._place.child(name).stat()
        if found is None or found.kind is not Kind.FILE:
            return False
        same_time = remote.modified is None or abs(found.modified - remote.modified) < _SAME_TIME
        return found.size == remote.size and same_time

    async def names(self, beginning: str) -> list[str]:
        """The names of its files that begin so, in order."""
        if await self._place.stat() is None:
            return []
        return [entry.name for entry in await self._place.list() if entry.name.startswith(beginning)]

    async def put(self, remote: Remote, name: str, chunks: AsyncIterable[bytes]) -> None:
        """Write a file that is to have the time of the one it comes from.

        Raises:
            Failure: 13 where fewer or more bytes came than the source has told.
        """
        await files.make_folders(self._place)
        target = self._place.child(name)
        async with staged(target, await target.stat(follow=False)) as place:
            counted = _Counted(chunks)
            await place.files.write(place.path, counted.pieces(), modified=remote.modified)
            if remote.size not in (None, counted.size):
                message = f"{remote.name}: {counted.size} bytes came instead of {remote.size}"
                raise Failure(errors.INVALID_DATA, message, help="it may be written just now; run the script again")

    def path(self, name: str) -> Path:
        """Where a file of the folder is."""
        return Path(self._place.child(name).path)


class _Counted:
    def __init__(self, chunks: AsyncIterable[bytes]) -> None:
        self._chunks = chunks
        self.size = 0

    async def pieces(self) -> AsyncIterator[bytes]:
        """The same pieces, counted."""
        async for chunk in self._chunks:
            self.size += len(chunk)
            yield chunk
