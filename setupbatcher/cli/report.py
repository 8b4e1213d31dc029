"""``setupbatcher report``: the page of a script's last run."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from setupbatcher.cli.declare import SCRIPT, declare
from setupbatcher.cli.run_options import FILE, spare_the_script
from setupbatcher.cli.screen import say, show

_FAILED = 1
_UNREADABLE = 2


@declare("report", "setupbatcher report setup.txt --html setup.html")
@click.argument("script", type=SCRIPT)
@click.option("--html", type=FILE, metavar="FILE", help="Write one page with machines, times, errors and their output.")
@click.option("--junit", type=FILE, metavar="FILE", help="Write a JUnit file for build servers.")
def command(script: Path, *, html: str | None, junit: str | None) -> int:
    """Write the page of a script's last run.

    What this user's last run of the script did is kept in the user's state folder. Of other runs, and of one that was
    killed, the page tells what the markers say.
    """
    if not html and not junit:
        message = "say which file to write"
        raise click.UsageError(message, click.get_current_context())
    for name in filter(None, (html, junit)):
        spare_the_script(script, name)

    from setupbatcher.cli.filing import Filing  # noqa: PLC0415 -- the help does without
    from setupbatcher.markers.reading import ScriptError  # noqa: PLC0415 -- as above
    from setupbatcher.reports.last import last_run  # noqa: PLC0415 -- as above

    try:
        sheet = last_run(script)
    except ScriptError as error:
        show([error.diagnostic], None, script, sys.stderr)
        return _UNREADABLE
    if not Filing(junit, html).write(sheet):
        return _FAILED
    for remark in sheet.remarks:
        say(remark)
    return 0
