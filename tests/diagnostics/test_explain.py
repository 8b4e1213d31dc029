"""What a code means."""

from __future__ import annotations

import pytest

from setupbatcher.diagnostics.codes import all_codes
from setupbatcher.diagnostics.explain import explain
from setupbatcher.errors import MEANINGS


def test_every_diagnostic_code_is_explained() -> None:
    """Title, severity and the whole explanation are there, in lines that fit a terminal."""
    for entry in all_codes():
        text = explain(entry.code.lower())
        assert text is not None
        assert text.startswith(f"{entry.code}: {entry.title} ({entry.severity.value})\n\n")
        assert " ".join(text.split()).endswith(entry.explanation)
        assert max(map(len, text.splitlines())) <= 100


def test_every_error_code_is_explained() -> None:
    """A number of ours tells its meaning and what to do, and that a program may have returned it."""
    for number, meaning in MEANINGS.items():
        text = " ".join((explain(f" {number} ") or "").split())
        assert text.startswith(f"{number}: {meaning.title} What to do: {meaning.help}.")
        assert "exit status" in text


@pytest.mark.parametrize(
    ("code", "word"),
    [
        ("3221225477", "exit status of a program"),
        ("126", "cannot be executed"),
        ("127", "does not find"),
        ("137", "signal 9"),
        ("0", "OK"),
    ],
)
def test_other_numbers_may_be_an_exit_status(code: str, word: str) -> None:
    """A number that is not ours is said to be a program's, with what a shell means by it."""
    assert word in " ".join((explain(code) or "").split())


@pytest.mark.parametrize("code", ["", "SB999", "SB", "-1", "1.5", "x", "4294967296", "²", "٣"])
def test_what_is_no_code_is_not_explained(code: str) -> None:
    """Anything else has no explanation."""
    assert explain(code) is None
