"""Follows a script on a terminal or a pipe, as :mod:`setupbatcher.cli.watch` was asked to."""

from __future__ import annotations

import asyncio
import contextlib
import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from setupbatcher import events
from setupbatcher.cli.interruption import PERSON, SIGNAL, Interruption
from setupbatcher.cli.running import Wishes, carry_out
from setupbatcher.cli.screen import can_draw, is_terminal, show
from setupbatcher.cli.terminal import Terminal
from setupbatcher.diagnostics.concise import concise
from setupbatcher.diagnostics.model import Diagnostic
from setupbatcher.engine import notices
from setupbatcher.reports.fitting import fit
from setupbatcher.reports.follow import PAUSE, Follower, News
from setupbatcher.reports.painting import Paint, paint
from setupbatcher.reports.phrases import now
from setupbatcher.reports.region import Region
from setupbatcher.reports.table import View, summary, table
from setupbatcher.run import InFlightPolicy, Options
from setupbatcher.script.document import Document

_UNREADABLE = 2
_CALM = 1.0
"""Seconds between two lines on a pipe."""
_MOST_FINDINGS = 6
_LEAST_ROWS = 3


def watch(script: Path, given: Mapping[str, str], *, runs: bool) -> int:
    """Follow a script until somebody ends that.

    Args:
        script: its path.
        given: names set with ``--set``.
        runs: run it after each saved change that leaves no error.

    Returns:
        The exit status.
    """
    follower = Follower(script, given)
    follower.poll()
    if follower.news.progress is None:
        show(follower.news.findings, None, script, sys.stderr)
        return _UNREADABLE
    watching = _Watching(script, follower, runs=runs)
    while True:
        ended = asyncio.run(watching.follow())
        if ended is not None:
            return ended
        edits = _Edits()
        status = carry_out(script, _options(given), _wishes(script, given), [edits])
        follower.settle()
        if status in {PERSON, SIGNAL}:
            return status
        # What somebody has saved during the run counts from the next one on.
        follower.saved = edits.met


class _Edits:
    """Hears of edits during a run."""

    def __init__(self) -> None:
        self.met = False

    def __call__(self, event: events.Event) -> None:
        self.met = self.met or event == notices.edited()

    def refused(self, findings: Sequence[Diagnostic], document: Document | None) -> None:
        """Nothing ran; the person has seen why."""


class _Watching:
    """The display, and what ends it.

    Args:
        script: its path.
        follower: looks at it.
        runs: a saved change without an error ends the display, so that the script is run.
    """

    def __init__(self, script: Path, follower: Follower, *, runs: bool) -> None:
        self._script = script
        self._follower = follower
        self._runs = runs
        self._region = Region(sys.stdout)
        self._drawn = can_draw(sys.stdout)
        self._told = ""
        self._findings: list[str] = []

    async def follow(self) -> int | None:
        """Show what changes; returns the exit status, or ``None`` where the script is to be run."""
        stop: asyncio.Future[int] = asyncio.get_running_loop().create_future()

        def end(status: int) -> None:
            if not stop.done():
                stop.set_result(status)

        interruption = Interruption(lambda: False, lambda _: None)
        task = asyncio.current_task()
        assert task is not None
        interruption.attach(end, task)
        keyboard = (
            Terminal(sys.stdin, lambda: end(0), self._region.forget, also="q") if is_terminal(sys.stdin) else None
        )
        with keyboard.watched() if keyboard else contextlib.nullcontext(), interruption.handled():
            self._show(self._follower.news)
            while not stop.done():
                await asyncio.wait({stop}, timeout=PAUSE if self._drawn else _CALM)
                if await asyncio.to_thread(self._follower.poll):
                    self._show(self._follower.news)
                elif self._runs and self._follower.saved and not self._follower.news.has_errors:
                    self._follower.saved = False
                    self._region.clear()
                    return None
                elif self._drawn:
                    self._draw(self._follower.news)
        self._region.forget()
        return stop.result()

    def _show(self, news: News) -> None:
        if self._drawn:
            self._draw(news)
            return
        findings = self._lines(news)
        told = summary(news.progress) if news.progress is not None else self._told
        stamp = now().strftime("%H:%M:%S")
        lines = [f"{stamp}  {told}"] if told != self._told else []
        lines += [line for line in findings if line not in self._findings]
        lines += [f"{stamp}  mended: {line}" for line in self._findings if line not in findings]
        self._told, self._findings = told, findings
        sys.stdout.write("".join(f"{line}\n" for line in lines))
        sys.stdout.flush()

    def _draw(self, news: News) -> None:
        columns, lines = self._region.size
        findings = self._lines(news)
        shown = findings if len(findings) <= _MOST_FINDINGS else findings[: _MOST_FINDINGS - 1]
        told = [paint(fit(line, columns), Paint.WARNING, colour=True) for line in shown]
        told += [f"… and {len(findings) - len(shown)} more findings"] if len(shown) < len(findings) else []
        room = max(_LEAST_ROWS, lines - len(told) - 7)
        view = View(rows=room, columns=columns, colour=True)
        whole = table(news.progress, str(self._script), view) if news.progress is not None else []
        hint = "q ends; each saved change without an error is run" if self._runs else "q ends"
        foot = paint(fit(f"{now():%H:%M:%S}  {hint}", columns), Paint.FAINT, colour=True)
        self._region.draw([*[*whole, *told][: lines - 1], foot])

    def _lines(self, news: News) -> list[str]:
        source = news.document.source if news.document is not None else None
        return concise(news.findings, source, str(self._script)).splitlines()


def _options(given: Mapping[str, str]) -> Options:
    person = is_terminal(sys.stdin) and is_terminal(sys.stderr)
    return Options(given=given, asks=person, in_flight=InFlightPolicy.ASK if person else InFlightPolicy.RERUN)


def _wishes(script: Path, given: Mapping[str, str]) -> Wishes:
    words = [shlex.join(["setupbatcher", "run", str(script)]), *(f"--set {name}=…" for name in given)]
    person = is_terminal(sys.stdin) and is_terminal(sys.stderr)
    return Wishes(
        quiet=False, verbose=False, log=None, json=None, junit=None, html=None, person=person, resume=" ".join(words)
    )
