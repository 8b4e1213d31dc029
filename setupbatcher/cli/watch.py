"""``setupbatcher watch``: live status of a script."""

from __future__ import annotations

from pathlib import Path

import click

from setupbatcher.cli.declare import SCRIPT, declare, set_option


@declare("watch", "setupbatcher watch setup.txt", "setupbatcher watch --run setup.txt")
@click.argument("script", type=SCRIPT)
@click.option("--run", "runs", is_flag=True, help="Run the script, or go on, after each saved change without an error.")
@set_option
def command(script: Path, *, runs: bool, given: dict[str, str]) -> int:
    """Show how far a script is, and follow it.

    It shows what runs and people do to the script, and what the check finds in it. `q` or Ctrl-C ends it. On a pipe
    each change is one line.
    """
    from setupbatcher.cli.watching import watch  # noqa: PLC0415 -- the help does without

    return watch(script, given, runs=runs)
