"""A script's file: read whole, replaced whole, never half written.

Symbolic links are followed; mode and owner are kept; a file with several hard links is written in place, since a
rename would part them (``markers.md``, *The writer's promises* 6).
"""

from __future__ import annotations

import contextlib
import os
import stat
import sys
import time
from pathlib import Path

_BUSY = frozenset({5, 32, 33})
"""Windows: access denied, sharing violation, lock violation: an editor or a virus scanner holds the file."""
_PATIENCE = 2.5
"""Seconds for which a file that is held open is tried again."""


def digest(data: bytes) -> str:
    """What identifies a version of a file."""
    import hashlib  # noqa: PLC0415 -- what only reads a script does without

    return hashlib.sha256(data).hexdigest()


class Store:
    """Reads and replaces one file.

    Args:
        path: as the user gave it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.real = path.resolve()

    def read(self) -> bytes:
        """The bytes of the file.

        Raises:
            OSError: it cannot be read.
        """
        return self.real.read_bytes()

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

    def replace(self, data: bytes) -> None:
        """Put a new version in the place of the old one.

        Raises:
            OSError: it could not be written; the old version stands.
        """
        before = self.real.stat()
        if before.st_nlink > 1:
            self._write_in_place(data)
            return
        import secrets  # noqa: PLC0415 -- as above

        temporary = self.real.with_name(f".{self.real.name}.{secrets.token_hex(4)}.new")
        try:
            self._write_new(temporary, data, before)
            self._rename(temporary, data)
        except BaseException:
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise
        sync_directory(self.real.parent)

    def _write_new(self, temporary: Path, data: bytes, like: os.stat_result) -> None:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            if sys.platform != "win32":
                if (like.st_uid, like.st_gid) != (os.geteuid(), os.getegid()):
                    with contextlib.suppress(PermissionError):
                        os.fchown(descriptor, like.st_uid, like.st_gid)
                os.fchmod(descriptor, stat.S_IMODE(like.st_mode))
            os.fsync(descriptor)

    def _rename(self, temporary: Path, data: bytes) -> None:
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
                    self._write_in_place(data)
                    temporary.unlink()
                    return
                time.sleep(pause)
                pause = min(2 * pause, 0.5)
            else:
                return

    def _write_in_place(self, data: bytes) -> None:
        with self.real.open("r+b") as file:
            file.write(data)
            file.truncate()
            file.flush()
            os.fsync(file.fileno())


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
