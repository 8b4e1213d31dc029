"""Copying one file, on a machine or between two."""

from __future__ import annotations

from contextlib import aclosing

from setupbatcher import errors
from setupbatcher.errors import Failure
from setupbatcher.files.compare import may_be_same, same_content
from setupbatcher.files.place import Place
from setupbatcher.files.whole import keep_owner, staged
from setupbatcher.hosts.base import Kind, Stat


async def copy_file(source: Place, target: Place) -> bool:
    """Copy a file with its mode and time; symbolic links are followed on both sides.

    Args:
        source: a file.
        target: a file, which is replaced, or nothing yet; its folder exists.

    Returns:
        Whether anything was changed; a target of the same content and mode is left alone.

    Raises:
        Failure: 2 without a source, 3 without the target's folder, 267 when either is a folder.
    """
    found = await source.expected(Kind.FILE)
    target = await target.followed()
    existing = await target.stat()
    if existing is not None and existing.kind is Kind.OTHER:
        raise Failure(errors.NOT_SUPPORTED, f"{target}: neither a file nor a folder")
    return await replace_file(source, found, target, existing)


async def replace_file(
    source: Place, found: Stat, target: Place, existing: Stat | None, *, in_tree: bool = False
) -> bool:
    """Copy a file whose surroundings are known already; see :func:`copy_file`."""
    if existing is not None and may_be_same(found, existing) and await same_content(source, target):
        return await _same_mode(found, target, existing)
    async with staged(target, existing, in_tree=in_tree) as place:
        if source.on_same_machine(target):
            await place.files.copy(source.path, place.path)
        else:
            mode = found.mode if found.owner is not None else None
            async with aclosing(source.read()) as chunks:
                await place.files.write(place.path, chunks, mode=mode, modified=found.modified)
    return True


async def move_file(source: Place, found: Stat, target: Place, existing: Stat | None, *, in_tree: bool = False) -> bool:
    """Move a file within a volume, unless the target is the same already; as :func:`replace_file` otherwise."""
    if existing is not None and may_be_same(found, existing) and await same_content(source, target):
        return await _same_mode(found, target, existing)
    if existing is not None and existing.kind is Kind.FILE:
        await keep_owner(source, existing, target)
    await target.files.rename(source.path, target.path)
    if not in_tree:
        await target.files.sync_directory(target.path.parent)
    return True


async def _same_mode(found: Stat, target: Place, existing: Stat) -> bool:
    if existing.mode == found.mode or existing.owner is None or found.owner is None:
        return False
    await target.files.set_mode(target.path, found.mode)
    return True
