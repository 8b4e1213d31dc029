"""The page of the command line, made of the declarations of the subcommands."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import click
from reference import NOTICE, table

from setupbatcher.cli.app import app

_STATUSES = (
    ("0", "all in scope is done; also where nothing was left to do, or the check had warnings alone"),
    ("1", "a machine in scope is not done, or the check found an error"),
    ("2", "nothing ran: wrong usage, a script that cannot be read or is not valid, markers that do not agree"),
    ("3", "another run has the script"),
    ("70", "an internal error; the message names a bundle for a report"),
    ("130, 143", "interrupted by a person, or by a signal"),
    ("*n*", "the script ended with `Stop n`"),
)


def command_line_page() -> str:
    """The page of the command line."""
    context = click.Context(app, info_name="setupbatcher")
    commands = [found for name in app.list_commands(context) if (found := app.get_command(context, name)) is not None]
    lines = [
        NOTICE,
        "# The command line\n",
        "`setupbatcher SCRIPT` is the same as `setupbatcher run SCRIPT`. Every command has `--help`.\n",
        "Standard output carries what was asked for; progress and messages go to standard error. Colours appear on a",
        "terminal only, and not where `NO_COLOR` is set.\n",
        *table(("Command", ""), [(f"[`{entry.name}`](#{entry.name})", _first_line(entry)) for entry in commands]),
    ]
    for entry in commands:
        lines += ["", *_command(entry)]
    lines += ["", "## Exit status", "", *table(("Status", "Meaning"), _STATUSES)]
    return "\n".join(lines) + "\n"


def _first_line(command: click.Command) -> str:
    return (command.help or "").strip().partition("\n")[0]


def _command(command: click.Command) -> Iterator[str]:
    yield from (f"## {command.name}", "")
    for paragraph in inspect.cleandoc(command.help or "").split("\n\n"):
        yield from (" ".join(paragraph.split()), "")
    options = [parameter for parameter in command.params if isinstance(parameter, click.Option)]
    arguments = [_argument(parameter) for parameter in command.params if isinstance(parameter, click.Argument)]
    words = [f"setupbatcher {command.name}", *(["[OPTIONS]"] if options else []), *arguments]
    yield from ("```text", " ".join(words), "```")
    if options:
        yield ""
        yield from table(("Option", ""), [(_names(option), option.help or "") for option in options])
    examples = getattr(command, "examples", ())
    if examples:
        yield from ("", "```text", *examples, "```")


def _argument(argument: click.Argument) -> str:
    """An argument as the usage line has it."""
    text = argument.metavar or (argument.name or "").upper()
    if isinstance(argument.type, click.Choice):
        text = "|".join(map(str, argument.type.choices))
    return text if argument.required else f"[{text}]"


def _names(option: click.Option) -> str:
    value = _value(option)
    return ", ".join(f"`{name}{f' {value}' if value and name.startswith('--') else ''}`" for name in option.opts)


def _value(option: click.Option) -> str:
    """What stands behind the option's name; empty for a switch."""
    if option.is_flag or option.count:
        return ""
    if option.metavar:
        return option.metavar
    if isinstance(option.type, click.Choice):
        return "|".join(map(str, option.type.choices))
    return option.type.name.upper()
