"""The public face: load, check, run, status, remove markers. The command line does nothing but call these.

Example:
    >>> import asyncio
    >>> from pathlib import Path
    >>> from setupbatcher.run import Options, Run
    >>> status = asyncio.run(Run(Path("update.txt"), Options(limit="EDU*")).execute())  # doctest: +SKIP
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from setupbatcher.diagnostics.model import Diagnostic, Severity
from setupbatcher.markers.reading import ScriptError, current
from setupbatcher.script.document import Document

if TYPE_CHECKING:
    from setupbatcher.engine.conduct import Run
    from setupbatcher.engine.options import Options, Refused
    from setupbatcher.engine.questions import InFlightPolicy, OnError
    from setupbatcher.markers.clear import Selection
    from setupbatcher.markers.summary import Status

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


_LATE = {
    "InFlightPolicy": "engine.questions",
    "OnError": "engine.questions",
    "Options": "engine.options",
    "Refused": "engine.options",
    "Run": "engine.conduct",
    "Selection": "markers.clear",
    "Status": "markers.summary",
}
"""Names of this module that are loaded when they are asked for: a check needs neither events nor an event loop."""


def __getattr__(name: str) -> Any:  # noqa: ANN401 -- classes
    """A name of :data:`_LATE`."""
    if name in _LATE:
        return getattr(importlib.import_module(f"setupbatcher.{_LATE[name]}"), name)
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)


class Checked(NamedTuple):
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


def check(path: Path, given: Mapping[str, str] | None = None) -> Checked:
    """The basic syntax check of a script, every finding at once.

    Args:
        path: of the script.
        given: names set with ``--set``.

    Raises:
        ScriptError: it cannot be read or decoded.
    """
    from setupbatcher import checks  # noqa: PLC0415 -- other entries of this module do without

    document = current(path)
    return Checked(document, checks.check(document, given=given or ()))


def mended(path: Path, given: Mapping[str, str] | None = None) -> tuple[Checked, str]:
    """What :func:`fix` would make of a script: the script as it is, checked, and the text after the safe fixes.

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
    from setupbatcher.markers.custody import Custody  # noqa: PLC0415 -- as above

    custody = Custody(path)
    try:
        before = custody.book.current()
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


def status(path: Path) -> Status:
    """How far a script is, read from its markers and from the journal of a run that is on or has crashed.

    Raises:
        ScriptError: it cannot be read or decoded.
    """
    from setupbatcher.markers.custody import look  # noqa: PLC0415 -- as in check()
    from setupbatcher.markers.summary import summarize  # noqa: PLC0415 -- as above

    recovery = look(path)
    return summarize(recovery.book.current(), recovery.in_flight)


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
    from setupbatcher.markers import clear as clearing  # noqa: PLC0415 -- as in check()
    from setupbatcher.markers.custody import Custody  # noqa: PLC0415 -- as above

    selection = selection or clearing.Selection()
    if dry_run:
        document = current(path)
        return document.text, clearing.clear(document, selection)
    custody = Custody(path)
    document = custody.book.current()
    after = clearing.clear(document, selection)
    custody.begin(after, on_outside_edit=lambda: None).close()
    return document.text, after
