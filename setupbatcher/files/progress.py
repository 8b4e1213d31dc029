"""How far the copy of a tree has come."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Progress:
    """How far the copy of a tree has come.

    Attributes:
        files: files and links dealt with.
        changed: those of them that were not there already as they should be.
        folders: folders created.
        size: bytes of the files dealt with.
        files_in_all: what :attr:`files` is to become; 0 where that is not known beforehand.
        size_in_all: what :attr:`size` is to become.
    """

    files: int = 0
    changed: int = 0
    folders: int = 0
    size: int = 0
    files_in_all: int = 0
    size_in_all: int = 0

    @property
    def anything(self) -> bool:
        """Whether the target was changed at all."""
        return bool(self.changed or self.folders)
