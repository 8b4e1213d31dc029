"""What ``setupbatcher --help`` shows. It is on the screen before the library for command lines could be imported."""

from __future__ import annotations

SUBCOMMANDS = {
    "run": ("run", "Run a script, or go on where it stopped."),
    "undo": ("undo", "Undo what a run has done, by the commands of [Undo]."),
    "check": ("check", "Find every mistake in scripts before anything runs."),
    "status": ("status", "Show how far a script is, read from its markers."),
    "watch": ("watch", "Show how far a script is, and follow it."),
    "report": ("report", "Write the page of a script's last run."),
    "remove-markers": ("remove_markers", "Take markers out of a script."),
    "new": ("new", "Make a commented script to start from."),
    "commands": ("commands", "List the commands of the language, or explain one."),
    "explain": ("explain", "Say what a code means and what to do."),
    "updatejob": ("updatejob", "Carry out a job file: replace an application's files."),
    "completion": ("completion", "Print the completion for a shell."),
}
"""Name, module and one line for the list of commands, in the order in which they are needed."""

_HEAD = """\
Usage: setupbatcher COMMAND [ARGS]...
       setupbatcher SCRIPT [OPTIONS]

  Run scripts that keep their progress in themselves.

  `setupbatcher SCRIPT` is `setupbatcher run SCRIPT`.

Options:
  --version   Show the version.
  -h, --help  Show this message; behind a command: show its options.

Commands:
"""

_EXAMPLES = """\

Examples:
  setupbatcher new setup.txt
  setupbatcher check setup.txt
  setupbatcher setup.txt
"""


def overview() -> str:
    """The help of the whole."""
    width = max(map(len, SUBCOMMANDS))
    lines = (f"  {name:{width}}  {line}\n" for name, (_, line) in SUBCOMMANDS.items())
    return _HEAD + "".join(lines) + _EXAMPLES
