"""The page about job files: its examples are sound, and nothing is left out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import get_args

import pytest

from setupbatcher.text import SourceText
from setupbatcher.updatejob import events
from setupbatcher.updatejob.reading import parse_job_file
from setupbatcher.updatejob.schema import JOB_FILE, Rule
from setupbatcher.updatejob.telling import as_json
from tests.docs.pages import ROOT, Block, blocks

_PAGE = ROOT / "docs" / "updatejob.md"


@pytest.mark.parametrize("block", blocks(_PAGE, "xml"), ids=lambda block: block.name)
def test_a_job_file_on_the_page_is_sound(block: Block) -> None:
    """Nothing is found in it."""
    assert parse_job_file(SourceText(block.text)).findings == ()


def _words(rule: Rule) -> Iterator[str]:
    for name, child in rule.children.items():
        yield name
        yield from child.words
        yield from _words(child)


def test_every_element_and_word_is_explained() -> None:
    """As is every event of the JSON form."""
    page = _PAGE.read_text(encoding="utf-8")
    assert [word for word in _words(JOB_FILE) if f"`{word}`" not in page] == []
    for kind in get_args(events.Event):
        name = as_json(kind(*["" for _ in kind._fields]), datetime.now(UTC))["event"]
        (row,) = (line for line in page.splitlines() if line.startswith(f"| `{name}` |"))
        assert [field for field in kind._fields if f"`{field}`" not in row] == []
