"""The pages of the reference, made of the catalogues: commands, settings, functions and filters."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence

from setupbatcher.commands.registry import Command, all_commands
from setupbatcher.hosts.secret_source import Secret
from setupbatcher.script import functions, settings
from setupbatcher.script.filters import FILTERS
from setupbatcher.script.functions import Function
from setupbatcher.script.reserved import SYSTEM
from setupbatcher.script.settings import Setting

NOTICE = "<!-- Written by docs/generate.py; change the catalogue instead. -->\n"

_AREAS = {
    "Data": "The rows of data sections, from table files and into them. What a command puts into a section is written "
    "into the script with the command's own `OK`.",
    "Files": "Files, folders and archives. Whatever is written is there as a whole or not at all, and what is already "
    "as asked is left alone.",
    "Flow": "The course of a script: loops, branches, subsections, variables, and talk with the person who runs it.",
    "Jobs": "Work that another file describes.",
    "Process": "Programs and shell lines, and the restart of a machine. The exit status of a program that fails is the "
    "error code of its row.",
    "Waiting": "Waiting until something is there, with an end. The row's error is 1460 when the time is over.",
}
_SYSTEM_MEANINGS = {
    "Machine": "name of the machine; without [Machines], of this one",
    "MachineRole": "the plain words of the machine's options, such as `standby`",
    "Platform": "column 2 of the machine's row",
    "Row": "line of the current data row, counted from 0",
    "LastErrorCode": "error code of the last command, 0 if it went well",
    "LastError": "message of the last command's error",
    "LastOutput": "what the last program wrote",
    "ScriptDir": "the script's folder",
    "ScriptName": "the script's file name",
    "Today": "the date, such as 2026-01-31",
    "Now": "date and time, such as 2026-01-31 09:05:00",
}
_FILTER_MEANINGS = {
    "upper": "capital letters",
    "lower": "small letters",
    "trim": "no blanks and line ends around it",
    "sh": "one word for `/bin/sh`",
    "cmd": "one argument for `cmd` of Windows",
    "ps": "one string for PowerShell",
    "json": "a JSON string, quotes included",
    "url": "a part of a URL",
}
_FILTERED = " it's 5 & more "


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """The lines of a table; a bar in a cell is escaped."""
    lines = ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in (head, *rows)]
    return [lines[0], "|" + "---|" * len(head), *lines[1:]]


def anchor(name: str) -> str:
    """The anchor of a heading, as it stands above it."""
    return name.lower().replace(".", "-")


# Commands


def command_pages() -> dict[str, str]:
    """A page for each area, and one that lists all commands."""
    by_area: dict[str, list[Command]] = {}
    for command in all_commands():
        by_area.setdefault(command.area, []).append(command)
    pages = {f"commands/{area.lower()}.md": _area_page(area, commands) for area, commands in by_area.items()}
    return {"commands/index.md": _command_list(by_area), **pages}


def _command_list(by_area: dict[str, list[Command]]) -> str:
    lines = [
        NOTICE,
        "# Commands\n",
        "`setupbatcher commands NAME` says on the terminal what these pages say. Parameters in brackets may be left",
        "out. A path on the *controller* is one on the machine that runs the script.",
    ]
    for area, commands in by_area.items():
        page = f"{area.lower()}.md"
        rows = [
            (f"[`{command.name}`]({page}#{anchor(command.name)})", _markdown(command.summary)) for command in commands
        ]
        lines += ["", f"## {area}", "", _AREAS[area], "", *table(("Command", ""), rows)]
    return "\n".join(lines) + "\n"


def _area_page(area: str, commands: Iterable[Command]) -> str:
    lines = [NOTICE, f"# Commands: {area}\n", f"{_AREAS[area]} [All commands](index.md)"]
    for command in commands:
        lines += ["", *_command(command)]
    return "\n".join(lines) + "\n"


def _command(command: Command) -> Iterator[str]:
    parts = docstring_parts(command.description)
    yield from (f'<a id="{anchor(command.name)}"></a>', "", f"## {command.name}", "", _markdown(command.summary), "")
    yield from ("```text", command.syntax, "```")
    if command.parameters:
        documented = dict(parts.arguments)
        yield ""
        yield from table(
            ("Parameter", "Kind", "Meaning"),
            [
                (f"`{parameter.name}`", parameter.kind.value, _markdown(documented.get(parameter.name, "")))
                for parameter in command.parameters
            ],
        )
    for paragraph in parts.prose:
        yield from ("", _markdown(paragraph))
    if parts.errors:
        yield from ("", f"Errors: {_markdown(parts.errors)}")
    if not _says_itself(command):
        yield from ("", "Example:", "", "```setupbatcher", command.example, "```")


def _says_itself(command: Command) -> bool:
    """An example that is nothing but the name shows nothing new."""
    return command.example == command.syntax


class DocstringParts:
    """A command's docstring below its first line.

    Args:
        text: the description of the declaration.

    Attributes:
        prose: paragraphs.
        arguments: name and meaning.
        errors: the paragraph of error codes, empty if there is none.
    """

    def __init__(self, text: str) -> None:
        self.prose: list[str] = []
        self.arguments: list[tuple[str, str]] = []
        self.errors = ""
        for block in re.split(r"\n\s*\n", text):
            head, _, body = block.partition("\n")
            if head == "Args:":
                self.arguments = list(_arguments(body))
            elif head == "Errors:":
                self.errors = " ".join(body.split())
            elif block.strip():
                self.prose.append(" ".join(block.split()))


def docstring_parts(text: str) -> DocstringParts:
    """Take a command's description apart."""
    return DocstringParts(text)


