"""``setupbatcher completion``: the script that makes a shell complete the command line."""

from __future__ import annotations

import sys

import click

from setupbatcher.cli.declare import declare
from setupbatcher.cli.short import COMPLETION


@declare(
    "completion",
    'bash:        eval "$(setupbatcher completion bash)"                        in ~/.bashrc',
    'zsh:         eval "$(setupbatcher completion zsh)"                         in ~/.zshrc',
    "fish:        setupbatcher completion fish | source                         in ~/.config/fish/config.fish",
    "PowerShell:  setupbatcher completion powershell | Out-String | Invoke-Expression  in $PROFILE",
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish", "powershell"]))
def command(shell: str) -> int:
    """Print the completion for a shell: commands, options, codes and files."""
    from click.shell_completion import get_completion_class  # noqa: PLC0415 -- for this command only

    from setupbatcher.cli import powershell  # noqa: PLC0415 -- as above
    from setupbatcher.cli.app import app  # noqa: PLC0415 -- it imports this module

    powershell.register()
    kind = get_completion_class(shell)
    assert kind is not None
    sys.stdout.write(kind(app, {}, "setupbatcher", COMPLETION).source())
    return 0
