"""``setupbatcher explain``: what a code means and what to do."""

from __future__ import annotations

import sys

import click
from click.shell_completion import CompletionItem

from setupbatcher.cli.declare import declare
from setupbatcher.cli.screen import complain

_USAGE = 2


def _complete(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from setupbatcher.diagnostics.codes import all_codes  # noqa: PLC0415 -- for the shell only

    found = (entry for entry in all_codes() if entry.code.startswith(incomplete.upper()))
    return [CompletionItem(entry.code, help=entry.title) for entry in found]


@declare("explain", "setupbatcher explain SB301", "setupbatcher explain 1326")
@click.argument("code", shell_complete=_complete)
def command(code: str) -> int:
    """Say what a code means and what to do.

    CODE is that of a finding, such as SB301, or the number of an error at run time, such as 1326.
    """
    from setupbatcher.diagnostics.explain import explain  # noqa: PLC0415 -- the help does without

    text = explain(code)
    if text is None:
        complain(f"`{code}` is no code", "a code is SB and three digits, or the number of an error")
        return _USAGE
    sys.stdout.write(text)
    return 0
