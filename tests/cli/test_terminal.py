"""A run at a terminal: questions, keys, signals."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

from tests.cli.harness import Terminal
from tests.waiting import wait_until

AtTerminal = Callable[..., Terminal]

_QUESTION = "abort, retry, ignore or support? [a/r/i/s] "


def _text(folder: Path) -> str:
    return (folder / "script.txt").read_text(encoding="utf-8")


def test_a_person_may_abort(at_terminal: AtTerminal, tmp_path: Path) -> None:
    """The error is shown before the question; abort writes it down."""
    terminal = at_terminal("[Batch]\nDOS exit 7\nDOS true\n")
    terminal.expect("[7]").expect("exit status 7").expect(_QUESTION).send("a\n").expect("Stopped").ends(1)
    assert _text(tmp_path) == "[Batch]\nDOS exit 7\t7\nDOS true\n"


def test_a_person_may_retry_and_ignore(at_terminal: AtTerminal, tmp_path: Path) -> None:
    """Retry runs the command again, ignore goes on, and other answers are asked again."""
    terminal = at_terminal("[Batch]\nDOS echo x >> tries; exit 7\nDOS true\n")
    terminal.expect(_QUESTION).send("what\n").expect(_QUESTION).send("Retry\n").expect("[7]").expect(_QUESTION)
    terminal.send("i\n").expect("Done").ends(0)
    assert (tmp_path / "tries").read_text(encoding="utf-8") == "x\nx\n"
    assert _text(tmp_path) == "[Batch]\nDOS echo x >> tries; exit 7\tOK(7)\nDOS true\tOK\n"


def test_support_writes_a_bundle_and_asks_again(at_terminal: AtTerminal, tmp_path: Path) -> None:
    """The bundle holds the script without its password, the log and the versions."""
    text = "[Settings]\nMachines.Password=topsecret\n[Batch]\nDOS exit 7\n"
    terminal = at_terminal(text)
    terminal.expect(_QUESTION).send("s\n").expect("support bundle: ").expect(_QUESTION).send("a\n").ends(1)
    assert "topsecret" not in terminal.shown
    bundle = next(tmp_path.glob("setupbatcher-support-*.zip"))
    with ZipFile(bundle) as parts:
        texts = {name: parts.read(name).decode() for name in parts.namelist()}
    assert set(texts) == {"versions.txt", "script.txt", "log.txt"}
    assert not [name for name, part in texts.items() if "topsecret" in part]
    assert "exit status 7" in texts["log.txt"]


def test_unreachable_machines_are_confirmed(at_terminal: AtTerminal, tmp_path: Path) -> None:
    """Who does not want to go on gets the summary at once; who does works on the others."""
    text = "[Machines]\none\tLocal\ntwo\tLinux\thost=127.0.0.1 port=1\n[Batch]\nLog x\n"
    no = at_terminal(text).expect("unreachable[1225]").expect("1 of 2 machines cannot be reached: two\n")
    no.expect("Go on with the other 1? [y/n] ").send("n\n").expect("Stopped: 0 of 2 machines done, 1 unreachable").ends(
        1
    )
    marked = "two\tLinux\thost=127.0.0.1 port=1\t1225-0\n[Batch]\nLog x\n"
    assert _text(tmp_path) == f"[Machines]\none\tLocal\n{marked}"
    yes = (
        at_terminal(_text(tmp_path)).expect("[y/n] ").send("y\n").expect("Stopped: 1 of 2 machines done, 1 unreachable")
    )
    yes.ends(1)
    assert _text(tmp_path) == f"[Machines]\none\tLocal\t\tOK-AllDone\n{marked}"


def test_ctrl_c_at_a_question_aborts(at_terminal: AtTerminal, tmp_path: Path) -> None:
    """Nothing else is ended by it."""
    terminal = at_terminal("[Batch]\nDOS exit 7\nDOS true\n")
    terminal.expect(_QUESTION).send("\x03").expect("Stopped").ends(1)
    assert _text(tmp_path) == "[Batch]\nDOS exit 7\t7\nDOS true\n"


def test_end_of_input_at_a_question_aborts(at_terminal: AtTerminal) -> None:
    """Ctrl-D is no answer."""
    at_terminal("[Batch]\nDOS exit 7\n").expect(_QUESTION).send("\x04").ends(1)


def test_a_message_waits_for_enter(at_terminal: AtTerminal, tmp_path: Path) -> None:
    """The script goes on when it was read."""
    terminal = at_terminal("[Batch]\nMessage Insert the disk\nDOS true\n")
    terminal.expect("Insert the disk").expect("Press Enter to go on ")
    assert not (tmp_path / "x").exists()
    terminal.send("\n").expect("Done").ends(0)


def test_a_prompt_has_a_default(at_terminal: AtTerminal, tmp_path: Path) -> None:
    """Enter alone takes it; something else replaces it."""
    terminal = at_terminal(
        "[Batch]\nPrompt Site,Which site?,Berlin\nPrompt Room,Which room?\nDOS echo %Site% %Room% > answers\n"
    )
    terminal.expect("Which site? [Berlin]: ").send("\n").expect("Which room?: ").send("12é\n").ends(0)
    assert (tmp_path / "answers").read_text(encoding="utf-8") == "Berlin 12é\n"


def test_escape_ends_the_run_after_the_command_in_flight(at_terminal: AtTerminal, tmp_path: Path) -> None:
    """The command in flight gets its marker; arrow keys are no Escape."""
    terminal = at_terminal("[Batch]\nDOS while [ ! -e go ]; do sleep 0.05; done\nDOS true\n", "-v")
    terminal.expect("script.txt: run").send("\x1b[A").send("xyz").send("\x1b").expect("Interrupted: the run ends")
    (tmp_path / "go").touch()
    terminal.expect("Interrupted: ").ends(130)
    assert _text(tmp_path).endswith("done\tOK\nDOS true\n")
    assert "xyz" not in terminal.shown


def test_ctrl_c_twice_ends_the_command_in_flight(at_terminal: AtTerminal, tmp_path: Path) -> None:
    """What was done before is marked, what was ended is not."""
    terminal = at_terminal("[Batch]\nDOS true\nDOS echo up; sleep 60\n", "-v")
    terminal.expect("| up").send("\x03").expect("Interrupted: the run ends after the command in flight")
    terminal.send("\x03").expect("Ending the command in flight").expect("go on with").ends(130)
    assert _text(tmp_path) == "[Batch]\nDOS true\tOK\nDOS echo up; sleep 60\n"
    assert {path.name for path in tmp_path.iterdir()} == {"script.txt"}


def test_sigterm_ends_the_run_after_the_command_in_flight(at_terminal: AtTerminal, tmp_path: Path) -> None:
    """The exit status says that it was a signal."""
    terminal = at_terminal("[Batch]\nDOS echo up; while [ ! -e go ]; do sleep 0.05; done\nDOS true\n", "-v")
    terminal.expect("| up").signal(signal.SIGTERM).expect("Interrupted: the run ends")
    (tmp_path / "go").touch()
    terminal.ends(143)
    assert _text(tmp_path).endswith("done\tOK\nDOS true\n")


def test_no_color_is_honoured(at_terminal: AtTerminal) -> None:
    """With the variable there is no escape sequence; without it there is."""
    assert "\x1b[" in at_terminal("[Batch]\nDOS true\n").ends(0).shown
    assert "\x1b[" not in at_terminal("[Batch]\nDOS true\n", NO_COLOR="1").ends(0).shown


def test_after_a_crash_it_is_asked_what_becomes_of_commands_in_flight(at_terminal: AtTerminal, tmp_path: Path) -> None:
    """Skip counts the command as done."""
    terminal = at_terminal("[Batch]\nDOS echo x >> ran; while [ ! -e go ]; do sleep 0.05; done\n")
    wait_until((tmp_path / "ran").exists)
    terminal.signal(signal.SIGKILL).process.wait()
    (tmp_path / "go").touch()
    text = _text(tmp_path)
    again = at_terminal(text)
    again.expect("The last run died").expect("DOS echo x").expect("rerun, skip or abort? [r/s/a] ").send("s\n").ends(0)
    assert (tmp_path / "ran").read_text(encoding="utf-8") == "x\n"
    assert _text(tmp_path).endswith("done\tOK\n")
