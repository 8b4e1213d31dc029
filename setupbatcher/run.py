"""The public face: load, check, run, status, remove markers. The command line does nothing but call these.

Example:
    >>> import asyncio
    >>> from pathlib import Path
    >>> from setupbatcher.run import Options, Run
    >>> status = asyncio.run(Run(Path("update.txt"), Options(limit="EDU*")).execute())  # doctest: +SKIP
"""

from __future__ import annotations

import asyncio
import fnmatch
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from setupbatcher import events
from setupbatcher.diagnostics.model import Diagnostic, Severity
from setupbatcher.engine.questions import InFlightPolicy, Nobody, OnError, Questions
from setupbatcher.markers import policy
from setupbatcher.markers.book import MACHINES_ID, Book, Mark
from setupbatcher.markers.cell import MachineMarker
from setupbatcher.markers.custody import Custody, ScriptError, look, settle
from setupbatcher.markers.position import position
from setupbatcher.markers.records import InFlight
from setupbatcher.markers.clear import Selection, clear
from setupbatcher.markers.resume import BATCH, Plan, make_plan, owner_of, unleavable, unreachable_marks
from setupbatcher.markers.summary import Status, summarize
from setupbatcher.markers.writer import MarkerWriter, OutsideEditError
from setupbatcher.script.document import Document
from setupbatcher.text import SourceText

__all__ = [
    "Checked",
    "InFlightPolicy",
    "OnError",
    "Options",
    "Refused",
    "Run",
    "ScriptError",
    "Selection",
    "Status",
    "check",
    "fix",
    "mended",
    "remove_markers",
    "status",
]


@dataclass(frozen=True)
class Options:
    """How to run a script (``cli.md``).

    Attributes:
        restart: remove markers before anything reads them.
        dry_run: say what would be done, and do nothing.
        limit: patterns of machine names, separated by commas; ``None`` for all.
        given: values of ``--set``, by name.
        on_error: what becomes of an error.
        in_flight: what becomes of commands that were in flight when an earlier run died.
        durable: wait for the disk at every marker.
    """

    restart: bool = False
    dry_run: bool = False
    limit: str | None = None
    given: Mapping[str, str] = field(default_factory=dict)
    on_error: OnError = OnError.STOP
    in_flight: InFlightPolicy = InFlightPolicy.RERUN
    durable: bool = False


@dataclass(frozen=True)
class Checked:
    """A script with the findings of the basic syntax check.

    Attributes:
        document: markers as they are now, those of a run that is on or has crashed included.
        findings: in the order of the text.
    """

    document: Document
    findings: list[Diagnostic]

    @property
    def has_errors(self) -> bool:
        """Some finding keeps the script from running."""
        return any(finding.severity is Severity.ERROR for finding in self.findings)


class Refused(Exception):  # noqa: N818 -- what happened to the run
    """Nothing ran.

    Attributes:
        findings: why.
        document: what they point into; ``None`` where the script could not be read.
        status: exit status, 2, or 3 where another run has the script.
    """

    def __init__(self, findings: Sequence[Diagnostic], document: Document | None, status: int = 2) -> None:
        super().__init__(findings[0].message)
        self.findings = list(findings)
        self.document = document
        self.status = status


def check(path: Path, given: Mapping[str, str] | None = None) -> Checked:
    """The basic syntax check of a script, every finding at once.

    Args:
        path: of the script.
        given: names set with ``--set``.

    Raises:
        ScriptError: it cannot be read or decoded.
    """
    from setupbatcher import checks  # noqa: PLC0415 -- other entries of this module do without

    document = _current(look(path).book)
    return Checked(document, checks.check(document, given=given or ()))


def mended(path: Path, given: Mapping[str, str] | None = None) -> tuple[Checked, str]:
    """What :func:`fix` would make of a script: the script as it is with its findings, and the text after the safe fixes.

    Raises:
        ScriptError: it cannot be read or decoded.
    """
    from setupbatcher.checks.mending import mend  # noqa: PLC0415 -- as in check()

    checked = check(path, given)
    return checked, mend(checked.document, given or ())[0].text


def fix(path: Path, given: Mapping[str, str] | None = None) -> tuple[Checked, int]:
    """Apply the safe fixes of a script's findings.

    Args:
        path: of the script.
        given: names set with ``--set``.

    Returns:
        The script after that, with the findings that are left, and the number of those that were mended.

    Raises:
        ScriptError: it cannot be read or written, or another run has it.
    """
    from setupbatcher import checks  # noqa: PLC0415 -- as in check()
    from setupbatcher.checks.mending import mend  # noqa: PLC0415 -- as above

    custody = Custody(path)
    try:
        before = _current(custody.book)
        after, count = mend(before, given or ())
        left = checks.check(after, given=given or ())
    except BaseException:
        custody.release()
        raise
    if count:
        custody.rewrite(after.text)
    else:
        custody.release()
    return Checked(after, left), count


