"""``setupbatcher run``: options to one call; what happens meanwhile is in :mod:`setupbatcher.cli.running`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from setupbatcher.cli.declare import SCRIPT, declare, set_option
from setupbatcher.cli.screen import is_terminal

_FILE = click.Path(dir_okay=False)


@declare(
    "run",
    "setupbatcher run setup.txt",
    "setupbatcher run setup.txt --dry-run",
    "setupbatcher run setup.txt --limit 'EDU*' --set Version=2.1 --log setup.log",
)
@click.argument("script", type=SCRIPT)
@click.option("--restart", is_flag=True, help="Forget the markers and start at the beginning.")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@click.option("--limit", metavar="PATTERN", help="Only machines of these names, such as 'EDU*,WEB1'.")
@set_option
@click.option(
    "--on-error",
    type=click.Choice(["ask", "stop", "next-machine", "ignore"]),
    help="What becomes of an error; by default ask on a terminal, else stop.",
)
@click.option(
    "--in-flight",
    type=click.Choice(["rerun", "skip", "stop"]),
    help="What becomes of commands that were in flight when the last run died; by default ask on a terminal, "
    "else rerun.",
)
@click.option("--durable", is_flag=True, help="Wait for the disk at every marker.")
@click.option("-q", "--quiet", is_flag=True, help="Show errors only.")
@click.option("-v", "--verbose", is_flag=True, help="Show every command, and what it writes.")
@click.option("--log", type=_FILE, metavar="FILE", help="Append a log with time stamps, output included.")
@click.option(
    "--json", "json_file", type=_FILE, metavar="FILE", help="Write the events as JSON lines; `-` is standard output."
)
def command(  # noqa: PLR0913 -- the options of a run
    script: Path,
    *,
    restart: bool,
    dry_run: bool,
    limit: str | None,
    given: dict[str, str],
    on_error: str | None,
    in_flight: str | None,
    durable: bool,
    quiet: bool,
    verbose: bool,
    log: str | None,
    json_file: str | None,
) -> int:
    """Run a script, or go on where it stopped.

    The markers in the script say what is done. Escape or Ctrl-C ends the run after the command in flight.
    """
    if quiet and verbose:
        message = "-q and -v exclude each other"
        raise click.UsageError(message, click.get_current_context())
    for name in filter(None, (log, json_file)):
        _spare_the_script(script, name)

    from setupbatcher.cli.running import Wishes, carry_out  # noqa: PLC0415 -- the help does without
    from setupbatcher.run import InFlightPolicy, OnError, Options  # noqa: PLC0415 -- as above

    person = is_terminal(sys.stdin) and is_terminal(sys.stderr)
    options = Options(
        restart=restart,
        dry_run=dry_run,
        limit=limit,
        given=given,
        on_error=OnError(on_error or ("ask" if person else "stop")),
        in_flight=InFlightPolicy(in_flight or ("ask" if person else "rerun")),
        durable=durable,
    )
    resume = _resume(script, limit, given)
    wishes = Wishes(quiet=quiet, verbose=verbose, log=log, json=json_file, person=person, resume=resume)
    return carry_out(script, options, wishes)


def _spare_the_script(script: Path, name: str) -> None:
    """A report is never written over the script itself."""
    try:
        same = script.samefile(name)
    except OSError:
        return
    if same:
        message = f"`{name}` is the script; a report goes into another file"
        raise click.UsageError(message, click.get_current_context())


def _resume(script: Path, limit: str | None, given: dict[str, str]) -> str:
    """The command line that goes on; values are left out, since one may be a password."""
    import shlex  # noqa: PLC0415 -- the help does without

    words = ["setupbatcher", "run", str(script)]
    if limit is not None:
        words += ["--limit", limit]
    return " ".join([shlex.join(words), *(f"--set {name}=…" for name in given)])
