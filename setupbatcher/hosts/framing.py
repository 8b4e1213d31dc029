"""How many commands share one shell on a machine: what that shell runs, and how its two streams are taken apart.

The shell is a loop that reads requests. It never evaluates a command: it hands the text to a fresh ``/bin/sh`` in a
session of its own. What the command writes goes through two pipes that no earlier command can hold, into two readers
(``cat``) that are there for the whole life of the loop. Each reader takes by turns

- the pipe of a command, up to its end, which comes when nobody can write into it any more, and
- a gate: a pipe into which only the loop writes. The loop puts the command's end mark there when the command has ended,
  and closes the gate's writing end, so that the reader goes on, when the next command begins.

So an end mark in a stream proves that all of the command's output came before it and that none can come after it. Where
a process left behind holds a pipe there is no end mark, and the shell is given up. Each stream has two gates, used by
turns, so that a slow reader never meets the gate of the next command in that of the last.

All this rests on opening the pipe ``/proc/PID/fd/N`` anew. A machine that cannot do that has no such shell, and neither
has one without ``setsid``, or one whose here-documents are no pipes.
"""

from __future__ import annotations

from setupbatcher.hosts.remote_line import PROGRAM, SHELL, Call, exec_request, quoted

COMMANDS = 250
"""Commands that a shell takes: its readers know 256 pairs of pipe and gate."""

MOVED = b"moved"
"""Said instead of an exit status by a shell that did not begin the command: home or a login file is another now."""

# The names of the variables are such that no exported one is changed. Of the descriptors of the loop, 5 and 6 write
# into the pipes of the command, 7 and 8 into the gates, and 9 is a pipe that is as old as the loop.
_SETUP = (
    "command -v setsid >/dev/null && command -v cat >/dev/null || exit; "
    # A line end is written without one, because not every login shell takes it in a quoted word.
    "sb_end=${IFS#??}; "
    'sb_pipes="exec 3<<E 4<<E 9<<E$sb_end${sb_end}E$sb_end${sb_end}E$sb_end${sb_end}E"; '
    'sb_make_pipes() { eval "$sb_pipes"; for sb_word in 3 4 9; do [ -p /proc/$$/fd/$sb_word ] || exit; done; '
    "read -r sb_word <&3; read -r sb_word <&4; read -r sb_word <&9; }; "
    'sb_out="- /proc/$$/fd/7 " sb_err="- /proc/$$/fd/8 "; '
    "for sb_word in 1 2 3 4 5 6 7 8; do sb_out=$sb_out$sb_out sb_err=$sb_err$sb_err; done; "
    # A reader has the pipe at 0 and its gates at 3 and 4. Descriptor 6 is what it closes last before it begins: only
    # then may its descriptors be opened by their numbers.
    'trap "" HUP INT QUIT TERM; '
    "sb_make_pipes; exec 5<&9 6>/proc/$$/fd/9; "
    "sb_make_pipes; exec 7>/proc/$$/fd/3; cat $sb_out <&9 2>/dev/null 5<&- 7>&- 9<&- 6>&- & "
    "sb_out=/proc/$!/fd sb_readers=$!; "
    "sb_make_pipes; exec 8>/proc/$$/fd/3; cat $sb_err <&9 >&2 2>/dev/null 5<&- 7>&- 8>&- 9<&- 6>&- & "
    'sb_err=/proc/$!/fd sb_readers="$sb_readers $!"; '
    # Of signals that are not meant for them neither the readers nor the loop dies; a command gets them as always.
    'trap : HUP INT QUIT TERM; trap exit PIPE; trap "kill -s KILL $sb_readers" EXIT; '
    "exec 3<&- 4<&- 6>&- 9<&- 2>/dev/null; read -r sb_word <&5; exec 9<&5 5<&-; "
)

# The new session is what the command's process group hangs on. A shell that counts its depth does not count this one.
_BEGIN = 'kill -s 0 -- "-$$" || exit; exec >&5 2>&6 5>&- 6>&- 9<&-; '

_LOOP = (
    'sb_gate=3; sb_begin=${SHLVL+SHLVL=$SHLVL; }$4; echo "$1" >&7; echo "$1" >&8; '
    "while read -r sb_mark sb_kind sb_lines; do "
    "sb_text=; "
    'while [ "$sb_lines" -gt 0 ]; do LC_ALL=C IFS= read -r sb_word || exit; '
    "sb_text=$sb_text${sb_text:+$sb_end}$sb_word sb_lines=$((sb_lines - 1)); done; "
    'sb_word=; [ . -ef "$PWD" ] || sb_word=moved; '
    "for sb_file in .bashrc .cshrc .tcshrc .zshenv .config/fish/config.fish .ssh/environment .ssh/rc; do "
    '[ -e "$HOME/$sb_file" ] && [ ! /proc/$$/fd/9 -nt "$HOME/$sb_file" ] && sb_word=moved; done; '
    '[ -z "$sb_word" ] || { echo "$sb_mark $sb_word"; exit; }; '
    'case $sb_kind in shell) sb_text="$sb_text; $2";; *) sb_text="$sb_text; $3";; esac; '
    "exec 5>$sb_out/0 6>$sb_err/0 7>&- 8>&-; "
    'setsid /bin/sh -c "$sb_begin$sb_text" sh; sb_word=$?; '
    "case $sb_gate in 3) sb_gate=4;; *) sb_gate=3;; esac; "
    "exec 7>$sb_out/$sb_gate 8>$sb_err/$sb_gate 5>&- 6>&-; "
    'echo "$sb_mark $sb_word"; echo "$sb_mark" >&7; echo "$sb_mark" >&8; '
    "done"
)


def loop_request(mark: str) -> str:
    """What the login shell is given to become the loop, which says the mark in both streams once it is ready."""
    return exec_request(_SETUP + _LOOP, mark, SHELL, PROGRAM, _BEGIN)


def command_request(call: Call, mark: str) -> bytes:
    """What the loop is sent to run a command.

    Args:
        call: the command.
        mark: ends its output; the command itself never learns it.

    Raises:
        ValueError: there is a character that has no bytes.
    """
    text = " ".join(("set -- ''", *map(quoted, call.words)))
    kind = "shell" if call.script == SHELL else "program"
    return f"{mark} {kind} {text.count(chr(10)) + 1}\n{text}\n".encode()


class Frame:
    """One stream of a shell, up to a mark.

    Args:
        mark: the end mark; with a word behind it, it is news that may come anywhere before.

    Attributes:
        news: the word, once it has come.
        ended: the end mark has come.
    """

    def __init__(self, mark: str) -> None:
        self._mark = mark.encode()
        self._held = b""
        self.news: bytes | None = None
        self.ended = False

    def feed(self, data: bytes) -> bytes:
        """Take the next piece of the stream.

        Returns:
            The part of it that belongs to the command; what may be the beginning of a mark is held back.
        """
        data = self._held + data
        mine = b""
        while (start := data.find(self._mark)) >= 0 and (end := data.find(b"\n", start)) >= 0:
            word = data[start + len(self._mark) : end].strip()
            mine += data[:start]
            data = data[end + 1 :]
            if word:
                self.news = word
            else:
                self.ended = True
        held = start if start >= 0 else len(data) - self._torn(data)
        self._held = data[held:]
        return mine + data[:held]

    def _torn(self, data: bytes) -> int:
        """Bytes at the end of a piece with which the mark may begin."""
        return next((size for size in range(len(self._mark) - 1, 0, -1) if data.endswith(self._mark[:size])), 0)
