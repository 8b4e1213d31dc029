"""The pages of the documentation as the tests see them: fenced blocks, links, anchors."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "CHANGELOG.md",
    ROOT / "samples" / "README.md",
    *sorted((ROOT / "docs").rglob("*.md")),
]

_FENCE = re.compile(
    r"(?P<mark><!-- tested -->\n)?^(?P<fence>`{3,})(?P<kind>\w*)\n(?P<text>.*?)^(?P=fence)$", re.DOTALL | re.MULTILINE
)
_LINK = re.compile(r"(?<!`)\[[^\]\n]*\]\((?P<target>[^)\s]+)\)")


@dataclass(frozen=True)
class Block:
    """A fenced block.

    Attributes:
        page: path of the page.
        line: of its first row in the page.
        kind: the word behind the fence.
        text: with line ends.
        tested: a comment in front of it says that it is run.
    """

    page: Path
    line: int
    kind: str
    text: str
    tested: bool

    @property
    def name(self) -> str:
        """For the name of a test."""
        return f"{self.page.relative_to(ROOT).as_posix()}:{self.line}"


def blocks(page: Path, kind: str) -> list[Block]:
    """The fenced blocks of a kind on a page."""
    text = page.read_text(encoding="utf-8")
    return [
        Block(page, text.count("\n", 0, match.start("text")) + 1, match["kind"], match["text"], bool(match["mark"]))
        for match in _FENCE.finditer(text)
        if match["kind"] == kind
    ]


def all_blocks(kind: str) -> list[Block]:
    """The fenced blocks of a kind on all pages."""
    return [block for page in PAGES for block in blocks(page, kind)]


def links(page: Path) -> Iterator[str]:
    """The targets of a page's links, those within fences left out."""
    text = _FENCE.sub("", page.read_text(encoding="utf-8"))
    for match in _LINK.finditer(text):
        yield match["target"]


def anchors(page: Path) -> set[str]:
    """What a link to a place in a page may name: headings as GitHub names them, and anchors set by hand."""
    text = _FENCE.sub("", page.read_text(encoding="utf-8"))
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    slugs = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
    return slugs | set(re.findall(r'<a id="([^"]+)">', text))
