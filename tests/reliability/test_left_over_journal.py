"""What a crash left behind: torn, empty or spoilt, or beside a script that is no longer the one it speaks of."""

from __future__ import annotations

import random

import pytest

from setupbatcher.markers.remove import remove
from setupbatcher.script.document import Document
from tests.reliability.rig import Rig

SEED = 20267

SCRIPT = """\
A machine, a loop over rows, and a command that ends the run the hard way.

[Settings_Begin]
BatchSettings.MarkerCol=2
[Settings_End]

[Machines_Begin]
north\tLocal
south\tLocal
[Machines_End]

[Batch_Begin]
DOS echo b1.%Machine% >> ledger
DOS echo b2.%Machine% >> ledger
Data.Loop
  DOS echo b3.%Machine%.%col1|sh% >> ledger
  DOS [ %Machine%%col1|sh% != northr2 ] || [ -e again ] || { touch again; kill -9 "$PPID"; }
Data.EndLoop
DOS echo b4.%Machine% >> ledger
[Batch_End]

[Data_Begin]
r0
r1
r2
r3
[Data_End]
"""


def expected(rows: str = "0123", first: tuple[str, ...] = ("b1", "b2")) -> list[str]:
    """The whole ledger of a run over these data rows."""
    return [
        entry
        for machine in ("north", "south")
        for entry in (
            *(f"{label}.{machine}" for label in first),
            *(f"b3.{machine}.r{row}" for row in rows),
            f"b4.{machine}",
        )
    ]


@pytest.fixture
def crashed(rig: Rig) -> Rig:
    """A script whose run was killed in the third row; its markers are in the journal only."""
    rig.known.add("again")
    rig.write(SCRIPT)
    assert rig.call().status == -9
    assert rig.ledger == expected()[:5]
    assert rig.text == SCRIPT
    assert rig.leftovers() == [".script.txt.journal"]
    return rig


def _finish(rig: Rig) -> str:
    """Run to the end; returns what was said."""
    ended = rig.call()
    assert ended.status == 0, ended.errors
    assert rig.leftovers() == []
    return ended.errors


def test_a_torn_journal_counts_up_to_the_tear(crashed: Rig) -> None:
    """Wherever the journal breaks off, the run goes on, and what is told before the tear is not done again."""
    print(f"seed {SEED}")
    chance = random.Random(SEED)
    journal = crashed.folder / ".script.txt.journal"
    whole = journal.read_bytes().rstrip(b"\0")
    before = crashed.ledger
    for _ in range(6):
        crashed.write(SCRIPT)
        journal.write_bytes(whole[: chance.randrange(len(whole))])
        (crashed.folder / "ledger").write_text("".join(f"{entry}\n" for entry in before))
        crashed.check(quick=True)
        _finish(crashed)
        again = crashed.ledger[len(before) :]
        assert again == expected()[len(expected()) - len(again) :]
        assert len(again) >= len(expected()) - len(before)


@pytest.mark.parametrize(
    "content",
    [b"", b"\0" * 70000, b"\xff\xfe\x00garbage\n" * 50, b"00000000 \n", b"00000000 {}\n", b"6dd28e9b 5\n", b"no end"],
    ids=["empty", "zeros", "garbage", "no record", "false checksum", "a number", "no line"],
)
def test_a_journal_that_says_nothing_is_no_obstacle(rig: Rig, content: bytes) -> None:
    """An empty or spoilt journal is taken for none: the script says what is done."""
    rig.known.add("again")
    (rig.folder / "again").touch()
    rig.write(SCRIPT)
    (rig.folder / ".script.txt.journal").write_bytes(content)
    assert rig.in_flight(quick=True) == []
    rig.check(quick=True)
    _finish(rig)
    assert rig.ledger == expected()


def test_what_was_earned_survives_a_stale_copy(rig: Rig) -> None:
    """An editor that saves the text from before the run, and a row more, over one with markers takes none away."""
    rig.known.add("again")
    text = SCRIPT.replace("DOS echo b3", "DOS sleep 0.15; echo b3")
    rig.write(text)
    assert rig.call().status == -9
    assert "\tOK" in rig.text
    stale = text.replace("r3\n", "r3\nr4\n")
    rig.write(stale)
    rig.check()
    assert "found no place" not in _finish(rig)
    assert rig.ledger == expected("01234")
    assert rig.text == stale.replace("Local\n", "Local\t\tOK-AllDone\n")


