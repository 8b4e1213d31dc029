"""Names for what is not finished yet, and removing what a killed run left under such a name.

A name holds the controller and the number of its process, so that a later run can tell a leftover from the work of a
run that is alive.
"""

from __future__ import annotations

import os
import re
import socket
import zlib
from collections.abc import Iterable
from functools import cache
from secrets import token_hex

from setupbatcher import errors
from setupbatcher.errors import Failure
from setupbatcher.files.delete import delete_tree
from setupbatcher.files.place import Place
from setupbatcher.hosts.base import Stat
from setupbatcher.hosts.threads import to_the_end

_LONGEST = 180
"""Bytes of the final name that the temporary one repeats; file systems take 255 in all."""

_NAME = re.compile(r"\.(?P<name>.+)\.setupbatcher-(?P<controller>[0-9a-f]{8})-(?P<process>\d+)-[0-9a-f]+")


def beside(target: Place) -> Place:
    """A temporary place in the folder of the target."""
    return target.sibling(name(target.path.name))


def name(final: str) -> str:
    """A temporary name for a file that is to have another in the end."""
    return f".{_stem(final)}.setupbatcher-{_controller()}-{os.getpid()}-{token_hex(4)}"


async def sweep(folder: Place, entries: Iterable[Stat], target: Place | None = None) -> None:
    """Remove what killed runs of this controller left.

    Args:
        folder: where.
        entries: what the folder holds.
        target: only what was to become this; by default everything.
    """
    stem = None if target is None else _stem(target.path.name)
    for entry in entries:
        found = _NAME.fullmatch(entry.name)
        if found and stem in (None, found["name"]) and found["controller"] == _controller():
            number = int(found["process"])
            if number != os.getpid() and not _alive(number):
                await delete_tree(folder.child(entry.name))


async def prepare(target: Place) -> None:
    """Remove what killed runs of this controller left of a target.

    Raises:
        Failure: 3 when the target's folder does not exist.
    """
    folder = target.parent
    try:
        entries = await folder.list()
    except Failure as failure:
        if failure.code == errors.FILE_NOT_FOUND:
            raise Failure(errors.PATH_NOT_FOUND, f"{folder}: the folder does not exist") from failure
        if failure.code == errors.ACCESS_DENIED:  # a folder that may be written to but not looked into
            return
        raise
    await sweep(folder, entries, target)


async def discard(place: Place) -> None:
    """Remove an unfinished file or folder, also while being cancelled; where the machine is gone, it stays."""
    try:
        await to_the_end(delete_tree(place))
    except Failure as failure:
        if failure.code not in (errors.BROKEN_CONNECTION, errors.FILE_NOT_FOUND):
            raise


def _stem(final: str) -> str:
    return final.encode("utf-8", "surrogateescape")[:_LONGEST].decode("utf-8", "ignore")


def _alive(process: int) -> bool:
    import psutil  # noqa: PLC0415 -- needed only where something was left, and not cheap to import

    return bool(psutil.pid_exists(process))


@cache
def _controller() -> str:
    return f"{zlib.crc32(socket.gethostname().encode()):08x}"
