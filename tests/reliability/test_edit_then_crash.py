"""A run whose script is edited while it works, and that is killed before the next fold."""

from __future__ import annotations

import pytest

from tests.reliability.rig import PROGRAM, Rig

EDIT = "sed -e 's/^r0/r8\\nr0/' -e 's/^r2/r2\\nr9/' script.txt > edited && mv edited script.txt && sleep 0.2"
SCRIPT = f"""\
[Settings_Begin]
BatchSettings.MarkerCol=2
[Settings_End]

[Batch_Begin]
Data.Loop
  DOS echo b1.%col1|sh% >> ledger
  DOS [ %col1|sh% != r1 ] || {{ {EDIT}; }}
  DOS [ %col1|sh% != r9 ] || [ -e again ] || {{ touch again; kill -9 "$PPID"; }}
Data.EndLoop
[Batch_End]

[Data_Begin]
r0
r1
r2
r3
r4
r5
[Data_End]
"""


def test_an_edit_during_a_run_that_is_killed_soon_after(rig: Rig) -> None:
    """What is earned after an edit was taken over, and before it is folded in, survives a kill."""
    rig.program = PROGRAM
    rig.known.add("again")
    rig.write(SCRIPT)
    assert rig.call().status == -9
    assert rig.ledger == ["b1.r0", "b1.r1", "b1.r2", "b1.r9"]
    assert "\nr8\nr0" in rig.text
    assert "\tOK" not in rig.text
    rig.check()
    ended = rig.call()
    assert ended.status == 0, ended.errors
    assert "found no place" not in ended.errors
    assert sorted(rig.ledger) == [f"b1.r{row}" for row in (0, 1, 2, 3, 4, 5, 8, 9)]


INSERT = "sed -e 's/^DOS echo b1/DOS echo b0 >> ledger\\nDOS echo b1/' script.txt > edited; cp edited script.txt"
MACHINES = f"""\
[Settings_Begin]
BatchSettings.MarkerCol=2
[Settings_End]

[Machines_Begin]
north\tLocal
[Machines_End]

[Batch_Begin]
DOS echo b1.north >> ledger
DOS [ -e edited ] || {{ {INSERT}; }}; sleep SECONDS
DOS echo b3.north >> ledger
DOS [ -e again ] || {{ touch again; kill -9 "$PPID"; }}
[Batch_End]
"""


@pytest.mark.parametrize("seconds", ["0.2", "2.5"])
def test_a_row_put_in_during_a_run_that_is_killed(rig: Rig, seconds: str) -> None:
    """The line counter is right after a crash, whether the edit was folded in before or not."""
    rig.program = PROGRAM
    rig.known |= {"again", "edited"}
    rig.write(MACHINES.replace("SECONDS", seconds))
    assert rig.call().status == -9
    rig.check()
    ended = rig.call()
    assert ended.status == 0, ended.errors
    assert rig.ledger == ["b1.north", "b3.north", "b0"]
