"""Files of another machine, copied to this one."""

from __future__ import annotations

from contextlib import aclosing
from pathlib import Path

from setupbatcher.errors import from_os_error
from setupbatcher.files.batch import Batch, Item
from setupbatcher.files.ground import Ground
from setupbatcher.files.together import each
from setupbatcher.hosts.base import Filesystem, Kind


class Fetched(Batch):
    """Items of another machine, some of which are under way at once.

    Args:
        source: the machine's files.
        local: those of this one.
        items: what to copy.
        ground: where that is prepared.
        wait: as that of a batch; each file is waited for in any case.
    """

    def __init__(self, source: Filesystem, local: Filesystem, items: list[Item], ground: Ground, *, wait: bool) -> None:
        super().__init__(items, ground, wait=wait)
        self._source = source
        self._local = local

    async def stage(self) -> None:
        """Write all of them beside their targets."""
        await each(self.items, self._fetch)

    async def _fetch(self, item: Item) -> None:
        path = self._source.path(item.source)
        try:
            if item.found.kind is Kind.LINK:
                self.link(item, await self._source.read_link(path))
                return
            stage = Path(self.begin(item))
            mode = item.found.mode if item.found.owner is not None else None
            async with aclosing(self._source.read(path)) as chunks:
                await self._local.write(stage, chunks, mode=mode, modified=item.found.modified)
            self.give_away(item)
        except OSError as error:
            raise from_os_error(error, item.target) from error
