"""The four actions, done so that they can be taken back."""

from __future__ import annotations

from setupbatcher.files.place import Place
from setupbatcher.files.progress import Progress
from setupbatcher.files.transaction import copying, moving
from setupbatcher.files.transaction.work import Report, Work


class Kept:
    """Does what a transaction is asked for, and keeps what there was.

    Args:
        work: what the actions work with.
    """

    def __init__(self, work: Work) -> None:
        self._work = work

    async def copy(self, source: Place, target: Place, report: Report) -> Progress:
        """See :meth:`~.transaction.Transaction.copy`."""
        return await copying.copy(self._work, source, target, report)

    async def move(self, source: Place, target: Place, report: Report) -> Progress:
        """See :meth:`~.transaction.Transaction.move`."""
        return await moving.move(self._work, source, target, report)

    async def delete(self, place: Place) -> bool:
        """See :meth:`~.transaction.Transaction.delete`."""
        return await moving.delete(self._work, place)

    async def unzip(self, archive: Place, target: Place, report: Report) -> Progress:
        """See :meth:`~.transaction.Transaction.unzip`."""
        return await copying.unzip(self._work, archive, target, report)
