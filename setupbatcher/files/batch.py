"""Some of the files of a tree, copied to this machine in two steps.

Paths are texts here: thousands of path objects cost more than the copies of as many small files.
"""

# ruff: noqa: PTH101, PTH115, PTH120, PTH211 -- as above

from __future__ import annotations

import itertools
import os
import stat as modes
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass

from setupbatcher import errors
from setupbatcher.errors import Failure
from setupbatcher.files.compare import may_be_same
from setupbatcher.files.ground import Ground, Prepared
from setupbatcher.files.whole import owner_lost
from setupbatcher.hosts import local_data
from setupbatcher.hosts.base import Kind, Stat
from setupbatcher.hosts.threads import in_thread

_STEP = 16
"""Chunks compared between two moments at which the work can be cancelled."""


@dataclass(slots=True)
class Item:
    """A file or a link to copy.

    Attributes:
        source: its path.
        target: where it is to go.
        found: what it is.
        there: what stands at the target.
        stage: path of the copy until it takes its place; empty while there is none.
        new: its folder is new and takes its place with all that it holds; the path in there is given as the stage.
    """

    source: str
    target: str
    found: Stat
    there: Stat | None
    stage: str = ""
    new: bool = False


class Batch:
    """Items of this machine that one thread deals with.

    Args:
        items: what to copy.
        ground: where that is prepared.
        wait: each file is to be on disk when it is staged; else the caller waits for all of them before it puts any in
            place.

    Attributes:
        items: as given.
        wait: as given.
        changed: how many targets differ from what they should be.
    """

    def __init__(self, items: list[Item], ground: Ground, *, wait: bool) -> None:
        self.items = items
        self.wait = wait
        self.changed = 0
        self._ground = ground

    @property
    def staged(self) -> list[Prepared]:
        """What was written that is not in place, but what goes with its folder."""
        return [_prepared(item) for item in self.items if item.stage and not item.new]

    @property
    def written(self) -> bool:
        """Whether anything was written that is not in place."""
        return any(item.stage for item in self.items)

    @property
    def size(self) -> int:
        """Bytes of the files."""
        return sum(item.found.size for item in self.items if item.found.kind is Kind.FILE)

    async def stage(self) -> None:
        """Write what differs from its target beside it."""
        with closing(self._stage()) as steps:
            while await in_thread(next, steps, _END) is None:
                continue

    def place(self) -> set[str]:
        """Let what is staged take its place, each file in one step, but what goes with its folder; blocking.

        Returns:
            The folders in which that was.
        """
        folders: set[str] = set()
        for item in self.items:
            if item.stage and not item.new:
                try:
                    self._ground.put(_prepared(item))
                except OSError as error:
                    raise _failure(error, item) from error
                item.stage = ""
                folders.add(os.path.dirname(item.target))
        return folders

    def discard(self) -> None:
        """Remove what is staged still, but what goes with its folder; the next copy sweeps what cannot be removed."""
        for item in self.items:
            if item.stage and not item.new:
                with suppress(OSError):
                    os.unlink(item.stage)  # noqa: PTH108 -- a text

    def begin(self, item: Item) -> str:
        """An item differs from its target: the path where it is to be written."""
        self.changed += 1
        item.stage = item.stage or self._ground.beside(item.target)
        return item.stage

    def _stage(self) -> Generator[None, None, None]:
        """Yields now and then, so that a long copy can be cancelled."""
        for item in self.items:
            try:
                if item.found.kind is Kind.LINK:
                    self.link(item, os.readlink(item.source))
                elif item.there is None or not (yield from self._left_alone(item, item.there)):
                    yield from self._write(item, self.begin(item))
                    self.give_away(item)
            except OSError as error:
                raise _failure(error, item) from error

    def _write(self, item: Item, stage: str) -> Iterable[None]:
        """Write a file with its mode and time, in steps if it is large."""
        return () if local_data.copy_small(item.source, stage, wait=self.wait) else self._write_large(item, stage)

    def _write_large(self, item: Item, stage: str) -> Iterator[None]:
        source = os.open(item.source, local_data.OLD)
        try:
            with closing(local_data.Copy(source, stage, wait=self.wait)) as copy:
                while not copy.advance():
                    yield
        finally:
            os.close(source)

    def _left_alone(self, item: Item, there: Stat) -> Generator[None, None, bool]:
        """Whether the target is as it should be, once it has the mode."""
        found = item.found
        if not may_be_same(found, there):
            return False
        if self._ground.exact and (found.modified != there.modified or found.mode != there.mode):
            return False
        if not (yield from _same(item)):
            return False
        if found.mode != there.mode and there.owner is not None:
            self.changed += 1
            os.chmod(item.target, found.mode)
        return True

    def owner_of(self, item: Item) -> tuple[int, int] | None:
        """Whose a copy is to be: that of the file it replaces is kept; ``None`` for this process's."""
        return item.there.owner if item.there is not None and item.there.kind is Kind.FILE else None

    def give_away(self, item: Item) -> None:
        """Give what was written its owner; see :func:`setupbatcher.files.whole.keep_owner`."""
        owner = self.owner_of(item)
        if owner is None:
            return
        made = os.lstat(item.stage)
        if (made.st_uid, made.st_gid) == owner:
            return
        try:
            os.chown(item.stage, *owner)
            os.chmod(item.stage, modes.S_IMODE(made.st_mode))  # a change of owner takes special bits away
        except OSError as error:
            raise owner_lost(item.target, errors.from_os_error(error)) from error

    def link(self, item: Item, leads_to: str) -> None:
        """Make a link, unless there is one already that leads to the same."""
        there = item.there
        if there is None or there.kind is not Kind.LINK or os.readlink(item.target) != leads_to:
            os.symlink(leads_to, self.begin(item))


def _prepared(item: Item) -> Prepared:
    return Prepared(item.stage, item.target, item.there is not None)


def _failure(error: OSError, item: Item) -> Failure:
    return errors.from_os_error(error, item.source if error.filename == item.source else item.target)


def _same(item: Item) -> Generator[None, None, bool]:
    """Whether source and target have the same content; yields as :meth:`Batch._stage` does."""
    with closing(local_data.Reader(item.source)) as left, closing(local_data.Reader(item.target)) as right:
        for count in itertools.count(1):
            if left.chunk != right.chunk:
                return False
            if len(left.chunk) < local_data.CHUNK:
                return True
            if count % _STEP == 0:
                yield
            left.advance()
            right.advance()
    return False


_END = object()
