"""Keeps the sheet of each script's last run in the user's state folder, so that ``report`` can show it later.

What is kept is bounded: the last runs of so many scripts, none of them larger than a limit.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
import zlib
from pathlib import Path

from setupbatcher.reports.sheet import Sheet
from setupbatcher.reports.whole import write_whole

MOST = 200
"""Scripts whose last runs are kept."""
LARGEST = 16 * 1024 * 1024
"""Bytes of a sheet, packed."""
_UNPACKED = 256 * 1024 * 1024
"""Bytes of a sheet as text that are read at the most."""
_SUFFIX = ".run"


def folder() -> Path:
    """Where sheets are kept.

    Raises:
        OSError: the user has no home.
    """
    place = os.environ.get("LOCALAPPDATA" if sys.platform == "win32" else "XDG_STATE_HOME", "")
    if place and Path(place).is_absolute():
        return Path(place) / "setupbatcher" / "runs"
    try:
        return Path.home() / ".local" / "state" / "setupbatcher" / "runs"
    except RuntimeError as error:
        raise FileNotFoundError(2, "the user has no home folder") from error


def put(script: Path, sheet: Sheet) -> None:
    """Keep a sheet in the place of the one before; a crash on the way leaves that one.

    Raises:
        OSError: it cannot be written.
    """
    packed = zlib.compress(sheet.to_json().encode("utf-8", "surrogatepass"), 3)
    if len(packed) > LARGEST:
        return
    place = folder()
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_whole(_file(script), packed, mode=0o600)
    _tidy(place)


def get(script: Path) -> Sheet | None:
    """The sheet of a script's last run; ``None`` where there is none that can be read."""
    try:
        packed = _file(script).read_bytes()
        unpacker = zlib.decompressobj()
        text = unpacker.decompress(packed, _UNPACKED)
        return Sheet.from_json(text.decode("utf-8", "surrogatepass")) if unpacker.eof else None
    except (OSError, ValueError, zlib.error):
        return None


def _file(script: Path) -> Path:
    name = hashlib.sha256(os.fsencode(script.resolve())).hexdigest()[:32]
    return folder() / f"{name}{_SUFFIX}"


def _tidy(place: Path) -> None:
    """Remove the oldest where there are too many."""
    with contextlib.suppress(OSError):
        found = [(entry.stat().st_mtime, entry.path) for entry in os.scandir(place) if entry.name.endswith(_SUFFIX)]
        for _, path in sorted(found)[: max(0, len(found) - MOST)]:
            Path(path).unlink(missing_ok=True)
