"""The root command. The module of a subcommand is imported when it is used."""

from __future__ import annotations

import importlib
import os
from pathlib import Path

import click
from click.shell_completion import CompletionItem

_SUBCOMMANDS = {
    "run": ("run", "Run a script, or go on where it stopped."),
    "check": ("check", "Find every mistake in scripts before anything runs."),
    "status": ("status", "Show how far a script is, read from its markers."),
    "remove-markers": ("remove_markers", "Take markers out of a script."),
    "new": ("new", "Make a commented script to start from."),
    "commands": ("commands", "List the commands of the language, or explain one."),
    "explain": ("explain", "Say what a code means and what to do."),
    "completion": ("completion", "Print the completion for a shell."),
}
"""Name, module and one line for the list of commands, in the order in which they are needed."""


class UnknownWordError(click.UsageError):
    """The first word is neither a command nor a file.

    Attributes:
        advice: what could have been meant.
    """

    def __init__(self, word: str, ctx: click.Context) -> None:
        super().__init__(f"`{word}` is neither a command nor a file", ctx)
        self.advice = _advice(word)


class LazyGroup(click.Group):
    """Knows its subcommands by name; ``setupbatcher SCRIPT`` is ``setupbatcher run SCRIPT``."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order of the list."""
        del ctx  # they are always the same
        return list(_SUBCOMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a subcommand."""
        del ctx
        if cmd_name not in _SUBCOMMANDS:
            return None
        command = importlib.import_module(f"setupbatcher.cli.{_SUBCOMMANDS[cmd_name][0]}").command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, none of them imported."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in _SUBCOMMANDS.items()])

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put in ``run`` where the first word is a script, or an option of it."""
        if args and args[0] not in _SUBCOMMANDS and (_is_option(args[0]) or os.path.lexists(args[0])):
            args = ["run", *args]
        return super().parse_args(ctx, args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The subcommand of the first word.

        Raises:
            UnknownWordError: there is none.
        """
        if args[0] not in _SUBCOMMANDS and not ctx.resilient_parsing:
            raise UnknownWordError(args[0], ctx)
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Commands, options and files."""
        if incomplete.startswith("-"):
            return super().shell_complete(ctx, incomplete)
        known = ((name, line) for name, (_, line) in _SUBCOMMANDS.items() if name.startswith(incomplete))
        return [*(CompletionItem(name, help=line) for name, line in known), CompletionItem(incomplete, type="file")]


def _is_option(word: str) -> bool:
    return word.startswith("-") and word not in {"--help", "-h", "--version"}


def _advice(word: str) -> str:
    from setupbatcher.diagnostics.suggestions import did_you_mean  # noqa: PLC0415 -- only after a mistake

    command = did_you_mean(word, _SUBCOMMANDS)
    if command is not None:
        return f"did you mean `{command}`?"
    folder = Path(word).parent
    try:
        files = [entry.name for entry in folder.iterdir() if entry.is_file()]
    except OSError:
        files = []
    file = did_you_mean(Path(word).name, files)
    return "`setupbatcher --help` lists the commands" if file is None else f"did you mean `{folder / file}`?"


def _version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:  # noqa: FBT001 -- click's interface
    if wanted:
        from setupbatcher import __version__  # noqa: PLC0415

        click.echo(f"setupbatcher {__version__}")
        ctx.exit()


@click.command(cls=LazyGroup, context_settings={"max_content_width": 100, "help_option_names": ["-h", "--help"]})
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Show the version.")
def app() -> None:
    """Run scripts that keep their progress in themselves.

    `setupbatcher SCRIPT` is `setupbatcher run SCRIPT`.
    """
