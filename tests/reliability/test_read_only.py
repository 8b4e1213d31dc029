"""A script that cannot be written is refused before its first command; a folder that vanishes ends the run."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence

import pytest

from tests.reliability.rig import Rig

SCRIPT = """\
[Batch_Begin]
DOS echo b1 >> ../ledger
DOS echo b2 >> ../ledger
[Batch_End]
"""
BOUND = ("setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-dac_override,-dac_read_search")
"""Starts a program for which the mode of files counts, also where it runs as root."""


@pytest.fixture
def outside(rig: Rig) -> Rig:
    """A script whose ledger stands outside its folder."""
    rig.book = rig.folder.parent / "ledger"
    rig.write(SCRIPT)
    return rig


def _refused(rig: Rig, before: Sequence[str] = ()) -> str:
    ended = rig.call(before=before)
    assert ended.status == 2
    assert "SB803" in ended.errors
    assert (rig.ledger, rig.text, rig.leftovers()) == ([], SCRIPT, [])
    return ended.errors


@pytest.mark.parametrize("what", ["file", "folder"])
def test_what_may_not_be_written_is_refused(outside: Rig, what: str) -> None:
    """A read-only file, or a file in a read-only folder, is refused before the first command."""
    place = outside.script if what == "file" else outside.folder
    place.chmod(0o444 if what == "file" else 0o555)
    try:
        errors = _refused(outside, BOUND if os.geteuid() == 0 else ())
    finally:
        outside.folder.chmod(0o755)
    assert "read-only" in errors


@pytest.fixture
def read_only_disk(outside: Rig) -> Iterator[Rig]:
    """The same folder, mounted once more so that nothing can be written."""
    commands = (["mount", "--bind"], ["mount", "-o", "remount,ro,bind"])
    for command in commands:
        done = subprocess.run([*command, str(outside.folder), str(outside.folder)], check=False, capture_output=True)
        if done.returncode:
            pytest.skip(f"nothing can be mounted here: {done.stderr.decode().strip()}")
    try:
        yield outside
    finally:
        subprocess.run(["umount", "--lazy", str(outside.folder)], check=True)


def test_a_read_only_disk_is_refused(read_only_disk: Rig) -> None:
    """On a disk that is mounted read-only nothing runs, but the script can be checked and looked at."""
    _refused(read_only_disk)
    read_only_disk.check()
    assert read_only_disk.in_flight() == []


def test_a_disk_that_becomes_read_only_ends_the_run(outside: Rig) -> None:
    """Remounted under the run, the script cannot be written any more: the run ends, nothing is lost or done twice."""
    folder = str(outside.folder)
    probe = subprocess.run(["mount", "--bind", folder, folder], check=False, capture_output=True)
    if probe.returncode:
        pytest.skip(f"nothing can be mounted here: {probe.stderr.decode().strip()}")
    subprocess.run(["umount", folder], check=True)
    remount = f"mount --bind {folder} {folder} && mount -o remount,ro,bind {folder}; echo b1"
    text = SCRIPT.replace("echo b1", remount).replace("echo b2", "sleep 0.6; echo b2")
    outside.write(text.replace("[Batch_End]", "DOS echo b3 >> ../ledger\n[Batch_End]").replace("../", f"{folder}/../"))
    try:
        ended = outside.call()
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)
    assert (ended.status, outside.ledger) == (1, ["b1", "b2"])
    assert "cannot be written: read-only file system" in ended.errors
    assert outside.in_flight() == []
    assert outside.call().status == 0
    assert (outside.ledger, outside.leftovers()) == (["b1", "b2", "b3"], [])


def test_a_journal_is_read_by_those_who_may_not_write(outside: Rig) -> None:
    """After a crash, somebody who may only read the script sees the true state too."""
    outside.write(SCRIPT.replace("echo b2", "kill -9 $PPID; echo b2"))
    assert outside.call().status == -9
    outside.folder.chmod(0o555)
    outside.script.chmod(0o444)
    try:
        ended = outside.call("status", outside.name, before=BOUND if os.geteuid() == 0 else ())
    finally:
        outside.folder.chmod(0o755)
        outside.script.chmod(0o644)
    assert " 1 of 2" in ended.output
    assert "echo b2" in ended.output


def test_a_folder_that_vanishes_ends_the_run(outside: Rig) -> None:
    """The run ends after the command in flight with a message; once the folder is back, the next run finishes."""
    outside.write(
        SCRIPT.replace("echo b1", 'mv "$PWD" "$PWD.gone"; sleep 0.5; echo b1').replace(
            "../", f"{outside.folder.parent}/"
        )
    )
    gone = outside.folder.with_name(outside.folder.name + ".gone")
    ended = outside.call()
    assert ended.status == 1
    assert "no such file or directory" in ended.errors
    assert outside.ledger == ["b1"]
    gone.rename(outside.folder)
    outside.check()
    assert outside.in_flight() == []
    assert outside.call().status == 0
    assert outside.ledger == ["b1", "b2"]
    assert outside.leftovers() == []


def test_a_folder_that_is_removed_ends_the_run(outside: Rig) -> None:
    """Where the script is gone for good, the message does not speak of a journal that is gone too."""
    outside.write(
        SCRIPT.replace("echo b1", 'rm -r "$PWD"; sleep 0.5; echo b1').replace("../", f"{outside.folder.parent}/")
    )
    ended = outside.call()
    assert ended.status == 1
    assert "the folder of the script is gone" in ended.errors
    assert not outside.folder.exists()


assert shutil.which("setpriv") or os.geteuid()
