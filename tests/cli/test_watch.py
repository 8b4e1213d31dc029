"""``setupbatcher watch``."""

from __future__ import annotations

import re
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.cli.harness import PATIENCE, PROGRAM, Caller
from tests.tmux import Screen, screen
from tests.waiting import wait_until

Script = Callable[[str], Caller]

_ROW = "DOS touch up-%Machine%; while [ ! -e go-%Machine% ]; do sleep 0.05; done"
_TEXT = f"[Machines]\na\tLocal\nb\tLocal\n[Batch]\n{_ROW}\n"


@contextmanager
def _watching(folder: Path, *arguments: str, columns: int = 80, lines: int = 24) -> Iterator[Screen]:
    with screen(columns, lines, [*PROGRAM, "watch", *arguments, "script.txt"], folder) as shown:
        yield shown


def _save(folder: Path, text: str) -> None:
    """As an editor does: a new file in the place of the old one."""
    (folder / "new").write_text(text, encoding="utf-8")
    (folder / "new").rename(folder / "script.txt")


def test_a_run_is_followed(script: Script, tmp_path: Path) -> None:
    """The table changes while another process runs the script, without a key being pressed."""
    call = script(_TEXT)
    with _watching(tmp_path) as shown:
        shown.shows("script.txt: fresh", "0 of 2 done, 2 not begun", "q ends")
        running = call.start("run", "script.txt")
        shown.shows("script.txt: unfinished", "a        unfinished", "DOS touch up-%Machine%")
        (tmp_path / "go-a").touch()
        shown.shows("a        done", "b        unfinished", "1 of 2 done, 1 unfinished")
        (tmp_path / "go-b").touch()
        shown.shows("script.txt: done", "2 of 2 done")
        running.communicate(timeout=PATIENCE)
        assert "unfinished" not in shown.text
        shown.press("q")
        ended = shown.shows("ended with 0")
        assert "script.txt: done" in ended


def test_findings_come_and_go(script: Script, tmp_path: Path) -> None:
    """As people save the script."""
    script("[Batch]\nLog x\n")
    with _watching(tmp_path) as shown:
        shown.shows("script.txt: fresh")
        _save(tmp_path, "[Batch]\nLgo x\nDSO y\n")
        shown.shows("script.txt:2:1: error[SB301]: unknown command `Lgo`", "script.txt:3:1: error[SB301]")
        _save(tmp_path, "[Batch]\nLog x\tOK\n")
        shown.until(lambda seen: "SB301" not in seen and "script.txt: done" in seen)
        (tmp_path / "script.txt").unlink()
        shown.shows("error[SB801]")
        _save(tmp_path, "[Batch]\nLog x\n")
        shown.until(lambda seen: "SB801" not in seen and "script.txt: fresh" in seen)


def test_thousands_of_machines_fit_the_terminal(script: Script, tmp_path: Path) -> None:
    """Whatever its size, also when that changes."""
    rows = "".join(f"m{number}\tLocal\t\t{'5-1@' if number % 3 else 'OK-AllDone'}\n" for number in range(5000))
    script(f"[Machines]\n{rows}[Batch]\nLog x\nLog y\n")
    with _watching(tmp_path) as shown:
        seen = shown.shows("1667 of 5000 done, 3333 failed", "q ends")
        assert len(seen.split("\n")) <= 24
        assert re.search(r"… and \d+ more", seen)
        shown.resize(60, 15)
        seen = shown.until(lambda seen: len(seen.split("\n")) <= 15 and "q ends" in seen)
        assert all(len(line) <= 60 for line in seen.split("\n"))


def test_each_saved_change_is_run(script: Script, tmp_path: Path) -> None:
    """Not one with an error in it; what the run itself writes is no change; nothing runs before the first one."""
    script("[Batch]\nDOS echo x >> ran\n")
    with _watching(tmp_path, "--run") as shown:
        shown.shows("script.txt: fresh", "each saved change without an error is run")
        assert not (tmp_path / "ran").exists()
        _save(tmp_path, "[Batch]\nDOS echo x >> ran\nDSO\n")
        shown.shows("SB301")
        assert not (tmp_path / "ran").exists()
        _save(tmp_path, "[Batch]\nDOS echo x >> ran\nDOS echo y >> ran; exit 7\n")
        shown.shows("error[7]")
        # On a terminal a person is asked, as in any other run.
        shown.shows("abort, retry, ignore or support?")
        shown.press("a", "Enter")
        shown.shows("script.txt: failed", "each saved change")
        assert (tmp_path / "ran").read_text(encoding="utf-8") == "x\ny\n"
        _save(tmp_path, "[Batch]\nDOS echo x >> ran\tOK\nDOS echo z >> ran\n")
        shown.shows("Done: ", "script.txt: done")
        assert (tmp_path / "ran").read_text(encoding="utf-8") == "x\ny\nz\n"
        shown.press("q")
        shown.shows("ended with 0")


def test_an_edit_during_a_run_counts_from_the_next_one_on(script: Script, tmp_path: Path) -> None:
    """Which follows at once."""
    script("[Batch]\nLog x\tOK\n")
    with _watching(tmp_path, "--run") as shown:
        shown.shows("script.txt: done")
        _save(tmp_path, "[Batch]\nDOS touch up; while [ ! -e go ]; do sleep 0.05; done\n")
        wait_until((tmp_path / "up").exists)
        _save(tmp_path, "[Batch]\nDOS touch up; while [ ! -e go ]; do sleep 0.05; done\nDOS echo more > more\n")
        (tmp_path / "go").touch()
        wait_until((tmp_path / "more").exists)
        shown.until(lambda seen: "script.txt: done" in seen and "2 of 2" in seen)


def test_on_a_pipe_each_change_is_a_line(script: Script, tmp_path: Path) -> None:
    """Of the progress and of findings, with the time."""
    call = script("[Batch]\nLog x\nLog y\n")
    watching = call.start("watch", "script.txt")
    assert watching.stdout is not None
    told = [watching.stdout.readline().decode()]
    _save(tmp_path, "[Batch]\nLog x\tOK\nLgo y\n")
    told += [watching.stdout.readline().decode() for _ in range(2)]
    _save(tmp_path, "[Batch]\nLog x\tOK\nLog y\tOK\n")
    told += [watching.stdout.readline().decode() for _ in range(2)]
    watching.send_signal(signal.SIGINT)
    rest, err = watching.communicate(timeout=PATIENCE)
    assert (rest, err, watching.returncode) == (b"", b"", 130)
    assert [re.sub(r"^\d\d:\d\d:\d\d  ", "TIME ", line) for line in told] == [
        "TIME fresh: [Batch] 0 of 2\n",
        "TIME unfinished: [Batch] 1 of 2\n",
        "script.txt:3:1: error[SB301]: unknown command `Lgo`\n",
        "TIME done: [Batch] 2 of 2\n",
        "TIME mended: script.txt:3:1: error[SB301]: unknown command `Lgo`\n",
    ]


def test_a_signal_leaves_the_terminal_as_it_was(script: Script, tmp_path: Path) -> None:
    """Ctrl-C as well; the last state stays on the screen."""
    script("[Batch]\nLog x\n")
    with _watching(tmp_path) as shown:
        shown.shows("q ends")
        shown.press("C-c")
        assert "script.txt: fresh" in shown.shows("ended with 130")


def test_a_script_that_is_not_there(call: Caller) -> None:
    """Cannot be watched."""
    call("watch", "no.txt").status(2).tells("`no.txt` cannot be read")
