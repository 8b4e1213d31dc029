"""``setupbatcher commands``: the reference of the language's commands, from their declarations."""

from __future__ import annotations

import sys
import textwrap
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from setupbatcher.cli.declare import declare
from setupbatcher.cli.screen import complain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from setupbatcher.commands.registry import Command

_USAGE = 2
_WIDTH = 100


def _complete(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from setupbatcher.commands.registry import all_commands  # noqa: PLC0415 -- for the shell only

    found = (entry for entry in all_commands() if entry.name.lower().startswith(incomplete.lower()))
    return [CompletionItem(entry.name, help=entry.summary) for entry in found]


@declare("commands", "setupbatcher commands", "setupbatcher commands File.Copy")
@click.argument("name", required=False, shell_complete=_complete)
def command(name: str | None) -> int:
    """List the commands of the language, or explain one."""
    from setupbatcher.commands.registry import all_commands, find, retired  # noqa: PLC0415 -- the help does without

    if name is None:
        sys.stdout.write(_list(all_commands()))
        return 0
    entry = find(name)
    if entry is not None:
        sys.stdout.write(_page(entry))
        return 0
    from setupbatcher.diagnostics.suggestions import hint  # noqa: PLC0415 -- only after a mistake

    names = [known.name for known in all_commands()]
    advice = retired(name) or hint(name, names, "`setupbatcher commands` lists all there are")
    complain(f"unknown command `{name}`", advice)
    return _USAGE


def _list(entries: list[Command]) -> str:
    """Every command under the heading of its area, with one line."""
    lines: list[str] = []
    area = None
    width = max(len(entry.name) for entry in entries)
    for entry in entries:
        if entry.area != area:
            lines += ["", entry.area]
            area = entry.area
        first = _plain(entry.summary).partition(". ")[0].removesuffix(".")
        summary = textwrap.shorten(first, _WIDTH - width - 4, placeholder=" …")
        lines.append(f"  {entry.name:{width}}  {summary}")
    return "\n".join(lines[1:]) + "\n"


def _page(entry: Command) -> str:
    blocks = [entry.syntax, _filled(entry.summary)]
    text, arguments, errors = _sections(entry.description)
    blocks += map(_filled, text)
    if arguments:
        width = max(len(parameter.name) for parameter in entry.parameters)
        documented = ((parameter, arguments.get(parameter.name, "")) for parameter in entry.parameters)
        rows = (_parameter(parameter.name, doc, width) for parameter, doc in documented)
        blocks.append("\n".join(["Parameters:", *rows]))
    if errors:
        blocks.append("Errors:\n" + textwrap.indent(_filled(errors, _WIDTH - 2), "  "))
    blocks.append(f"Example:\n  {entry.example}")
    return "\n\n".join(blocks) + "\n"


def _parameter(name: str, doc: str, width: int) -> str:
    head = f"  {name:{width}}  "
    wrapper = textwrap.TextWrapper(
        _WIDTH, initial_indent=head, subsequent_indent=" " * len(head), break_on_hyphens=False
    )
    return wrapper.fill(_plain(doc))


def _sections(description: str) -> tuple[list[str], dict[str, str], str]:
    """A description's paragraphs, its parameters by name, and what it says about errors."""
    paragraphs: list[str] = []
    arguments: dict[str, str] = {}
    errors = ""
    for block in filter(None, description.split("\n\n")):
        head, _, rest = block.strip("\n").partition("\n")
        if head == "Args:":
            arguments = dict(_items(textwrap.dedent(rest)))
        elif head == "Errors:":
            errors = textwrap.dedent(rest)
        else:
            paragraphs.append(block)
    return paragraphs, arguments, errors


def _items(text: str) -> Iterator[tuple[str, str]]:
    """The entries ``name: text`` with the lines that go on with them."""
    name = ""
    words: list[str] = []
    for line in text.splitlines():
        if not line.startswith(" "):
            if name:
                yield name, " ".join(words)
            name, _, line = line.partition(":")  # noqa: PLW2901 -- the rest of the line is what is meant
            words = []
        words.append(line.strip())
    if name:
        yield name, " ".join(words)


def _filled(text: str, width: int = _WIDTH) -> str:
    return textwrap.fill(_plain(text), width, break_on_hyphens=False)


def _plain(text: str) -> str:
    """Without the double backticks of a docstring."""
    return " ".join(text.replace("``", "`").split())
