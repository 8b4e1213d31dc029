"""The colours of a rendered finding. Imported only where colour is asked for, as is the library it needs."""

from __future__ import annotations

from collections.abc import Iterable
from io import StringIO

from rich.console import Console
from rich.text import Text

from setupbatcher.diagnostics.layout import Line, Style

_LOOKS = {
    Style.PLAIN: "",
    Style.TITLE: "bold",
    Style.ERROR: "bold red",
    Style.WARNING: "bold yellow",
    Style.FRAME: "bold blue",
    Style.SECOND: "bold green",
    Style.HELP: "bold cyan",
    Style.ADDED: "green",
    Style.REMOVED: "red",
}


def coloured(lines: Iterable[Line]) -> str:
    """Lines as text with the escape sequences of the 16 colours that every terminal has."""
    out = StringIO()
    console = Console(file=out, force_terminal=True, color_system="standard", no_color=False, legacy_windows=False)
    for line in lines:
        text = Text.assemble(*((piece.text, _LOOKS[piece.style]) for piece in line))
        console.print(text, soft_wrap=True, highlight=False)
    return out.getvalue()
