"""``setupbatcher remove-markers``: takes markers out of a script."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from setupbatcher.cli.declare import SCRIPT, declare
from setupbatcher.cli.screen import say, show

if TYPE_CHECKING:
    from setupbatcher.script.labels import SectionId

_UNREADABLE = 2
_LOCKED = 3


@declare(
    "remove-markers",
    "setupbatcher remove-markers setup.txt",
    "setupbatcher remove-markers setup.txt --machines 'EDU*' --dry-run",
    "setupbatcher remove-markers setup.txt --from 12",
)
@click.argument("script", type=SCRIPT)
@click.option("--failed", is_flag=True, help="Error marks only.")
@click.option("--machines", metavar="PATTERN", help="Only those of machines of these names, such as 'EDU*,WEB1'.")
@click.option("--section", metavar="NAME", help="Only those of one section, such as Data or 'Sub Cleanup'.")
@click.option(
    "--from",
    "line",
    type=click.IntRange(min=1),
    metavar="LINE",
    help="From this line of the file down to the end of its section.",
)
@click.option("--dry-run", is_flag=True, help="Show the difference, and change nothing.")
def command(
    script: Path, *, failed: bool, machines: str | None, section: str | None, line: int | None, dry_run: bool
) -> int:
    """Take markers out of a script: all of them, or those selected.

    What is not marked is run again. Without options a script that ran is as it was before.
    """
    if line is not None and (failed or machines is not None or section is not None):
        message = "--from goes with no other selection"
        raise click.UsageError(message, click.get_current_context())
    wanted = _section(section) if section is not None else None

    from setupbatcher import run  # noqa: PLC0415 -- the help does without
    from setupbatcher.cli.difference import difference  # noqa: PLC0415 -- as above
    from setupbatcher.engine.options import matcher  # noqa: PLC0415 -- as above

    try:
        selection = run.Selection(failed, matcher(machines), wanted, line)
        before, after = run.remove_markers(script, selection, dry_run=dry_run)
    except run.ScriptError as error:
        show([error.diagnostic], None, script, sys.stderr)
        return _LOCKED if error.locked else _UNREADABLE
    if dry_run:
        sys.stdout.write(difference(before, after, str(script)))
    elif before == after:
        say(f"{script}: no marker to remove")
    else:
        say(f"{script}: markers removed")
    return 0


def _section(name: str) -> SectionId:
    """The section of a label, with or without its brackets."""
    from setupbatcher.script.labels import find_labels  # noqa: PLC0415 -- only where a section is named

    labels = find_labels(f"[{name.strip().removeprefix('[').removesuffix(']')}]")
    section = labels[0].section if labels else None
    if section is None:
        message = f"`{name}` is no section; use such as `Batch`, `Data2` or `Sub NAME`"
        raise click.UsageError(message, click.get_current_context())
    return section
