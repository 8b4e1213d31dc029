"""Some of the files of a tree on this machine, copied in two steps. Blocking work, for threads.

Paths are texts here: thousands of path objects cost more than the copies of as many small files.
"""

# ruff: noqa: PTH101, PTH105, PTH108, PTH115, PTH120, PTH211 -- as above

from __future__ import annotations

import itertools
import os
import stat as modes
from collections.abc import Generator, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass

from setupbatcher import errors
from setupbatcher.errors import Failure
from setupbatcher.files import temporary
from setupbatcher.files.compare import may_be_same
from setupbatcher.files.whole import owner_lost
from setupbatcher.hosts import local_data
from setupbatcher.hosts.base import Kind, Stat

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
    """Items that one thread deals with.

    Args:
        items: what to copy.
        wait: each file is to be on disk when it is staged; else the caller waits for all of them before it puts any in
            place.

    Attributes:
        items: as given.
        wait: as given.
        changed: how many targets differ from what they should be.
    """

    def __init__(self, items: list[Item], *, wait: bool) -> None:
        self.items = items
        self.wait = wait
        self.changed = 0

    @property
    def staged(self) -> bool:
        """Whether anything was written that is not in place."""
        return any(item.stage for item in self.items)

    @property
    def size(self) -> int:
        """Bytes of the files."""
        return sum(item.found.size for item in self.items if item.found.kind is Kind.FILE)

    def stage(self) -> Generator[None, None, None]:
        """Write what differs from its target beside it; yields now and then, so that a long copy can be cancelled."""
        for item in self.items:
            try:
                yield from self._stage(item)
            except OSError as error:
                raise _failure(error, item) from error

    def place(self) -> set[str]:
        """Let what is staged take its place, each file in one step, but what goes with its folder.

        Returns:
            The folders in which that was.
        """
        folders: set[str] = set()
        for item in self.items:
            if item.stage and not item.new:
                try:
                    os.replace(item.stage, item.target)
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
                    os.unlink(item.stage)

    def _stage(self, item: Item) -> Iterator[None]:
        if item.found.kind is Kind.LINK:
            self._link(item)
            return
        if item.there is not None and may_be_same(item.found, item.there) and (yield from _same(item)):
            self._same_mode(item, item.there)
            return
        self.changed += 1
        source = os.open(item.source, local_data.OLD)
        try:
            item.stage = item.stage or _beside(item)
            with closing(local_data.Copy(source, item.stage, wait=self.wait)) as copy:
                while not copy.advance():
                    yield
        finally:
            os.close(source)
        if item.there is not None and item.there.kind is Kind.FILE:
            _keep_owner(item, item.there)

    def _link(self, item: Item) -> None:
        leads_to = os.readlink(item.source)
        there = item.there
        if there is not None and there.kind is Kind.LINK and os.readlink(item.target) == leads_to:
            return
        self.changed += 1
        item.stage = item.stage or _beside(item)
        os.symlink(leads_to, item.stage)

    def _same_mode(self, item: Item, there: Stat) -> None:
        if item.found.mode != there.mode and there.owner is not None:
            self.changed += 1
            os.chmod(item.target, item.found.mode)


def _failure(error: OSError, item: Item) -> Failure:
    return errors.from_os_error(error, item.source if error.filename == item.source else item.target)


def _beside(item: Item) -> str:
    return item.target[: len(item.target) - len(item.found.name)] + temporary.name(item.found.name)


def _same(item: Item) -> Generator[None, None, bool]:
    """Whether source and target have the same content; yields as :meth:`Batch.stage` does."""
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


def _keep_owner(item: Item, there: Stat) -> None:
    """As :func:`setupbatcher.files.whole.keep_owner`."""
    made = os.lstat(item.stage)
    if there.owner is None or (made.st_uid, made.st_gid) == there.owner:
        return
    try:
        os.chown(item.stage, *there.owner)
        os.chmod(item.stage, modes.S_IMODE(made.st_mode))  # a change of owner takes special bits away
    except OSError as error:
        raise owner_lost(item.target, errors.from_os_error(error)) from error
