"""Deleting a file, a link, or a folder with all it holds."""

from __future__ import annotations

from setupbatcher import errors
from setupbatcher.errors import Failure
from setupbatcher.files.place import Place
from setupbatcher.files.together import each
from setupbatcher.hosts.base import Kind, Stat
from setupbatcher.hosts.local_files import LocalFilesystem


async def delete_tree(place: Place) -> bool:
    """Delete what stands at a place; a symbolic link is deleted itself, never what it leads to.

    Returns:
        Whether there was anything.

    Raises:
        Failure: 161 for the root of a volume, a home folder as such, or a path that ends in ``..``; 5 where the rights
            are missing.
    """
    if place.path.name in ("", ".."):
        raise Failure(errors.BAD_PATH, f"{place}: such a folder is not deleted as a whole", help="name what it holds")
    found = await place.stat(follow=False)
    if found is None:
        return False
    await _delete(place, found)
    return True


async def _delete(place: Place, found: Stat) -> None:
    if found.kind is not Kind.DIRECTORY:
        await _remove(place)
    elif isinstance(place.files, LocalFilesystem):
        await place.files.remove_tree(place.path)
    else:
        await each(await place.list(), lambda entry: _delete(place.child(entry.name), entry))
        await place.files.remove_directory(place.path)


async def _remove(place: Place) -> None:
    try:
        await place.files.remove(place.path)
    except Failure as failure:
        if failure.code != errors.FILE_NOT_FOUND:
            raise
