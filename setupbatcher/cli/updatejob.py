"""``setupbatcher updatejob``, also the program ``updatejob``: its parameters in every spelling."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import click

from setupbatcher.cli.declare import ExampleCommand

_USAGE = 2
_PARAMETER = re.compile(r"(?:/|--?)([A-Za-z][A-Za-z-]*)((?:[=:].*)?)", re.DOTALL)
_WITH_VALUE = frozenset({"--format", "--jobfile", "--json", "--log", "--runjob"})


class SlashCommand(ExampleCommand):
    """Takes ``/jobfile``, ``-JobFile`` and ``--JOBFILE`` for ``--jobfile``; with ``/silent`` a wrong call is too."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take the parameters in one spelling."""
        words = list(_spelled(args))
        silent = "--silent" in words
        try:
            return super().parse_args(ctx, words)
        except click.UsageError:
            if silent:
                ctx.exit(_USAGE)
            raise


def _spelled(args: Sequence[str]) -> Iterator[str]:
    """The parameters as they are declared; their values as they are."""
    words = iter(args)
    for word in words:
        name = _name(word)
        yield name
        if name in _WITH_VALUE:
            yield from islice(words, 1)


def _name(word: str) -> str:
    match = _PARAMETER.fullmatch(word)
    if word == "/?":
        return "--help"
    if match is None or word == "-h":
        return word
    return f"--{match[1].lower()}" + (f"={match[2][1:]}" if match[2] else "")


@click.command(
    "updatejob",
    cls=SlashCommand,
    examples=(
        "setupbatcher updatejob",
        "setupbatcher updatejob /jobfile C:\\Tool\\UpdateJob.xml /runjob update /silent",
        "setupbatcher updatejob --jobfile UpdateJob.xml --check",
    ),
)
@click.option(
    "--jobfile",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="The job file; by default UpdateJob.xml in the working folder, or beside the program.",
)
@click.option("--runjob", metavar="NAME", help="Only the jobs of this name.")
@click.option("--silent", is_flag=True, help="No message; the exit status, the log and the balloons still tell.")
@click.option("--workdir", is_flag=True, help="Relative paths start in the working folder, not in the job file's.")
@click.option("--check", is_flag=True, help="Find every mistake in the job file, and run nothing.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "concise", "json"]),
    default="text",
    help="With --check: for people, for editors (one line each), or for programs.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@click.option("--log", type=click.Path(dir_okay=False), metavar="FILE", help="Append a log with time stamps.")
@click.option(
    "--json",
    "json_file",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="Write the events as JSON lines; `-` is standard output.",
)
def command(
    *,
    jobfile: Path | None,
    runjob: str | None,
    silent: bool,
    workdir: bool,
    check: bool,
    form: str,
    dry_run: bool,
    log: str | None,
    json_file: str | None,
) -> int:
    """Carry out a job file: replace the files of an application that cannot do that itself.

    Each parameter can also be written as `/name` or `-name`, in any case.
    """
    if check:
        from setupbatcher.cli.jobfiles import check_job_file  # noqa: PLC0415 -- the help does without

        return check_job_file(jobfile, form=form, silent=silent)
    from setupbatcher.cli.updating import Wishes, update  # noqa: PLC0415 -- as above

    wishes = Wishes(
        runjob=runjob,
        silent=silent,
        base=Path.cwd() if workdir else None,
        dry_run=dry_run,
        log=log,
        json=json_file,
    )
    return update(jobfile, wishes)


def main() -> None:
    """The entry of the program ``updatejob``; ends the process."""
    from setupbatcher.cli.outermost import outermost  # noqa: PLC0415 -- an import of this module is not a start

    sys.exit(outermost(["updatejob", *sys.argv[1:]]))
