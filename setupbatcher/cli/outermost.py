"""The outermost layer: every way a call can end becomes an exit status; no traceback reaches a user."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence

from setupbatcher.cli.screen import complain
from setupbatcher.cli.short import COMPLETION, short

INTERRUPTED = 130
INTERNAL_ERROR = 70
USAGE = 2


def outermost(arguments: Sequence[str]) -> int:
    """Carry out a command line.

    Args:
        arguments: without the program's name.

    Returns:
        The exit status of ``cli.md``.
    """
    _keep_output_sound()
    try:
        return _flushed(lambda: _call(arguments))
    except KeyboardInterrupt:
        complain("interrupted")
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 -- that is what this layer is for
        return _internal(error, arguments)


def _call(arguments: Sequence[str]) -> int:
    status = short(arguments)
    if status is not None:
        return status
    import click  # noqa: PLC0415 -- what it costs is a large part of a start

    from setupbatcher.cli.app import app  # noqa: PLC0415 -- as above

    if os.environ.get(COMPLETION, "").startswith("powershell"):
        from setupbatcher.cli import powershell  # noqa: PLC0415 -- for its users only

        powershell.register()
    try:
        status = app.main(args=list(arguments), prog_name="setupbatcher", standalone_mode=False)
    except click.ClickException as error:
        _usage(error)
        return USAGE
    except click.Abort:
        complain("interrupted")
        return INTERRUPTED
    return status if isinstance(status, int) else 0


def _usage(error: object) -> None:
    """A wrong call, in the shape of every other error."""
    import click  # noqa: PLC0415 -- as in _call

    assert isinstance(error, click.ClickException)
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        sys.stderr.write(f"{error.format_message()}\n")
        return
    message = error.format_message().rstrip(".")
    advice = getattr(error, "advice", None)
    if advice is None and isinstance(error, click.UsageError) and error.ctx is not None:
        advice = f"see `{error.ctx.command_path} --help`"
    complain(message[:1].lower() + message[1:], advice)


def _flushed(call: Callable[[], int]) -> int:
    """Nobody who closes the other end of a pipe is told about it."""
    try:
        try:
            return call()
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _keep_output_sound() -> None:
    """Characters that the terminal's encoding lacks are shown as escapes instead of ending the program."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def _internal(error: Exception, arguments: Sequence[str]) -> int:
    from setupbatcher.cli.bundle import write_bundle  # noqa: PLC0415 -- hardly ever needed

    try:
        place = write_bundle(arguments, error=error)
    except OSError as failed:
        complain(f"internal error: {type(error).__name__}; no support bundle could be written: {failed.strerror}")
    else:
        complain(
            f"internal error: {type(error).__name__}; the script shows what was done",
            f"please report it with the support bundle `{place}`; it holds no secrets, but look at it first",
        )
    return INTERNAL_ERROR
