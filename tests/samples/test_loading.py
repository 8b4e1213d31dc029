"""The sample that loads its data from a file beside it."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest

from setupbatcher import events
from setupbatcher.run import Options, Run, check
from tests.samples.bench import SAMPLES

ROWS = 'Anna Weiss,sales,"4, north"\nBen Okafor,stock,12\nCarla Rossi,sales,4\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the sample."""
    return Path(shutil.copytree(SAMPLES / "loading", tmp_path / "loading"))


def test_the_sample_runs(folder: Path) -> None:
    """Its rows are those of the file, it makes what it should, and has nothing to do then."""
    script = folder / "loading.txt"
    assert check(script).findings == []
    before = script.read_text()
    for _ in range(2):
        assert asyncio.run(Run(script).execute()) == 0
        after = script.read_text()
        assert after.endswith(f"Data.Save accounts/done.tsv\tOK\n\n[Data]\nName,Team,Room\n{ROWS}")
        assert after.replace("\tOK", "") == before + ROWS
    made = {path.name: path.read_text() for path in (folder / "accounts").iterdir()}
    assert made == {
        "anna weiss.txt": "Anna Weiss of sales sits in room 4, north\n",
        "ben okafor.txt": "Ben Okafor of stock sits in room 12\n",
        "carla rossi.txt": "Carla Rossi of sales sits in room 4\n",
        "done.tsv": "Name\tTeam\tRoom\nAnna Weiss\tsales\t4, north\nBen Okafor\tstock\t12\nCarla Rossi\tsales\t4\n",
    }


def test_a_dry_run_of_the_sample_changes_nothing(folder: Path) -> None:
    """It says what would be done."""
    heard: list[events.Event] = []
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert asyncio.run(Run(folder / "loading.txt", Options(dry_run=True), [heard.append]).execute()) == 0
    said = [event.text.replace(str(folder), "FOLDER") for event in heard if isinstance(event, events.Said)]
    assert said[1:] == [
        "would create the folder FOLDER/accounts",
        "would fill the data section with the rows of people.csv  (the rows that follow here are those of now)",
        "would write the rows of the data section to accounts/done.tsv",
    ]
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
