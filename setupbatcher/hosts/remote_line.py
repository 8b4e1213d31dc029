"""What is asked of a POSIX machine's SSH service so that a command runs as on this machine.

The login shell of the user only ever sees a quoted ``exec /bin/sh``, which sh, bash, zsh, ksh, csh and fish read alike.
The command then leads its own process group, reads from nowhere, and says who it is in a first line, by which it can be
ended later; whatever a login file prints before that line is dropped.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from secrets import token_hex
from typing import NamedTuple

MISSING = "missing"
DENIED = "denied"

SHELL = 'printf "%s %s\\n" "$1" "$$"; exec </dev/null; eval "shift 2; $2"'

PROGRAM = (
    "mark=$1; shift; state=ok; case $1 in "
    '*/*) if [ ! -e "$1" ]; then state=missing; elif [ -d "$1" ] || [ ! -x "$1" ]; then state=denied; fi;; '
    '*) command -v -- "$1" >/dev/null 2>&1 || state=missing;; esac; '
    'printf "%s %s %s\\n" "$mark" "$$" "$state"; [ "$state" = ok ] || exit 127; exec "$@" </dev/null'
)

_END = (
    'kill -s TERM -- "-$1" 2>/dev/null || exit 0; i=0; '
    'while [ "$i" -lt 20 ]; do kill -s 0 -- "-$1" 2>/dev/null || exit 0; '
    "sleep 0.1 2>/dev/null || sleep 1; i=$((i + 1)); done; "
    'while [ "$i" -lt 25 ]; do kill -s KILL -- "-$1" 2>/dev/null || exit 0; '
    "sleep 0.1 2>/dev/null || sleep 1; i=$((i + 1)); done"
)


class Call(NamedTuple):
    """A command: the script that runs it in ``/bin/sh``, and the words that the script is given after a mark.

    Attributes:
        script: :data:`SHELL` or :data:`PROGRAM`.
        words: the line, or the program and its arguments.
    """

    script: str
    words: tuple[str, ...]


def quoted(text: str) -> str:
    """A text as one word for any login shell; a backslash stands outside quotes, where all shells agree on it.

    So does an exclamation mark, which csh takes for its history even within quotes.
    """
    return "'" + re.sub(r"[!'\\]", lambda found: f"'\\{found.group()}'", text) + "'"


def mark() -> str:
    """A word that no login file prints."""
    return f"setupbatcher-{token_hex(8)}"


def shell_call(line: str) -> Call:
    """Run a line in ``/bin/sh``."""
    return Call(SHELL, (line,))


def program_call(arguments: Sequence[str]) -> Call:
    """Run a program with its arguments as data."""
    return Call(PROGRAM, tuple(arguments))


def request(call: Call, mark: str) -> str:
    """What the login shell is given to run a command on a channel of its own."""
    return exec_request(call.script, mark, *call.words)


def end_request(group: int) -> str:
    """End a process group: the polite signal, two seconds, then the one nothing survives, until it is gone."""
    return exec_request(_END, str(group))


def exec_request(script: str, *words: str) -> str:
    """What the login shell is given to become a ``/bin/sh`` that runs a script; the words are its ``$1`` and so on."""
    return " ".join(("exec /bin/sh -c", *map(quoted, (script, "sh", *words))))


class Opening:
    """Finds the first line of a command in its output.

    Args:
        mark: what that line begins with.

    Attributes:
        group: the command's process group, once it is known.
        state: ``ok``, :data:`MISSING` or :data:`DENIED`, once it is known.
        noise: what came before it, the beginning of it at least.
    """

    _ENOUGH = 4096
    _REST = re.compile(rb" (\d+) ?([a-z]*)\n")

    def __init__(self, mark: str) -> None:
        self._mark = mark.encode()
        self.noise = b""
        self.group: int | None = None
        self.state = "ok"

    def feed(self, data: bytes) -> bytes:
        """Take a piece of the output.

        Returns:
            The part of it that the command itself wrote.
        """
        if self.group is not None:
            return data
        self.noise += data
        start = self.noise.find(self._mark)
        while start >= 0:
            found = self._REST.match(self.noise, start + len(self._mark))
            if found is not None:
                self.group = int(found[1])
                self.state = found[2].decode() or "ok"
                rest = self.noise[found.end() :]
                self.noise = self.noise[:start]
                return rest
            start = self.noise.find(self._mark, start + 1)
        if len(self.noise) > 2 * self._ENOUGH:  # the mark may be torn: keep more than its length
            self.noise = self.noise[: self._ENOUGH] + self.noise[-self._ENOUGH :]
        return b""
