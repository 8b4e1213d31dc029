"""Settings: names, values, defaults."""

from __future__ import annotations

import pytest

from setupbatcher.script import Document
from setupbatcher.script.settings import CATALOGUE, Settings, find_setting, is_literal_secret, is_setting_name


def _value(name: str, text: str, number: int = 1) -> object:
    return Settings({name.lower(): text}).get(find_setting(name)[0].name, number)  # type: ignore[index]


@pytest.mark.parametrize("setting", CATALOGUE, ids=lambda setting: setting.name)
def test_a_setting_is_declared_well(setting: object) -> None:
    """It is found in any case, belongs to the settings, has a meaning, and an unset one its default."""
    name = setting.name  # type: ignore[attr-defined]
    found = find_setting(name.upper())
    assert found == (setting, 1)
    assert is_setting_name(name.lower())
    assert setting.meaning  # type: ignore[attr-defined]
    assert Settings({}).get(name) == setting.default  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("BatchSettings.Delimiter", "tab", "\t"),
        ("BatchSettings.Delimiter", "SEMICOLON", ";"),
        ("BatchSettings.Delimiter", "Colon", ":"),
        ("BatchSettings.Delimiter", "|", "|"),
        ("BatchSettings.Delimiter", "ab", ","),
        ("BatchSettings.Delimiter", '"', ","),
        ("BatchSettings.MarkerCol", "4", 4),
        ("BatchSettings.MarkerCol", "0", None),
        ("BatchSettings.CommandDelimiter", ";", ";"),
        ("BatchSettings.CommandDelimiter", "TAB", ","),
        ("BatchSettings.CommandDelimiter", "x", ","),
        ("BatchSettings.CommandDelimiter", "%", ","),
        ("BatchSettings.IgnoreErrors", "yes", True),
        ("BatchSettings.IgnoreErrors", "1", True),
        ("BatchSettings.CheckMachines", "FALSE", False),
        ("BatchSettings.CheckMachines", "maybe", True),
        ("BatchSettings.CommandTimeout", "2.5", 2.5),
        ("BatchSettings.CommandTimeout", "0", None),
        ("BatchSettings.MaxFailed", "20%", "20%"),
        ("Machines.Port", "65535", 65535),
        ("Machines.Port", "65536", None),
        ("Machines.Port", "²", None),
        ("Machines.HostKeys", "ACCEPT-NEW", "accept-new"),
        ("Machines.Transport", "telnet", None),
    ],
)
def test_values(name: str, text: str, value: object) -> None:
    """A good value is read, a wrong one leaves the default; the check has told it."""
    assert _value(name, text) == value


def test_numbered_settings() -> None:
    """An unset delimiter of a further section is the first one's, its marker column is not."""
    settings = Settings(
        {"batchsettings.delimiter": ";", "batchsettings.markercol2": "7", "batchsettings.markercol": "3"}
    )
    assert [settings.get("BatchSettings.Delimiter", number) for number in (1, 2)] == [";", ";"]
    assert [settings.get("BatchSettings.MarkerCol", number) for number in (1, 2, 3)] == [3, 7, None]


@pytest.mark.parametrize(
    "name", ["BatchSettings.MarkerCol1", "BatchSettings.MarkerCol02", "BatchSettings.Parallel2", "Delimiter"]
)
def test_other_names_are_no_settings(name: str) -> None:
    """Only what is declared as numbered takes a number, from 2 on."""
    assert find_setting(name) is None


@pytest.mark.parametrize(
    ("text", "literal"),
    [
        ("env:PASSWORD", False),
        ("keyring:a b/c@d", False),
        ("prompt:", False),
        ("", False),
        ("env:", True),
        ("keyring:a", True),
        ("Prompt", True),
        ("secret", True),
    ],
)
def test_a_literal_secret_is_told_from_its_place(text: str, literal: bool) -> None:  # noqa: FBT001 -- a parameter
    """Only the three forms name a place; everything else is taken for the secret itself."""
    assert is_literal_secret(text) is literal


def test_settings_of_a_document_take_aliases() -> None:
    """An alias may be defined below; a circle leaves the default."""
    text = "[Settings]\nBatchSettings.MarkerCol=%n%\nn=%m%\nm=5\nMachines.User=%a%\na=%a%\n"
    settings = Document.from_text(text).settings
    assert (settings.get("BatchSettings.MarkerCol"), settings.get("Machines.User")) == (5, None)
