"""A script's file: read whole, replaced whole, never half written.

Symbolic links are followed; mode and owner are kept; a file with several hard links is written in place, since a
rename would part them (``markers.md``, *The writer's promises* 6). While that goes on, both versions stand beside it,
so that a process that is killed in the middle leaves nothing half written behind.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import sys
import time
from pathlib import Path

from setupbatcher.text.exchange import exchange

_NEW = "new"
_BOTH = "both"
_BUSY = frozenset({5, 32, 33})
"""Windows: access denied, sharing violation, lock violation: an editor or a virus scanner holds the file."""
_PATIENCE = 2.5
"""Seconds for which a file that is held open is tried again."""
_READ_TRIES = 50
"""How often a file is read again that seems to be written at this moment, with a pause of 10 ms."""


def digest(data: bytes) -> str:
    """What identifies a version of a file."""
    import hashlib  # noqa: PLC0415 -- what only reads a script does without

    return hashlib.sha256(data).hexdigest()


Stamp = tuple[int, int, int]
"""What changes when somebody saves a file: time, size and number."""


class ChangedError(OSError):
    """Somebody saved the file since it was read. It stands as it was saved."""


def stamp_of(path: Path) -> Stamp:
    """What changes when somebody saves a file, asked for without reading it.

    Raises:
        OSError: it is gone.
    """
    return _stamp(path.stat())


def _stamp(found: os.stat_result) -> Stamp:
    return found.st_mtime_ns, found.st_size, found.st_ino


class Digest:
    """The digest of a version, worked out while other work goes on.

    Args:
        data: of the version.
    """

    def __init__(self, data: bytes) -> None:
        import threading  # noqa: PLC0415 -- as hashlib: what only reads a script does without

        self._value = ""
        self._worker = threading.Thread(target=self._work, args=(data,))
        self._worker.start()

    def _work(self, data: bytes) -> None:
        self._value = digest(data)

    def __str__(self) -> str:
        """The digest, once it is there."""
        self._worker.join()
        return self._value


class Store:
    """Reads and replaces one file.

    Args:
        path: as the user gave it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.real = path.resolve()

    def read(self) -> bytes:
        """The bytes of the file; where a process was killed while it wrote in place, those it was to write.

        Raises:
            OSError: it cannot be read.
        """
        for _ in range(_READ_TRIES):
            before = self._versions()
            data = self.real.read_bytes()
            versions = self._versions()
            if before is None and versions is None:
                return data
            if before == versions is not None and (data in versions or is_torn(data, *versions)):
                return data if data == versions[0] else versions[1]
            time.sleep(0.01)
        # Neither version nor a mixture of both: somebody saved another text since.
        return data

    def _versions(self) -> tuple[bytes, bytes] | None:
        """The old and the new version of a file that is written in place."""
        try:
            whole = self.beside(_BOTH).read_bytes()
        except OSError:
            return None
        head, _, both = whole.partition(b"\n")
        size, _, checksum = head.partition(b" ")
        if not size.isdigit() or checksum.decode("ascii", "replace") != digest(both):
            return None  # killed before the file itself was touched
        return both[: int(size)], both[int(size) :]

    def tidy(self) -> None:
        """Finish or remove what a killed process left beside the file; for the process that has its lock.

        Raises:
            OSError: the file cannot be written.
        """
        versions = self._versions()
        if versions is not None and is_torn(self.real.read_bytes(), *versions):
            self._overwrite(versions[1])
        for suffix in (_NEW, _BOTH):
            self.beside(suffix).unlink(missing_ok=True)

    def stamp(self) -> Stamp:
        """What changes when somebody saves the file, asked for without reading it.

        Raises:
            OSError: it is gone.
        """
        return stamp_of(self.real)

    def beside(self, suffix: str) -> Path:
        """The path of a hidden companion file in the same folder."""
        return self.real.with_name(f".{self.real.name}.{suffix}")

    def check_writable(self) -> None:
        """Find out, before anything runs, whether the file can be replaced.

        Raises:
            OSError: it cannot, with the reason.
        """
        if not os.access(self.real, os.W_OK):
            raise PermissionError(13, "the file is read-only", str(self.path))
        if not os.access(self.real.parent, os.W_OK | os.X_OK):
            raise PermissionError(13, "its folder is read-only", str(self.path.parent))

    def replace(self, data: bytes, known: Stamp | None = None) -> Stamp:
        """Put a new version in the place of the old one; one process at a time may, the one that has the lock.

        Args:
            data: the new version.
            known: stamp of the version that it was made from.

        Returns:
            The stamp of what was written; that of the file may be another one by now, where somebody has saved it.

        Raises:
            ChangedError: the file has another stamp; it stands.
            OSError: it could not be written; the old version stands.
        """
        before = self.real.stat()
        if before.st_nlink > 1 or not _can_give_away(before):
            return self._write_in_place(data, known)
        temporary = self.beside(_NEW)
        try:
            _write_new(temporary, data, before)
            written = stamp_of(temporary)
            if known is None or not self._exchange(temporary, known):
                written = self._rename(temporary, data) or written
        except BaseException:
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise
        sync_directory(self.real.parent)
        return written

    def _exchange(self, temporary: Path, known: Stamp) -> bool:
        """Put a file in the place of a version of that stamp; ``False`` where the system only knows how to rename."""
        self._still(known)
        ours = stamp_of(temporary)
        if not exchange(temporary, self.real):
            return False
        if stamp_of(temporary) != known:
            # Saved at the very last moment: what was saved goes back, also what was saved since.
            exchange(temporary, self.real)
            if stamp_of(temporary) != ours:
                exchange(temporary, self.real)
            raise ChangedError(errno.EBUSY, "somebody has saved it", str(self.path))
        temporary.unlink()
        return True

    def _still(self, known: Stamp | None) -> None:
        if known is not None and self.stamp() != known:
            raise ChangedError(errno.EBUSY, "somebody has saved it", str(self.path))

    def _rename(self, temporary: Path, data: bytes) -> Stamp | None:
        """Put a file in the place of a version; the stamp of what was written where it could only be overwritten."""
        end = time.monotonic() + _PATIENCE
        pause = 0.05
        while True:
            try:
                temporary.replace(self.real)
            except OSError as error:
                if getattr(error, "winerror", None) not in _BUSY:
                    raise
                if time.monotonic() > end:
                    # Somebody holds the file open but lets it be written: the journal covers a crash on the way.
                    written = self._write_in_place(data)
                    temporary.unlink()
                    return written
                time.sleep(pause)
                pause = min(2 * pause, 0.5)
            else:
                return None

    def _write_in_place(self, data: bytes, known: Stamp | None = None) -> Stamp:
        old = self.real.read_bytes()
        both = self.beside(_BOTH)
        try:
            _write_new(both, b"%d %s\n" % (len(old), digest(old + data).encode()) + old + data, self.real.stat())
            sync_directory(self.real.parent)
            self._still(known)
        except OSError:
            both.unlink(missing_ok=True)
            raise
        try:
            written = self._overwrite(data)
        except OSError:
            # The old version's place is its own, even on a full disk. Should this fail too, both versions stay.
            self._overwrite(old)
            both.unlink()
            raise
        both.unlink()
        return written

    def _overwrite(self, data: bytes) -> Stamp:
        with self.real.open("r+b") as file:
            file.write(data)
            file.truncate()
            file.flush()
            os.fsync(file.fileno())
            return _stamp(os.fstat(file.fileno()))


