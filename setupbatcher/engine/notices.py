"""What a run tells a person when it cannot go on as it should, and when there is nothing to do."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from setupbatcher import events
from setupbatcher.diagnostics.model import Diagnostic
from setupbatcher.markers.records import InFlight
from setupbatcher.markers.rows import GuardError
from setupbatcher.markers.writer import OutsideEditError
from setupbatcher.script.document import Document
from setupbatcher.script.labels import SectionId
from setupbatcher.text import Span

TROUBLE = (OutsideEditError, GuardError, OSError)
"""What can keep the markers from getting into the script."""


def trouble(error: Exception) -> events.Notice:
    """The run ends, because its markers cannot be written any more."""
    if isinstance(error, OutsideEditError):
        return events.Notice(
            "what is worked on was changed in the script, so that its rows cannot be told apart; the run ends here",
            "run it again: the new text counts, with what was earned",
        )
    if isinstance(error, GuardError):
        return events.Notice(str(error), "please report this; what was done is kept in the journal beside the script")
    return events.Notice(
        f"the progress cannot be written: {reason(error)}; the run ends here",
        "what was done is kept in the journal beside the script, and goes into it with the next command; "
        "the command that ended last may be run again",
    )


def unfolded(why: str, *, journal: bool) -> events.Notice:
    """The last markers did not get into the script."""
    return events.Notice(
        f"the markers could not be written into the script: {why}",
        "they are kept in the journal beside it, and go into it with the next command"
        if journal
        else "the folder of the script is gone, and the journal with it; the log has what was done",
    )


def lost(count: int) -> events.Notice:
    """Markers of a run found no place in a script that was changed."""
    return events.Notice(
        f"the script was changed since the last run, and {count} markers of that run found no place in it",
        "look at the rows without `OK` before they run again",
    )


def edited() -> events.Notice:
    """Somebody's edit was taken over."""
    return events.Notice("the script was edited during the run; the edit is kept")


def waiting(process: int) -> events.Notice:
    """A process of an earlier run is at work."""
    return events.Notice(
        f"waiting for process {process}, which the run that died has left at work",
        "its command is run again when it has ended; end it by hand if it hangs",
    )


def nothing_to_run(message: str, section: SectionId) -> Diagnostic:
    """The script lacks the section that was asked for."""
    return Diagnostic("SB107", message, Span(0, 0), f"add a section {section}")


def nothing_to_do(document: Document, path: Path, *, undo: bool) -> events.Notice:
    """Everything in scope is done."""
    if document.has_machines and not document.machines:
        return events.Notice("Nothing to do: [Machines] lists no machine.")
    if undo:
        return events.Notice("Nothing to undo: no markers say that something was done, or all of it is undone.")
    date = datetime.fromtimestamp(path.stat().st_mtime).astimezone().strftime("%Y-%m-%d %H:%M")
    return events.Notice(f"Nothing to do: finished on {date}. Start over: --restart")


def describe(entry: InFlight) -> str:
    """A command that was in flight."""
    machine = f"{entry.machine}: " if entry.machine else ""
    row = f" (data row {entry.row})" if entry.row is not None else ""
    return f"{machine}{entry.section} line {entry.line}{row}: {entry.text}"


def in_flight(names: list[str]) -> Diagnostic:
    """A person wants to look first."""
    return Diagnostic(
        "SB709",
        "commands were in flight when the last run died: " + "; ".join(names),
        Span(0, 0),
        "look what became of them, then run with --in-flight rerun or --in-flight skip",
    )


def repeated_as_a_whole(names: list[str]) -> Diagnostic:
    """What cannot be counted as done, because no marker can say so."""
    return Diagnostic(
        "SB709",
        "commands were in flight that no marker can count as done: " + "; ".join(names),
        Span(0, 0),
        "a call, or a data row beside others, is repeated as a whole: run with --in-flight rerun, or mark the call or "
        "the row itself",
    )


def no_policy_with_retry() -> Diagnostic:
    """Auto retry knows one answer to an error."""
    return Diagnostic(
        "SB711",
        "--on-error does not go together with `BatchSettings.AutoRetry`",
        Span(0, 0),
        "leave the option out: auto retry tries a machine that fails again later",
    )


def no_undo_with_files(label: Span) -> Diagnostic:
    """Whether a file's mark means done or undone could not be told."""
    return Diagnostic(
        "SB711",
        "an undo does not go over data files",
        label,
        "undo with a script of its own whose [Data] has the rows of the files",
    )


def unleavable_rows() -> Diagnostic:
    """A machine's cell has room for one data row only."""
    return Diagnostic(
        "SB708",
        "a machine that fails while several data rows are worked on cannot be left for the next one",
        Span(0, 0),
        "run with --on-error stop, or without `BatchSettings.ParallelRows`",
    )


def nothing_in_scope(limit: str) -> Diagnostic:
    """A pattern that fits no machine: more likely a slip than a wish."""
    return Diagnostic(
        "SB710", f"no machine matches `{limit}`", Span(0, 0), "`setupbatcher status SCRIPT` lists the machines"
    )


def reason(error: Exception) -> str:
    """The system's words, as part of a sentence."""
    return ((error.strerror if isinstance(error, OSError) else None) or str(error)).lower()
