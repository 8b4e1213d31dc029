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
from setupbatcher.markers.book import MACHINES_ID, Book, Change, Mark
from setupbatcher.markers.cell import MachineMarker
from setupbatcher.markers.clear import Selection, clear
from setupbatcher.markers.custody import Custody, look, settle
from setupbatcher.markers.position import position
from setupbatcher.markers.reading import JOURNAL, ScriptError
from setupbatcher.markers.records import InFlight
from setupbatcher.markers.resume import BATCH, INIT, UNDO, Plan, make_plan, owner_of, unleavable, unreachable_marks
from setupbatcher.markers.rows import GuardError
from setupbatcher.markers.writer import MarkerWriter, OutsideEditError
from setupbatcher.script.document import Document
from setupbatcher.text import Span


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
        plan = self._plan(Book(current))
        if plan.finished and not plan.findings:
            custody.begin(text, on_outside_edit=lambda: None).close()
            self._emit(notices.nothing_to_do(current, self._path))
            return None
        await self._fetch_passwords(current, plan)
        skipped = [] if text is not None else await self._in_flight(custody)
        writer = custody.begin(text, durable=self._options.durable, on_outside_edit=self._edited)
        for entry in skipped:
            writer.apply(_skip(writer.book, entry))
        return writer

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
        if document.commands(INIT) is None and document.commands(BATCH) is None and document.commands(UNDO):
            finding = Diagnostic(
                "SB107", "nothing to run: the script has [Undo] only", Span(0, 0), "add a section [Batch]"
            )
            raise Refused([finding], document)
        findings = checks.check(document, given=self._options.given)
        if any(finding.severity is Severity.ERROR for finding in findings):
            raise Refused(findings, document)
        for finding in findings:
            self._emit(events.Warned(finding, document))
        self._emit(events.Said(None, "Basic syntax check OK."))

    def _restarted(self, document: Document) -> str | None:
        """The text without markers, where they are to be forgotten."""
        if not self._options.restart and not document.settings.get("BatchSettings.MarkersAutoRemove"):
            return None
        return clear(document, Selection(machine=matcher(self._options.limit)))

    def _plan(self, book: Book) -> Plan:
        limit = matcher(self._options.limit)
        plan = make_plan(book, limit=limit)
        findings = list(plan.findings)
        if limit is not None and not any(limit(row.name) for row in book.document.machines):
            findings.append(notices.nothing_in_scope(str(self._options.limit)))
        if not book.document.settings.get("BatchSettings.CheckMachines"):
            findings += unreachable_marks(book, plan.machines)
        if self._options.on_error is OnError.NEXT_MACHINE and book.document.has_machines:
            findings += unleavable(book.document)
        if findings:
            raise Refused(findings, book.document)
        return plan

    async def _in_flight(self, custody: Custody) -> list[InFlight]:
        """What becomes of commands whose end is unknown; returns those to be counted as done."""
        if not custody.in_flight:
            return []
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
            return custody.in_flight
        for entry in custody.in_flight:
            await self._wait_for(entry)
        return []

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
        session = Session(
            writer.book,
            plan,
            self._path,
            self._options,
            self._questions,
            self._secrets,
            lambda event: self._tell(writer, event),
            writer.look,
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
            given_back = self._give_back(custody, writer)
        return code if given_back else code or 1

    def _tell(self, writer: MarkerWriter, event: events.Event) -> None:
        writer(event)
        self._emit(event)

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
        book = Book(document)
        plan = self._plan(book)
        if plan.finished:
            self._emit(notices.nothing_to_do(document, self._path))
            return 0
        book.apply(plan.changes)

        def tell(event: events.Event) -> None:
            book.apply(policy.changes(book, event))
            self._emit(event)

        session = Session(book, plan, self._path, self._options, Nobody(), Secrets(), tell)
        await session.run()
        return 0

    def _emit(self, event: events.Event) -> None:
        for listener in self._listeners:
            listener(event)


def _skip(book: Book, entry: InFlight) -> list[Change]:
    """Count a command as done whose end is unknown, and let the counter agree."""
    scratch = Book(book.document)
    changes: list[Change] = [Mark(entry.section, entry.line, "OK")]
    owner = owner_of(book)
    if owner is not None and entry.section == BATCH:
        scratch.apply(changes)
        changes.append(Mark(MACHINES_ID, owner, str(MachineMarker(None, position(scratch, BATCH).previous))))
    return changes
