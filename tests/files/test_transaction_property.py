"""Random trees and jobs: afterwards a tree is what simple code would make of it, or exactly what it was before."""

from __future__ import annotations

import asyncio
import os
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from setupbatcher.errors import Failure
from setupbatcher.files import bulk
from setupbatcher.files.transaction import Transaction, recover
from tests.files import victims
from tests.files.jobs import Job, carry_out
from tests.files.portraits import portrait
from tests.files.random_jobs import Thing, actions, members, plant, room, sift, things

EXAMPLES = int(os.environ.get("SETUPBATCHER_EXAMPLES", "100"))
"""The long run of CONTRIBUTING.md takes thousands."""


async def attempt(base: Path, jobs: list[Job], error: type[Exception] | None = None) -> None:
    """Do jobs in one transaction, and fail in the end if there is an error to fail with."""
    async with Transaction(base / ".journal") as transaction:
        for job in jobs:
            await carry_out(transaction, job, base / "tree", base / "archives")
        if error is not None:
            raise error


@settings(max_examples=2 * EXAMPLES, deadline=None, report_multiple_bugs=False, suppress_health_check=list(HealthCheck))
@given(
    wanted=st.lists(things, max_size=12),
    jobs=st.lists(actions, min_size=1, max_size=5),
    first=members,
    second=members,
    small=st.booleans(),
)
def test_whole_or_not_at_all(
    *, wanted: list[Thing], jobs: list[Job], first: dict[str, bytes], second: dict[str, bytes], small: bool
) -> None:
    """What can be done is done as simple code does it; what fails leaves all as it was; nothing else is left."""
    with room() as base, pytest.MonkeyPatch.context() as patch:
        if small:
            patch.setattr(bulk, "_BATCH_FILES", 1)
            patch.setattr(bulk, "_ROUND_FILES", 2)
        plant(base, wanted, [first, second])
        before = portrait(base / "tree")
        done, refused = sift(base, jobs)
        event(f"{len(done)} done")
        for some in refused:
            with pytest.raises(Failure):
                asyncio.run(attempt(base, some))
            assert portrait(base / "tree") == before
        with pytest.raises(KeyError):
            asyncio.run(attempt(base, done, KeyError))
        assert portrait(base / "tree") == before
        asyncio.run(attempt(base, done))
        found = portrait(base / "tree", of_all_times=False)
        assert found == portrait(base / "clone", of_all_times=False)
        assert sorted(path.name for path in base.iterdir()) == ["archives", "clone", "tree"]


@settings(max_examples=EXAMPLES, deadline=None, report_multiple_bugs=False, suppress_health_check=list(HealthCheck))
@given(
    wanted=st.lists(things, max_size=12),
    jobs=st.lists(actions, min_size=1, max_size=5),
    first=members,
    second=members,
    small=st.booleans(),
    at=st.integers(0, 10_000),
    again=st.lists(st.integers(1, 30), max_size=2),
)
def test_killed_at_any_change(
    *,
    wanted: list[Thing],
    jobs: list[Job],
    first: dict[str, bytes],
    second: dict[str, bytes],
    small: bool,
    at: int,
    again: list[int],
) -> None:
    """The next start, be it killed itself, leaves the old tree or the new one, and nothing else."""
    with room() as base:
        plant(base, wanted, [first, second])
        before = portrait(base / "tree")
        done, _ = sift(base, jobs)
        after = portrait(base / "clone", of_all_times=False)
        shutil.copytree(base, base / "twin", symlinks=True)
        changes = victims.work(base / "twin", done, 0, small=small)
        assert not victims.work(base, done, 1 + at % changes, small=small)
        for number in again:
            victims.restart(base, number)
        asyncio.run(recover(base / ".journal"))
        old = portrait(base / "tree") == before
        event("old" if old else "new")
        assert old or portrait(base / "tree", of_all_times=False) == after
        assert sorted(path.name for path in base.iterdir()) == ["archives", "clone", "tree", "twin"]
