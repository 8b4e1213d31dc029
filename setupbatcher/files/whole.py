"""Putting a file in place as a whole: written under a temporary name, then renamed."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator
from contextlib import aclosing, asynccontextmanager

from setupbatcher import errors
from setupbatcher.errors import Failure
from setupbatcher.files import temporary
from setupbatcher.files.place import Place
from setupbatcher.hosts.base import Kind, Stat


@asynccontextmanager
async def staged(target: Place, existing: Stat | None, *, in_tree: bool = False) -> AsyncIterator[Place]:
    """Give the block a temporary place; what it leaves there takes the target's place in one step.

    A block that fails or is cancelled leaves nothing. A replaced file's owner is kept.

    Args:
        target: a file, or nothing yet; its folder exists.
        existing: what stands at the target.
        in_tree: the caller sees to leftovers and to the folder's being on disk.

    Raises:
        Failure: 3 when the folder does not exist, 267 when a folder stands at the target, 5 when the owner of the file
            to replace cannot be kept.
    """
    if existing is not None and existing.kind is Kind.DIRECTORY:
        raise Failure(errors.DIRECTORY_NAME, f"{target}: a folder stands where a file is expected")
    if not in_tree:
        await temporary.prepare(target)
    place = temporary.beside(target)
    try:
        yield place
        if existing is not None and existing.kind is Kind.FILE:
            await keep_owner(place, existing, target)
        await place.files.rename(place.path, target.path)
    except BaseException:
        await temporary.discard(place)
        raise
    if not in_tree:
        await target.files.sync_directory(target.path.parent)


async def write_whole(target: Place, chunks: AsyncIterable[bytes], *, mode: int | None = None) -> None:
    """Write a file as a whole; a symbolic link is followed, a replaced file's mode and owner are kept.

    Args:
        target: where.
        chunks: the content.
        mode: permission bits; by default those of the replaced file, or of any new file.
    """
    target = await target.followed()
    existing = await target.stat()
    if mode is None and existing is not None:
        mode = existing.mode
    async with staged(target, existing) as place:
        await place.files.write(place.path, chunks, mode=mode)


async def once(data: bytes) -> AsyncIterator[bytes]:
    """Bytes at hand, as the content of a file."""
    if data:
        yield data


async def read_whole(place: Place) -> bytes:
    """The content of a small file."""
    pieces = bytearray()
    async with aclosing(place.read()) as chunks:
        async for chunk in chunks:
            pieces += chunk
    return bytes(pieces)


async def keep_owner(place: Place, existing: Stat, target: Place) -> None:
    """Give a new file the owner of the one it is about to replace.

    Args:
        place: the new file.
        existing: the old one.
        target: where the old one stands.

    Raises:
        Failure: 5 when the system does not allow it.
    """
    made = await place.stat(follow=False)
    if made is None or existing.owner is None or made.owner == existing.owner:
        return
    try:
        await place.files.set_owner(place.path, existing.owner)
        await place.files.set_mode(place.path, made.mode)  # a change of owner takes special bits away
    except Failure as failure:
        raise owner_lost(str(target), failure) from failure


def owner_lost(target: str, failure: Failure) -> Failure:
    """What to say when the owner of a file to replace cannot be kept."""
    message = f"{target}: the file belongs to another user, and that cannot be kept"
    return Failure(failure.code, message, help="work on the machine with that user, or as root")
