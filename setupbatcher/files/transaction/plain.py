"""The four actions without a way back, as the original did them: each file is whole, and what was done stays."""

from __future__ import annotations

from setupbatcher import errors
from setupbatcher.errors import Failure
from setupbatcher.files.archive import extract
from setupbatcher.files.copy import copy_file
from setupbatcher.files.delete import delete_tree
from setupbatcher.files.folders import make_folders
from setupbatcher.files.move import move_to
from setupbatcher.files.place import Place
from setupbatcher.files.progress import Progress
from setupbatcher.files.transaction.work import Report
from setupbatcher.files.tree import copy_tree
from setupbatcher.hosts.base import Kind


class Plain:
    """Does what a transaction is asked for, and keeps nothing."""

    async def copy(self, source: Place, target: Place, report: Report) -> Progress:
        """See :meth:`~.transaction.Transaction.copy`."""
        found = await source.stat()
        await make_folders(target.parent)
        if found is not None and found.kind is Kind.DIRECTORY:
            return await copy_tree(source, target, progress=report)
        return Progress(files=1, changed=await copy_file(source, target))

    async def move(self, source: Place, target: Place, report: Report) -> Progress:
        """See :meth:`~.transaction.Transaction.move`."""
        found = await source.stat(follow=False)
        await make_folders(target.parent)
        if found is None or found.kind is not Kind.DIRECTORY:
            return Progress(files=1, changed=await move_to(source, target))
        if await target.stat(follow=False) is None and await _renamed(source, target):
            return Progress(folders=1)
        done = await copy_tree(source, target, progress=report)
        await delete_tree(source)
        return done

    async def delete(self, place: Place) -> bool:
        """See :meth:`~.transaction.Transaction.delete`."""
        return await delete_tree(place)

    async def unzip(self, archive: Place, target: Place, report: Report) -> Progress:
        """See :meth:`~.transaction.Transaction.unzip`."""
        await make_folders(target.parent)
        done = Progress(changed=await extract(archive, target))
        report(done)
        return done


async def _renamed(source: Place, target: Place) -> bool:
    try:
        await source.files.rename(source.path, target.path)
    except Failure as failure:
        if failure.code != errors.NOT_SAME_DEVICE:
            raise
        return False
    return True
