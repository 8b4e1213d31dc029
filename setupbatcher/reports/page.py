"""A run as one web page that needs nothing else: no server, no network, no other file."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from datetime import datetime
from pathlib import Path
from string import Template

from setupbatcher.diagnostics.visible import visible
from setupbatcher.reports.phrases import duration
from setupbatcher.reports.sheet import Sheet

_PARTS = Path(__file__).with_name("web")
_MOST_PLAIN = 500
"""Machines that are listed for browsers that run no scripts."""
_SEPARATORS = {"<": r"\u003c", ">": r"\u003e", "&": r"\u0026", "\u2028": r"\u2028", "\u2029": r"\u2029"}


def page(sheet: Sheet) -> str:
    """The page's text.

    Whatever a run's texts hold, they stay text: in the page's data no character can end the element around them, and
    the page's policy lets no other script run than its own.
    """
    style, script = _part("page.css"), _part("page.js")
    policy = (
        f"default-src 'none'; img-src data:; script-src {_hash(script)}; style-src {_hash(style)}; "
        "base-uri 'none'; form-action 'none'"
    )
    name = visible(Path(sheet.script).name)
    return Template(_part("page.html")).substitute(
        policy=policy,
        title=html.escape(f"{name}: {_outcome(sheet)}"),
        heading=html.escape(name),
        when=html.escape(_when(sheet)),
        remarks="".join(f"<p>{html.escape(visible(remark))}</p>" for remark in sheet.remarks),
        plain=_plain(sheet),
        style=style,
        data=_embedded(sheet.to_json()),
        script=script,
    )


def _part(name: str) -> str:
    return (_PARTS / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _embedded(text: str) -> str:
    """JSON for a script element: nothing in it ends the element or begins a comment."""
    return re.sub("[<>&\u2028\u2029]", lambda match: _SEPARATORS[match[0]], text)


def _outcome(sheet: Sheet) -> str:
    if not sheet.begun:
        return "markers"
    if sheet.status is None:
        return "broken off"
    if sheet.interrupted:
        return "interrupted"
    return "done" if sheet.status == 0 else "stopped"


def _when(sheet: Sheet) -> str:
    if not sheet.begun:
        return ""
    begun = datetime.fromisoformat(sheet.begun)
    what = "undo, " if sheet.undo else ""
    return f"{what}{_outcome(sheet)} · {begun:%Y-%m-%d %H:%M} · {duration(sheet.seconds)} · {visible(sheet.host)}"


def _plain(sheet: Sheet) -> str:
    """The machines that are not done, for browsers that run no scripts."""
    why = {fault.machine: fault.message for fault in reversed(sheet.faults) if fault.fate == "stands"}
    left = [(number, machine) for number, machine in enumerate(sheet.machines) if machine.state != "done"]
    cells = ((machine.name, machine.state, why.get(number, "")) for number, machine in left[:_MOST_PLAIN])
    rows = ("".join(f"<td>{html.escape(visible(text))}</td>" for text in row) for row in cells)
    more = f"<p>… and {len(left) - _MOST_PLAIN} more</p>" if len(left) > _MOST_PLAIN else ""
    return "<table>" + "".join(f"<tr>{row}</tr>\n" for row in rows) + f"</table>{more}"
