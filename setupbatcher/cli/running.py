"""Carries a run out: its reports, the signals, the keyboard and the questions around one call."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TextIO

from setupbatcher.cli.bundle import Subject, write_bundle
from setupbatcher.cli.filing import Filing
from setupbatcher.cli.interruption import Interruption
from setupbatcher.cli.questions import TerminalQuestions
from setupbatcher.cli.screen import can_draw, complain, is_terminal, say, wants_colour, width
from setupbatcher.cli.terminal import Terminal
from setupbatcher.reports.console import Console, Manner
from setupbatcher.reports.record import Record
from setupbatcher.reports.region import Region
from setupbatcher.reports.several import Report, Several
from setupbatcher.run import Options, Refused, Run

_USAGE = 2


@dataclass(frozen=True)
class Wishes:
    """What a run is to tell, and to whom.

    Attributes:
        quiet: errors only.
        verbose: every command and its output.
        log: path of the log.
        json: path for the events; ``-`` is standard output.
        junit: path of the JUnit file.
        html: path of the page.
        person: somebody is there to be asked.
        resume: the command line that goes on.
    """

    quiet: bool
    verbose: bool
    log: str | None
    json: str | None
    junit: str | None
    html: str | None
    person: bool
    resume: str


def carry_out(script: Path, options: Options, wishes: Wishes, listeners: Sequence[Report] = ()) -> int:
    """Run a script.

    Args:
        script: its path.
        options: how it is run.
        wishes: what is told.
        listeners: told of everything, beside the reports that are wished for.

    Returns:
        The exit status.
    """
    record, filing = Record(str(script)), Filing(wishes.junit, wishes.html)
    with contextlib.ExitStack() as stack:
        try:
            log = stack.enter_context(_opened(wishes.log, "a"))
            json = stack.enter_context(_opened(wishes.json, "w"))
            filing.check()
        except OSError as error:
            complain(f"`{error.filename}` cannot be written: {(error.strerror or str(error)).lower()}")
            return _USAGE
        try:
            return asyncio.run(_carry_out(script, options, wishes, [record, *_reports(script, log, json), *listeners]))
        finally:
            filing.finish(script, record)


@contextlib.contextmanager
def _opened(name: str | None, mode: Literal["a", "w"]) -> Iterator[TextIO | None]:
    if name is None:
        yield None
    elif name == "-":
        yield sys.stdout
    else:
        with Path(name).open(mode, encoding="utf-8", errors="backslashreplace", newline="\n") as file:
            yield file


async def _carry_out(script: Path, options: Options, wishes: Wishes, others: list[Report]) -> int:
    screen = Region(sys.stderr)
    console = _console(script, wishes, screen)
    reports = Several([console, *others], lambda report, error: _lost(report, error, screen))
    terminal: Terminal | None = None
    interruption = Interruption(lambda: terminal is not None and terminal.abort(), lambda line: say(line, screen))
    questions = None
    if is_terminal(sys.stdin):
        terminal = Terminal(sys.stdin, interruption.key, screen.forget)
    if terminal is not None and wishes.person:
        questions = TerminalQuestions(
            terminal, sys.stderr, console, lambda: write_bundle(sys.argv[1:]), lambda: interruption.end(130)
        )
    run = Run(script, options, [reports], questions)
    with terminal.watched() if terminal is not None else contextlib.nullcontext(), interruption.handled():
        task = asyncio.create_task(run.execute())
        interruption.attach(run.interrupt, task)
        watch = asyncio.create_task(console.watch())
        try:
            return await task
        except Refused as refused:
            reports.refused(refused.findings, refused.document)
            return refused.status
        except asyncio.CancelledError:
            if interruption.status is None:
                raise
            return interruption.status
        finally:
            watch.cancel()
            console.close()


def _console(script: Path, wishes: Wishes, screen: Region) -> Console:
    terminal = is_terminal(sys.stderr)
    beside = wishes.json == "-" and is_terminal(sys.stdout)
    manner = Manner(
        progress=(terminal or wishes.verbose) and not wishes.quiet,
        output=wishes.verbose,
        quiet=wishes.quiet,
        live=can_draw(sys.stderr) and not (wishes.quiet or wishes.verbose or beside),
        colour=wants_colour(sys.stderr),
        width=width(sys.stderr),
    )
    return Console(screen, sys.stdout, script=str(script), resume=wishes.resume, manner=manner)


def _reports(script: Path, log: TextIO | None, json: TextIO | None) -> list[Report]:
    """The reports beside the console; the last events are always kept, for a support bundle."""
    from setupbatcher.reports.recent import Recent  # noqa: PLC0415 -- beside the others of its kind

    recent = Recent(str(script))
    Subject.script, Subject.log = script, recent.text
    reports: list[Report] = [recent]
    if log is not None:
        from setupbatcher.reports.textlog import TextLog  # noqa: PLC0415 -- only where it is asked for

        reports.append(TextLog(log, str(script)))
    if json is not None:
        from setupbatcher.reports.jsonl import JsonLines  # noqa: PLC0415 -- as above

        reports.append(JsonLines(json, str(script)))
    return reports


def _lost(report: Report, error: OSError, screen: Region) -> None:
    """A report that cannot be written any more; a pipe that its reader closed is no news."""
    if isinstance(error, BrokenPipeError):
        return
    with contextlib.suppress(OSError):
        name = {"JsonLines": "--json", "TextLog": "--log"}.get(type(report).__name__, "the report")
        reason = (error.strerror or str(error)).lower()
        complain(f"{name} cannot be written any more: {reason}; the run goes on", stream=screen)
