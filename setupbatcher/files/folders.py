"""Creating folders."""

from __future__ import annotations

from setupbatcher import errors
from setupbatcher.errors import Failure
from setupbatcher.files.place import Place
from setupbatcher.hosts.base import Kind


async def make_folders(place: Place) -> bool:
    """Create a folder and those above it that are missing.

    Returns:
        Whether anything was created.

    Raises:
        Failure: 267 when a file stands in the way.
    """
    found = await place.stat()
    if found is not None:
        if found.kind is not Kind.DIRECTORY:
            raise Failure(errors.DIRECTORY_NAME, f"{place}: a file stands where a folder is expected")
        return False
    if place.path.parent != place.path:
        await make_folders(place.parent)
    try:
        await place.files.make_directory(place.path)
    except Failure as failure:
        if failure.code != errors.EXISTS:  # somebody else was quicker
            raise
    return True
