"""What all walks of a run share: script, settings, people, and whether the run is to end."""

from __future__ import annotations

import asyncio
import itertools
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from setupbatcher import events
from setupbatcher.engine import system
from setupbatcher.engine.link import Link
from setupbatcher.engine.machines import spec_of
from setupbatcher.engine.options import Options
from setupbatcher.engine.questions import OnError, Questions
from setupbatcher.engine.rehearsal import NoHost, Rehearsal
from setupbatcher.engine.scope import Scope
from setupbatcher.engine.step import Conditions, Performer
from setupbatcher.hosts.base import Host
from setupbatcher.hosts.connect import connect
from setupbatcher.hosts.local import LocalHost
from setupbatcher.hosts.secrets import Secrets
from setupbatcher.markers.book import Book
from setupbatcher.markers.tracks import Track
from setupbatcher.script.rows import MachineRow


class Keeper(Protocol):
    """Keeps the script true while a run is on: the marker writer, or what stands in for it in a dry run."""

    def tell(self, event: events.Event, track: Track | None) -> None:
        """Take an event of a walk, then pass it on to the reports."""

    def look(self) -> None:
        """Take over what somebody has saved in the script meanwhile."""

    def was_begun(self, place: events.Place, machine: str) -> bool:
        """A command was in flight when an earlier run died; said once."""

    async def settled(self) -> None:
        """Wait until what was earned is as safe as was asked for."""


class Scale(NamedTuple):
    """How much is worked on at once, and what ends that.

    Attributes:
        machines: worked on at once.
        rows: data rows worked on at once.
        canary: machines that must be done before all others.
        max_failed: how many may fail before no more are started; with ``%`` of those of this run; ``None`` for all.
        retry: seconds until a machine that failed is taken up again; ``None`` without auto retry.
    """

    machines: int
    rows: int
    canary: int
    max_failed: str | None
    retry: float | None


class Workplace:
    """What all walks of a run share.

    Args:
        book: the live markers of the script.
        script: its path.
        options: of the run.
        questions: who is asked.
        secrets: of the run.
        keeper: of the script.
    """

    def __init__(
        self, book: Book, script: Path, options: Options, questions: Questions, secrets: Secrets, keeper: Keeper
    ) -> None:
        settings = book.document.settings
        self.book = book
        self.options = options
        self.questions = questions
        self.secrets = secrets
        self.keeper = keeper
        self.folder = script.resolve().parent
        self.interrupted: int | None = None
        self._ending = asyncio.Event()
        self.scale = Scale(
            machines=options.machines_at_once(book.document),
            rows=1 if options.dry_run else settings.get("BatchSettings.ParallelRows"),
            canary=settings.get("BatchSettings.Canary"),
            max_failed=settings.get("BatchSettings.MaxFailed"),
            retry=None if options.undo else settings.get("BatchSettings.AutoRetry"),
        )
        self.conditions = Conditions(
            on_error=OnError.STOP if self.scale.retry else options.error_policy(book.document),
            ignore_errors=settings.get("BatchSettings.IgnoreErrors"),
            timeout=settings.get("BatchSettings.CommandTimeout"),
            delimiter=settings.get("BatchSettings.CommandDelimiter"),
            folder=self.folder,
            numbers=itertools.count(1),
            settled=keeper.settled,
            script=book.current,
        )
        self.controller = Link(NoHost("the controller") if options.dry_run else LocalHost(self.folder))
        self.scope = Scope(book.document.aliases, options.given, system.of_run(script), system.declared_names(book))
        for password in system.given_passwords(book, options.given):
            secrets.register(password)

    # The end of a run

    @property
    def ending(self) -> bool:
        """No further command is to begin."""
        return self._ending.is_set()

    def end(self) -> None:
        """Let the run end after the commands in flight."""
        self._ending.set()

    def interrupt(self, status: int) -> None:
        """As :meth:`end`, for a person or a signal."""
        self.interrupted = status
        self.end()

    async def wait_for(self, news: asyncio.Future[Any], seconds: float | None) -> None:
        """Wait for something, for as long as that many seconds, or until the run is to end."""
        ending = asyncio.ensure_future(self._ending.wait())
        try:
            await asyncio.wait((ending, news), timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            ending.cancel()

    # Walks

    def emit(self, event: events.Event, track: Track | None = None) -> None:
        """Something has happened."""
        self.keeper.tell(event, track)

    async def connect(self, row: MachineRow) -> Link | None:
        """The way to a machine; ``None`` where the run is to end before it has answered.

        Raises:
            Failure: it cannot be reached.
        """
        if self.options.dry_run:
            return Link(NoHost(row.name))
        spec = spec_of(self.book.document, row, self.folder)

        async def again() -> Host:
            return await connect(spec, base=self.folder, secrets=self.secrets)

        attempt = asyncio.ensure_future(again())
        try:
            await self.wait_for(attempt, None)
            return Link(await attempt, again) if attempt.done() else None
        finally:
            attempt.cancel()

    def performer(self, link: Link, name: str, track: Track | None = None) -> Performer:
        """Who carries out commands on a machine."""
        kind = Rehearsal if self.options.dry_run else Performer
        emit = lambda event: self.emit(event, track)  # noqa: E731 -- one call with another argument
        return kind(self.conditions, link, self.controller, name, self.questions, self.secrets, emit)
