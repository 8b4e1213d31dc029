"""Conducts one run: takes the script, checks it, plans, lets the session work, and gives the script back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from setupbatcher import checks, events
from setupbatcher.diagnostics.model import Diagnostic, Severity
from setupbatcher.engine import notices
from setupbatcher.engine.machines import spec_of
from setupbatcher.engine.options import Options, Refused, matcher
from setupbatcher.engine.questions import InFlightPolicy, Nobody, OnError, Questions
from setupbatcher.errors import Failure
from setupbatcher.hosts.local import still_runs
from setupbatcher.hosts.secrets import Secrets
from setupbatcher.markers import policy
from setupbatcher.markers.book import Book
from setupbatcher.markers.clear import Selection, clear
from setupbatcher.markers.custody import Custody, look, settle
from setupbatcher.markers.reading import JOURNAL, ScriptError
from setupbatcher.markers.records import InFlight, left_over
from setupbatcher.markers.resume import Plan, make_plan, undo_restarted, unleavable, unreachable_marks
from setupbatcher.markers.rows import GuardError
from setupbatcher.markers.skipping import cannot_skip, skip
from setupbatcher.markers.tracks import Track
from setupbatcher.markers.writer import MarkerWriter, OutsideEditError
from setupbatcher.script.document import Document
from setupbatcher.script.labels import BATCH, INIT, UNDO, SectionId


class Run:
    """One run of a script.

    Args:
        path: of the script.
        options: how.
        listeners: told of everything that happens, after the marker writer.
        questions: who is asked; nobody by default.
    """

    def __init__(
        self,
        path: Path,
        options: Options | None = None,
        listeners: Sequence[events.Listener] = (),
        questions: Questions | None = None,
    ) -> None:
        self._path = path
        self._options = options or Options()
        self._listeners = list(listeners)
        self._questions = questions or Nobody()
        self._interrupt: Callable[[int], None] | None = None
        self._interrupted: int | None = None
        self._secrets = Secrets(self._questions.secret)
        self._begun: list[InFlight] = []

    def interrupt(self, status: int = 130) -> None:
        """End the run after the command in flight, markers written; 130 for a person, 143 for a signal."""
        self._interrupted = status
        if self._interrupt:
            self._interrupt(status)

    async def execute(self) -> int:
        """Run the script, and return the exit status of ``cli.md``.

        Raises:
            Refused: nothing ran.
        """
        try:
            if self._options.dry_run:
                return await self._rehearse()
            custody = Custody(self._path)
            try:
                writer = await self._take(custody)
            except BaseException:
                custody.release()
                raise
        except ScriptError as error:
            raise Refused([error.diagnostic], None, 3 if error.locked else 2) from error
        if writer is None:
            return 0
        return await self._work(custody, writer)

    async def _take(self, custody: Custody) -> MarkerWriter | None:
        """Check and plan; ``None`` where nothing is left to do."""
        if custody.lost:
            self._emit(notices.lost(custody.lost))
        document = custody.book.current()
        text = self._restarted(document)
        current = document if text is None else document.changed(text)
        self._check(current)
        plan = self._plan(self._opened(current))
        if plan.finished and not plan.findings:
            custody.begin(text, on_outside_edit=lambda: None).close()
            self._emit(notices.nothing_to_do(current, self._path, undo=self._options.undo))
            return None
        await self._fetch_passwords(current, plan)
        skipped = text is None and await self._in_flight(custody)
        self._begun = custody.in_flight if text is None and not skipped else []
        writer = custody.begin(text, durable=self._options.durable, on_outside_edit=self._edited)
        writer.book.main = self._section
        if skipped:
            for index, entry in enumerate(custody.in_flight):
                writer.apply(skip(writer.book, entry), ends=left_over(index))
        return writer

    @property
    def _section(self) -> SectionId:
        return UNDO if self._options.undo else BATCH

    def _opened(self, document: Document) -> Book:
        book = Book(document)
        book.main = self._section
        return book

    def _at_once(self, book: Book) -> bool:
        """Several machines are worked on at the same time."""
        return self._options.machines_at_once(book.document) > 1

    async def _fetch_passwords(self, document: Document, plan: Plan) -> None:
        """A password that cannot be had is found out before anything runs (``language.md``, section 6)."""
        for row in plan.machines:
            password = spec_of(document, row, self._path.parent).password
            try:
                if password is not None:
                    await self._secrets.resolve(password, purpose=row.name)
            except Failure as failure:
                finding = Diagnostic("SB207", failure.message, row.name_span, failure.help)
                raise Refused([finding], document) from failure

    def _check(self, document: Document) -> None:
        if self._options.undo and document.commands(UNDO) is None:
            raise Refused([notices.nothing_to_run("nothing to undo by: the script has no [Undo]", UNDO)], document)
        runs = document.commands(INIT) is not None or document.commands(BATCH) is not None
        if not self._options.undo and not runs and document.commands(UNDO):
            raise Refused([notices.nothing_to_run("nothing to run: the script has [Undo] only", BATCH)], document)
        findings = checks.check(document, given=self._options.given, parallel=self._options.parallel)
        if any(finding.severity is Severity.ERROR for finding in findings):
            raise Refused(findings, document)
        for finding in findings:
            self._emit(events.Warned(finding, document))
        self._emit(events.Said(None, "Basic syntax check OK."))

    def _restarted(self, document: Document) -> str | None:
        """The text without markers, where they are to be forgotten."""
        limit = matcher(self._options.limit)
        if self._options.undo:
            # What a run has done is what an undo needs to know.
            if not self._options.restart:
                return None
            book = Book(document)
            book.apply(undo_restarted(book, limit))
            return book.render()
        if not self._options.restart and not document.settings.get("BatchSettings.MarkersAutoRemove"):
            return None
        return clear(document, Selection(machine=limit))

    def _plan(self, book: Book) -> Plan:
        limit = matcher(self._options.limit)
        plan = make_plan(book, limit=limit, at_once=self._at_once(book))
        findings = list(plan.findings)
        if limit is not None and not any(limit(row.name) for row in book.document.machines):
            findings.append(notices.nothing_in_scope(str(self._options.limit)))
        if not book.document.settings.get("BatchSettings.CheckMachines"):
            findings += unreachable_marks(book, plan.machines)
        findings += self._excluded(book)
        if findings:
            raise Refused(findings, book.document)
        return plan

    def _excluded(self, book: Book) -> list[Diagnostic]:
        """What the script does not go together with what was asked for."""
        settings = book.document.settings
        if self._options.undo and book.document.data_files is not None:
            return [notices.no_undo_with_files(book.document.data_files.frame.label)]
        if settings.get("BatchSettings.AutoRetry") is not None and not self._options.undo:
            return [] if self._options.on_error is None else [notices.no_policy_with_retry()]
        leaves = self._options.error_policy(book.document) is OnError.NEXT_MACHINE
        if not leaves or not book.document.has_machines:
            return []
        if settings.get("BatchSettings.ParallelRows") > 1:
            return [notices.unleavable_rows()]
        return unleavable(book.document, book.main)

    async def _in_flight(self, custody: Custody) -> bool:
        """What becomes of commands whose end is unknown; ``True`` where they are to be counted as done."""
        if not custody.in_flight:
            return False
        names = [notices.describe(entry) for entry in custody.in_flight]
        chosen = self._options.in_flight
        if chosen is InFlightPolicy.ASK:
            chosen = await self._questions.in_flight(names)
        self._emit(
            events.Notice(
                "in flight when the last run died: " + "; ".join(names), f"they are treated as: {chosen.value}"
            )
        )
        if chosen is InFlightPolicy.STOP:
            raise Refused([notices.in_flight(names)], custody.book.document)
        if chosen is InFlightPolicy.SKIP:
            book = self._opened(custody.book.document)
            kept = [entry for entry in custody.in_flight if cannot_skip(book, entry)]
            if kept:
                raise Refused([notices.repeated_as_a_whole(list(map(notices.describe, kept)))], book.document)
            return True
        for entry in custody.in_flight:
            await self._wait_for(entry)
        return False

    async def _wait_for(self, entry: InFlight) -> None:
        """A command that the dead run has left at work comes to its end before it is run again."""
        told = False
        while entry.process is not None and still_runs(*entry.process):
            if not told:
                self._emit(notices.waiting(entry.process[0]))
                told = True
            if self._interrupted is not None:
                raise Refused([notices.in_flight([notices.describe(entry)])], None, self._interrupted)
            await asyncio.sleep(0.02)

    async def _work(self, custody: Custody, writer: MarkerWriter) -> int:
        from setupbatcher.engine.session import Session  # noqa: PLC0415 -- the hosts are slow to import

        plan = self._plan(writer.book)
        kept = _Keeper(writer, self._emit, self._begun)
        session = Session(
            writer.book,
            plan,
            self._path,
            self._options,
            self._questions,
            self._secrets,
            kept,
        )
        self._interrupt = session.interrupt
        if self._interrupted is not None:
            session.interrupt(self._interrupted)
        keeper = asyncio.create_task(self._keep(writer, session.interrupt))
        try:
            writer.apply(plan.changes)
            code = await session.run()
        except notices.TROUBLE as error:
            self._emit(notices.trouble(error))
            code = 1
        finally:
            keeper.cancel()
            self._interrupt = None
            writer.left = kept.begun
            given_back = self._give_back(custody, writer)
        return code if given_back else code or 1

    async def _keep(self, writer: MarkerWriter, interrupt: Callable[[int], None]) -> None:
        """Fold in the background; what goes wrong there ends the run after the command in flight."""
        try:
            await writer.keep()
        except notices.TROUBLE as error:
            self._emit(notices.trouble(error))
            interrupt(1)

    def _give_back(self, custody: Custody, writer: MarkerWriter) -> bool:
        """Write the last markers into the script; ``False`` where that was not possible."""
        try:
            try:
                writer.close()
            except OutsideEditError:
                lost = settle(custody.store.path).lost
                if lost:
                    self._emit(notices.lost(lost))
        except (OSError, GuardError, ScriptError) as error:
            why = error.diagnostic.message if isinstance(error, ScriptError) else notices.reason(error)
            self._emit(notices.unfolded(why, journal=custody.store.beside(JOURNAL).exists()))
            return False
        return True

    def _edited(self) -> None:
        self._emit(notices.edited())

    async def _rehearse(self) -> int:
        from setupbatcher.engine.session import Session  # noqa: PLC0415 -- as in _work

        document = look(self._path).book.current()
        text = self._restarted(document)
        if text is not None:
            document = document.changed(text)
        self._check(document)
        book = self._opened(document)
        plan = self._plan(book)
        if plan.finished:
            self._emit(notices.nothing_to_do(document, self._path, undo=self._options.undo))
            return 0
        book.apply(plan.changes)
        session = Session(book, plan, self._path, self._options, Nobody(), Secrets(), _NoKeeper(book, self._emit))
        await session.run()
        return 0

    def _emit(self, event: events.Event) -> None:
        for listener in self._listeners:
            listener(event)


class _Keeper:
    """The marker writer first, then the reports."""

    def __init__(self, writer: MarkerWriter, emit: events.Listener, begun: Sequence[InFlight]) -> None:
        self._writer = writer
        self._emit = emit
        self.begun = list(begun)
        """Commands that were in flight when the last run died, and that this one has not come to."""
        self.look = writer.look
        self.settled = writer.settled

    def tell(self, event: events.Event, track: Track | None) -> None:
        self._writer(event, track)
        self._emit(event)

    def was_begun(self, place: events.Place, machine: str) -> bool:
        """A command was in flight when the last run died."""
        row = place.loops[-1].row if place.loops else None
        entry = InFlight(place.section, place.line, row, machine, "")
        found = [each for each in self.begun if each.is_same(entry)]
        self.begun = [each for each in self.begun if each not in found]
        return bool(found)


class _NoKeeper:
    """The markers of a dry run, which nobody writes."""

    def __init__(self, book: Book, emit: events.Listener) -> None:
        self._book = book
        self._emit = emit

    def tell(self, event: events.Event, track: Track | None) -> None:
        self._book.apply(policy.changes(self._book, event) if track is None else track.take(event))
        self._emit(event)

    def look(self) -> None:
        """Nobody's edit matters."""

    def was_begun(self, place: events.Place, machine: str) -> bool:
        """Nothing is begun."""
        del place, machine
        return False

    async def settled(self) -> None:
        """Nothing has to be safe."""
