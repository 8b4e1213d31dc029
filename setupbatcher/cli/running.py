"""Carries a run out: its reports, the signals, the keyboard and the questions around one call."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TextIO

from setupbatcher.cli.bundle import Subject, write_bundle
from setupbatcher.cli.interruption import Interruption
from setupbatcher.cli.questions import TerminalQuestions
from setupbatcher.cli.screen import complain, is_terminal, say, wants_colour, width
from setupbatcher.cli.terminal import Terminal
from setupbatcher.reports.console import Console, Manner
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
        person: somebody is there to be asked.
        resume: the command line that goes on.
    """

    quiet: bool
    verbose: bool
    log: str | None
    json: str | None
    person: bool
    resume: str


def carry_out(script: Path, options: Options, wishes: Wishes) -> int:
    """Run a script.

    Returns:
        The exit status.
    """
    with contextlib.ExitStack() as stack:
        try:
            log = stack.enter_context(_opened(wishes.log, "a"))
            json = stack.enter_context(_opened(wishes.json, "w"))
        except OSError as error:
            complain(f"`{error.filename}` cannot be written: {(error.strerror or str(error)).lower()}")
            return _USAGE
        return asyncio.run(_carry_out(script, options, wishes, log, json))


@contextlib.contextmanager
def _opened(name: str | None, mode: Literal["a", "w"]) -> Iterator[TextIO | None]:
    if name is None:
        yield None
    elif name == "-":
        yield sys.stdout
    else:
        with Path(name).open(mode, encoding="utf-8", errors="backslashreplace", newline="\n") as file:
            yield file


async def _carry_out(script: Path, options: Options, wishes: Wishes, log: TextIO | None, json: TextIO | None) -> int:
    console = _console(script, wishes)
    reports = Several([console, *_reports(script, log, json)], _lost)
    terminal: Terminal | None = None
    interruption = Interruption(lambda: terminal is not None and terminal.abort(), say)
    questions = None
    if is_terminal(sys.stdin):
        terminal = Terminal(sys.stdin, interruption.key)
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


def _console(script: Path, wishes: Wishes) -> Console:
    terminal = is_terminal(sys.stderr)
    manner = Manner(
        progress=(terminal or wishes.verbose) and not wishes.quiet,
        output=wishes.verbose,
        quiet=wishes.quiet,
        colour=wants_colour(sys.stderr),
        width=width(sys.stderr),
    )
    return Console(sys.stderr, sys.stdout, script=str(script), resume=wishes.resume, manner=manner)


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


def _lost(report: Report, error: OSError) -> None:
    """A report that cannot be written any more; a pipe that its reader closed is no news."""
    if isinstance(error, BrokenPipeError):
        return
    with contextlib.suppress(OSError):
        name = {"JsonLines": "--json", "TextLog": "--log"}.get(type(report).__name__, "the report")
        complain(f"{name} cannot be written any more: {(error.strerror or str(error)).lower()}; the run goes on")
