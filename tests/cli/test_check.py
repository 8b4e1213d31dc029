"""``setupbatcher check``."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from tests.cli.harness import Caller

Script = Callable[[str], Caller]

_BROKEN = "[Batch]\r\nLog one  OK\r\nLog two"
_MENDED = b"[Batch]\r\nLog one\tOK\r\nLog two"


def test_a_sound_script_is_said_to_be_sound(script: Script) -> None:
    """Standard output stays empty."""
    call = script("[Batch]\nLog x\n")
    call("check", "script.txt").status(0).stdout("").stderr("script.txt: Basic syntax check OK.\n")


def test_findings_are_the_result(script: Script) -> None:
    """They go to standard output, their number to standard error."""
    done = script("[Batch]\nDSO x\nLgo y\n")("check", "script.txt").status(1)
    done.stdout(
        "error[SB301]: unknown command `DSO`\n"
        " --> script.txt:2:1\n"
        "  |\n"
        "2 | DSO x\n"
        "  | ^^^\n"
        "help: did you mean `DOS`?\n"
        "\n"
        "error[SB301]: unknown command `Lgo`\n"
        " --> script.txt:3:1\n"
        "  |\n"
        "3 | Lgo y\n"
        "  | ^^^\n"
        "help: did you mean `Log`?\n"
    ).stderr("script.txt: 2 errors\n")


def test_options_change_the_form_only(script: Script) -> None:
    """The concise form has a line for each finding, JSON an object for each file."""
    call = script("[Batch]\nDSO x\n")
    call("check", "--format", "concise", "script.txt").status(1).stdout(
        "script.txt:2:1: error[SB301]: unknown command `DSO`\n"
    )
    whole = json.loads(call("check", "--format", "json", "script.txt").status(1).out)
    assert whole == {
        "version": 1,
        "file": "script.txt",
        "findings": [
            {
                "code": "SB301",
                "severity": "error",
                "message": "unknown command `DSO`",
                "help": "did you mean `DOS`?",
                "line": 2,
                "column": 1,
                "end_line": 2,
                "end_column": 4,
                "fixable": False,
            }
        ],
    }


def test_warnings_alone_are_no_failure(script: Script) -> None:
    """The status is 0."""
    call = script("[Batch]\nPrompt Site,Where?\nDOS echo %Site%\n")
    call("check", "script.txt").status(0).tells("script.txt: 2 warnings")


def test_several_scripts_give_the_worst_status(script: Script, tmp_path: Path) -> None:
    """Each is reported, also behind one that cannot be read."""
    call = script("[Batch]\nDSO x\n")
    (tmp_path / "good.txt").write_text("[Batch]\nLog x\n", encoding="utf-8")
    done = call("check", "good.txt", "no.txt", "script.txt").status(2)
    assert "error[SB801]: `no.txt` cannot be read" in done.out
    assert "unknown command `DSO`" in done.out
    assert done.err == "good.txt: Basic syntax check OK.\nscript.txt: 1 error\n"


def test_what_is_safe_is_mended(script: Script) -> None:
    """Nothing else of the file changes, and what is left decides the status."""
    call = script(_BROKEN)
    call("check", "--fix", "script.txt").status(0).stderr("script.txt: 1 finding mended; Basic syntax check OK.\n")
    assert (call.folder / "script.txt").read_bytes() == _MENDED
    call("check", "--fix", "script.txt").status(0).stderr("script.txt: Basic syntax check OK.\n")
    assert {path.name for path in call.folder.iterdir()} == {"script.txt"}


def test_a_diff_changes_nothing(script: Script) -> None:
    """It shows what would be mended."""
    call = script(_BROKEN)
    done = call("check", "--diff", "script.txt").status(1)
    done.stdout(
        "--- script.txt\n+++ script.txt\n@@ -1,3 +1,3 @@\n [Batch]\r\n-Log one  OK\r\n+Log one\tOK\r\n Log two\n"
        "\\ No newline at end of file\n"
    )
    assert (call.folder / "script.txt").read_bytes() == _BROKEN.encode()


def test_a_counter_that_disagrees_is_mended(script: Script) -> None:
    """Then the script runs again."""
    call = script("[Machines]\none\tLocal\t\tOK-1\n[Batch]\nLog x\tOK\nLog y\tOK\nLog z\n")
    call("run", "script.txt").status(2)
    call("check", "--fix", "script.txt").status(0)
    call("run", "script.txt").status(0).file("[Machines]\none\tLocal\t\tOK-AllDone\n[Batch]\nLog x\nLog y\nLog z\n")


def test_names_are_given_for_the_check(script: Script) -> None:
    """As they will be for the run."""
    call = script("[Batch]\nLog %Site%\n")
    call("check", "script.txt").status(1)
    call("check", "script.txt", "--set", "Site=x").status(0)
