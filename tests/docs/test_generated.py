"""The pages made of the catalogues."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from setupbatcher.diagnostics.codes import all_codes
from setupbatcher.errors import MEANINGS
from tests.docs.scripts import DOCS, load

_SAMPLES = DOCS.parent / "samples" / "errors"


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    """The generator, which is a script and not in the package."""
    return load("generate")


def test_the_pages_are_up_to_date() -> None:
    """The pages in docs are what the generator would write now."""
    done = subprocess.run(
        [sys.executable, DOCS / "generate.py", "--check"], capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.returncode) == ("", 0)


def test_every_code_is_on_its_page(generate: ModuleType, tmp_path: Path) -> None:
    """No code of either catalogue is left out."""
    page = generate.codes_page(tmp_path)
    assert all(f"## {entry.code}: {entry.title}\n" in page for entry in all_codes())
    assert all(f"| {code} | {meaning.title} |" in generate.error_codes_page() for code, meaning in MEANINGS.items())


def test_a_sample_stands_with_its_code(generate: ModuleType, tmp_path: Path) -> None:
    """Script and output stand in fences that their own backticks do not close."""
    (tmp_path / "SB301.txt").write_bytes(b"[Batch]\r\nFil.Copy\t```\r\n")
    (tmp_path / "SB301.expected").write_text("error[SB301]: `Fil.Copy`\n", encoding="utf-8")
    page = generate.codes_page(tmp_path)
    assert "````text\n[Batch]\nFil.Copy\t```\n````\n\ngives\n\n```text\nerror[SB301]: `Fil.Copy`\n```\n" in page


def test_a_sample_that_is_no_text_is_left_out(generate: ModuleType, tmp_path: Path) -> None:
    """A script that cannot be decoded cannot be shown either."""
    (tmp_path / "SB802.txt").write_bytes(b"\xff\xfea")
    (tmp_path / "SB802.expected").write_text("error[SB802]\n", encoding="utf-8")
    assert "This script" not in generate.codes_page(tmp_path)


def test_a_page_out_of_date_is_named(generate: ModuleType, tmp_path: Path) -> None:
    """A page that is missing, differs, or has no catalogue entry any more is named, and only that one."""
    (tmp_path / "commands").mkdir()
    for name, text in generate.pages(_SAMPLES).items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert generate.outdated(tmp_path, _SAMPLES) == []
    (tmp_path / "codes.md").write_text("old", encoding="utf-8")
    (tmp_path / "error-codes.md").unlink()
    (tmp_path / "commands" / "novell.md").write_text("# Commands: Novell", encoding="utf-8")
    assert generate.outdated(tmp_path, _SAMPLES) == ["codes.md", "error-codes.md", "commands/novell.md"]


def test_a_docstring_is_taken_apart() -> None:
    """Paragraphs, arguments that go over several lines, and error codes."""
    reference = load("reference")
    parts = reference.docstring_parts(
        "It does\nmuch.\n\n"
        "Args:\n    source: a file: any.\n    target: a folder\n        or nothing.\n\n"
        "Errors:\n    2 without\n    it."
    )
    assert parts.prose == ["It does much."]
    assert parts.arguments == [("source", "a file: any."), ("target", "a folder or nothing.")]
    assert parts.errors == "2 without it."
