"""``setupbatcher check``: the basic syntax check. What it finds was asked for and goes to standard output."""

from __future__ import annotations

from pathlib import Path

import click

from setupbatcher.cli.declare import SCRIPT, declare, set_option


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
    from setupbatcher.cli.checking import check_scripts  # noqa: PLC0415 -- the help does without

    return check_scripts(scripts, form=form, fix=fix, diff=diff, given=given)
