"""What is refused before an action changes anything."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from setupbatcher import errors
from setupbatcher.errors import Failure, from_os_error
from setupbatcher.files.place import Place
from setupbatcher.files.transaction.names import is_ours
from setupbatcher.hosts.base import Kind, Stat


def check_target(target: Path) -> None:
    """A target must not have a name that a transaction needs.

    Raises:
        Failure: 87.
    """
    if is_ours(target.name):
        raise Failure(errors.BAD_PARAMETER, f"{target}: such names are needed for work in progress")


def check_goes(path: Path, journal: Path) -> None:
    """Something may be moved or deleted as a whole.

    Raises:
        Failure: 161 for a root and a path that ends in ``..``, 32 for what holds the journal or a mounted volume, 5 for
            what could not be removed in the end.
    """
    if path.name in ("", ".."):
        raise Failure(errors.BAD_PATH, f"{path}: such a folder is not touched as a whole", help="name what it holds")
    folder = path.is_dir() and not path.is_symlink()
    if same_entry(path, journal) or (folder and inside(journal, path)):
        raise Failure(errors.IN_USE, f"{path}: the journal of this work is in there")
    if not folder:
        return
    device = path.stat().st_dev
    for below in _folders(path):
        if os.stat(below).st_dev != device:  # noqa: PTH116 -- a text
            raise Failure(errors.IN_USE, f"{below}: another volume is mounted there", help="unmount it first")
        if not os.access(below, os.W_OK | os.X_OK) and not _ours(below) and os.listdir(below):  # noqa: PTH208
            raise Failure(errors.ACCESS_DENIED, f"{below}: what it holds may not be removed")


def check_free(target: Place, there: Stat | None) -> None:
    """A file or link may be put where that stands.

    Raises:
        Failure: 267 for a folder, 50 for a device and the like.
    """
    if there is not None and there.kind is Kind.DIRECTORY:
        raise Failure(errors.DIRECTORY_NAME, f"{target}: a folder stands where a file is expected")
    if there is not None and there.kind is Kind.OTHER:
        raise Failure(errors.NOT_SUPPORTED, f"{target}: neither a file nor a folder")


def same(one: Path, other: Path) -> bool:
    """Both are the same file or folder, links followed."""
    try:
        return one.samefile(other)
    except OSError:
        return False


def same_entry(one: Path, other: Path) -> bool:
    """Both are the same entry of the same folder, in another spelling perhaps."""
    try:
        found = one.lstat(), other.lstat()
    except OSError:
        return False
    if not os.path.samestat(*found) or not same(one.parent, other.parent):
        return False
    return one.name == other.name or other.name not in os.listdir(other.parent)  # noqa: PTH208 -- names


def two_names(one: Path, other: Path) -> bool:
    """Both are names of one file; links are not followed."""
    try:
        return os.path.samestat(one.lstat(), other.lstat())
    except OSError:
        return False


def inside(path: Path, folder: Path) -> bool:
    """A path, which need not be there, leads into a folder or below it, links followed."""
    return any(same(above, folder) for above in Path(os.path.realpath(path)).parents)


def device_of(path: Path) -> int:
    """The number of the volume that a path is on."""
    try:
        return path.lstat().st_dev
    except OSError as error:
        raise from_os_error(error, str(path)) from error


def _folders(path: Path) -> Iterator[str]:
    """A folder and all below it."""
    ahead = [str(path)]
    while ahead:
        folder = ahead.pop()
        yield folder
        try:
            with os.scandir(folder) as entries:
                ahead += [entry.path for entry in entries if entry.is_dir(follow_symlinks=False)]
        except PermissionError as error:
            if not _ours(folder):
                raise from_os_error(error, folder) from error


def _ours(folder: str) -> bool:
    """We may change its mode."""
    return os.name == "nt" or os.geteuid() in {0, os.stat(folder).st_uid}  # noqa: PTH116 -- a text