def _current(book: Book) -> Document:
    """The document with the live markers in its text."""
    text = book.render()
    if text == book.document.text:
        return book.document
    return Document(SourceText(text, book.document.source.encoding))


def status(path: Path) -> Status:
    """How far a script is, read from its markers and from the journal of a run that is on or has crashed.

    Raises:
        ScriptError: it cannot be read or decoded.
    """
    recovery = look(path)
    return summarize(_current(recovery.book), recovery.in_flight)


def remove_markers(path: Path, selection: Selection | None = None, *, dry_run: bool = False) -> tuple[str, str]:
    """Take markers out of a script.

    Args:
        path: of the script.
        selection: which ones; all by default.
        dry_run: change nothing.

    Returns:
        The text before and after.

    Raises:
        ScriptError: it cannot be read or written, or another run has it.
    """
    selection = selection or Selection()
    if dry_run:
        document = _current(look(path).book)
        return document.text, clear(document, selection)
    custody = Custody(path)
    document = _current(custody.book)
    after = clear(document, selection)
    custody.begin(after, on_outside_edit=lambda: None).close()
    return document.text, after


def matcher(limit: str | None) -> Callable[[str], bool] | None:
    """A test of machine names for ``--limit``: shell patterns, separated by commas, without regard to case."""
    if limit is None:
        return None
    patterns = [pattern.strip().lower().removeprefix("\\\\") for pattern in limit.split(",") if pattern.strip()]
    return lambda name: any(fnmatch.fnmatchcase(name.lower(), pattern) for pattern in patterns)


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
        except ScriptError as error:
            raise Refused([error.diagnostic], None, 3 if error.locked else 2) from error
        try:
            writer = await self._take(custody)
        except BaseException:
            custody.release()
            raise
        if writer is None:
            return 0
        return await self._work(custody, writer)

    async def _take(self, custody: Custody) -> MarkerWriter | None:
        """Check and plan; ``None`` where nothing is left to do."""
        document = _current(custody.book)
        text = self._restarted(document)
        current = document if text is None else Document(SourceText(text, document.source.encoding))
        self._check(current)
        plan = self._plan(Book(current))
        if plan.finished and not plan.findings:
            custody.begin(text, on_outside_edit=lambda: None).close()
            self._emit(events.Notice(*self._nothing_to_do(current)))
            return None
        skipped = [] if text is not None else await self._in_flight(custody)
        writer = custody.begin(text, durable=self._options.durable, on_outside_edit=self._edited)
        for entry in skipped:
            writer.apply(_skip(writer.book, entry))
        return writer

    def _check(self, document: Document) -> None:
        from setupbatcher import checks  # noqa: PLC0415 -- as in check()

        checked = Checked(document, checks.check(document, given=self._options.given))
        if checked.has_errors:
            raise Refused(checked.findings, document)
        for finding in checked.findings:
            self._emit(events.Warned(finding, document))
        self._emit(events.Said(None, "Basic syntax check OK."))

    def _restarted(self, document: Document) -> str | None:
        """The text without markers, where they are to be forgotten."""
        if not self._options.restart and not document.settings.get("BatchSettings.MarkersAutoRemove"):
            return None
        return clear(document, Selection(machine=matcher(self._options.limit)))

    def _plan(self, book: Book) -> Plan:
        plan = make_plan(book, limit=matcher(self._options.limit))
        findings = list(plan.findings)
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
        names = [describe(entry) for entry in custody.in_flight]
        chosen = self._options.in_flight
        if chosen is InFlightPolicy.ASK:
            chosen = await self._questions.in_flight(names)
        self._emit(
            events.Notice(
                "in flight when the last run died: " + "; ".join(names), f"they are treated as: {chosen.value}"
            )
        )
        if chosen is InFlightPolicy.STOP:
            raise Refused([_in_flight_finding(names)], custody.book.document)
        return custody.in_flight if chosen is InFlightPolicy.SKIP else []

    async def _work(self, custody: Custody, writer: MarkerWriter) -> int:
        from setupbatcher.engine.scan import ScanRefused  # noqa: PLC0415 -- as below
        from setupbatcher.engine.session import Session  # noqa: PLC0415 -- the hosts are slow to import
        from setupbatcher.hosts.secrets import Secrets  # noqa: PLC0415

        plan = self._plan(writer.book)
        session = Session(
            writer.book,
            plan,
            self._path,
            given=self._options.given,
            on_error=self._options.on_error,
            questions=self._questions,
            secrets=Secrets(self._questions.secret),
            emit=lambda event: self._tell(writer, event),
        )
        self._interrupt = session.interrupt
        if self._interrupted is not None:
            session.interrupt(self._interrupted)
        keeper = asyncio.create_task(self._keep(writer, session.interrupt))
        try:
            writer.apply(plan.changes)
            code = await session.run()
        except ScanRefused:
            code = 1
        finally:
            keeper.cancel()
            self._interrupt = None
            self._give_back(custody, writer)
        return code

    def _tell(self, writer: MarkerWriter, event: events.Event) -> None:
        writer(event)
        self._emit(event)

    async def _keep(self, writer: MarkerWriter, interrupt: Callable[[int], None]) -> None:
        """Fold in the background; what goes wrong there ends the run after the command in flight."""
        try:
            await writer.keep()
        except OutsideEditError:
            self._emit(
                events.Notice(
                    "the rows of the script were changed during the run; it ends after the command in flight",
                    "run it again: the new text counts, with what was earned",
                )
            )
            interrupt(1)
        except OSError as error:
            self._emit(
                events.Notice(
                    f"the script cannot be written: {(error.strerror or str(error)).lower()}; the run ends here",
                    "what was done is kept in the journal beside the script, and goes into it with the next command",
                )
            )
            interrupt(1)

    def _give_back(self, custody: Custody, writer: MarkerWriter) -> None:
        try:
            writer.close()
        except OutsideEditError:
            lost = settle(custody.store.path).lost
            if lost:
                self._emit(
                    events.Notice(
                        f"{lost} markers found no place in the changed script", "look at it before the next run"
                    )
                )
        except OSError as error:
            self._emit(
                events.Notice(
                    f"the markers could not be written into the script: {(error.strerror or str(error)).lower()}",
                    "they are kept in the journal beside it, and go into it with the next command",
                )
            )

    def _edited(self) -> None:
        self._emit(events.Notice("the script was edited during the run; the edit is kept"))

    async def _rehearse(self) -> int:
        from setupbatcher.engine.session import Session  # noqa: PLC0415 -- as in _work
        from setupbatcher.hosts.secrets import Secrets  # noqa: PLC0415

        document = _current(look(self._path).book)
        text = self._restarted(document)
        if text is not None:
            document = Document(SourceText(text, document.source.encoding))
        self._check(document)
        book = Book(document)
        plan = self._plan(book)
        if plan.finished:
            self._emit(events.Notice(*self._nothing_to_do(document)))
            return 0
        book.apply(plan.changes)

        def tell(event: events.Event) -> None:
            book.apply(policy.changes(book, event))
            self._emit(event)

        session = Session(
            book,
            plan,
            self._path,
            given=self._options.given,
            on_error=self._options.on_error,
            questions=Nobody(),
            secrets=Secrets(),
            emit=tell,
            dry=True,
        )
        await session.run()
        return 0

    def _nothing_to_do(self, document: Document) -> tuple[str, str | None]:
        from datetime import datetime  # noqa: PLC0415 -- for this message only

        if document.has_machines and not document.machines:
            return "Nothing to do: [Machines] lists no machine.", None
        if self._options.limit is not None and not any(
            map(matcher(self._options.limit) or bool, (row.name for row in document.machines))
        ):
            return f"Nothing to do: no machine matches `{self._options.limit}`.", None
        date = datetime.fromtimestamp(self._path.stat().st_mtime).astimezone().strftime("%Y-%m-%d %H:%M")
        return f"Nothing to do: finished on {date}. Start over: --restart", None

    def _emit(self, event: events.Event) -> None:
        for listener in self._listeners:
            listener(event)


def describe(entry: InFlight) -> str:
    """A command that was in flight, for people."""
    machine = f"{entry.machine}: " if entry.machine else ""
    row = f" (data row {entry.row})" if entry.row is not None else ""
    return f"{machine}{entry.section} line {entry.line}{row}: {entry.text}"


def _in_flight_finding(names: list[str]) -> Diagnostic:
    from setupbatcher.text import Span  # noqa: PLC0415

    return Diagnostic(
        "SB709",
        "commands were in flight when the last run died: " + "; ".join(names),
        Span(0, 0),
        "look what became of them, then run with --in-flight rerun or --in-flight skip",
    )


def _skip(book: Book, entry: InFlight) -> list[policy.Change]:
    """Count a command as done whose end is unknown, and let the counter agree."""
    scratch = Book(book.document)
    changes: list[policy.Change] = [Mark(entry.section, entry.line, "OK")]
    owner = owner_of(book)
    if owner is not None and entry.section == BATCH:
        scratch.apply(changes)
        changes.append(Mark(MACHINES_ID, owner, str(MachineMarker(None, position(scratch, BATCH).previous))))
    return changes
