"""Where files of this machine are prepared, and how they take their place: at once, or as part of a transaction."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple, Protocol

from setupbatcher import errors
from setupbatcher.errors import Failure
from setupbatcher.files import temporary
from setupbatcher.files.place import Place
from setupbatcher.files.progress import Progress

Merge = Callable[[Place, Place], Awaitable[Progress]]


class Prepared(NamedTuple):
    """A file, a link or a folder that is ready.

    Attributes:
        stage: its path now.
        final: its path in the end.
        replaces: something stands there.
    """

    stage: str
    final: str
    replaces: bool


class Ground(Protocol):
    """Where files are prepared, and how they take their place."""

    exact: bool
    """A target is left alone only if its time is that of the source as well."""
    tidy: bool
    """What did not come to its place is removed here, not by whoever copies."""

    def beside(self, final: str) -> str:
        """A path in the same folder for what is not finished."""

    async def announce(self, prepared: Sequence[Prepared]) -> None:
        """What is about to take its place; it is on disk."""

    def put(self, prepared: Prepared) -> None:
        """Let a file take its place; blocking."""

    async def put_folder(self, prepared: Prepared, stage: Place, final: Place) -> None:
        """Let a new folder take its place with all it holds."""


class Direct:
    """Files take their place each by itself, and what they replace is gone.

    Args:
        merge: moves what a folder holds into another.
    """

    exact = False
    tidy = False

    def __init__(self, merge: Merge) -> None:
        self._merge = merge

    def beside(self, final: str) -> str:
        """A temporary path."""
        folder, name = os.path.split(final)
        return os.path.join(folder, temporary.name(name))  # noqa: PTH118 -- texts, as those of a batch are

    async def announce(self, prepared: Sequence[Prepared]) -> None:
        """Nobody needs to know."""

    def put(self, prepared: Prepared) -> None:
        """In one step."""
        os.replace(prepared.stage, prepared.final)  # noqa: PTH105 -- as above

    async def put_folder(self, prepared: Prepared, stage: Place, final: Place) -> None:
        """In one step, unless somebody else made one meanwhile: then what it holds joins what that one holds."""
        del prepared
        try:
            await stage.files.rename(stage.path, final.path)
        except Failure as failure:
            if failure.code not in (errors.EXISTS, errors.NOT_EMPTY):
                raise
            await self._merge(stage, final)
            await temporary.discard(stage)
