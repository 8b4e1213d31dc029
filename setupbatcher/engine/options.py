"""How to run a script, and the refusal to."""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from setupbatcher.diagnostics.model import Diagnostic
from setupbatcher.engine.questions import InFlightPolicy, OnError
from setupbatcher.script.document import Document


@dataclass(frozen=True)
class Options:
    """How to run a script (``cli.md``).

    Attributes:
        restart: remove markers before anything reads them.
        dry_run: say what would be done, and do nothing.
        limit: patterns of machine names, separated by commas; ``None`` for all.
        given: values of ``--set``, by name.
        parallel: machines worked on at once; by default what the script says.
        undo: run [Undo].
        on_error: what becomes of an error, where it was said.
        asks: somebody is there to be asked.
        in_flight: what becomes of commands that were in flight when an earlier run died.
        durable: wait for the disk at every marker.
    """

    restart: bool = False
    dry_run: bool = False
    limit: str | None = None
    given: Mapping[str, str] = field(default_factory=dict)
    parallel: int | None = None
    undo: bool = False
    on_error: OnError | None = None
    asks: bool = False
    in_flight: InFlightPolicy = InFlightPolicy.RERUN
    durable: bool = False

    def machines_at_once(self, document: Document) -> int:
        """How many machines are worked on at the same time; a dry run tells of one after another."""
        if self.dry_run or not document.has_machines:
            return 1
        wanted: int = self.parallel or document.settings.get("BatchSettings.Parallel")
        return wanted

    def error_policy(self, document: Document) -> OnError:
        """What becomes of an error. A script that says how many machines may fail wants the others worked on."""
        if self.on_error is not None:
            return self.on_error
        if document.settings.get("BatchSettings.MaxFailed") is not None and document.has_machines:
            return OnError.NEXT_MACHINE
        return OnError.ASK if self.asks else OnError.STOP


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


def matcher(limit: str | None) -> Callable[[str], bool] | None:
    """A test of machine names for ``--limit``: shell patterns, separated by commas, without regard to case."""
    if limit is None:
        return None
    patterns = [pattern.strip().lower().removeprefix("\\\\") for pattern in limit.split(",") if pattern.strip()]
    return lambda name: any(fnmatch.fnmatchcase(name.lower(), pattern) for pattern in patterns)
