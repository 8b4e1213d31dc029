"""Programs and shell lines."""

from __future__ import annotations

from setupbatcher.commands.context import Context
from setupbatcher.commands.output import decode, last_output
from setupbatcher.commands.registry import Line, Outcome, Path, Rest, command
from setupbatcher.errors import Failure
from setupbatcher.hosts.base import Host, Result


@command("DOS", area="Process", example="DOS net use", does="run the shell line {line}")
async def dos(context: Context, line: Line) -> Outcome:
    """Run a line in the machine's shell.

    The line is taken verbatim and handed to ``/bin/sh``, or to ``cmd`` on Windows. It starts in the script's folder on
    this machine, in the user's home folder elsewhere, and cannot read input. What it starts in the background goes on.

    Args:
        line: shell text, up to the end of the row.

    Errors:
        The exit status of the line where it is not 0; 1460 past the time limit.
    """
    return await _shell(context, context.host, line)


@command(
    "Local.DOS",
    area="Process",
    example="Local.DOS tar -czf release.tgz release",
    does="run the shell line {line} on the controller",
    on_controller=True,
)
async def local_dos(context: Context, line: Line) -> Outcome:
    """Run a line in the shell of the controller, in the script's folder.

    Args:
        line: shell text, up to the end of the row.

    Errors:
        The exit status of the line where it is not 0; 1460 past the time limit.
    """
    return await _shell(context, context.controller, line)


@command("Run", area="Process", example="Run useradd,-m,%col1%", does="run {program} {arguments}")
async def run(context: Context, program: Path, arguments: Rest = ()) -> Outcome:
    """Run a program without a shell.

    The parameters reach the program as they are: blanks, quotes, ``$`` and ``*`` in a value mean nothing special.

    Args:
        program: path, or name that is looked up in PATH.
        arguments: one parameter each.

    Errors:
        The exit status of the program where it is not 0; 2 if there is no such program, 5 if it may not be run, 1460
        past the time limit.
    """
    return await _program(context, context.host, (program, *arguments))


@command(
    "Local.Run",
    area="Process",
    example="Local.Run ./make-release,%Machine%",
    does="run {program} {arguments} on the controller",
    on_controller=True,
)
async def local_run(context: Context, program: Path, arguments: Rest = ()) -> Outcome:
    """Run a program on the controller without a shell, in the script's folder.

    Args:
        program: path, or name that is looked up in PATH.
        arguments: one parameter each.

    Errors:
        As of ``Run``.
    """
    return await _program(context, context.controller, (program, *arguments))


async def _shell(context: Context, host: Host, line: str) -> Outcome:
    return _outcome(await host.shell(line, timeout=context.timeout, sink=context.talk.output))


async def _program(context: Context, host: Host, arguments: tuple[str, ...]) -> Outcome:
    return _outcome(await host.program(arguments, timeout=context.timeout, sink=context.talk.output))


def _outcome(result: Result) -> Outcome:
    output = last_output(result.output)
    if result.status == 0:
        return Outcome(output)
    last_words = decode(result.error).split("\n")
    reason = next((line.strip() for line in reversed(last_words) if line.strip()), "")
    message = f"exit status {result.status}" + (f": {reason}" if reason else "")
    raise Failure(result.status, message, program=True, output=output)
