"""Starts a program, or opens a document with the application that is meant for it; nobody waits for the end."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from setupbatcher import errors
from setupbatcher.errors import Failure, from_os_error
from setupbatcher.hosts.base import Kind
from setupbatcher.hosts.threads import in_thread
from setupbatcher.updatejob.places import Places

_PROGRAMS = frozenset({".exe", ".com", ".bat", ".cmd"})
_DETACHED = 0x00000008 | 0x00000200
"""Windows: no console of ours, a process group of its own."""

_OPENER_GRACE = 5.0
"""Seconds in which an opener says that there is no application; one that goes on is the application itself."""


async def launch(text: str, places: Places) -> str | None:
    """Start a program or open a document, in the folder where relative paths start.

    Args:
        text: its path; a program also by the name under which it is found in PATH.
        places: find the path.

    Returns:
        Why nothing opens the document, else ``None``.

    Raises:
        Failure: 2 where there is neither, 5 or 13 for a program that cannot be started.
    """
    path = places.path(text)
    found = await places.place(text).stat()
    if found is not None and (found.kind is not Kind.FILE or not _is_program(path)):
        return await _open(path, places.base)
    program = str(path)
    if found is None:
        known = shutil.which(text) if not {"/", "\\"} & set(text) else None
        if known is None:
            raise Failure(errors.FILE_NOT_FOUND, f"{text}: no such program or document")
        program = known
    await in_thread(_start, [program], places.base)
    return None


def _is_program(path: Path) -> bool:
    return path.suffix.lower() in _PROGRAMS if os.name == "nt" else os.access(path, os.X_OK)


def _start(words: Sequence[str], folder: Path) -> subprocess.Popen[bytes]:
    """Start a program that lives on without this one."""
    nothing = subprocess.DEVNULL
    try:
        process = subprocess.Popen(  # noqa: S603 -- the job file says what is to be run
            words,
            cwd=folder,
            stdin=nothing,
            stdout=nothing,
            stderr=nothing,
            creationflags=_DETACHED if os.name == "nt" else 0,
            start_new_session=os.name != "nt",
        )
    except OSError as error:
        raise from_os_error(error, words[0]) from error
    threading.Thread(target=process.wait, daemon=True).start()  # one that ends before us is not to be left a zombie
    return process


async def _open(path: Path, folder: Path) -> str | None:
    if sys.platform == "win32":
        try:
            os.startfile(path, cwd=folder)  # noqa: S606 -- as above
        except OSError as error:
            return f"{path}: nothing opens it: {(error.strerror or str(error)).lower()}"
        return None
    opener = shutil.which("open" if sys.platform == "darwin" else "xdg-open")
    if opener is None:
        return f"{path}: nothing opens it: xdg-open is not installed"
    process = await in_thread(_start, [opener, str(path)], folder)
    status = await _status(process)
    return f"{path}: nothing opens it: {Path(opener).name} ended with status {status}" if status else None


async def _status(process: subprocess.Popen[bytes]) -> int | None:
    """How an opener ended; ``None`` for one that has not after a while."""
    for _ in range(int(_OPENER_GRACE / 0.05)):
        if process.returncode is not None:
            return process.returncode
        await asyncio.sleep(0.05)
    return None
