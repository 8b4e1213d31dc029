"""Blocking work on the files of this machine, for threads."""

from __future__ import annotations

import errno
import os
import shutil
import stat as modes
from pathlib import Path, PurePath

from setupbatcher.hosts.base import Kind, Stat

CHUNK = 1024 * 1024
"""Bytes read or written at a time."""

OLD = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
"""How an existing and a new file are opened."""

_STEP = 16 * CHUNK
_SMALL = 64 * 1024
_POSIX = os.name != "nt"
_CANNOT_COPY_INSIDE = {errno.EXDEV, errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.EPERM, errno.EBADF}


def stat_of(found: os.stat_result, name: str = "") -> Stat:
    """What the system found, in our terms."""
    if modes.S_ISREG(found.st_mode):
        kind = Kind.FILE
    elif modes.S_ISDIR(found.st_mode):
        kind = Kind.DIRECTORY
    elif modes.S_ISLNK(found.st_mode):
        kind = Kind.LINK
    else:
        kind = Kind.OTHER
    owner = (found.st_uid, found.st_gid) if _POSIX else None
    return Stat(kind, found.st_size, modes.S_IMODE(found.st_mode), found.st_mtime, name, owner)


def entries(path: PurePath) -> list[Stat]:
    """What a folder holds, by name, links not followed."""
    with os.scandir(path) as found:
        return sorted((stat_of(entry.stat(follow_symlinks=False), entry.name) for entry in found), key=_name)


def _name(entry: Stat) -> str:
    return entry.name


def look(path: PurePath, *, follow: bool) -> Stat:
    """What stands at a path."""
    return stat_of(Path(path).stat(follow_symlinks=follow))


def set_mode(path: PurePath, mode: int) -> None:
    """Set the permission bits."""
    Path(path).chmod(mode)


def make_directory(path: PurePath, mode: int | None) -> None:
    """Create one folder."""
    Path(path).mkdir()
    if mode is not None:
        Path(path).chmod(mode)


def read_link(path: PurePath) -> str:
    """Where a symbolic link points to."""
    return str(Path(path).readlink())


def make_link(path: PurePath, target: str) -> None:
    """Create a symbolic link."""
    Path(path).symlink_to(target)


def remove(path: PurePath) -> None:
    """Remove a file or a link."""
    Path(path).unlink()


def remove_directory(path: PurePath) -> None:
    """Remove an empty folder."""
    Path(path).rmdir()


def remove_tree(path: PurePath) -> None:
    """Remove a folder and all it holds."""
    shutil.rmtree(path)


def rename(source: PurePath, target: PurePath) -> None:
    """Rename, replacing a file."""
    Path(source).replace(target)


def sync_directory(path: PurePath) -> None:
    """Wait until the names in a folder are on disk."""
    folder = os.open(path, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


class Reader:
    """A file read chunk by chunk; opening it reads the first.

    Attributes:
        chunk: the bytes last read; fewer than :data:`CHUNK` mean that these were the last.
    """

    def __init__(self, path: PurePath | str) -> None:
        self._file = open(path, "rb", buffering=0)  # noqa: PTH123, SIM115 -- closed by close()
        try:
            self.advance()
        except BaseException:
            self._file.close()
            raise

    def advance(self) -> None:
        """Read the next chunk."""
        pieces: list[bytes] = []
        missing = CHUNK
        while missing and (piece := self._file.read(missing)):
            pieces.append(piece)
            missing -= len(piece)
        self.chunk = pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class Writer:
    """A new file written chunk by chunk; only its owner may read it before it is finished, if it gets a mode.

    Args:
        path: where; nothing stands there yet.
        mode: permission bits of the finished file; by default those of any new file.
    """

    def __init__(self, path: PurePath, mode: int | None) -> None:
        self._descriptor = os.open(path, NEW, 0o666 if mode is None else 0o600)
        self._mode = mode

    def write(self, data: bytes) -> None:
        """Write all of the data."""
        view = memoryview(data)
        while view:
            view = view[os.write(self._descriptor, view) :]

    def finish(self) -> None:
        """Set the mode and wait until the file is on disk."""
        if self._mode is not None and _POSIX:
            os.fchmod(self._descriptor, self._mode)
        os.fsync(self._descriptor)

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)


class Copy:
    """A copy in steps short enough for a cancelled one to end soon.

    Args:
        source: descriptor of the file to copy.
        target: a path where nothing stands yet.
        wait: the copy is complete when it is on disk; else the caller sees to that.
    """

    def __init__(self, source: int, target: PurePath | str, *, wait: bool = True) -> None:
        self._wait = wait
        self._source = source
        self._stat = os.fstat(source)
        self._target = target
        self._small = self._stat.st_size < _SMALL
        self._inside = hasattr(os, "copy_file_range")
        self._descriptor = os.open(target, NEW, 0o600)

    def advance(self) -> bool:
        """Copy the next 16 MiB; at the end set mode and time, and wait for the disk.

        Returns:
            Whether the copy is complete.
        """
        left = _STEP
        if self._small:
            self._small = False
            if self._at_once():
                self._finish()
                return True
        while left > 0:
            count = self._piece(min(left, _STEP))
            if not count:
                self._finish()
                return True
            left -= count
        return False

    def _at_once(self) -> bool:
        """Copy a small file with one read and one write; returns whether that was all of it."""
        data = os.read(self._source, self._stat.st_size + 1)
        self._write(data)
        return len(data) == self._stat.st_size

    def _write(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[os.write(self._descriptor, view) :]

    def _piece(self, size: int) -> int:
        if self._inside:
            try:
                count = os.copy_file_range(self._source, self._descriptor, size)
            except OSError as error:
                if error.errno not in _CANNOT_COPY_INSIDE:
                    raise
                count = 0
            if count:
                return count
            self._inside = False  # the end, or a file system that cannot: reading tells which
        data = os.read(self._source, CHUNK)
        self._write(data)
        return len(data)

    def _finish(self) -> None:
        if _POSIX:
            os.fchmod(self._descriptor, modes.S_IMODE(self._stat.st_mode))
            os.utime(self._descriptor, ns=(self._stat.st_atime_ns, self._stat.st_mtime_ns))
        if self._wait:
            os.fsync(self._descriptor)
        if not _POSIX:
            os.utime(self._target, ns=(self._stat.st_atime_ns, self._stat.st_mtime_ns))

    def close(self) -> None:
        """Close the target."""
        os.close(self._descriptor)
