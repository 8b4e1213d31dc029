"""Each diagnostic code has a script that shows it, with the words of the check beside it.

With ``SETUPBATCHER_UPDATE_SAMPLES=1`` in the environment the test writes the ``.expected`` files anew.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from setupbatcher.checks import check
from setupbatcher.diagnostics.codes import all_codes
from setupbatcher.diagnostics.render import render
from setupbatcher.script import Document

_SAMPLES = Path(__file__).parents[2] / "samples" / "errors"
_SCRIPTS = sorted(_SAMPLES.glob("*.txt"))
_UPDATE = "SETUPBATCHER_UPDATE_SAMPLES"

_ONLY_IN_A_RUN = {
    "SB207": "asks for a password that is not there",
    "SB706": "asks for CheckMachines=No and marks of an earlier scan",
    "SB707": "is about which of run and undo comes next",
    "SB708": "needs --limit",
    "SB709": "needs a run that died",
    "SB710": "needs --limit",
    "SB711": "needs --on-error",
    "SB801": "is about a file that is not there",
    "SB802": "is about bytes that are no text",
    "SB803": "is about the rights of a file",
    "SB804": "needs a second run",
}
"""Codes that no check of a readable file produces."""


@pytest.mark.parametrize("script", _SCRIPTS, ids=lambda path: path.stem)
def test_a_sample_is_told_as_expected(script: Path) -> None:
    """The whole output for the script of a code is what stands beside it."""
    document = Document.from_bytes(script.read_bytes())
    told = render(check(document), document.shown, f"samples/errors/{script.name}")
    expected = script.with_suffix(".expected")
    if os.environ.get(_UPDATE):
        expected.write_text(told, encoding="utf-8", newline="\n")
    assert told == expected.read_text(encoding="utf-8")


@pytest.mark.parametrize("script", _SCRIPTS, ids=lambda path: path.stem)
def test_a_sample_shows_its_code_and_no_other(script: Path) -> None:
    """A reader of the sample sees one thing."""
    findings = check(Document.from_bytes(script.read_bytes()))
    assert {finding.code for finding in findings} == {script.stem}


def test_every_code_has_a_sample_or_a_reason() -> None:
    """No code is without a script that shows it unless it comes from a run; those of job files are elsewhere."""
    codes = {entry.code for entry in all_codes() if not entry.code.startswith("SB9")}
    assert {script.stem for script in _SCRIPTS} | _ONLY_IN_A_RUN.keys() == codes


def test_every_expected_output_has_its_script() -> None:
    """Nothing is left over from a sample that was removed."""
    assert {path.stem for path in _SAMPLES.glob("*.expected")} == {script.stem for script in _SCRIPTS}
