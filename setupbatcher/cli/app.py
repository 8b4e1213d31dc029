"""The root command. The module of a subcommand is imported when it is used."""

from __future__ import annotations

import importlib
import os
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from setupbatcher.cli.overview import SUBCOMMANDS, overview


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
        return list(SUBCOMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a subcommand."""
        del ctx
        if cmd_name not in SUBCOMMANDS:
            return None
        command = importlib.import_module(f"setupbatcher.cli.{SUBCOMMANDS[cmd_name][0]}").command
        assert isinstance(command, click.Command)
        return command

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The same text that is shown without click."""
        del ctx
        formatter.write(overview().removesuffix("\n"))

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put in ``run`` where the first word is a script, or an option of it."""
        if args and args[0] not in SUBCOMMANDS and (_is_option(args[0]) or os.path.lexists(args[0])):
            args = ["run", *args]
        return super().parse_args(ctx, args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The subcommand of the first word.

        Raises:
            UnknownWordError: there is none.
        """
        if args[0] not in SUBCOMMANDS and not ctx.resilient_parsing:
            raise UnknownWordError(args[0], ctx)
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Commands, options and files."""
        if incomplete.startswith("-"):
            return super().shell_complete(ctx, incomplete)
        known = ((name, line) for name, (_, line) in SUBCOMMANDS.items() if name.startswith(incomplete))
        return [*(CompletionItem(name, help=line) for name, line in known), CompletionItem(incomplete, type="file")]


def _is_option(word: str) -> bool:
    return word.startswith("-") and word not in {"--help", "-h", "--version"}


def _advice(word: str) -> str:
    from setupbatcher.diagnostics.suggestions import did_you_mean  # noqa: PLC0415 -- only after a mistake

    command = did_you_mean(word, SUBCOMMANDS)
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