def is_torn(data: bytes, old: bytes, new: bytes) -> bool:
    """The bytes are what a process leaves that is killed while it writes a new version over an old one.

    Also once all is written: then they are the new version.
    """
    written, end = 0, min(len(data), len(new))
    while written < end:
        middle = (written + end + 1) // 2
        if data[written:middle] == new[written:middle]:
            written = middle
        else:
            end = middle - 1
    return data == new[:written] + old[written:] or data == new


def _write_new(path: Path, data: bytes, like: os.stat_result) -> None:
    """Write a file that is not there; a killed process may have left one of that name."""
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        take_after(descriptor, like)
        os.fsync(descriptor)


def take_after(descriptor: int, like: os.stat_result, *, at_least: int = 0, at_most: int = 0o7777) -> None:
    """Give an open file the owner and the mode of another one, as far as this process may.

    Args:
        descriptor: of the file.
        like: the other one.
        at_least: mode bits that it has in any case.
        at_most: mode bits that it may have.
    """
    if sys.platform == "win32":
        return
    if (like.st_uid, like.st_gid) != (os.geteuid(), os.getegid()):
        with contextlib.suppress(PermissionError):
            os.fchown(descriptor, like.st_uid, like.st_gid)
    os.fchmod(descriptor, (stat.S_IMODE(like.st_mode) & at_most) | at_least)


def _can_give_away(like: os.stat_result) -> bool:
    """A new file of this process can get the owner of another one, and take its place in any folder."""
    if sys.platform == "win32" or os.geteuid() == 0:
        return True
    return like.st_uid == os.geteuid() and like.st_gid in {os.getegid(), *os.getgroups()}


def sync_directory(folder: Path) -> None:
    """Make a rename in a folder durable, where the system has a way to."""
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError:
        # Some network file systems refuse to sync a folder; the rename itself has happened.
        pass
    finally:
        os.close(descriptor)
