"""Record the demonstration of ``./quickstart`` as a picture: ``docs/images/quickstart.svg``.

Run it in the checkout: ``python docs/record.py``; with ``--text`` it prints the session instead. The demonstration runs
for real, in a pseudo-terminal; times, dates and the name of its folder are made the same for every recording.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import inspect
import io
import os
import pty
import re
import shlex
import struct
import subprocess
import sys
import tempfile
import termios
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

DOCS = Path(__file__).resolve().parent
PICTURE = DOCS / "images" / "quickstart.svg"
DEMO = DOCS.parent / "samples" / "quickstart" / "demo"
COLUMNS = 104
ROWS = 50

_ESCAPE = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_FOLDER = re.compile(r"[^\s\x1b]*/setupbatcher\.[A-Za-z0-9]{6}")
_DATE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d")
_SECONDS = re.compile(r"\d\.\d s\b")
_COMMENT = re.compile(r"\s*<!--.*?-->", re.DOTALL)
_FONT_FACE = re.compile(r"@font-face \{\{.*?\}\}", re.DOTALL)


def session() -> str:
    """What a person sees of the demonstration, colours included; what differs from run to run is made the same.

    Raises:
        subprocess.CalledProcessError: it did not end well.
    """
    with tempfile.TemporaryDirectory() as folder:
        # The program of this Python, installed or not, goes before every other one.
        shim = Path(folder, "setupbatcher")
        shim.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m setupbatcher "$@"\n', encoding="utf-8")
        shim.chmod(0o755)
        output = _in_terminal([str(DEMO)], {"PATH": f"{folder}:{os.environ['PATH']}", "TERM": "xterm-256color"})
    text = output.decode().replace("\r\n", "\n")
    text = _FOLDER.sub("/tmp/demo", text)  # noqa: S108 -- a text
    text = _DATE.sub("2026-01-31 09:05", text)
    return _SECONDS.sub("0.1 s", text)


def _in_terminal(command: list[str], changes: dict[str, str]) -> bytes:
    """The output of a program in a pseudo-terminal."""
    environment = {name: value for name, value in os.environ.items() if name not in {"NO_COLOR", "CI"}}
    mine, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    chunks = []
    with subprocess.Popen(  # noqa: S603 -- our own demonstration
        command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment | changes
    ) as process:
        os.close(theirs)
        # On Linux the end of the other side is an error of input and output.
        with contextlib.suppress(OSError):
            while chunk := os.read(mine, 65536):
                chunks.append(chunk)
        os.close(mine)
    output = b"".join(chunks)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command, output)
    return output


def plain(text: str) -> str:
    """A session without colours."""
    return _ESCAPE.sub("", text)


def picture(text: str) -> str:
    """A session as SVG. It asks for no font of another place."""
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    for line in text.splitlines():
        shown = Text.from_ansi(line)
        shown.expand_tabs(8)
        console.print(shown, soft_wrap=False)
    template = inspect.signature(Console.export_svg).parameters["code_format"].default
    template = _COMMENT.sub("", _FONT_FACE.sub("", template))
    # Some programs that show SVG drop blanks at the beginning of a text unless told otherwise.
    template = template.replace("<svg ", '<svg xml:space="preserve" ', 1)
    return console.export_svg(title="./quickstart", theme=MONOKAI, code_format=template, unique_id="quickstart")


def main() -> int:
    """Write the picture, or print the session."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--text", action="store_true", help="print the session without colours, and write nothing")
    if parser.parse_args().text:
        print(plain(session()), end="")
        return 0
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_text(picture(session()), encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
