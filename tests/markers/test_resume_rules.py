"""The rules of *Resume*: what has to agree before anything runs, and how it is said."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from setupbatcher.markers.remove import remove
from setupbatcher.run import Options, Refused, Run, check
from setupbatcher.script import Document
from tests.laboratory import LEDGER, Laboratory
from tests.markers.test_what_is_written import LOOP, MACHINES, cells

REFUSALS = {
    "a counter behind the markers": (cells(MACHINES, "\t\tOK-2", "", "", "\tOK", ""), ["SB703"]),
    "a counter ahead of the markers": (cells(MACHINES, "\t\t5-4", "", "", "\tOK", "\tOK"), ["SB703"]),
    "an OK taken out without the counter": (
        cells(MACHINES, "\t\t5-4", "", "", "\tOK", "", "\t5-1", "\t5", "", ",OK"),
        ["SB703"],
    ),
    "two machines without @": (cells(MACHINES, "\t\tOK-0", "\t\t5-2", "", "\tOK"), ["SB704", "SB704"]),
    "command markers of no machine": (cells(MACHINES, "\t\tOK-AllDone", "", "", "\tOK", "\tOK"), ["SB704"]),
    "data markers of no machine": (cells(MACHINES, "\t\tOK-AllDone", "", "", "\tOK", "", "", "", "", ",OK"), ["SB704"]),
    "a loop at a row that is gone": (cells(LOOP, "\tOK", "\t5-9"), ["SB705"]),
    "a loop at a row that is done": (cells(LOOP, "\tOK", "\tOK-0", "", "", "", ",OK"), ["SB705"]),
    "an undo that is not finished": (cells(MACHINES, "\t\t5-U1") + "[Undo]\nLab.Do u\t5\n", ["SB707"]),
    "something else in a command's marker cell": (cells(LOOP, "\tdone"), ["SB304"]),
    "something else in a data row's marker cell": (cells(LOOP, "", "", "", "", "", ",done"), ["SB701"]),
}


@pytest.mark.parametrize(("text", "codes"), REFUSALS.values(), ids=REFUSALS.keys())
def test_markers_that_do_not_agree_stop_the_run(text: str, codes: list[str], tmp_path: Path) -> None:
    """The run stops before it does anything, the findings name everything, and the file is untouched."""
    lab = Laboratory(tmp_path / "script.txt")
    lab.write(text)
    LEDGER.done.clear()
    assert lab.refusal() == codes
    assert (lab.text, LEDGER.done) == (text, [])
    assert [path.name for path in tmp_path.iterdir()] == ["script.txt"]


@pytest.mark.parametrize("text", [text for text, codes in REFUSALS.values() if "SB703" in codes])
def test_the_fix_adjusts_the_counter(text: str, tmp_path: Path) -> None:
    """A counter that does not agree has a fix, with which the script runs to its end."""
    lab = Laboratory(tmp_path / "script.txt")
    lab.write(text)
    (finding,) = check(lab.path).findings
    assert finding.fix is not None
    (edit,) = finding.fix.edits
    lab.write(text[: edit.span.start] + edit.text + text[edit.span.end :])
    assert lab.run() == 0


@pytest.mark.parametrize(
    ("cell", "others", "expected"),
    [
        ("", (), "1225-0"),
        ("5-4", ("\tOK", "\tOK", "\t5-1", "\t5", "", ",OK"), "1225-4"),
        ("OK-2", ("\tOK", "\tOK"), "1225-3"),
        ("OK-0", ("\tOK",), "1225-2"),
        ("1326-0", (), "1225-0"),
        ("5-4@1", ("\tOK",), "1225-4@1"),
        ("OK-2@", ("\tOK",), "1225-3@"),
    ],
)
def test_an_unreachable_machine_keeps_its_resume_point(
    cell: str, others: tuple[str, ...], expected: str, tmp_path: Path
) -> None:
    """Only the code of an unreachable machine changes; the place to go on from stays, and it is tried again."""
    closed = "Linux\thost=127.0.0.1 port=1"
    fresh = (
        MACHINES.replace("m2\tLocal{1}", "m2\t" + closed + "{1}")
        .replace("m1\tLocal{0}\n", "")
        .replace("m3\tLocal{2}\n", "")
    )
    lab = Laboratory(tmp_path / "script.txt")
    lab.write(cells(fresh, "", f"\t{cell}" if cell else "", "", *others))
    LEDGER.done.clear()
    assert lab.run() == 1
    before = Document.from_text(cells(fresh, "", f"\t{cell}" if cell else "", "", *others))
    after = Document.from_text(lab.text)
    assert after.machines[0].marker == expected
    assert remove(after) == remove(before)
    again = cells(MACHINES, "", "\t\t" + expected, "", *others)
    lab.write(again.replace("m1\tLocal\n", "").replace("m3\tLocal\n", ""))
    assert lab.run() == 0


def test_unreachable_marks_must_be_removed_by_hand_without_the_pre_scan(tmp_path: Path) -> None:
    """With CheckMachines=No the run stops before anything and names every machine that is marked as unreachable."""
    text = cells(MACHINES, "\t\t53-0", "\t\t1225-0", "").replace(
        "[Machines]", "BatchSettings.CheckMachines=No\n[Machines]"
    )
    lab = Laboratory(tmp_path / "script.txt")
    lab.write(text)
    with pytest.raises(Refused) as refused:
        lab.run()
    assert [finding.message for finding in refused.value.findings] == [
        "machine `m1` is marked as unreachable",
        "machine `m2` is marked as unreachable",
    ]
    assert lab.text == text


def test_progress_with_gaps_is_not_moved_out_of_the_way(tmp_path: Path) -> None:
    """A machine out of scope keeps its markers; where they have gaps the run refuses instead of losing some."""
    text = cells(MACHINES, "", "\t\t5-2", "", "\tOK", "\t5", "\tOK")
    lab = Laboratory(tmp_path / "script.txt")
    lab.write(text)
    assert lab.refusal(Options(limit="m1")) == ["SB708"]
    assert lab.text == text


def test_a_second_run_is_refused(tmp_path: Path) -> None:
    """One run per script: the second has status 3 and names the first one's process."""
    lab = Laboratory(tmp_path / "script.txt")
    lab.write(cells(LOOP))
    seen: list[Refused] = []

    def second(_name: str) -> None:
        run = Run(lab.path)
        try:
            run.execute().send(None)
        except Refused as refused:
            seen.append(refused)

    assert lab.run(faults={1: second}) == 0
    assert [(refused.status, refused.findings[0].code) for refused in seen] == [(3, "SB804")]
    assert f"process {os.getpid()} on " in seen[0].findings[0].message
    assert asyncio.run(Run(lab.path).execute()) == 0
