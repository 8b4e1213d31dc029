"""Somebody edits the script while it runs: nobody's edit is lost, and no marker is wrong."""

from __future__ import annotations

import contextlib
import tempfile
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from setupbatcher import events
from setupbatcher.markers.agreement import findings
from setupbatcher.markers.remove import remove
from setupbatcher.markers.writer import OutsideEditError
from setupbatcher.script import Document
from tests.engine.test_resume_property import EXAMPLES
from tests.laboratory import LEDGER, Laboratory, done_names

SCRIPT = """\
[Settings]
BatchSettings.MarkerCol=2
[Machines]
m1\tLocal
m2\tLocal
[Batch]
Lab.Do begin
Data.Loop
 Lab.Do %col1%
Data.EndLoop
Lab.Do end
[Data]
a
b
c
"""


ONE = SCRIPT.replace("m2\tLocal\n", "")


def replaced(old: str, new: str) -> Callable[[str], str]:
    """An edit that replaces a part of the script that is there."""

    def change(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    return change


EDITS = {
    "a row is inserted above the one at work": (replaced("\na,OK\n", "\na,OK\nnew\n"), "a b c new", ""),
    "a row is inserted below": (replaced("\nc\n", "\nc\nnew\n"), "a b c new", ""),
    "a row that is done is removed": (replaced("\na,OK\n", "\n"), "a b c", ""),
    "a row that waits is removed": (replaced("\nc\n", "\n"), "a b", "c"),
    "a row that waits is changed": (replaced("\nc\n", "\nC2\n"), "a b C2", "c"),
    "a row that waits is marked as done": (replaced("\nc\n", "\nc,OK\n"), "a b", "c"),
    "rows change places": (replaced("\na,OK\nb\nc\n", "\nc\nb\na,OK\n"), "a b c", ""),
    "a command is inserted above": (replaced("Data.Loop", "Lab.Do later\nData.Loop"), "a b c", ""),
    "a comment is written": (replaced("[Settings]", "a comment\n[Settings]"), "a b c", ""),
    "a stale buffer is saved": (lambda _text: ONE, "a b c", ""),
    "a machine is added": (replaced("[Batch]", "m2\tLocal\n[Batch]"), "a b c begin a b c end", ""),
}
"""Name: the edit, the work that is done beside begin and end, and what is done only if it is noticed too late."""


@pytest.mark.parametrize("noticed", [True, False], ids=["noticed at once", "noticed at the end"])
@pytest.mark.parametrize(("change", "work", "late"), EDITS.values(), ids=EDITS.keys())
def test_an_edit_during_the_run_is_kept(
    change: Callable[[str], str], work: str, late: str, tmp_path: Path, *, noticed: bool
) -> None:
    """The edit stays, rows that were inserted are worked on, and what was done is not done again."""
    lab = Laboratory(tmp_path / "script.txt")
    lab.write(ONE)
    LEDGER.done.clear()
    edited: list[str] = []

    def fault(_name: str) -> None:
        lab.writers[-1].fold()
        edited.append(change(lab.text))
        lab.write(edited[0])
        if noticed:
            lab.writers[-1].fold()

    status = lab.run(faults={2: fault})
    assert status == 0
    assert lab.run() == 0
    assert findings(Document.from_text(lab.text)) == []
    assert remove(Document.from_text(lab.text)) == remove(Document.from_text(edited[0]))
    expected = Counter(["begin", *work.split(), *([] if noticed else late.split()), "end"])
    assert Counter(done_names(LEDGER.done)) == expected


def test_a_row_that_vanishes_under_the_work_ends_the_run(tmp_path: Path) -> None:
    """Where it is open what is which the run ends after the command in flight, and both texts count."""
    lab = Laboratory(tmp_path / "script.txt")
    lab.write(ONE.replace(" Lab.Do %col1%", " Lab.Do %col1%\n DOS sleep 0.5"))
    LEDGER.done.clear()
    editors: list[threading.Timer] = []

    def fault(_name: str) -> None:
        lab.writers[-1].fold()
        editors.append(threading.Timer(0.15, lambda: lab.write(lab.text.replace("\nb\n", "\nB changed\n"))))
        editors[0].start()

    assert lab.run(faults={2: fault}) == 1
    editors[0].join()
    assert any(isinstance(event, events.Notice) for event in lab.heard)
    assert done_names(LEDGER.done) == ["begin", "a", "b"]
    assert lab.text.endswith("[Data]\na,OK\nB changed\nc\n")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["script.txt"]


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), times=st.lists(st.integers(0, 12), min_size=1, max_size=6, unique=True))
def test_many_edits_lose_nothing(data: st.DataObject, times: list[int]) -> None:
    """Rows and machines inserted, removed, moved and changed at any time: each is worked on as the last text says."""
    with tempfile.TemporaryDirectory() as folder:
        lab = Laboratory(Path(folder) / "script.txt")
        lab.write(SCRIPT)
        LEDGER.done.clear()
        texts = [SCRIPT]
        counter = iter(range(1000))

        def fault(_name: str) -> None:
            text = _edited(lab.text, data, f"n{next(counter)}")
            texts.append(text)
            lab.write(text)
            with contextlib.suppress(OutsideEditError):
                lab.writers[-1].fold()

        lab.run(faults=dict.fromkeys(times, fault))
        for _ in range(3):
            document = Document.from_text(lab.text)
            assert findings(document) == []
            if lab.run() == 0:
                break
        assert remove(Document.from_text(lab.text)) == remove(Document.from_text(texts[-1]))
        counts = Counter(LEDGER.done)
        always = [name for name in "abc" if all(f"\n{name}\n" in remove(Document.from_text(text)) for text in texts)]
        for machine in ("m1", "m2"):
            assert [counts[f"{machine}:{name}"] for name in always] == [1] * len(always)
        assert all(number == 1 for number in counts.values())


def _edited(text: str, data: st.DataObject, new: str) -> str:
    """A random edit of the data rows of a text, as it is on disk at that moment."""
    head, label, body = text.partition("[Data]\n")
    rows = body.splitlines()
    kind = data.draw(st.sampled_from(["insert", "remove", "swap", "change"]))
    at = data.draw(st.integers(0, max(len(rows) - 1, 0)))
    if kind == "insert" or not rows:
        rows.insert(at, new)
    elif kind == "remove":
        del rows[at]
    elif kind == "swap":
        rows[0], rows[at] = rows[at], rows[0]
    else:
        rows[at] = new
    return head + label + "".join(f"{row}\n" for row in rows)
