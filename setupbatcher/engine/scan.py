"""The pre-scan: every listed machine that is not done is contacted, many at once (``language.md``, section 7)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from setupbatcher import errors, events
from setupbatcher.engine.machines import spec_of
from setupbatcher.engine.questions import Questions
from setupbatcher.errors import Failure
from setupbatcher.hosts.base import HostSpec, Transport
from setupbatcher.hosts.connect import connect
from setupbatcher.hosts.secrets import Secrets
from setupbatcher.script.document import Document
from setupbatcher.script.rows import MachineRow

if TYPE_CHECKING:
    from setupbatcher.hosts.known_hosts import UnknownHostKey

AT_ONCE = 50
"""Machines that are contacted at the same time."""


class ScanRefused(Exception):  # noqa: N818 -- what a person did
    """A person does not want to go on without the machines that cannot be reached."""


async def scan(
    document: Document,
    rows: Sequence[MachineRow],
    folder: Path,
    secrets: Secrets,
    questions: Questions,
    emit: events.Listener,
) -> set[int]:
    """Contact machines; returns the lines of those that cannot be worked on, their events emitted.

    Raises:
        ScanRefused: a person wants to stop here.
    """
    specs = {row.line: spec_of(document, row, folder) for row in rows}
    remote = {line: spec for line, spec in specs.items() if spec.transport is not Transport.LOCAL}
    if not remote:
        return set()
    emit(events.ScanStarted(len(remote)))
    failures = await _contact(remote, folder, secrets)
    unknown = _unknown_keys(failures)
    if unknown and await questions.accept_keys([(key.machine, key.fingerprint) for key in unknown.values()]):
        for key in unknown.values():
            key.trust()
        failures = {line: failure for line, failure in failures.items() if line not in unknown}
        failures |= await _contact({line: remote[line] for line in unknown}, folder, secrets)
    for row in rows:
        if row.line in failures:
            failure = failures[row.line]
            emit(
                events.MachineUnreachable(row.line, row.name, failure.code, secrets.mask(failure.message), failure.help)
            )
    emit(events.ScanDone(len(remote) - len(failures), len(failures)))
    if failures and not await questions.go_on_without([specs[line].name for line in sorted(failures)], len(rows)):
        raise ScanRefused
    return set(failures)


def _unknown_keys(failures: dict[int, Failure]) -> dict[int, UnknownHostKey]:
    """The machines that showed a key which a person may trust."""
    if all(failure.code != errors.HOST_KEY_UNKNOWN for failure in failures.values()):
        return {}
    from setupbatcher.hosts.known_hosts import UnknownHostKey  # noqa: PLC0415 -- brings the SSH library with it

    return {line: failure for line, failure in failures.items() if isinstance(failure, UnknownHostKey)}


async def _contact(specs: dict[int, HostSpec], folder: Path, secrets: Secrets) -> dict[int, Failure]:
    failures: dict[int, Failure] = {}
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(line: int, spec: HostSpec) -> None:
        async with gate:
            try:
                host = await connect(spec, base=folder, secrets=secrets)
            except Failure as failure:
                failures[line] = failure
            else:
                await host.close()

    async with asyncio.TaskGroup() as group:
        for line, spec in specs.items():
            group.create_task(one(line, spec))
    return failures
