"""Unpacking an archive: checked as a whole, unpacked beside the target, then put in place."""

from __future__ import annotations

import tempfile
import zipfile
import zlib
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from lzma import LZMAError
from pathlib import Path, PureWindowsPath
from typing import IO

from setupbatcher import errors
from setupbatcher.errors import Failure
from setupbatcher.files import temporary
from setupbatcher.files.archive_members import Member, members
from setupbatcher.files.folders import make_folders
from setupbatcher.files.place import Place
from setupbatcher.files.tree import move_tree
from setupbatcher.hosts.base import Kind
from setupbatcher.hosts.local_files import LocalFilesystem
from setupbatcher.hosts.threads import in_thread

_CHUNK = 1024 * 1024
_IN_MEMORY = 8 * 1024 * 1024


async def extract(archive: Place, target: Place) -> bool:
    """Unpack a zip archive into a folder, which is created if need be; what else the folder holds stays.

    The archive is read to this process, wherever it and the target are. Everything is checked before anything is
    written: members must stay in the target, be files or folders, and have sizes that can be meant. Files are unpacked
    beside the target and put in place when all are there and their checksums right, so that a damaged archive changes
    nothing.

    Args:
        archive: a zip file.
        target: a folder, or nothing yet; the folder above it exists.

    Returns:
        Whether anything was changed; files of the same content are left alone.

    Raises:
        Failure: 13 for a damaged archive, else as :func:`setupbatcher.files.archive_members.members`.
    """
    async with opened(archive, target) as (packed, found):
        return await _extract(packed, found, target)


@asynccontextmanager
async def opened(archive: Place, target: Place) -> AsyncIterator[tuple[zipfile.ZipFile, list[Member]]]:
    """Open a zip archive and look at all that it says of itself, before any of it is unpacked.

    Args:
        archive: a zip file; one of another machine is read to this process.
        target: where it is to be unpacked.

    Raises:
        Failure: as :func:`extract`, also for what is found while it is unpacked.
    """
    await archive.expected(Kind.FILE)
    try:
        with await _read(archive) as file, zipfile.ZipFile(file) as packed:
            yield packed, members(packed, str(archive), windows=isinstance(target.path, PureWindowsPath))
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise Failure(errors.INVALID_DATA, f"{archive}: not a sound zip archive: {error}") from error
    except RuntimeError as error:  # a way of packing that the library does not know
        raise Failure(errors.NOT_SUPPORTED, f"{archive}: packed in an unknown way: {error}") from error


async def _read(archive: Place) -> IO[bytes]:
    if isinstance(archive.files, LocalFilesystem):
        try:
            return await in_thread(Path(archive.path).open, "rb")
        except OSError as error:
            raise errors.from_os_error(error, str(archive)) from error
    copy: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 -- the caller closes it
    try:
        async with aclosing(archive.read()) as chunks:
            async for chunk in chunks:
                await in_thread(copy.write, chunk)
    except BaseException:
        copy.close()
        raise
    return copy


async def _extract(opened: zipfile.ZipFile, found: list[Member], target: Place) -> bool:
    existing = await target.stat()
    if existing is not None and existing.kind is not Kind.DIRECTORY:
        raise Failure(errors.DIRECTORY_NAME, f"{target}: a file stands where a folder is expected")
    await temporary.prepare(target)
    stage = temporary.beside(target)
    try:
        await stage.files.make_directory(stage.path)
        for member in found:
            await _unpack(opened, member, stage)
        created = await make_folders(target)
        moved = await move_tree(stage, target)
    finally:
        await temporary.discard(stage)
    return created or moved.anything


async def _unpack(opened: zipfile.ZipFile, member: Member, stage: Place) -> None:
    place = stage
    for part in member.parts:
        place = place.child(part)
    if member.folder:
        await make_folders(place)
        return
    await make_folders(place.parent)
    with opened.open(member.info) as packed:
        await place.files.write(place.path, _pieces(packed), mode=member.mode)
    if member.modified is not None:
        await place.files.set_times(place.path, member.modified)


async def _pieces(packed: IO[bytes]) -> AsyncIterator[bytes]:
    while chunk := await in_thread(piece, packed):
        yield chunk


def piece(packed: IO[bytes]) -> bytes:
    """The next bytes of a member; blocking."""
    try:
        return packed.read(_CHUNK)
    except (OSError, LZMAError) as error:  # what the unpackers other than zlib raise
        raise zipfile.BadZipFile(str(error)) from error
