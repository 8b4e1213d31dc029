"""Symbolic links, hard links, mode and owner of a script outlive its runs, and kills in the middle of a write."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from setupbatcher.text.store import Store, digest
from tests.reliability.rig import Rig

SCRIPT = """\
[Batch_Begin]
DOS echo b1 >> ledger
DOS {middle}echo b2 >> ledger
[Batch_End]
"""
DONE = SCRIPT.format(middle="").replace(" ledger\n", " ledger\tOK\n")


def test_a_symbolic_link_is_followed(rig: Rig, tmp_path: Path) -> None:
    """A run through a link writes the file that it points to, beside which the journal stands; the link stays one."""
    rig.write(SCRIPT.format(middle=""))
    other = Rig(tmp_path / "links")
    other.folder.mkdir()
    other.script.symlink_to(rig.script)
    assert other.call().status == 0
    assert other.script.is_symlink()
    assert (rig.text, rig.ledger) == (DONE, ["b1", "b2"])
    assert other.leftovers() == rig.leftovers() == []


def test_through_a_link_the_same_lock_and_the_same_journal_are_met(rig: Rig, tmp_path: Path) -> None:
    """A run that was killed under one name goes on under the other."""
    rig.write(SCRIPT.format(middle='[ -s ledger ] && [ ! -e again ] && touch again && kill -9 "$PPID"; '))
    rig.known.add("again")
    (rig.folder / "link.txt").symlink_to(rig.script)
    rig.known.add("link.txt")
    assert rig.call("run", "link.txt").status == -9
    assert rig.call().status == 0
    assert [entry for entry in rig.ledger if entry == "b1"] == ["b1"]
    assert rig.leftovers() == []


def test_mode_and_owner_are_kept(rig: Rig) -> None:
    """A script of another user with an unusual mode keeps both, and so does what is left after a crash."""
    rig.write(SCRIPT.format(middle='[ -e again ] || { touch again; kill -9 "$PPID"; }; '))
    rig.known.add("again")
    rig.script.chmod(0o640)
    owner = (os.geteuid(), os.getegid())
    if os.geteuid() == 0:
        owner = (54321, 54322)
        os.chown(rig.script, *owner)
    assert rig.call().status == -9
    journal = (rig.folder / ".script.txt.journal").stat()
    assert (journal.st_uid, journal.st_gid, journal.st_mode & 0o7777) == (*owner, 0o640)
    assert rig.call().status == 0
    found = rig.script.stat()
    assert (found.st_uid, found.st_gid, found.st_mode & 0o7777) == (*owner, 0o640)
    assert rig.leftovers() == []


def test_hard_links_stay_together(rig: Rig) -> None:
    """A file with two names is written in place: both names show the markers, and are still one file."""
    rig.write(SCRIPT.format(middle="sleep 0.3; "))
    other = rig.folder / "other.txt"
    other.hardlink_to(rig.script)
    rig.known.add("other.txt")
    assert rig.call().status == 0
    assert other.samefile(rig.script)
    assert other.read_text() == DONE.replace("DOS echo b2", "DOS sleep 0.3; echo b2")
    assert rig.leftovers() == []


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 1.0])
def test_a_write_in_place_that_was_torn_is_mended(rig: Rig, share: float) -> None:
    """A file that holds the beginning of the new version and the end of the old one is seen, and made, whole again."""
    rig.write(SCRIPT.format(middle="kill -9 $PPID; "))
    other = rig.folder / "other.txt"
    other.hardlink_to(rig.script)
    rig.known.add("other.txt")
    old = rig.script.read_bytes()
    assert rig.call().status == -9
    # What a kill in the middle of the next fold leaves: both versions beside the file, and a mixture in it.
    new = old.replace(b"b1 >> ledger", b"b1 >> ledger\tOK")
    (rig.folder / ".script.txt.both").write_bytes(b"%d %s\n" % (len(old), digest(old + new).encode()) + old + new)
    at = round(share * len(new))
    with rig.script.open("r+b") as file:
        file.write(new[:at])
    assert rig.script.read_bytes() == new[:at] + old[at:]
    rig.check()
    assert "echo b2" in rig.in_flight()[0]["text"]
    # Nobody kills it again: the command in flight is repeated without that.
    ended = rig.call("run", rig.name, "--in-flight", "skip")
    assert ended.status == 0
    assert rig.script.read_bytes() == new.replace(b"b2 >> ledger", b"b2 >> ledger\tOK")
    assert other.samefile(rig.script)
    assert rig.leftovers() == []


@pytest.mark.skipif(os.geteuid() != 0, reason="needs another user")
def test_a_script_of_another_user_keeps_its_owner(tmp_path: Path) -> None:
    """Who may write a script but not give files away writes it in place, also where no rename is allowed."""
    for parent in (tmp_path, *tmp_path.parents[:3]):
        if parent != Path(parent.anchor):
            parent.chmod(parent.stat().st_mode | 0o055)
    folder = tmp_path / "shared"
    folder.mkdir()
    folder.chmod(0o1777)
    script = folder / "script.txt"
    script.write_bytes(b"old")
    script.chmod(0o666)
    pid = os.fork()
    if not pid:
        status = 1
        try:
            os.setgroups([])
            os.setgid(54322)
            os.setuid(54321)
            Store(script).check_writable()
            Store(script).replace(b"new")
            status = 0
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert script.read_bytes() == b"new"
    assert (script.stat().st_uid, script.stat().st_mode & 0o777) == (0, 0o666)
    assert [path.name for path in folder.iterdir()] == ["script.txt"]


def test_an_edit_after_a_write_in_place_is_no_torn_write(tmp_path: Path) -> None:
    """Where both versions were left beside a file and a person saved another text since, that text stands."""
    script = tmp_path / "script.txt"
    old, new = b"one\ntwo\n", b"one\tOK\ntwo\n"
    (tmp_path / ".script.txt.both").write_bytes(b"%d %s\n" % (len(old), digest(old + new).encode()) + old + new)
    script.write_bytes(b"one\tOK\ntwo\nthree\n")
    store = Store(script)
    assert store.read() == b"one\tOK\ntwo\nthree\n"
    store.tidy()
    assert script.read_bytes() == b"one\tOK\ntwo\nthree\n"
    assert [path.name for path in tmp_path.iterdir()] == ["script.txt"]


def test_every_torn_write_is_recognised(tmp_path: Path) -> None:
    """Wherever the write of a longer, a shorter or an equal version was cut off, the new version is read."""
    script = tmp_path / "script.txt"
    for old, new in ((b"abcabc", b"abcXabcX"), (b"abcXabcX", b"abcabc"), (b"abcabc", b"abdabd"), (b"", b"abc")):
        both = b"%d %s\n" % (len(old), digest(old + new).encode()) + old + new
        (tmp_path / ".script.txt.both").write_bytes(both)
        for at in range(1, len(new) + 1):
            script.write_bytes(new[:at] + old[at:])
            assert Store(script).read() in {new, old if new[:at] + old[at:] == old else new}
            Store(script).tidy()
            assert script.read_bytes() == new
            (tmp_path / ".script.txt.both").write_bytes(both)
