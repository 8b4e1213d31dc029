"""An operating system's lock on an open file, gone with the process that holds it.

The locked file is the journal, which others read while it is locked; so on Windows, where locks keep readers out, a
byte far behind its end is locked. Libraries lock the whole file, or a second one that would be left over.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import IO

_FAR = 2**40
_FLAGS = os.O_RDWR | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)

if sys.platform == "win32":
    import msvcrt

    def try_lock(file: IO[bytes]) -> bool:
        """Lock a file for this process; ``False`` where another one has it."""
        at = file.tell()
        file.seek(_FAR)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        finally:
            file.seek(at)
        return True

else:
    import fcntl

    def try_lock(file: IO[bytes]) -> bool:
        """Lock a file for this process; ``False`` where another one has it."""
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def open_locked(path: Path, *, create: bool = True) -> tuple[IO[bytes], bool]:
    """Open a file that whoever has locked it may remove in the end, and try to lock it.

    Args:
        path: of the file.
        create: make one where there is none.

    Returns:
        The file, and whether this process has the lock; then it is the file that stands at the path.

    Raises:
        OSError: it cannot be opened.
    """
    while True:
        file = os.fdopen(os.open(path, _FLAGS | (os.O_CREAT if create else 0), 0o600), "r+b", buffering=0)
        if not try_lock(file):
            return file, False
        if _is_current(path, file):
            return file, True
        # The holder finished and removed the file between our opening it and locking it.
        file.close()


def _is_current(path: Path, file: IO[bytes]) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(file.fileno()))
    except FileNotFoundError:
        return False
