"""Ending a transaction, or what a killed process left of one; may itself be killed at any time, and done again."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from enum import Enum
from functools import partial
from pathlib import Path
from typing import NamedTuple

from setupbatcher import errors
from setupbatcher.errors import Failure, from_os_error
from setupbatcher.files.disk import Disk
from setupbatcher.files.transaction.cleaning import clean
from setupbatcher.files.transaction.journal import BY_HAND, Journal
from setupbatcher.files.transaction.records import Change, Folders, Removal, Steps
from setupbatcher.files.transaction.step import make_folder, take_back
from setupbatcher.hosts.threads import in_thread, to_the_end


class Outcome(Enum):
    """What was found and done."""

    NOTHING = "nothing"
    ROLLED_BACK = "rolled back"
    FINISHED = "finished"


class Recovered(NamedTuple):
    """What a recovery did.

    Attributes:
        outcome: nothing was left to do; or all is as it was before the transaction; or all was in place, and what was
            kept has been removed.
        left: kept files that are in use still, such as running programs; the next recovery tries again.
    """

    outcome: Outcome
    left: tuple[Path, ...] = ()


async def recover(journal: Path) -> Recovered:
    """End what a killed process left.

    Args:
        journal: where a transaction's journal would stand, as of :func:`~.names.journal_of`.

    Raises:
        Failure: 32 another process has it, 13 the journal is damaged, 3 a volume is not there that is needed, 5 access
            denied. The journal stays.
    """
    try:
        found = await in_thread(Journal, journal, create=False)
    except (FileNotFoundError, NotADirectoryError):
        return Recovered(Outcome.NOTHING)
    except OSError as error:
        raise from_os_error(error, str(journal)) from error
    try:
        return await to_the_end(end(found))
    finally:
        found.close()


async def end(journal: Journal) -> Recovered:
    """Take back an open transaction, and remove what those that are over have left."""
    outcome = Outcome.NOTHING
    disk = Disk()
    try:
        if journal.last() is not None:
            outcome = Outcome.ROLLED_BACK
        elif journal.over:
            outcome = Outcome.FINISHED
        if journal.token:
            await take_all_back(journal, disk)
        left = await clean_up(journal, disk)
    finally:
        disk.close()
    return Recovered(outcome, tuple(left))


async def take_all_back(journal: Journal, disk: Disk) -> None:
    """Take the open transaction back, from its last step to its first."""
    _check_volumes(journal)
    left: list[str] = []
    while record := journal.last():
        changed = _changed(record)
        _enter(disk, changed)
        if isinstance(record, Folders):
            left += await in_thread(_restore, record, journal.token)
        else:
            await in_thread(_take_back, record, journal)
        disk.changed |= changed
        await disk.settle()
        await in_thread(journal.cut)
    if left or journal.over:
        await in_thread(journal.end, left)
    else:
        await in_thread(journal.clear)


async def clean_up(journal: Journal, disk: Disk) -> list[Path]:
    """Remove what transactions have left that are over.

    Returns:
        What cannot be removed now; the journal keeps it.
    """
    left: list[Path] = []
    for over in journal.over:
        _enter(disk, over.folders)
        for folder in over.folders:
            removed, remaining = await in_thread(clean, folder, over.token)
            left += remaining
            if removed:
                disk.changed.add(folder)
    await disk.settle()
    if not left:
        await in_thread(journal.clear)
    return left


def _changed(record: Change) -> set[str]:
    """The folders that taking back changes."""
    if isinstance(record, Folders):
        return {folder for folder, _ in record.times}
    if isinstance(record, Removal):
        return {place for folder, *_ in record.folders for place in (folder, os.path.dirname(folder))}  # noqa: PTH120
    return {os.path.dirname(path) for step in record.steps for path in (step.source, step.target)}  # noqa: PTH120


def _enter(disk: Disk, folders: Iterable[str]) -> None:
    for folder in folders:
        with suppress(Failure):  # it may be gone
            disk.enter(Path(folder))


def _take_back(record: Steps | Removal, journal: Journal) -> None:
    failed: OSError | None = None
    if isinstance(record, Removal):
        ways = [partial(make_folder, *folder) for folder in reversed(record.folders)]
    else:
        ways = [partial(take_back, step) for step in reversed(record.steps)]
    for way in ways:
        try:
            way()
        except OSError as error:
            failed = failed or error
    if failed is not None:
        reason = from_os_error(failed, str(failed.filename or journal.path))
        raise Failure(
            reason.code,
            f"not all can be put back as it was: {reason}",
            help=f"remove the cause and start again; or {BY_HAND}: {journal.path}",
        )


def _restore(record: Folders, token: str) -> list[str]:
    """Remove what is prepared in folders, and give them the times they had; returns those where something is left."""
    left = []
    for folder, modified in reversed(record.times):
        if clean(folder, token, record.first)[1]:
            left.append(folder)
        with suppress(OSError):  # it is gone, or not ours to change
            os.utime(folder, ns=(os.stat(folder).st_atime_ns, modified))  # noqa: PTH116 -- a text
    return left


def _check_volumes(journal: Journal) -> None:
    for volume in sorted(journal.volumes):
        if not os.path.ismount(volume) or not os.path.exists(volume):  # noqa: PTH110 -- a text
            raise Failure(
                errors.PATH_NOT_FOUND,
                f"{volume}: the volume is not there, on which files are to be put back as they were",
                help=f"make it available and start again; or {BY_HAND}: {journal.path}",
            )
