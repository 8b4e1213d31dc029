"""The pre-scan: every listed machine that is not done is contacted, many at once (``language.md``, section 7)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from setupbatcher import errors, events
from setupbatcher.engine.link import Link
from setupbatcher.engine.machines import spec_of
from setupbatcher.engine.workplace import Workplace
from setupbatcher.errors import Failure
from setupbatcher.hosts.base import Transport
from setupbatcher.script.rows import MachineRow

if TYPE_CHECKING:
    from setupbatcher.hosts.known_hosts import UnknownHostKey

AT_ONCE = 50
"""Machines that are contacted at the same time."""
KEPT = 200
"""Connections of the scan that are kept for the run, at most; the machines of a small fleet are greeted once."""


class ScanRefused(Exception):  # noqa: N818 -- what a person did
    """A person does not want to go on without the machines that cannot be reached."""


@dataclass
class Reached:
    """What the scan has found.

    Attributes:
        names: of the machines that can be worked on, in order.
        links: to some of them, by name in lower case.
    """

    names: list[str] = field(default_factory=list)
    links: dict[str, Link] = field(default_factory=dict)


async def scan(work: Workplace, rows: Sequence[MachineRow]) -> Reached:
    """Contact machines; the events of those that cannot be worked on are emitted.

    Raises:
        ScanRefused: a person wants to stop here.
    """
    document = work.book.document
    specs = {row.line: spec_of(document, row, work.folder) for row in rows}
    remote = {row.line: row for row in rows if specs[row.line].transport is not Transport.LOCAL}
    if not remote:
        return Reached([row.name for row in rows])
    work.emit(events.ScanStarted(len(remote)))
    contact = _Contact(work)
    await contact.all(remote.values())
    unknown = _unknown_keys(contact.failures)
    if unknown and await work.questions.accept_keys([(key.machine, key.fingerprint) for key in unknown.values()]):
        for line, key in unknown.items():
            key.trust()
            del contact.failures[line]
        await contact.all(remote[line] for line in unknown)
    failures = contact.failures
    for row in rows:
        if row.line in failures:
            failure = failures[row.line]
            message = work.secrets.mask(failure.message)
            work.emit(events.MachineUnreachable(row.line, row.name, failure.code, message, failure.help))
    work.emit(events.ScanDone(len(remote) - len(failures), len(failures)))
    if failures and not await work.questions.go_on_without([specs[line].name for line in sorted(failures)], len(rows)):
        await contact.close()
        raise ScanRefused
    return Reached([row.name for row in rows if row.line not in failures], contact.links)


def _unknown_keys(failures: dict[int, Failure]) -> dict[int, UnknownHostKey]:
    """The machines that showed a key which a person may trust."""
    if all(failure.code != errors.HOST_KEY_UNKNOWN for failure in failures.values()):
        return {}
    from setupbatcher.hosts.known_hosts import UnknownHostKey  # noqa: PLC0415 -- brings the SSH library with it

    return {line: failure for line, failure in failures.items() if isinstance(failure, UnknownHostKey)}


class _Contact:
    """Contacts machines, and keeps the connections of the first ones."""

    def __init__(self, work: Workplace) -> None:
        self._work = work
        self._gate = asyncio.Semaphore(AT_ONCE)
        self.failures: dict[int, Failure] = {}
        self.links: dict[str, Link] = {}

    async def all(self, rows: Iterable[MachineRow]) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                for row in rows:
                    group.create_task(self._one(row))
        except BaseException:
            await self.close()
            raise

    async def _one(self, row: MachineRow) -> None:
        async with self._gate:
            if self._work.ending:
                return
            try:
                link = await self._work.connect(row)
            except Failure as failure:
                self.failures[row.line] = failure
                return
            if link is None:
                return
            if len(self.links) < KEPT:
                self.links[row.name.lower()] = link
            else:
                await link.close()

    async def close(self) -> None:
        """Give the connections up."""
        for link in self.links.values():
            await link.close()
        self.links.clear()
