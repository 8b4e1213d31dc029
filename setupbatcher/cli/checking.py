"""Checks scripts and reports what it finds, as :mod:`setupbatcher.cli.check` was asked to."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from setupbatcher import run
from setupbatcher.cli.screen import say, show

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from setupbatcher.diagnostics.model import Diagnostic
    from setupbatcher.run import Checked
    from setupbatcher.text import SourceText

_ERRORS = 1
_UNREADABLE = 2
_LOCKED = 3


def check_scripts(
    scripts: Sequence[Path],
    *,
    form: str = "text",
    fix: bool = False,
    diff: bool = False,
    given: Mapping[str, str] | None = None,
) -> int:
    """Check scripts.

    Args:
        scripts: their paths.
        form: ``text``, ``concise`` or ``json``.
        fix: mend what is safe to mend.
        diff: show what mending would change instead.
        given: names set with ``--set``.

    Returns:
        The exit status: the worst of all.
    """
    return max(_one(path, form=form, fix=fix, diff=diff, given=given or {}) for path in scripts)


def _one(path: Path, *, form: str, fix: bool, diff: bool, given: Mapping[str, str]) -> int:
    try:
        if diff:
            return _diff(path, given)
        checked, count = run.fix(path, given) if fix else (run.check(path, given), 0)
    except run.ScriptError as error:
        _report([error.diagnostic], None, path, form)
        return _LOCKED if error.locked else _UNREADABLE
    _report(checked.findings, checked.document.shown, path, form)
    _conclude(checked, path, count)
    return _status(checked)


def _diff(path: Path, given: Mapping[str, str]) -> int:
    from setupbatcher.cli.difference import difference  # noqa: PLC0415 -- only where it is asked for

    checked, mended = run.mended(path, given)
    sys.stdout.write(difference(checked.document.text, mended, str(path)))
    return _status(checked)


def _report(findings: list[Diagnostic], source: SourceText | None, path: Path, form: str) -> None:
    """Findings in the form asked for."""
    if form == "text":
        if not findings:
            return  # to import what renders findings takes longer than the check of a small script
        show(findings, source, path, sys.stdout)
    elif form == "concise":
        from setupbatcher.diagnostics.concise import concise  # noqa: PLC0415 -- of three forms one is needed

        sys.stdout.write(concise(findings, source, str(path)))
    else:
        from setupbatcher.diagnostics.as_json import as_json  # noqa: PLC0415 -- as above

        sys.stdout.write(as_json(findings, source, str(path)))


def _conclude(checked: Checked, path: Path, mended: int) -> None:
    """One line for the person who looks on."""
    from setupbatcher.diagnostics.order import summary  # noqa: PLC0415 -- only where something is said
    from setupbatcher.diagnostics.phrases import count  # noqa: PLC0415 -- as above

    found = summary(checked.findings) if checked.findings else "Basic syntax check OK."
    fixed = f"{count(mended, 'finding')} mended; " if mended else ""
    sys.stdout.flush()
    say(f"{path}: {fixed}{found}")


def _status(checked: Checked) -> int:
    return _ERRORS if checked.has_errors else 0
