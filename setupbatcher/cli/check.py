"""``setupbatcher check``: the basic syntax check. What it finds was asked for and goes to standard output."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from setupbatcher.cli.declare import SCRIPT, declare, set_option
from setupbatcher.cli.screen import say, show

if TYPE_CHECKING:
    from setupbatcher.diagnostics.model import Diagnostic
    from setupbatcher.run import Checked
    from setupbatcher.text import SourceText

_ERRORS = 1
_UNREADABLE = 2
_LOCKED = 3


@declare(
    "check",
    "setupbatcher check setup.txt",
    "setupbatcher check --fix setup.txt",
    "setupbatcher check --format json scripts/*.txt",
)
@click.argument("scripts", metavar="SCRIPT...", nargs=-1, required=True, type=SCRIPT)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "concise", "json"]),
    default="text",
    help="For people, for editors (one line each), or for programs.",
)
@click.option("--fix", is_flag=True, help="Mend what is safe to mend.")
@click.option("--diff", is_flag=True, help="Show what --fix would change, and change nothing.")
@set_option
def command(scripts: tuple[Path, ...], *, form: str, fix: bool, diff: bool, given: dict[str, str]) -> int:
    """Find every mistake in scripts before anything runs."""
    return max(_one(path, form=form, fix=fix, diff=diff, given=given) for path in scripts)


def _one(path: Path, *, form: str, fix: bool, diff: bool, given: dict[str, str]) -> int:
    from setupbatcher import run  # noqa: PLC0415 -- the help does without

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


def _diff(path: Path, given: dict[str, str]) -> int:
    from setupbatcher import run  # noqa: PLC0415 -- as in _one
    from setupbatcher.cli.difference import difference  # noqa: PLC0415 -- only where it is asked for

    checked, mended = run.mended(path, given)
    sys.stdout.write(difference(checked.document.text, mended, str(path)))
    return _status(checked)


def _report(findings: list[Diagnostic], source: SourceText | None, path: Path, form: str) -> None:
    """Findings in the form asked for."""
    if form == "text":
        show(findings, source, path, sys.stdout)
    elif form == "concise":
        from setupbatcher.diagnostics.concise import concise  # noqa: PLC0415 -- of three forms one is needed

        sys.stdout.write(concise(findings, source, str(path)))
    else:
        from setupbatcher.diagnostics.as_json import as_json  # noqa: PLC0415 -- as above

        sys.stdout.write(as_json(findings, source, str(path)))


def _conclude(checked: Checked, path: Path, mended: int) -> None:
    """One line for the person who looks on."""
    from setupbatcher.diagnostics.order import summary  # noqa: PLC0415 -- the help does without
    from setupbatcher.diagnostics.phrases import count  # noqa: PLC0415 -- as above

    found = summary(checked.findings) if checked.findings else "Basic syntax check OK."
    fixed = f"{count(mended, 'finding')} mended; " if mended else ""
    sys.stdout.flush()
    say(f"{path}: {fixed}{found}")


def _status(checked: Checked) -> int:
    return _ERRORS if checked.has_errors else 0