def _arguments(body: str) -> Iterator[tuple[str, str]]:
    body = textwrap.dedent(body)
    for entry in re.split(r"\n(?=\S)", body):
        name, _, text = entry.partition(":")
        yield name.strip(), " ".join(text.split())


def _markdown(text: str) -> str:
    return text.replace("``", "`")


# Settings


def settings_page() -> str:
    """The page of settings."""
    lines = [
        NOTICE,
        "# Settings\n",
        "Rows `Name=Value` of [Settings]. A name that begins with `BatchSettings.` or `Machines.` is a setting; every",
        "other name is an alias, which stands for its value as `%Name%`.\n",
        "```setupbatcher",
        "[Settings]",
        "BatchSettings.Delimiter=TAB",
        "BatchSettings.MarkerCol=4",
        "Machines.User=deploy",
        "Machines.Password=env:DEPLOY_PASSWORD",
        "Target=/srv/app",
        "",
        "[Batch]",
        "Dir.Create %Target%",
        "```\n",
        *table(("Setting", "Value", "Default", "Meaning"), map(_setting, settings.CATALOGUE)),
        "",
        "`BatchSettings.Delimiter2`, `BatchSettings.MarkerCol2` and so on are for [Data2] and so on; without one of",
        "its own, a further data section has the delimiter of [Data].\n",
        "The settings of machines hold for all of them; an option in a machine's row wins over its setting.\n",
        "A password is never written in a script. `env:NAME` takes it from the environment, `keyring:SERVICE/USER`",
        "from the key store of the desktop (with the extra `keyring`), and `prompt:` asks for it on the terminal.",
    ]
    return "\n".join(lines) + "\n"


def _setting(setting: Setting) -> tuple[str, str, str, str]:
    return f"`{setting.name}`", _value(setting), _default(setting.default), setting.meaning


def _value(setting: Setting) -> str:
    """What a setting takes, in the words of its own error message."""
    try:
        value = setting.parse("\0\0")
    except ValueError as error:
        return str(error).removeprefix("it is ").removeprefix("a ")
    if isinstance(value, Secret):
        return "`env:NAME`, `keyring:SERVICE/USER` or `prompt:`"
    return "text"


def _default(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "`Yes`" if value else "`No`"
    return f"`{value}`"


# Functions, filters, variables


def functions_page() -> str:
    """The page of variables, filters and functions."""
    lines = [
        NOTICE,
        "# Variables, filters and functions\n",
        "`%Name%` in a row stands for a value. Case does not matter. `%%` is a percent sign. A row is split into",
        "parameters first and values are put in afterwards: a comma or a quote in a value never changes the row.\n",
        "Where a name has several values, the first of these counts: a column of the current data row, `Set`, `--set`",
        "on the command line, an alias of [Settings]. A name that nobody defines is an error of the check. Only in a",
        "raw line (`DOS`, `Local.DOS`) it is left to the shell.\n",
        "## Variables that are always there\n",
        *table(("Variable", "Value"), _variables()),
        "",
        "## Filters\n",
        "A filter changes a value: `%Name|upper%`. Several may follow each other. The examples are of the value",
        f"`{_FILTERED}`, with a blank at each end.\n",
        *table(("Filter", "Makes of it", "Example"), _filters()),
        "",
        "In a raw line each value of data, of a question or of a program's output needs the quoting filter of the",
        "shell that reads it. The check warns where it is missing.\n",
        "```setupbatcher",
        "DOS mkdir -p %Home|sh%/%col1|sh%",
        "```\n",
        "## Functions\n",
        "A function is its name directly followed by a parenthesis, within a parameter or a condition. Arguments are",
        "split at the comma. Arguments in brackets may be left out.\n",
        *table(("Function", "Value", "Example"), map(_function, functions.CATALOGUE)),
        "",
        "Paths are on the machine of the current run.",
    ]
    return "\n".join(lines) + "\n"


def _variables() -> Iterator[tuple[str, str]]:
    for name in SYSTEM:
        yield f"`%{name}%`", _SYSTEM_MEANINGS[name]
    yield "`%Env.NAME%`", "a variable of the controller's environment; empty if there is none"
    yield "`%col1%`, `%col2%` …", "the columns of the current data row, in a loop"


def _filters() -> Iterator[tuple[str, str, str]]:
    for name, change in FILTERS.items():
        yield f"`{name}`", _FILTER_MEANINGS[name], f"`{change(_FILTERED)}`"


def _function(function: Function) -> tuple[str, str, str]:
    names = list(function.parameters[: function.required])
    optional = "".join(f"[,{name}]" for name in function.parameters[function.required :])
    return f"`{function.name}({','.join(names)}{optional})`", function.meaning, f"`{function.example}`"
