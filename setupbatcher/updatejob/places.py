r"""The paths of a job file on this machine: ``\`` separates everywhere, relative ones start in one folder.

A source may have the wildcards ``*`` and ``?`` in its last part, and may be ``\\server\share\…`` on every platform.
"""

from __future__ import annotations

import fnmatch
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, cast

from setupbatcher import errors
from setupbatcher.errors import Failure
from setupbatcher.files.place import Place
from setupbatcher.files.transaction import is_ours
from setupbatcher.hosts.base import Kind
from setupbatcher.hosts.local_files import LocalFilesystem
from setupbatcher.hosts.paths import checked

if TYPE_CHECKING:
    from setupbatcher.hosts.base import Filesystem
    from setupbatcher.hosts.smb import Shares

_WINDOWS = os.name == "nt"
_DRIVE = re.compile(r"[A-Za-z]:")
_ENDS = ("\\", "/")


class Places:
    """Finds what the paths of a job file mean.

    Args:
        base: where relative paths start.
    """

    def __init__(self, base: Path) -> None:
        self._base = base.absolute()
        self._files = LocalFilesystem(self._base)
        self._shares: Shares | None = None

    @property
    def base(self) -> Path:
        """Where relative paths start."""
        return self._base

    def path(self, text: str) -> Path:
        """A path on this machine.

        Raises:
            Failure: 161 for one that is empty or has a drive this machine cannot have, 50 for one on a share where the
                system itself knows none.
        """
        checked(text)
        if _WINDOWS:
            return self._base / text
        if is_share(text):
            raise only_read(text)
        if _DRIVE.match(text):
            raise Failure(errors.BAD_PATH, f"{text}: this machine has no drives", help="write a relative path")
        return self._base / text.replace("\\", "/")

    def place(self, text: str) -> Place:
        """A path to read from: on this machine or on a share.

        Raises:
            Failure: as :meth:`path`; else what keeps the share from being reached.
        """
        if is_share(text) and not _WINDOWS:
            return self._on_share(text)
        return Place(self._files, self.path(text))

    async def close(self) -> None:
        """Let go of shares."""
        if self._shares is not None:
            await self._shares.close()

    def _on_share(self, text: str) -> Place:
        if self._shares is None:
            from setupbatcher.hosts.smb import Shares  # noqa: PLC0415 -- few job files name one

            self._shares = Shares()
        # Nothing but reading is asked of what is to be copied, and that is all that a share can do here.
        return Place(cast("Filesystem", self._shares), self._shares.path(text))

    async def sources(self, text: str) -> list[Place]:
        """What a source names: itself, or all that its wildcards match, by name."""
        head, last = _split(text)
        if not _is_pattern(last):
            return [self.place(text)]
        folder = self.place(head or ".")
        if await folder.stat() is None:
            return []
        pattern = re.compile(fnmatch.translate(_plain(last)), re.IGNORECASE if _WINDOWS else 0)
        return [
            folder.child(entry.name)
            for entry in await folder.list()
            if pattern.match(entry.name) and not is_ours(entry.name)
        ]

    async def target(self, text: str, source: Place, *, into: bool) -> Path:
        """Where a source is copied or moved to: the target itself, or in it under the source's name.

        Args:
            text: the target.
            source: a file, or a folder whose content goes into the target.
            into: the target is a folder in any case, as it is for a source with wildcards.
        """
        path = self.path(text)
        if into:
            return path / source.path.name
        folder = text.endswith(_ENDS) or await _is_folder(Place(self._files, path))
        return path / source.path.name if folder and not await _is_folder(source) else path


async def _is_folder(place: Place) -> bool:
    found = await place.stat()
    return found is not None and found.kind is Kind.DIRECTORY


def only_read(path: object) -> Failure:
    """The failure of whoever wants to change something on a share that the system itself does not know."""
    message = f"{path}: a share can only be read from here, as the source of `copy` and `unzip`"
    return Failure(errors.NOT_SUPPORTED, message, help="mount the share, and name the folder it is mounted at")


def is_share(text: str) -> bool:
    """Whether a path is on a share of another machine."""
    return text.startswith("\\\\")


def is_pattern(text: str) -> bool:
    """Whether the last part of a path has a wildcard."""
    return _is_pattern(_split(text)[1])


def _is_pattern(last: str) -> bool:
    return "*" in last or "?" in last


def _split(text: str) -> tuple[str, str]:
    """A path up to its last separator, and what stands behind that."""
    at = max(text.rfind(end) for end in _ENDS) + 1
    return text[:at], text[at:]


def _plain(pattern: str) -> str:
    """A pattern of Windows as one of this system: ``*.*`` is everything, and brackets are part of a name."""
    return "*" if pattern == "*.*" else pattern.replace("[", "[[]")
