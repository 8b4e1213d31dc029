"""How a call is understood: commands, files, mistakes, help, completion, and the outermost layer."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import pytest

from setupbatcher import run
from setupbatcher.cli import outermost as layer
from setupbatcher.cli.overview import SUBCOMMANDS
from tests.cli.harness import Caller

Script = Callable[[str], Caller]


def test_the_help_lists_every_command(call: Caller) -> None:
    """Both ways to ask for it give the same text, and without a word it goes to standard error."""
    text = call("--help").status(0).stderr("").out
    assert [line.split()[0] for line in text.partition("Commands:\n")[2].split("\n\n")[0].splitlines()] == [
        *SUBCOMMANDS
    ]
    assert call("--version", "--help").out.startswith("setupbatcher ")
    assert call().status(2).stdout("").err == text


@pytest.mark.parametrize("name", SUBCOMMANDS)
def test_every_command_has_help_with_an_example(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The options are explained."""
    assert layer.outermost([name, "--help"]) == 0
    text = capsys.readouterr().out
    assert text.startswith(f"Usage: setupbatcher {name} ")
    assert f"setupbatcher {name} " in text.partition("Example")[2]


@pytest.mark.parametrize(
    ("word", "advice"),
    [
        ("chekc", "did you mean `check`?"),
        ("scirpt.txt", "did you mean `script.txt`?"),
        ("./scirpt.txt", "did you mean `script.txt`?"),
        ("nothing-like-it", "`setupbatcher --help` lists the commands"),
    ],
)
def test_a_word_that_is_neither_command_nor_file(script: Script, word: str, advice: str) -> None:
    """It gets a suggestion and status 2."""
    done = script("[Batch]\nLog x\n")(word).status(2).stdout("")
    done.stderr(f"error: `{word}` is neither a command nor a file\nhelp: {advice}\n")


def test_commands_win_over_file_names(call: Caller, tmp_path: Path) -> None:
    """With a folder in front it is the file."""
    (tmp_path / "check").write_text("[Batch]\nLog x\n", encoding="utf-8")
    call("check").status(2).tells("error: missing argument 'SCRIPT...'")
    call("./check").status(0).tells("check: run\n")


def test_wrong_options_are_named(call: Caller) -> None:
    """In the shape of every other error."""
    done = call("status", "--jsno", "x").status(2).stdout("")
    done.tells("error: no such option", "--jsno", "--json", "help: see `setupbatcher status --help`\n")


def test_commands_are_listed_and_explained(call: Caller) -> None:
    """By area, or one with its parameters and an example."""
    listed = call("commands").status(0).out
    assert "\nFlow\n" in listed
    assert "  DOS  " in listed
    assert call("commands", "dir.create").status(0).out == (
        "Dir.Create path\n\n"
        "Create a folder and those above it that are missing; one that is there already is left alone.\n\n"
        "Parameters:\n  path  the folder.\n\n"
        "Errors:\n  267 when a file stands in the way, 5 without the rights.\n\n"
        "Example:\n  Dir.Create /srv/app/data\n"
    )
    call("commands", "Dir.Craete").status(2).stderr(
        "error: unknown command `Dir.Craete`\nhelp: did you mean `Dir.Create`?\n"
    )
    call("commands", "Nov.User").status(2).tells("Novell is retired")


def test_codes_are_explained(call: Caller) -> None:
    """Those of findings, in any case, and numbers."""
    assert call("explain", "sb301").status(0).out.startswith("SB301: unknown command (error)\n")
    assert call("explain", "1326").status(0).out.startswith("1326: login refused\n")
    call("explain", "SB999").status(2).tells("error: `SB999` is no code")


def test_shells_complete(call: Caller) -> None:
    """Commands, options, codes and names; each shell has its script."""
    asked = {"_SETUPBATCHER_COMPLETE": "bash_complete", "COMP_CWORD": "1"}
    assert "plain,check" in call(COMP_WORDS="setupbatcher ch", **asked).out.splitlines()
    asked["COMP_CWORD"] = "2"
    assert call(COMP_WORDS="setupbatcher explain SB30", **asked).out.splitlines()[0] == "plain,SB301"
    assert "plain,--on-error" in call(COMP_WORDS="setupbatcher run --on", **asked).out.splitlines()
    assert "plain,Dir.Copy" in call(COMP_WORDS="setupbatcher commands dir", **asked).out.splitlines()
    for shell, sign in (
        ("bash", "complete -o"),
        ("zsh", "compdef"),
        ("fish", "complete "),
        ("powershell", "Register-"),
    ):
        assert sign in call("completion", shell).status(0).out
    asked = {"_SETUPBATCHER_COMPLETE": "powershell_complete", "COMP_CWORD": "SB301"}
    answer = call(COMP_WORDS="setupbatcher explain SB301", **asked).out
    assert answer == "plain\tSB301\tunknown command\n"


@pytest.mark.parametrize("arguments", [["--help"], ["check", "script.txt"]])
def test_what_is_called_most_imports_least(script: Script, arguments: list[str]) -> None:
    """Neither the event loop nor a library for command lines, machines or colours."""
    call = script("[Batch]\nDOS true\n")
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "setupbatcher", *arguments],
        cwd=call.folder,
        env=call.environment,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    imported = {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()}
    assert "setupbatcher" in imported
    assert not imported & {"asyncio", "asyncssh", "click", "psutil", "rich", "ssl"}


def test_an_internal_error_is_no_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It names the support bundle, which holds the traceback and no secret, and the status is 70."""

    def broken(_: object) -> None:
        message = "no way"
        raise ZeroDivisionError(message)

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(run, "status", broken)
    assert layer.outermost(["status", "--json", "script.txt"]) == layer.INTERNAL_ERROR
    _, err = capsys.readouterr()
    (bundle,) = tmp_path.iterdir()
    assert err.startswith("error: internal error: ZeroDivisionError")
    assert bundle.name in err
    assert "Traceback" not in err
    with ZipFile(bundle) as parts:
        assert "ZeroDivisionError: no way" in parts.read("traceback.txt").decode()


def test_an_interrupt_outside_of_a_run_is_quiet(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The status is 130."""

    def interrupted(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(run, "status", interrupted)
    assert layer.outermost(["status", "--json", "script.txt"]) == layer.INTERRUPTED
    assert capsys.readouterr().err.strip() == "error: interrupted"
