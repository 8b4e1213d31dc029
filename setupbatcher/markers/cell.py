"""The texts of marker cells: reading and writing them (``markers.md``, *What is written where*)."""

from __future__ import annotations

import re
from typing import NamedTuple

from setupbatcher.errors import MAX_CODE

OK = "OK"
SKIPPED = "-"

_COMMAND = re.compile(r"ok(?:\((?P<ignored>[0-9]+)\)|-(?P<row>[0-9]+))?|(?P<code>[0-9]+)(?:-(?P<code_row>[0-9]+))?")
_MACHINE = re.compile(
    r"ok-all(?P<all>done|undone)|(?P<x>ok|[0-9]+)-(?P<undo>u)?(?P<line>[0-9]+)(?P<at>@(?P<row>[0-9]+)?)?"
)


class CommandMarker(NamedTuple):
    """The marker of a command row.

    Attributes:
        code: error code, or of an ignored error where ``done``; ``None`` for ``OK``.
        row: the data row that a loop is at; ``None`` on any other row.
        done: the command counts as done.
        skipped: the head of a branch that was not taken.
    """

    code: int | None = None
    row: int | None = None
    done: bool = False
    skipped: bool = False

    def __str__(self) -> str:
        """As it stands in the cell."""
        if self.skipped:
            return SKIPPED
        if self.done:
            return OK if self.code is None else f"{OK}({self.code})"
        x = OK if self.code is None else str(self.code)
        return x if self.row is None else f"{x}-{self.row}"


def parse_command_marker(text: str) -> CommandMarker | None:
    """Read column 2 of a command row; ``None`` where it holds anything but a marker. The empty text is no marker."""
    text = text.strip(" ").lower()
    if text == SKIPPED:
        return CommandMarker(skipped=True)
    match = _COMMAND.fullmatch(text)
    if match is None or not _codes_fit(match["ignored"], match["code"]):
        return None
    if match["code"] is not None:
        return CommandMarker(int(match["code"]), _number(match["code_row"]))
    if match["row"] is not None:
        return CommandMarker(None, int(match["row"]))
    return CommandMarker(_number(match["ignored"]), done=True)


class MachineMarker(NamedTuple):
    """The marker of a machine row: ``x-y``.

    Attributes:
        code: error code x, ``None`` for ``OK``.
        line: line counter y; ``None`` for ``AllDone`` and ``AllUndone``.
        at: the cell is its own resume point, ``…@``.
        row: the data row behind the ``@``.
        undo: the counter means [Undo]; with no line, ``AllUndone``.
    """

    code: int | None
    line: int | None
    at: bool = False
    row: int | None = None
    undo: bool = False

    @property
    def all_done(self) -> bool:
        """``OK-AllDone``."""
        return self.line is None and not self.undo

    def __str__(self) -> str:
        """As it stands in the cell."""
        if self.line is None:
            return "OK-AllUndone" if self.undo else "OK-AllDone"
        x = OK if self.code is None else str(self.code)
        at = "" if not self.at else "@" if self.row is None else f"@{self.row}"
        return f"{x}-{'U' if self.undo else ''}{self.line}{at}"


ALL_DONE = MachineMarker(None, None)


def parse_machine_marker(text: str) -> MachineMarker | None:
    """Read column 4 of a machine row; ``None`` where it holds anything but a marker. The empty text is no marker."""
    match = _MACHINE.fullmatch(text.strip(" ").lower())
    if match is None:
        return None
    if match["all"]:
        return MachineMarker(None, None, undo=match["all"] == "undone")
    if not _codes_fit(None if match["x"] == "ok" else match["x"]):
        return None
    code = None if match["x"] == "ok" else int(match["x"])
    return MachineMarker(code, int(match["line"]), bool(match["at"]), _number(match["row"]), bool(match["undo"]))


def is_done_mark(text: str) -> bool:
    """The cell of a data row or a data file says that it is finished."""
    return text.strip(" ").lower() == "ok"


def _codes_fit(*codes: str | None) -> bool:
    return all(code is None or int(code) <= MAX_CODE for code in codes)


def _number(text: str | None) -> int | None:
    return None if text is None else int(text)
