"""The members of an archive as a tree to copy from."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import PurePosixPath

from setupbatcher.files.archive import piece
from setupbatcher.files.archive_members import Member
from setupbatcher.files.batch import Batch, Item
from setupbatcher.files.ground import Ground
from setupbatcher.hosts.base import Kind, Stat
from setupbatcher.hosts.local_data import Writer

_TOP = PurePosixPath("/")


class ArchiveFolder:
    """A folder of an archive, as something to be surveyed.

    Args:
        members: of the whole archive.

    Attributes:
        path: in the archive.
    """

    def __init__(self, members: Iterable[Member]) -> None:
        self.path = _TOP
        self._entries: dict[PurePosixPath, dict[str, Stat]] = {}
        for member in members:
            self._add(member)

    def child(self, name: str) -> ArchiveFolder:
        """A folder in this one."""
        child = ArchiveFolder(())
        child.path = self.path / name
        child._entries = self._entries
        return child

    async def list(self) -> list[Stat]:
        """What it holds, by name."""
        return sorted(self._entries.get(self.path, {}).values(), key=lambda entry: entry.name)

    def _add(self, member: Member) -> None:
        above = _TOP
        for name in member.parts[:-1]:
            self._entries.setdefault(above, {}).setdefault(name, Stat(Kind.DIRECTORY, name=name))
            above /= name
        name = member.parts[-1]
        kind = Kind.DIRECTORY if member.folder else Kind.FILE
        self._entries.setdefault(above, {})[name] = Stat(kind, member.info.file_size, name=name)


class Unpacked(Batch):
    """Members of an archive that one thread unpacks.

    Args:
        archive: opened.
        members: of the archive.
        items: what to unpack.
        ground: where that is prepared.
        wait: as that of a batch.
    """

    def __init__(
        self,
        archive: zipfile.ZipFile,
        members: Mapping[tuple[str, ...], Member],
        items: list[Item],
        ground: Ground,
        *,
        wait: bool,
    ) -> None:
        super().__init__(items, ground, wait=wait)
        self._archive = archive
        self._members = members

    def _left_alone(self, item: Item, there: Stat) -> Generator[None, None, bool]:
        """To unpack it is the only way to know."""
        del item, there
        yield from ()
        return False

    def _write(self, item: Item, stage: str) -> Iterator[None]:
        member = self._members[PurePosixPath(item.source.replace(os.sep, "/")).parts[1:]]
        with self._archive.open(member.info) as packed, closing(Writer(stage, member.mode, wait=self.wait)) as file:
            while chunk := piece(packed):
                file.write(chunk)
                yield
            if member.modified is not None:
                os.utime(stage, (member.modified, member.modified))
            file.finish()
