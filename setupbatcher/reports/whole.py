"""Writing a report's file whole or not at all."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from secrets import token_hex

_ANY_FILE = 0o666
"""The mode of a new file, before the user's mask."""


def check_writable(path: Path) -> None:
    """Find out, before anything runs, whether a file can be written.

    Raises:
        OSError: it cannot, with the path as its ``filename``.
    """
    try:
        if _is_special(path):
            return
        if path.is_dir():
            raise IsADirectoryError(21, "is a folder")
        descriptor, temporary = _new(path.resolve(), 0o600)
        os.close(descriptor)
        temporary.unlink()
    except OSError as error:
        error.filename = str(path)
        raise


def write_whole(path: Path, text: str | bytes, *, mode: int | None = None) -> None:
    """Write a file: its readers see the old one or the new one, also after a crash.

    Args:
        path: of the file; a symbolic link is followed, a device or pipe is written to.
        text: the content.
        mode: permission bits; by default those of the file that is replaced, or of any new file.

    Raises:
        OSError: it cannot be written; the old file stands.
    """
    data = text.encode("utf-8", "backslashreplace") if isinstance(text, str) else text
    if _is_special(path):
        path.write_bytes(data)
        return
    real = path.resolve()
    descriptor, temporary = _new(real, _ANY_FILE if mode is None else mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            if mode is None and real.exists():
                temporary.chmod(real.stat().st_mode & 0o7777)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(real)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise


def _is_special(path: Path) -> bool:
    return path.exists() and not path.is_file() and not path.is_dir()


def _new(real: Path, mode: int) -> tuple[int, Path]:
    temporary = real.with_name(f".{real.name[:100]}.{token_hex(4)}.new")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    return os.open(temporary, flags, mode), temporary