def test_a_copy_from_before_an_earlier_run_is_refused_or_obeyed(crashed: Rig) -> None:
    """Where a stale copy takes markers of an earlier run away, the cells decide; what cannot be is said."""
    (crashed.folder / "again").unlink()
    assert crashed.call().status == -9, "the markers of the first run are in the script now"
    assert "\tOK" in crashed.text
    crashed.write(SCRIPT)
    ended = crashed.call()
    assert ended.status in {0, 2}
    if ended.status == 2:
        assert "SB70" in ended.errors


def test_an_edit_with_rows_above_moves_the_markers(crashed: Rig) -> None:
    """Commands, data rows and machines put in above those that are done leave each `OK` at its row."""
    edited = SCRIPT.replace("DOS echo b1", "DOS echo b0.%Machine% >> ledger\nDOS echo b1")
    edited = edited.replace("r0\n", "r7\nr8\nr0\n").replace("north\t", "west\tLocal\nnorth\t")
    crashed.write(edited)
    crashed.check()
    assert crashed.in_flight()[0]["line"] == 6
    said = _finish(crashed)
    assert "found no place" not in said
    north = [entry for entry in crashed.ledger if "north" in entry]
    assert sorted(north) == sorted(
        ["b0.north", "b1.north", "b2.north", "b4.north", *(f"b3.north.r{row}" for row in "780123")]
    )
    for other in ("west", "south"):
        assert [entry.replace(other, "north") for entry in crashed.ledger if other in entry] == [
            *("b0.north", "b1.north", "b2.north"),
            *(f"b3.north.r{row}" for row in "780123"),
            "b4.north",
        ]
    assert remove(Document.from_text(crashed.text)) == remove(Document.from_text(edited))


def test_after_an_edit_of_a_long_script_the_row_in_work_begins_anew(crashed: Rig) -> None:
    """Without a copy of the old script rows are known by their text; a loop whose row is in doubt repeats that row."""
    journal = crashed.folder / ".script.txt.journal"
    lines = journal.read_bytes().split(b"\n")
    journal.write_bytes(b"\n".join(line for line in lines if b'["text",' not in line))
    edited = SCRIPT.replace("r0\n", "r7\nr8\nr0\n")
    crashed.write(edited)
    crashed.check()
    assert "found no place" in _finish(crashed)
    north = [entry for entry in crashed.ledger if "north" in entry]
    assert sorted(north) == sorted(
        ["b1.north", "b2.north", "b4.north", "b3.north.r2", *(f"b3.north.r{row}" for row in "780123")]
    )
    assert crashed.text == edited.replace("Local\n", "Local\t\tOK-AllDone\n")


def test_a_row_that_was_changed_is_lost_and_that_is_said(crashed: Rig) -> None:
    """Where a row with an `OK` was changed, the run says that its marker found no place."""
    crashed.write(SCRIPT.replace("echo b2.%Machine%", "echo b9.%Machine%"))
    crashed.check()
    ended = crashed.call()
    assert ended.status == 0
    done = [entry for entry in crashed.ledger if entry == "b9.north"]
    assert len(done) == 1
    assert [entry for entry in crashed.ledger if entry == "b1.north"] == ["b1.north"]


def test_another_script_gets_none_of_the_markers(crashed: Rig) -> None:
    """A script with the same machines and data that has hardly a row in common with the old one begins at its start."""
    other = """\
[Machines_Begin]
north\tLocal
[Machines_End]

[Batch_Begin]
DOS echo other >> ledger
DOS echo b2.%Machine% >> ledger
DOS echo more >> ledger
[Batch_End]

[Data_Begin]
r0
[Data_End]
"""
    crashed.write(other)
    crashed.check()
    assert crashed.in_flight() == []
    said = _finish(crashed)
    assert "found no place" in said
    assert crashed.ledger[5:] == ["other", "b2.north", "more"]
    assert crashed.text == other.replace("Local\n", "Local\t\tOK-AllDone\n")


def test_a_journal_beside_something_else_is_no_obstacle(crashed: Rig) -> None:
    """A script that is no longer one, or gone, is reported as that; the journal does no harm."""
    crashed.write("nothing that a run knows\n")
    ended = crashed.call("check", crashed.name)
    assert ended.status in {0, 1}
    crashed.script.unlink()
    ended = crashed.call()
    assert ended.status == 2
    assert "SB801" in ended.errors
