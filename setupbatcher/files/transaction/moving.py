"""Moving and deleting as part of a transaction."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path, PurePath

from setupbatcher import errors
from setupbatcher.errors import Failure
from setupbatcher.files.batch import Batch, Item
from setupbatcher.files.place import Place
from setupbatcher.files.progress import Progress
from setupbatcher.files.survey import Branch
from setupbatcher.files.transaction import checks
from setupbatcher.files.transaction.copying import fill, in_all, look_through
from setupbatcher.files.transaction.ledger import NotAtOnceError
from setupbatcher.files.transaction.work import Report, Work
from setupbatcher.hosts.base import Kind, Stat
from setupbatcher.hosts.threads import in_thread


class Moved(Batch):
    """Files that are copied because they cannot be renamed; each stays its owner's, as a renamed one would."""

    def owner_of(self, item: Item) -> tuple[int, int] | None:
        """That of the file it replaces, else its own where we may give it away."""
        ours = sys.platform == "win32" or os.geteuid() != 0
        return super().owner_of(item) or (None if ours else item.found.owner)


async def move(work: Work, source: Place, target: Place, report: Report) -> Progress:
    """See :meth:`~.transaction.Transaction.move`."""
    found = await source.stat(follow=False)
    if found is None:
        raise Failure(errors.FILE_NOT_FOUND, f"{source}: no such file or folder")
    if found.kind is Kind.OTHER:
        raise Failure(errors.NOT_SUPPORTED, f"{source}: neither a file, a folder nor a link")
    old, new = Path(source.path), Path(target.path)
    if checks.same_entry(old, new):
        return await _spell(work, source, target)
    await in_thread(checks.check_goes, old, work.journal)
    if found.kind is not Kind.DIRECTORY:
        return await _move_file(work, source, found, target, report)
    if checks.same(old, new):
        return Progress()
    if checks.inside(new, old):
        raise Failure(errors.BAD_PARAMETER, f"{target}: lies in {source}, which is to be moved")
    if await target.stat(follow=False) is None:
        return await _move_whole(work, source, target, found, report)
    return await _merge(work, source, target, found, report)


async def delete(work: Work, place: Place) -> bool:
    """See :meth:`~.transaction.Transaction.delete`."""
    if await place.stat(follow=False) is None:
        return False
    await in_thread(checks.check_goes, Path(place.path), work.journal)
    await work.put_aside(place)
    return True


async def _spell(work: Work, source: Place, target: Place) -> Progress:
    """Change the spelling of a name on a volume that takes both for the same."""
    if source.path.name != target.path.name:
        aside = await work.put_aside(source)
        await work.ledger.move([(str(aside), str(target), False)])
    return Progress()


async def _move_file(work: Work, source: Place, found: Stat, target: Place, report: Report) -> Progress:
    there = await target.stat(follow=False)
    checks.check_free(target, there)
    if there is not None and checks.two_names(Path(source.path), Path(target.path)):
        await work.put_aside(source)  # a rename would leave both
        return Progress()
    done = Progress(files_in_all=1, size_in_all=found.size)
    async with work.bulk([target.parent], done, report, Moved) as bulk:
        await bulk.finish()
        renamed = not _changes_owner(found, there) and await _renamed(work, source, target, replaces=there is not None)
        if not renamed:
            await bulk.put_one(source, target, found, there)
    if not renamed:
        await work.put_aside(source)
        return done
    return _all_done(done, report)


async def _renamed(work: Work, source: Place, target: Place, *, replaces: bool) -> bool:
    """Rename a file; whether both places are on one volume."""
    await work.ledger.enter([str(source.parent)])
    try:
        await work.ledger.move([(str(source), str(target), replaces)])
    except NotAtOnceError:
        return False
    return True


async def _move_whole(work: Work, source: Place, target: Place, found: Stat, report: Report) -> Progress:
    """Move a folder to where nothing stands."""
    branches = await look_through(source, target, found)
    async with work.bulk([target.parent], Progress(), report):
        pass  # makes the folder above it
    if await _renamed(work, source, target, replaces=False):
        return _all_done(in_all(branches), report)
    done = await _copied(work, branches, report)
    await work.put_aside(source)
    return done


async def _merge(work: Work, source: Place, target: Place, found: Stat, report: Report) -> Progress:
    """Move what a folder holds into one that is there, and keep aside what is left of it."""
    if not checks.inside(Path(source.path), Path(target.path)):
        await look_through(source, target)  # what cannot be done is refused before anything is
    source = await work.put_aside(source)
    branches = await look_through(source, target, found)
    both = [branch for branch in branches if branch.present is not None]
    folders = [str(path) for branch in both for path in (branch.source.path, branch.target.path)]
    if len({checks.device_of(Path(folder)) for folder in folders}) > 1:
        return await _copied(work, branches, report)
    await work.ledger.enter(folders)
    try:
        await work.ledger.move(_moves(branches))
    except NotAtOnceError:
        return await _copied(work, branches, report)
    async with work.bulk([target], Progress(), report, Moved) as bulk:
        for branch in both:
            for entry in branch.entries:
                there = (branch.present or {}).get(entry.name)
                if _changes_owner(entry, there):
                    place = replace(source, path=branch.source.path / entry.name)
                    await bulk.put_one(place, branch.target.child(entry.name), entry, there)
    return _all_done(in_all(branches), report)


async def _copied(work: Work, branches: list[Branch], report: Report) -> Progress:
    """Copy a tree that is to be moved."""
    done = await fill(work, branches, report, Moved)
    await in_thread(_take_after, branches)
    return done


def _moves(branches: list[Branch]) -> Iterator[tuple[str, str, bool]]:
    """What is to be renamed for a folder to be merged into another one: files, and folders that are not there yet."""
    new: set[PurePath] = set()
    for branch in branches:
        source, target = branch.source.path, branch.target.path
        if branch.present is None:
            new.add(target)
            if target.parent not in new:
                yield str(source), str(target), False
            continue
        for entry in branch.entries:
            there = branch.present.get(entry.name)
            if not _changes_owner(entry, there):
                yield str(source / entry.name), str(target / entry.name), there is not None


def _changes_owner(found: Stat, there: Stat | None) -> bool:
    """A rename would give a file that stays another owner."""
    return there is not None and there.kind is found.kind is Kind.FILE and there.owner != found.owner


def _take_after(branches: list[Branch]) -> None:
    """Give new folders owner and time of those that they are in place of, each after those in it."""
    for branch in reversed(branches):
        if branch.present is None:
            found = Path(branch.source.path).stat()
            with suppress(PermissionError):
                if sys.platform != "win32":
                    os.chown(branch.target.path, found.st_uid, found.st_gid)
            os.utime(branch.target.path, ns=(found.st_atime_ns, found.st_mtime_ns))


def _all_done(done: Progress, report: Report) -> Progress:
    done.files = done.changed = done.files_in_all
    done.size = done.size_in_all
    report(done)
    return done
