"""What the declarations of subcommands share: the example in the help, and common options."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

Function = Callable[..., Any]

_NAME = re.compile(r"[^\W\d_][\w.]*")

SCRIPT = click.Path(path_type=Path)
"""A script's name. Whether it can be read is found out by whoever reads it, and reported as SB801."""


class ExampleCommand(click.Command):
    """A command whose help ends with examples.

    Args:
        examples: command lines as they are typed.
    """

    def __init__(self, *args: Any, examples: Sequence[str] = (), **kwargs: Any) -> None:  # noqa: ANN401 -- click's
        super().__init__(*args, **kwargs)
        self.examples = examples

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The examples, never wrapped."""
        del ctx
        with formatter.section("Example" if len(self.examples) == 1 else "Examples"):
            for line in self.examples:
                formatter.write(f"{'':>{formatter.current_indent}}{line}\n")


def declare(name: str, *examples: str) -> Callable[[Function], click.Command]:
    """Declare a subcommand with examples of its use."""
    return click.command(name, cls=ExampleCommand, examples=examples)


def _assignments(ctx: click.Context, parameter: click.Parameter, values: Sequence[str]) -> dict[str, str]:
    given: dict[str, str] = {}
    for value in values:
        name, equals, text = value.partition("=")
        if not equals or not _NAME.fullmatch(name):
            message = f"`{value}` is not NAME=VALUE; a name is a letter, then letters, digits, `_` or `.`"
            raise click.BadParameter(message, ctx, parameter)
        given[name] = text
    return given


def set_option(function: Function) -> Function:
    """``--set NAME=VALUE``, any number of times."""
    return click.option(
        "--set",
        "given",
        metavar="NAME=VALUE",
        multiple=True,
        callback=_assignments,
        help="Give a variable a value; any number of times.",
    )(function)
