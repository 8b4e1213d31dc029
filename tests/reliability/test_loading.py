"""A run that loads its data, killed at each system call with which it touches the script, the journal or the folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.reliability.rig import Account, Rig
from tests.reliability.test_system_calls import EVERY, STRACE, calls_of, traced

SCRIPT = """\
[Data_Begin]
old
[Data_End]

[Settings_Begin]
BatchSettings.MarkerCol=2
[Settings_End]

[Init_Batch_Begin]
DOS echo i1 >> ledger
Data.Load rows.csv
DOS echo i2 >> ledger; sleep 0.3
[Init_Batch_End]

[Batch_Begin]
Data.Loop
  DOS echo b1.%col1|sh% >> ledger
Data.EndLoop
[Batch_End]
"""
NEW = "x\ny\nz\n"


@pytest.mark.skipif(STRACE is None, reason="strace is not installed; on Debian: apt-get install strace")
def test_rows_and_their_ok_are_there_together_or_not_at_all(rig: Rig, tmp_path: Path) -> None:
    """Killed before any call, the script has the old rows and no OK, or the new ones and OK; the next run finishes."""
    (rig.folder / "rows.csv").write_text(NEW)
    rig.known.add("rows.csv")
    rig.write(SCRIPT)
    log = tmp_path / "calls"
    assert traced(rig, log).status == 0
    expected, ledger = rig.text, rig.ledger
    assert ledger == ["i1", "i2", "b1.x", "b1.y", "b1.z"]
    assert NEW in expected
    seen = set()
    for name, number in calls_of(log)[:: max(1, EVERY // 4)]:
        (rig.folder / "ledger").unlink()
        rig.write(SCRIPT)
        ended = traced(rig, log, "-e", f"inject={name}:signal=KILL:when={number}")
        account = Account()
        if ended.status:
            loaded = "Data.Load rows.csv\tOK" in rig.text
            assert ("\nold\n" in rig.text) != loaded
            seen.add(loaded)
            account.note(rig.in_flight(quick=True))
            rig.check(quick=True)
            assert rig.call().status == 0, f"after the kill at {name} {number}"
        account.settle(rig.ledger, ledger)
        assert rig.text == expected, f"after the kill at {name} {number}"
        assert rig.leftovers() == [], f"after the kill at {name} {number}"
    assert seen == {True, False}
