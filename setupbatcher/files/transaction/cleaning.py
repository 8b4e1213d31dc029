"""Removing what a transaction kept or prepared, once it is over. Blocking work, for threads."""

from __future__ import annotations

import os
import shutil
import stat as modes
from pathlib import Path

from setupbatcher.files.transaction.names import number_of


def clean(folder: str, token: str, first: int = 0) -> tuple[bool, list[Path]]:
    """Remove the files of a transaction from a folder; those in folders that were kept go with these.

    Args:
        folder: where; it may be gone.
        token: of the transaction.
        first: files of lower numbers stay.

    Returns:
        Whether anything was removed, and what could not be: on Windows a program that runs, for instance.
    """
    try:
        with os.scandir(folder) as entries:
            found = [entry.path for entry in entries if (number_of(entry.name, token) or -1) >= first]
    except (FileNotFoundError, NotADirectoryError):
        return False, []
    left = []
    for path in found:
        try:
            _remove(path)
        except FileNotFoundError:
            continue
        except OSError:
            left.append(Path(path))
    return len(found) > len(left), left


def _remove(path: str) -> None:
    """Remove a file, or a folder with all it holds, whatever its modes forbid."""
    if not modes.S_ISDIR(os.lstat(path).st_mode):
        try:
            os.unlink(path)  # noqa: PTH108 -- a text, as those of a step are
        except PermissionError:
            if os.name != "nt":
                raise
            Path(path).chmod(modes.S_IWRITE)  # a file that may only be read is not removed there
            Path(path).unlink()
        return
    try:
        shutil.rmtree(path)
    except PermissionError:
        _open_up(path)
        shutil.rmtree(path)


def _open_up(folder: str) -> None:
    """Let us remove what a folder holds."""
    Path(folder).chmod(modes.S_IRWXU)
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                _open_up(entry.path)
            elif os.name == "nt":
                Path(entry.path).chmod(modes.S_IWRITE)
