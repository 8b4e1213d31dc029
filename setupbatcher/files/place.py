"""A path on some machine."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from pathlib import PurePath

from setupbatcher import errors
from setupbatcher.errors import Failure
from setupbatcher.hosts.base import Filesystem, Kind, Stat
from setupbatcher.hosts.local_files import LocalFilesystem

_MOST_LINKS = 40


@dataclass(frozen=True, slots=True)
class Place:
    """A path on some machine.

    Attributes:
        files: the machine's files.
        path: in the machine's own flavour.
    """

    files: Filesystem
    path: PurePath

    def __str__(self) -> str:
        """The path as its machine writes it."""
        return str(self.path)

    def child(self, name: str) -> Place:
        """An entry of this folder."""
        return replace(self, path=self.path / name)

    def sibling(self, name: str) -> Place:
        """Another entry of the same folder."""
        return replace(self, path=self.path.parent / name)

    @property
    def parent(self) -> Place:
        """The folder this stands in."""
        return replace(self, path=self.path.parent)

    def on_same_machine(self, other: Place) -> bool:
        """Whether both can be reached through one of the two file systems."""
        both_local = isinstance(self.files, LocalFilesystem) and isinstance(other.files, LocalFilesystem)
        return self.files is other.files or both_local

    async def stat(self, *, follow: bool = True) -> Stat | None:
        """What stands here, or ``None``."""
        return await self.files.stat(self.path, follow=follow)

    def read(self) -> AsyncGenerator[bytes, None]:
        """The bytes of the file, in chunks."""
        return self.files.read(self.path)

    async def list(self) -> list[Stat]:
        """What the folder holds."""
        return await self.files.list(self.path)

    async def followed(self) -> Place:
        """Where this leads if it is a symbolic link, through as many as there are; else itself.

        Raises:
            Failure: 1463 for links that lead in a circle.
        """
        place = self
        for _ in range(_MOST_LINKS):
            found = await place.stat(follow=False)
            if found is None or found.kind is not Kind.LINK:
                return place
            place = replace(place, path=place.path.parent / await place.files.read_link(place.path))
        raise Failure(errors.BAD_LINK, f"{self}: the symbolic links lead in a circle")

    async def expected(self, kind: Kind) -> Stat:
        """What stands here, which must be of one kind.

        Raises:
            Failure: 2 or 3 when there is nothing, 267 for a folder instead of a file or the reverse, 50 for a device or
                the like.
        """
        found = await self.stat()
        if found is None:
            nothing = errors.PATH_NOT_FOUND if kind is Kind.DIRECTORY else errors.FILE_NOT_FOUND
            raise Failure(nothing, f"{self}: no such {_WORDS[kind]}")
        if found.kind is not kind:
            wrong = errors.DIRECTORY_NAME if found.kind in _WORDS else errors.NOT_SUPPORTED
            raise Failure(wrong, f"{self}: not a {_WORDS[kind]}")
        return found


_WORDS = {Kind.FILE: "file", Kind.DIRECTORY: "folder"}
