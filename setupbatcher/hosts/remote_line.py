"""What is asked of a POSIX machine's SSH service so that a command runs as on this machine.

The login shell of the user only ever sees a quoted ``exec /bin/sh``, which sh, bash, zsh, ksh, csh and fish read alike.
The command then leads its own process group (the SSH service starts a session for it), reads from nowhere, and says who
it is in a first line, by which it can be ended later; whatever a login file prints before that line is dropped.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from secrets import token_hex

MISSING = "missing"
DENIED = "denied"

_START = 'printf "%s %s\\n" "$1" "$$"; exec </dev/null; eval "shift 2; $2"'

_PROGRAM = (
    "mark=$1; shift; state=ok; case $1 in "
    '*/*) if [ ! -e "$1" ]; then state=missing; elif [ -d "$1" ] || [ ! -x "$1" ]; then state=denied; fi;; '
    '*) command -v -- "$1" >/dev/null 2>&1 || state=missing;; esac; '
    'printf "%s %s %s\\n" "$mark" "$$" "$state"; [ "$state" = ok ] || exit 127; exec "$@" </dev/null'
)

_END = (
    'kill -s TERM -- "-$1" 2>/dev/null || exit 0; i=0; '
    'while [ "$i" -lt 20 ]; do kill -s 0 -- "-$1" 2>/dev/null || exit 0; '
    "sleep 0.1 2>/dev/null || sleep 1; i=$((i + 1)); done; "
    'kill -s KILL -- "-$1" 2>/dev/null; exit 0'
)


def quoted(text: str) -> str:
    """A text as one word for any login shell; a backslash stands outside quotes, where all shells agree on it."""
    return "'" + re.sub(r"['\\]", lambda found: f"'\\{found.group()}'", text) + "'"


def mark() -> str:
    """A word that no login file prints."""
    return f"setupbatcher-{token_hex(8)}"


def shell_request(line: str, mark: str) -> str:
    """Run a line in ``/bin/sh``."""
    return _request(_START, mark, line)


def program_request(arguments: Sequence[str], mark: str) -> str:
    """Run a program with its arguments as data."""
    return _request(_PROGRAM, mark, *arguments)


def end_request(group: int) -> str:
    """End a process group: the polite signal, two seconds, then the one nothing survives."""
    return _request(_END, str(group))


def _request(script: str, *words: str) -> str:
    return " ".join(("exec /bin/sh -c", *map(quoted, (script, "sh", *words))))


class Opening:
    """Finds the first line of a command in its output.

    Attributes:
        group: the command's process group, once it is known.
        state: ``ok``, :data:`MISSING` or :data:`DENIED`, once it is known.
        noise: what came before it, the beginning of it at least.
    """

    _ENOUGH = 4096

    def __init__(self, mark: str) -> None:
        self._pattern = re.compile(re.escape(mark.encode()) + rb" (\d+) ?([a-z]*)\n")
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
        found = self._pattern.search(self.noise)
        if found is None:
            if len(self.noise) > 2 * self._ENOUGH:  # the mark may be torn: keep more than its length
                self.noise = self.noise[: self._ENOUGH] + self.noise[-self._ENOUGH :]
            return b""
        self.group = int(found[1])
        self.state = found[2].decode() or "ok"
        rest = self.noise[found.end() :]
        self.noise = self.noise[: found.start()]
        return rest
