"""What a job does beside holding conditions: on this machine, or, for a dry run, in words only."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Protocol

from setupbatcher.errors import Failure
from setupbatcher.updatejob.events import AppClosed, BalloonShown, Executed, Tell, Waiting, Warned, Would
from setupbatcher.updatejob.model import Action, Balloon, CloseApp, Job
from setupbatcher.updatejob.places import Places


class Hands(Protocol):
    """Do what a job says."""

    async def wait(self, milliseconds: int) -> None:
        """Stand still."""

    async def close(self, application: CloseApp) -> None:
        """Close an application."""

    async def show(self, balloon: Balloon) -> None:
        """Show a notification in place of the last one."""

    async def change_files(self, job: Job) -> None:
        """Do what the job's objects say, as a whole or not at all."""

    async def execute(self, text: str) -> None:
        """Start a program or open a document."""

    async def finish(self) -> None:
        """Take the notification away."""


class RealHands:
    """Does it.

    Args:
        places: find the paths.
        journal: of the transactions.
        tell: is told what happens.
    """

    def __init__(self, places: Places, journal: Path, tell: Tell) -> None:
        from setupbatcher.updatejob.desktop.balloons import Balloons  # noqa: PLC0415 -- a dry run has no desktop

        self._places = places
        self._journal = journal
        self._tell = tell
        self._balloons = Balloons()

    async def wait(self, milliseconds: int) -> None:
        """Stand still."""
        self._tell(Waiting(milliseconds))
        await asyncio.sleep(milliseconds / 1000)

    async def close(self, application: CloseApp) -> None:
        """Ask it to close, and wait for that.

        Raises:
            Failure: it could not be asked, and that fails the job.
        """
        from setupbatcher.updatejob.desktop.closing import close_windows  # noqa: PLC0415 -- as above

        try:
            closed = await close_windows(application)
        except Failure as failure:
            if application.fail_job:
                raise
            self._tell(Warned(failure.message, failure.help))
            return
        for warning in closed.warnings:
            self._tell(Warned(warning))
        if closed.windows or not closed.warnings:
            self._tell(AppClosed(described(application), closed.windows, closed.ended))

    async def show(self, balloon: Balloon) -> None:
        """Show it on the desktop; where there is none, whoever listens has its text."""
        shown = await self._balloons.show(balloon)
        self._tell(BalloonShown(balloon.title, balloon.description, shown))

    async def change_files(self, job: Job) -> None:
        """One transaction for all objects."""
        from setupbatcher.updatejob.objects import carry_out  # noqa: PLC0415 -- many jobs have none

        await carry_out(job.objects, self._places, self._journal, rollback=job.rollback, tell=self._tell)

    async def execute(self, text: str) -> None:
        """Start or open it; nobody waits for its end."""
        from setupbatcher.updatejob.desktop.launching import launch  # noqa: PLC0415 -- as above

        warning = await launch(text, self._places)
        self._tell(Warned(warning) if warning else Executed(text))

    async def finish(self) -> None:
        """Take the notification away."""
        await self._balloons.close()


class DryHands:
    """Says it.

    Args:
        tell: is told what would happen.
    """

    def __init__(self, tell: Tell) -> None:
        self._tell = tell

    async def wait(self, milliseconds: int) -> None:
        """Nobody waits."""
        self._tell(Would(f"wait {milliseconds} ms"))

    async def close(self, application: CloseApp) -> None:
        """Nothing is closed."""
        self._tell(Would(f"close {described(application)}"))

    async def show(self, balloon: Balloon) -> None:
        """Nothing is shown."""
        self._tell(Would(f"show the notification `{balloon.title}`"))

    async def change_files(self, job: Job) -> None:
        """Nothing is changed."""
        for each in job.objects:
            target = "" if each.action is Action.DELETE else f" to `{each.target}`"
            self._tell(Would(f"{each.action.value} `{each.source}`{target}"))

    async def execute(self, text: str) -> None:
        """Nothing is started."""
        self._tell(Would(f"execute `{text}`"))

    async def finish(self) -> None:
        """There is nothing to take away."""


def described(application: CloseApp) -> str:
    """What a message calls an application that is to be closed."""
    parts = [f"class `{application.window_class}`"] * bool(application.window_class)
    parts += [f"window `{application.window}`"] * bool(application.window)
    return ", ".join(parts)
