"""An operating system's lock on an open file, gone with the process that holds it.

The locked file is the journal, which others read while it is locked; so on Windows, where locks keep readers out, a
byte far behind its end is locked. Libraries lock the whole file, or a second one that would be left over.
"""

from __future__ import annotations

import sys
from typing import IO

_FAR = 2**40

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
