"""What the check says of a script, one finding to a line."""

from __future__ import annotations

from collections.abc import Iterable

from setupbatcher.checks import check
from setupbatcher.diagnostics.concise import concise
from setupbatcher.script import Document

SETTINGS = "[Settings]\nBatchSettings.MarkerCol=4\n"
"""What a script with a loop begins with; two lines."""


def told(text: str, given: Iterable[str] = ()) -> list[str]:
    """The findings as ``line:column: severity[code]: message``."""
    document = Document.from_text(text)
    lines = concise(check(document, given=given), document.source, "s").splitlines()
    return [line.removeprefix("s:") for line in lines]


def codes(text: str, given: Iterable[str] = ()) -> list[str]:
    """The codes of the findings, in the order of the text."""
    return [finding.code for finding in check(Document.from_text(text), given=given)]
