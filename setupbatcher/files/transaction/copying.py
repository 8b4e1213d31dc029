"""Copying and unpacking as part of a transaction."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing
from dataclasses import replace
from functools import partial
from pathlib import Path

from setupbatcher import errors
from setupbatcher.errors import Failure
from setupbatcher.files.archive import opened
from setupbatcher.files.batch import Batch
from setupbatcher.files.fetch import Fetched
from setupbatcher.files.place import Place
from setupbatcher.files.progress import Progress
from setupbatcher.files.survey import Branch, Listed, survey
from setupbatcher.files.transaction import checks
from setupbatcher.files.transaction.names import is_ours
from setupbatcher.files.transaction.work import Reader, Report, Work
from setupbatcher.files.tree import carry
from setupbatcher.files.unpack import ArchiveFolder, Unpacked
from setupbatcher.hosts.base import Kind, Stat
from setupbatcher.hosts.local_files import LocalFilesystem


async def copy(work: Work, source: Place, target: Place, report: Report) -> Progress:
    """See :meth:`~.transaction.Transaction.copy`."""
    found = await source.stat()
    if found is None:
        raise Failure(errors.FILE_NOT_FOUND, f"{source}: no such file or folder")
    local = isinstance(source.files, LocalFilesystem)
    reader: Reader = Batch if local else partial(Fetched, source.files, target.files)
    if found.kind is not Kind.DIRECTORY:
        await source.expected(Kind.FILE)
        return await _copy_file(work, source, found, target, report, reader)
    if local and checks.same(Path(source.path), Path(target.path)):
        return Progress()
    if local and checks.inside(Path(target.path), Path(source.path)):
        raise Failure(errors.BAD_PARAMETER, f"{target}: lies in {source}, which is to be copied")
    return await fill(work, await look_through(source, target, found), report, reader)


async def unzip(work: Work, archive: Place, target: Place, report: Report) -> Progress:
    """See :meth:`~.transaction.Transaction.unzip`."""
    async with opened(archive, target) as (packed, members):
        reader = partial(Unpacked, packed, {member.parts: member for member in members})
        return await fill(work, await look_through(ArchiveFolder(members), target), report, reader)


async def look_through(source: Listed, target: Place, found: Stat | None = None) -> list[Branch]:
    """All of a tree, and what stands in its way; see :func:`~setupbatcher.files.survey.survey`.

    Args:
        source: the folder at its top.
        target: where it goes.
        found: what is known of the source, for the mode of a new target.
    """
    async with aclosing(survey(source, target, leave=is_ours)) as surveyed:
        top, *others = [branch async for branch in surveyed]
    return [replace(top, found=found), *others]


def in_all(branches: Iterable[Branch]) -> Progress:
    """How much a tree holds, of which nothing is done yet."""
    entries = [entry for branch in branches for entry in branch.entries]
    size = sum(entry.size for entry in entries if entry.kind is Kind.FILE)
    return Progress(files_in_all=len(entries), size_in_all=size)


async def fill(work: Work, branches: list[Branch], report: Report, reader: Reader) -> Progress:
    """Copy a tree that was looked through."""
    done = in_all(branches)
    folders = [branch.target for branch in branches if branch.present is not None] or [branches[0].target.parent]
    async with work.bulk(folders, done, report, reader) as bulk:
        await carry(_each(branches), bulk, done)
    return done


async def _copy_file(work: Work, source: Place, found: Stat, target: Place, report: Report, reader: Reader) -> Progress:
    there = await target.stat(follow=False)
    checks.check_free(target, there)
    done = Progress(files_in_all=1, size_in_all=found.size)
    itself = there is not None and there.kind is Kind.FILE and checks.same(Path(source.path), Path(target.path))
    if reader is not Batch or not itself:
        async with work.bulk([target.parent], done, report, reader) as bulk:
            await bulk.put_one(source, target, found, there)
    return done


async def _each(branches: list[Branch]) -> AsyncGenerator[Branch, None]:
    for branch in branches:
        yield branch
