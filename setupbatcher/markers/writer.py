"""The marker writer: journals what a run earns at once, and folds it into the script soon after.

The script shows a marker at most two seconds after it was earned, longer only where writing would take more than a
twentieth of the run time (``markers.md``, *The writer's promises* 3).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Any

from setupbatcher import events
from setupbatcher.markers import policy
from setupbatcher.markers.agreement import findings
from setupbatcher.markers.book import Book, Change, RowLostError
from setupbatcher.markers.edited import still_open, text_record
from setupbatcher.markers.fillings import Fillings
from setupbatcher.markers.journal import Journal
from setupbatcher.markers.moving import move
from setupbatcher.markers.records import EDIT, InFlight, encode_changes, encode_start, left_over
from setupbatcher.markers.remove import remove
from setupbatcher.markers.rows import GuardError
from setupbatcher.markers.tracks import Track
from setupbatcher.script.document import Document
from setupbatcher.text import UndecodableError, apply, encode
from setupbatcher.text.store import ChangedError, Stamp, Store, digest

SHOWN_WITHIN = 2.0
"""Seconds."""
SHARE = 0.05
"""Of the run time that may go into folding."""
SYNCED_WITHIN = 0.05
"""Seconds of work that a power loss may cost."""


_TRIES = 50
"""How often a script is read again that somebody saves at the same time."""
_PAUSE = 0.02
"""Seconds for which a script that somebody has saved is left alone before it counts as saved."""


class OutsideEditError(Exception):
    """Somebody changed the rows of the script during the run; markers can no longer be placed by their lines."""


class MarkerWriter:
    """Listens to a run and keeps the script true.

    Args:
        store: the script's file.
        book: the live markers; changed by this writer only.
        journal: begun, and held by this process.
        version: digest of the script as it is on disk.
        durable: wait for the disk before every command.
        on_outside_edit: told when the script was edited and the edit was taken over.
    """

    def __init__(
        self,
        store: Store,
        book: Book,
        journal: Journal,
        version: str,
        *,
        durable: bool = False,
        on_outside_edit: Callable[[], None] | None = None,
    ) -> None:
        self.book = book
        self._store = store
        self._journal = journal
        self._durable = durable
        self._on_outside_edit = on_outside_edit
        self._disk = version
        self._stamp = store.stamp()
        self._dirty_since: float | None = None
        self._unsynced = False
        self._synced = 0
        self._syncing: asyncio.Task[None] | None = None
        self._at_work: dict[int, tuple[events.CommandStarted, tuple[int, float] | None]] = {}
        self._cost = 0.0
        self._folded_at = time.monotonic()
        self.left: Sequence[InFlight] = ()
        """Commands that were in flight when an earlier run died, and that this one has not come to."""

    def __call__(self, event: events.Event, track: Track | None = None) -> None:
        """Take an event: its markers are safe from a killed process when this returns.

        Args:
            event: what happened.
            track: of the walk in which it happened; none where the walk's markers are those of the script.
        """
        changes = policy.changes(self.book, event) if track is None else track.take(event)
        match event:
            case events.CommandStarted(number=number):
                self._at_work[number] = event, None
                self._append(*self._start(number))
            case events.CommandDone(number=number) | events.CommandFailed(number=number):
                self._at_work.pop(number, None)
                self._append(["end", number, encode_changes(self.book, changes)])
            case events.ProcessStarted(process, number) if number in self._at_work:
                began = time.time()
                self._at_work[number] = self._at_work[number][0], (process, began)
                self._append(["process", number, process, began])
            case _ if changes:
                self._append(["mark", encode_changes(self.book, changes)])
        self._take(changes)

    def _start(self, number: int) -> list[list[Any]]:
        event, process = self._at_work[number]
        place = event.place
        row = place.loops[-1].row if place.loops else None
        line = self.book.written_line(place.section, place.line) or 0
        return encode_start(InFlight(place.section, line, row, event.machine, event.text, process), number)

    def apply(self, changes: list[Change], ends: int | None = None) -> None:
        """Take changes that no event stands for, such as those of a plan.

        Args:
            changes: of markers.
            ends: number of a command that is known to have ended with them.
        """
        if changes or ends is not None:
            encoded = encode_changes(self.book, changes)
            self._append(["mark", encoded] if ends is None else ["end", ends, encoded])
            self._take(changes)

    def _append(self, *records: list[Any]) -> None:
        self._journal.append(*records)
        self._unsynced = True

    def _take(self, changes: list[Change]) -> None:
        if changes:
            self.book.apply(changes)
            if self._dirty_since is None:
                self._dirty_since = time.monotonic()

    async def settled(self) -> None:
        """With ``--durable``: wait until all that was earned and begun so far survives a power loss."""
        if not self._durable:
            return
        if len(self._at_work) > 1:
            await self._sync_together()
        elif self._unsynced:
            self._journal.sync()
            self._unsynced = False

    async def _sync_together(self) -> None:
        """Sync beside the loop; those that ask meanwhile share the next time."""
        wanted = self._journal.end
        while self._synced < wanted:
            if self._syncing is None or self._syncing.done():
                self._syncing = asyncio.create_task(self._sync())
            await asyncio.shield(self._syncing)

    async def _sync(self) -> None:
        end, self._unsynced = self._journal.end, False
        await asyncio.to_thread(self._journal.syncing())
        self._synced = end

    async def keep(self) -> None:
        """Sync and fold in the background until cancelled."""
        while True:
            await asyncio.sleep(SYNCED_WITHIN)
            if self._unsynced:
                await self._sync_together()
            self.tick()

    def tick(self) -> None:
        """Fold where it is time to."""
        now = time.monotonic()
        if self._stamp != self._store.stamp():
            self._meet_outside_edit()
            self._dirty_since = self._dirty_since or now
        if self._dirty_since is None or now - self._dirty_since < SHOWN_WITHIN - 2 * SYNCED_WITHIN:
            return
        if now - self._folded_at >= self._cost / SHARE:
            self.fold()

    def look(self) -> None:
        """Take over what somebody has saved meanwhile; asked where it decides whether something is left to do.

        Raises:
            OutsideEditError: the edit leaves open what is which.
        """
        if self._stamp != self._store.stamp():
            self._meet_outside_edit()

    def fold(self) -> None:
        """Write the markers into the script.

        Raises:
            GuardError: more than marker cells would have changed.
            OutsideEditError: the script was edited and its rows are no longer the same.
            OSError: the script cannot be written; the journal keeps what was earned.
        """
        begun = time.monotonic()
        for tries_left in reversed(range(_TRIES)):
            self._meet_outside_edit()
            try:
                self._write()
            except ChangedError:
                # Saved between our reading it and our writing it.
                if not tries_left:
                    raise
            else:
                break
        self._dirty_since = None
        self._folded_at = time.monotonic()
        self._cost = self._folded_at - begun

    def _write(self) -> None:
        text = self.book.render()
        if self.book.moved:
            text = agreed(self.book.document.changed(text))
        data = encode(text, self.book.document.source.encoding)
        version = digest(data)
        if version != self._disk:
            self._journal.append(["version", version])
            self._journal.sync()
            self._stamp = self._store.replace(data, self._stamp)
            self._disk = version

    def _settled(self) -> tuple[Stamp, bytes]:
        """The script, once nobody is in the middle of writing it."""
        stamp, data = self._store.stamp(), self._store.read()
        for _ in range(_TRIES):
            if digest(data) == self._disk:
                break
            time.sleep(_PAUSE)
            now = self._store.stamp()
            if now == stamp:
                break
            stamp, data = now, self._store.read()
        return stamp, data

    def _meet_outside_edit(self) -> None:
        """Take over the text of somebody who saved meanwhile, with our markers on the rows of this run."""
        stamp, data = self._settled()
        version = digest(data)
        if version == self._disk:
            self._stamp = stamp
            return
        try:
            edited = Document.from_bytes(data)
        except UndecodableError as error:
            raise OutsideEditError from error
        try:
            move(self.book, edited)
        except RowLostError as error:
            raise OutsideEditError from error
        self._disk, self._stamp = version, stamp
        # Rows are counted by the edited text from here on: after a crash this is what the records are about.
        earned = encode_changes(self.book, self.book.earned())
        starts = [record for number in self._at_work for record in self._start(number)]
        self._journal.append(*text_record(edited), ["version", version], [EDIT], ["mark", earned], *starts)
        self._unsynced = True
        if self._on_outside_edit:
            self._on_outside_edit()

    def close(self) -> None:
        """Fold what is left and let the script go. The journal stays where the script could not be written.

        Raises:
            GuardError, OutsideEditError, OSError: as :meth:`fold`; what was earned is in the journal.
        """
        try:
            self.fold()
        except BaseException:
            self._journal.close(keep=True)
            raise
        self._journal.close(keep=self._keep_in_flight())

    def _keep_in_flight(self) -> bool:
        """Begin a journal of :attr:`left` alone; ``False`` where nothing of it is still to be run."""
        if not self.left:
            return False
        document = self.book.current()
        book = Book(document)
        entries = [found for entry in self.left if (found := still_open(book, entry))]
        starts = [record for at, entry in enumerate(entries) for record in encode_start(entry, left_over(at))]
        try:
            if entries:
                self._journal.begin(self._disk, [*text_record(document), *starts])
        except OSError:  # the script is whole; only what was in flight is no longer known
            return False
        return bool(entries)


def guard(before: Document, text: str, fillings: Fillings) -> None:
    """Refuse a new text that differs in more than marker cells, and in sections that were filled.

    Raises:
        GuardError: it does.
    """
    if remove(fillings.left_out(before)) != remove(fillings.left_out(before.changed(text))):
        message = "the marker writer would have changed more than marker cells; nothing was written"
        raise GuardError(message)


def agreed(document: Document) -> str:
    """The text with the line counter adjusted to command rows that were edited meanwhile."""
    fixes = [finding.fix for finding in findings(document) if finding.code == "SB703" and finding.fix]
    return apply(document.text, [edit for fix in fixes for edit in fix.edits])
