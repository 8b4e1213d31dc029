"""Finds the default job file, and checks job files. Nothing is carried out here, so little is imported."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path

from setupbatcher.cli.screen import complain, say, show
from setupbatcher.updatejob.reading import read_job_file

DEFAULT_NAME = "UpdateJob.xml"

_USAGE = 2


def check_job_file(path: Path | None, *, form: str, silent: bool) -> int:
    """Check a job file; what is found goes to standard output.

    Args:
        path: of the job file; ``None`` for the default one.
        form: ``text``, ``concise`` or ``json``.
        silent: no word to the person.

    Returns:
        The exit status.
    """
    path = path or default_job_file()
    if path is None:
        return complain_of_none(silent=silent)
    parsed = read_job_file(path)
    if form == "concise":
        from setupbatcher.diagnostics.concise import concise  # noqa: PLC0415 -- of three forms one is needed

        sys.stdout.write(concise(parsed.findings, parsed.source, str(path)))
    elif form == "json":
        from setupbatcher.diagnostics.as_json import as_json  # noqa: PLC0415 -- as above

        sys.stdout.write(as_json(parsed.findings, parsed.source, str(path)))
    else:
        show(parsed.findings, parsed.source, path, sys.stdout)
    sys.stdout.flush()
    if not silent:
        from setupbatcher.diagnostics.order import summary  # noqa: PLC0415 -- as above

        say(f"{path}: {summary(parsed.findings) if parsed.findings else 'Job file OK.'}")
    return 0 if parsed.job_file is not None else _USAGE


def default_job_file() -> Path | None:
    """``UpdateJob.xml``, in any case, in the working folder or beside the program."""
    for folder in (Path(), Path(sys.argv[0]).resolve().parent):
        if (folder / DEFAULT_NAME).is_file():
            return folder / DEFAULT_NAME
        with contextlib.suppress(OSError):
            names = sorted(entry.name for entry in folder.iterdir() if entry.name.lower() == DEFAULT_NAME.lower())
            if names:
                return folder / names[0]
    return None


def complain_of_none(*, silent: bool) -> int:
    """Say that there is no default job file; returns the exit status."""
    if not silent:
        message = f"`{DEFAULT_NAME}` is neither in the working folder nor beside the program"
        complain(message, "name the job file with `/jobfile PATH`")
    return _USAGE
