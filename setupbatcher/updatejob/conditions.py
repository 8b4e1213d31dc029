"""Holds a condition against the version resource of its file."""

from __future__ import annotations

from setupbatcher.errors import Failure
from setupbatcher.files.versions import read_version
from setupbatcher.updatejob.comparing import holds
from setupbatcher.updatejob.events import ConditionRead
from setupbatcher.updatejob.model import Condition
from setupbatcher.updatejob.places import Places


async def evaluate(condition: Condition, places: Places) -> ConditionRead:
    """Whether a condition holds now; it does not where its file, resource or block cannot be read.

    Args:
        condition: of the job file.
        places: find the file.
    """
    try:
        found = (await read_version(places.place(condition.file), condition.block)).strip()
    except Failure as failure:
        return ConditionRead(condition, None, holds=False, reason=failure.message)
    true = holds(condition.reference, found, condition.method, condition.operator)
    return ConditionRead(condition, found, holds=true)
