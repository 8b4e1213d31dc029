"""The check of [Settings]."""

from __future__ import annotations

import pytest

from setupbatcher.checks import check
from setupbatcher.diagnostics.as_json import as_json
from setupbatcher.diagnostics.concise import concise
from setupbatcher.diagnostics.render import render
from setupbatcher.script import Document
from tests.checks.told import told


def _settings(*rows: str) -> list[str]:
    return told("[Settings]\n" + "".join(f"{row}\n" for row in rows) + "[Batch]\n")


@pytest.mark.parametrize(
    "row",
    [
        "BatchSettings.Delimiter=TAB",
        "batchsettings.delimiter2 = |",
        "BatchSettings.MarkerCol=",
        "BatchSettings.CommandDelimiter=;",
        "BatchSettings.IgnoreErrors=TRUE",
        "BatchSettings.Parallel=1",
        "BatchSettings.CheckMachines=0",
        "Machines.Port=2222",
        "Machines.HostKeys=Accept-New",
        "Machines.Password=prompt:",
        "Machines.Password=keyring:setupbatcher/deploy",
        "; Machines.Usr=deploy",
        "// a comment",
        "",
    ],
)
def test_a_good_row_is_not_mentioned(row: str) -> None:
    """Settings in any case, comments, and blank rows pass."""
    assert _settings(row) == []


def test_a_value_may_come_from_aliases_and_the_environment() -> None:
    """A setting is judged by what its value stands for."""
    assert _settings("Port=2222", "Machines.Port=%Port%", "Machines.User=%Env.USER%") == []
    assert _settings("Port=ssh", "Machines.Port=%Port%") == [
        "3:15: error[SB203]: `Machines.Port` does not take the value of `%Port%`"
    ]


def test_a_setting_cannot_wait_for_a_value() -> None:
    """Settings are read before anything has run, and before the command line's names count."""
    text = "[Settings]\nMachines.User=%who%\nMachines.KeyFile=%ScriptDir%/key\n[Batch]\n"
    assert told(text, given=["who"]) == [
        "2:15: error[SB501]: `%who%` has no value yet when the settings are read",
        "3:18: error[SB501]: `%ScriptDir%` has no value yet when the settings are read",
    ]


def test_names_are_given_once_in_any_case() -> None:
    """Settings and aliases alike stand once."""
    assert _settings("a=1", "A=1", "Machines.User=x", "machines.user=x") == [
        "3:1: error[SB205]: `A` is given twice",
        "5:1: error[SB205]: `machines.user` is given twice",
    ]


@pytest.mark.parametrize("name", ["Machine", "lasterror", "col1", "COL12", "Env.HOME", "Row", "Today"])
def test_system_names_are_taken(name: str) -> None:
    """No alias has the name of a variable that SetupBatcher sets itself."""
    message = f"alias `{name}` has the name of a variable that SetupBatcher sets itself"
    assert _settings(f"{name}=1") == [f"2:1: error[SB205]: {message}"]


def test_a_row_without_a_name_is_told() -> None:
    """An equals sign alone makes no row."""
    assert _settings("=value", "one two=3") == [
        "2:1: error[SB201]: the row is not `Name=Value`",
        "3:1: error[SB201]: `one two` is not a name for an alias",
    ]


def test_each_circle_of_aliases_is_told_once() -> None:
    """A circle is told at its first name; an alias that only leads into it is not."""
    assert _settings("In=%B%", "A=%C%", "B=%A%", "C=%B%") == [
        "3:1: error[SB507]: aliases refer to each other in a circle: `A` → `C` → `B` → `A`"
    ]


_SECRET = "hunter2.swordfish"


@pytest.mark.parametrize(
    "rows",
    [
        f"Machines.Password={_SECRET}",
        f"machines.password =  {_SECRET}  ",
        f"Machines.Password={_SECRET}\nMachines.Password={_SECRET}",
        f"Machines.Passwort={_SECRET}",
        f"Pw={_SECRET}\nPw={_SECRET}\nMachines.Password=%Pw%",
        f"Inner={_SECRET}\nPw=x%Inner%\nMachines.Password=%Pw%\nMachines.Port=%Inner%",
        f"Machines.Password=%{_SECRET}%",
        f"Machines.Password=a%{_SECRET}|{_SECRET}%",
        f"Machines.Password=prompt:\nMachines.Password={_SECRET}",
        f"[Machines]\nweb1\tLinux\tpassword={_SECRET} port=x",
    ],
)
def test_a_password_is_never_shown(rows: str) -> None:
    """No rendering of any finding repeats a password, nor its length."""
    document = Document.from_text(f"[Settings]\n{rows}\n[Batch]\n")
    findings = check(document)
    assert findings
    shown = render(findings, document.shown, "s") + concise(findings, document.shown, "s")
    shown += as_json(findings, document.shown, "s")
    assert "hunter2" not in shown
    assert "swordfish" not in shown
    assert len(document.shown.text) == len(document.text)


def test_a_place_of_a_password_is_no_password() -> None:
    """What says where a password is kept stays readable, and so does everything else."""
    text = "[Settings]\nStore=setupbatcher\nMachines.Password=keyring:%Store%/deploy\n[Batch]\n"
    document = Document.from_text(text)
    assert document.shown.text == text
    assert check(document) == []
