"""Another writer edits the script a hundred times while the real program runs it."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path

import pytest

from setupbatcher.markers.agreement import findings
from setupbatcher.markers.remove import remove
from setupbatcher.script import Document
from tests.reliability.rig import Rig, end

EDITS = 100
HEAD = """\
Somebody edits this while it runs.

[Settings]
BatchSettings.MarkerCol=2
[Machines]
{machines}
[Batch]
DOS echo %Machine%.begin >> ledger
Data.Loop
  DOS sleep 0.01; echo %Machine%.%col1|sh% >> ledger
Data.EndLoop
DOS echo %Machine%.end >> ledger
[Data]
"""


class Editor:
    """Somebody who edits the script and saves it in the ways that editors do.

    Attributes:
        saved: what was saved last.
        stale: now and then an old buffer is saved, which has none of the markers that the run has earned.
    """

    def __init__(self, rig: Rig, seed: int) -> None:
        self._rig = rig
        self._random = random.Random(seed)
        self._count = 0
        self.saved = ""
        self.stale = True

    def edit(self, process: subprocess.Popen[str]) -> None:
        """One edit of the script as it is now, or of an old view of it, saved in place or as a new file.

        The run stands still meanwhile, wherever it is, so that nothing is saved after its end.
        """
        os.kill(process.pid, signal.SIGSTOP)
        try:
            if (self._rig.folder / f".{self._rig.name}.journal").exists():
                self._save(self._edited())
        finally:
            os.kill(process.pid, signal.SIGCONT)

    def _edited(self) -> str:
        head, label, body = self._rig.text.partition("[Data]\n")
        rows = body.splitlines()
        choices = ["insert", "insert", "remove", "change", "swap", "comment"]
        choice = self._random.choice([*choices, "stale"] if self.stale else choices)
        at = self._random.randrange(len(rows)) if rows else 0
        self._count += 1
        if choice == "insert" or not rows:
            rows.insert(at, f"new{self._count}")
        elif choice == "remove":
            del rows[at]
        elif choice == "change":
            rows[at] = f"other{self._count}"
        elif choice == "swap":
            other = self._random.randrange(len(rows))
            rows[at], rows[other] = rows[other], rows[at]
        elif choice == "comment":
            head = head.replace("while it runs.", f"while it runs, {self._count}.").replace(", ", ",", 1)
        text = head + label + "".join(f"{row}\n" for row in rows)
        if choice == "stale":
            # A buffer that was loaded before anything was done, with all rows typed in since.
            text = remove(Document.from_text(text))
        return text

    def _save(self, text: str) -> None:
        self.saved = text
        if self._random.random() < 0.5:
            self._rig.write(text)
        else:
            new = self._rig.folder / "new"
            new.write_text(text)
            os.replace(new, self._rig.script)  # noqa: PTH105 -- as editors do


@pytest.mark.parametrize("seed", [1, 2])
def test_a_hundred_edits_during_a_run(seed: int, tmp_path: Path) -> None:
    """No edit is lost, no marker is wrong, and nothing is done twice."""
    rig = Rig(tmp_path)
    rig.write(HEAD.format(machines="north\tLocal\nsouth\tLocal") + "".join(f"row{n}\n" for n in range(90)))
    editor = Editor(rig, seed)
    edits = 0
    for _ in range(30):
        process = rig.start()
        try:
            while process.poll() is None:
                if edits < EDITS and rig.ledger:
                    editor.edit(process)
                    edits += 1
                time.sleep(0.03)
            _, errors = process.communicate()
        except BaseException:
            end(process)
            raise
        assert "Traceback" not in errors
        assert process.returncode in {0, 1}, errors
        document = Document.from_text(rig.text)
        assert findings(document) == []
        assert remove(document) == remove(Document.from_text(editor.saved))
        if process.returncode == 0:
            break
        # What an earlier run has earned is only in the file; whoever takes it out there means it.
        editor.stale = False
    assert process.returncode == 0
    counts = Counter(rig.ledger)
    assert [name for name, number in counts.items() if number > 1] == []
    rows = [row.split(",")[0] for row in rig.text.partition("[Data]\n")[2].splitlines()]
    done = {f"{machine}.{row}" for machine in ("north", "south") for row in rows if row.startswith("row")}
    assert sorted(done - set(counts)) == []
    assert rig.leftovers() == []
    assert edits == EDITS
