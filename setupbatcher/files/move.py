"""Moving a file on a machine."""

from __future__ import annotations

from setupbatcher import errors
from setupbatcher.errors import Failure
from setupbatcher.files.copy import copy_file
from setupbatcher.files.place import Place
from setupbatcher.files.whole import keep_owner
from setupbatcher.hosts.base import Kind

_ANOTHER_VOLUME = {errors.NOT_SAME_DEVICE, errors.NOT_SUPPORTED, errors.EXISTS}
"""What a refused rename may mean; an SFTP service does not say."""


async def move_to(source: Place, target: Place) -> bool:
    """Move a file, across volumes by way of a copy; a target file is replaced.

    Returns:
        Whether anything was changed: not when the source is gone and the target there, as after a move that was done.

    Raises:
        Failure: 2 without a source, 3 without the target's folder, 267 when either is a folder.
    """
    target = await target.followed()
    existing = await target.stat()
    if await source.stat(follow=False) is None and existing is not None and existing.kind is Kind.FILE:
        return False
    await source.expected(Kind.FILE)
    if existing is not None and existing.kind is Kind.DIRECTORY:
        raise Failure(errors.DIRECTORY_NAME, f"{target}: a folder stands where a file is expected")
    if source.path == target.path:
        return False
    if await target.parent.stat() is None:
        raise Failure(errors.PATH_NOT_FOUND, f"{target.parent}: the folder does not exist")
    try:
        if existing is not None:
            await keep_owner(source, existing, target)
        await source.files.rename(source.path, target.path)
        await target.files.sync_directory(target.path.parent)
    except Failure as failure:
        if failure.code not in _ANOTHER_VOLUME or await source.stat() is None:
            raise
        await copy_file(source, target)
        await source.files.remove(source.path)
    return True
