"""One wait for the disk, for all that was written to a volume of this machine."""

from __future__ import annotations

import os
import sys
from functools import cache
from pathlib import Path, PurePath
from typing import Any

_TRUSTED = {"bcachefs", "btrfs", "overlay", "tmpfs", "zfs"}
"""Kinds of volumes without a device of their own that pass the wait on; those of a network or a program may not."""

_MOUNTS = "/proc/self/mountinfo"


class Volume:
    """A volume, opened before anything is written: what fails to reach the disk from then on is reported to it.

    Args:
        folder: any folder on it.

    Attributes:
        folder: as given.
    """

    def __init__(self, folder: PurePath) -> None:
        self.folder = folder
        self._descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)

    def sync(self) -> None:
        """Wait until all that any process wrote to the volume is on disk: contents, names and modes."""
        import ctypes  # noqa: PLC0415 -- needed for large trees only, and not cheap to import

        if _syncfs()(self._descriptor):
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))

    def close(self) -> None:
        """Close the folder."""
        os.close(self._descriptor)


def can_sync(device: int) -> bool:
    """Whether one wait does for a volume. Where not, each file and each folder is to be waited for by itself.

    Args:
        device: number of the volume, as the state of a file has it.
    """
    if sys.platform != "linux" or _syncfs() is None:
        return False
    return os.major(device) != 0 or _kind(device) in (None, *_TRUSTED)


def _kind(device: int) -> str | None:
    """What a volume is; ``None`` for a part of one that has several numbers, as those of btrfs do."""
    number = f"{os.major(device)}:{os.minor(device)}"
    for line in Path(_MOUNTS).read_text(encoding="utf-8", errors="replace").splitlines():
        fields = line.split(" ")
        if fields[2] == number:
            return fields[fields.index("-") + 1]
    return None


@cache
def _syncfs() -> Any:  # noqa: ANN401 -- a function of the C library
    import ctypes  # noqa: PLC0415 -- as above

    try:
        return ctypes.CDLL(None, use_errno=True).syncfs
    except (OSError, AttributeError):  # a Python that is one file without libraries
        return None
