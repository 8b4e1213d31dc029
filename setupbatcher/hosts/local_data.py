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
_KINDS = {modes.S_IFREG: Kind.FILE, modes.S_IFDIR: Kind.DIRECTORY, modes.S_IFLNK: Kind.LINK}
_CANNOT_COPY_INSIDE = {errno.EXDEV, errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.EPERM, errno.EBADF}


def stat_of(found: os.stat_result, name: str = "") -> Stat:
    """What the system found, in our terms."""
    owner = (found.st_uid, found.st_gid) if _POSIX else None
    mode = found.st_mode
    kind = _KINDS.get(modes.S_IFMT(mode), Kind.OTHER)
    return Stat(kind, found.st_size, modes.S_IMODE(mode), found.st_mtime, name, owner)


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
        wait: the file is finished when it is on disk; else the caller sees to that.
    """

    def __init__(self, path: PurePath | str, mode: int | None, *, wait: bool = True) -> None:
        self._wait = wait
        self._descriptor = os.open(path, NEW, 0o666 if mode is None else 0o600)
        self._mode = mode

    def write(self, data: bytes) -> None:
        """Write all of the data."""
        _write(self._descriptor, data)

    def finish(self) -> None:
        """Set the mode and wait until the file is on disk."""
        if self._mode is not None and _POSIX:
            os.fchmod(self._descriptor, self._mode)
        if self._wait:
            os.fsync(self._descriptor)

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)


def copy_small(source: str, target: str, *, wait: bool) -> bool:
    """Copy a small file with its mode and time at one go, to a path where nothing stands yet.

    Args:
        source: the file to copy.
        target: where to.
        wait: the copy is complete when it is on disk; else the caller sees to that.

    Returns:
        Whether it was small; else there is no copy yet.
    """
    reader = os.open(source, OLD)
    try:
        found = os.fstat(reader)
        if found.st_size >= _SMALL:
            return False
        data = os.read(reader, found.st_size + 1)
        if len(data) != found.st_size:
            return False
        writer = os.open(target, NEW, 0o600)
        try:
            _write(writer, data)
            _finish(writer, target, found, wait=wait)
        finally:
            os.close(writer)
    finally:
        os.close(reader)
    return True


def _write(descriptor: int, data: bytes) -> None:
    """Write all of the data."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def _finish(descriptor: int, path: PurePath | str, like: os.stat_result, *, wait: bool) -> None:
    """Give a written file the mode and the time of another one, and wait until it is on disk."""
    if _POSIX:
        os.fchmod(descriptor, modes.S_IMODE(like.st_mode))
        os.utime(descriptor, ns=(like.st_atime_ns, like.st_mtime_ns))
    if wait:
        os.fsync(descriptor)
    if not _POSIX:
        os.utime(path, ns=(like.st_atime_ns, like.st_mtime_ns))


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
        self._inside = hasattr(os, "copy_file_range")
        self._descriptor = os.open(target, NEW, 0o600)

    def advance(self) -> bool:
        """Copy the next 16 MiB; at the end set mode and time, and wait for the disk.

        Returns:
            Whether the copy is complete.
        """
        left = _STEP
        while left > 0:
            count = self._piece(min(left, _STEP))
            if not count:
                _finish(self._descriptor, self._target, self._stat, wait=self._wait)
                return True
            left -= count
        return False

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
        _write(self._descriptor, data)
        return len(data)

    def close(self) -> None:
        """Close the target."""
        os.close(self._descriptor)
