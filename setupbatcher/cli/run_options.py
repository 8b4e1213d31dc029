"""The options of a run, and one call with them; what happens meanwhile is in :mod:`setupbatcher.cli.running`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import click

from setupbatcher.cli.declare import SCRIPT, Function, set_option
from setupbatcher.cli.screen import is_terminal

FILE = click.Path(dir_okay=False)
"""A file to write a report into."""


def run_options(*, restart: str) -> Callable[[Function], Function]:
    """The script and the options of ``run`` and ``undo``.

    Args:
        restart: what ``--restart`` does.
    """
    declarations = (
        click.argument("script", type=SCRIPT),
        click.option("--restart", is_flag=True, help=restart),
        click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing."),
        click.option("--limit", metavar="PATTERN", help="Only machines of these names, such as 'EDU*,WEB1'."),
        click.option(
            "--parallel",
            type=click.IntRange(1, 9999),
            metavar="N",
            help="Work on so many machines at once; by default what the script says.",
        ),
        set_option,
        click.option(
            "--on-error",
            type=click.Choice(["ask", "stop", "next-machine", "ignore"]),
            help="What becomes of an error; by default ask on a terminal, else stop; next-machine in a script with "
            "BatchSettings.MaxFailed.",
        ),
        click.option(
            "--in-flight",
            type=click.Choice(["rerun", "skip", "stop"]),
            help="What becomes of commands that were in flight when the last run died; by default ask on a terminal, "
            "else rerun.",
        ),
        click.option("--durable", is_flag=True, help="Wait for the disk at every marker."),
        click.option("-q", "--quiet", is_flag=True, help="Show errors only."),
        click.option("-v", "--verbose", is_flag=True, help="Show every command, and what it writes."),
        click.option("--log", type=FILE, metavar="FILE", help="Append a log with time stamps, output included."),
        click.option(
            "--json",
            "json_file",
            type=FILE,
            metavar="FILE",
            help="Write the events as JSON lines; `-` is standard output.",
        ),
        click.option("--junit", type=FILE, metavar="FILE", help="Write a JUnit file for build servers, at the end."),
        click.option(
            "--html", type=FILE, metavar="FILE", help="Write a page with machines, times and errors, at the end."
        ),
    )

    def declare(function: Function) -> Function:
        for declaration in reversed(declarations):
            function = declaration(function)
        return function

    return declare


def begin(  # noqa: D417, PLR0913 -- the options of a run, which tell themselves what they do
    script: Path,
    word: str,
    *,
    restart: bool,
    dry_run: bool,
    limit: str | None,
    parallel: int | None,
    given: dict[str, str],
    on_error: str | None,
    in_flight: str | None,
    durable: bool,
    quiet: bool,
    verbose: bool,
    log: str | None,
    json_file: str | None,
    junit: str | None,
    html: str | None,
) -> int:
    """Run or undo a script.

    Args:
        script: its path.
        word: ``run`` or ``undo``.
    """
    if quiet and verbose:
        message = "-q and -v exclude each other"
        raise click.UsageError(message, click.get_current_context())
    if dry_run and (junit or html):
        message = "--junit and --html tell what was done, and a dry run does nothing"
        raise click.UsageError(message, click.get_current_context())
    for name in filter(None, (log, json_file, junit, html)):
        spare_the_script(script, name)

    from setupbatcher.cli.running import Wishes, carry_out  # noqa: PLC0415 -- the help does without
    from setupbatcher.run import InFlightPolicy, OnError, Options  # noqa: PLC0415 -- as above

    person = is_terminal(sys.stdin) and is_terminal(sys.stderr)
    options = Options(
        restart=restart,
        dry_run=dry_run,
        limit=limit,
        given=given,
        parallel=parallel,
        undo=word == "undo",
        on_error=OnError(on_error) if on_error else None,
        asks=person,
        in_flight=InFlightPolicy(in_flight or ("ask" if person else "rerun")),
        durable=durable,
    )
    resume = _resume(script, word, limit, given, parallel)
    wishes = Wishes(
        quiet=quiet,
        verbose=verbose,
        log=log,
        json=json_file,
        junit=junit,
        html=html,
        person=person,
        resume=resume,
    )
    return carry_out(script, options, wishes)


def spare_the_script(script: Path, name: str) -> None:
    """A report is never written over the script itself."""
    try:
        same = script.samefile(name)
    except OSError:
        return
    if same:
        message = f"`{name}` is the script; a report goes into another file"
        raise click.UsageError(message, click.get_current_context())


def _resume(script: Path, word: str, limit: str | None, given: dict[str, str], parallel: int | None) -> str:
    """The command line that goes on; values are left out, since one may be a password."""
    import shlex  # noqa: PLC0415 -- the help does without

    words = ["setupbatcher", word, str(script)]
    if limit is not None:
        words += ["--limit", limit]
    if parallel is not None:
        words += ["--parallel", str(parallel)]
    return " ".join([shlex.join(words), *(f"--set {name}=…" for name in given)])
