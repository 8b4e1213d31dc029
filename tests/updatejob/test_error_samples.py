"""Each code about job files has one that shows it, with the words of the check beside it.

With ``SETUPBATCHER_UPDATE_SAMPLES=1`` in the environment the test writes the ``.expected`` files anew.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from setupbatcher.diagnostics.codes import all_codes
from setupbatcher.diagnostics.render import render
from setupbatcher.updatejob.reading import read_job_file

_ROOT = Path(__file__).parents[2]
_FOLDER = _ROOT / "samples" / "updatejob" / "errors"
_JOB_FILES = sorted(_FOLDER.glob("*.xml"))

_WITHOUT = {
    "SB901": "is about a file that is not there",
    "SB902": "is about a file of megabytes",
}


@pytest.mark.parametrize("job_file", _JOB_FILES, ids=lambda path: path.stem)
def test_a_sample_is_told_as_expected(job_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole output for a job file is what stands beside it, and the reader of it sees one code."""
    monkeypatch.chdir(_ROOT)
    path = job_file.relative_to(_ROOT)
    parsed = read_job_file(path)
    told = render(parsed.findings, parsed.source, path.as_posix())
    expected = job_file.with_suffix(".expected")
    if os.environ.get("SETUPBATCHER_UPDATE_SAMPLES"):
        expected.write_text(told, encoding="utf-8", newline="\n")
    assert told == expected.read_text(encoding="utf-8")
    assert {finding.code for finding in parsed.findings} == {job_file.stem}


def test_every_code_has_a_sample_or_a_reason() -> None:
    """No code about job files is without one that shows it, and no output without its job file."""
    codes = {entry.code for entry in all_codes() if entry.code.startswith("SB9")}
    assert {path.stem for path in _JOB_FILES} | _WITHOUT.keys() == codes
    assert {path.stem for path in _FOLDER.glob("*.expected")} == {path.stem for path in _JOB_FILES}
