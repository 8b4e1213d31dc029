"""``setupbatcher new``: a script to start from."""

from __future__ import annotations

import os
from pathlib import Path

import click

from setupbatcher.cli.declare import declare
from setupbatcher.cli.screen import complain, say

_USAGE = 2


@declare("new", "setupbatcher new setup.txt", "setupbatcher new accounts.txt --from accounts.csv")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--from", "table", metavar="TABLE", type=click.Path(path_type=Path), help="Make [Data] of a CSV file.")
def command(file: Path, table: Path | None) -> int:
    """Make a commented script to start from.

    It runs as it is, on this machine. A file that exists is never overwritten.
    """
    from setupbatcher.cli.starter import TableError, from_table, starter  # noqa: PLC0415 -- the help does without

    try:
        data = starter() if table is None else from_table(table.read_bytes(), table.name)
    except TableError as error:
        complain(f"`{table}` makes no [Data]: {error}")
        return _USAGE
    except OSError as error:
        complain(f"`{table}` cannot be read: {(error.strerror or str(error)).lower()}")
        return _USAGE
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    except FileExistsError:
        complain(f"`{file}` exists already", "choose another name, or remove it first")
        return _USAGE
    except OSError as error:
        complain(f"`{file}` cannot be written: {(error.strerror or str(error)).lower()}")
        return _USAGE
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(data)
    say(f"{file}: written; look at it, then: setupbatcher run {file} --dry-run")
    return 0
