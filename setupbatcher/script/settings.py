"""The settings of a script, declared once: name, value, default, meaning (``language.md``, section 6)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from setupbatcher.hosts.secret_source import Secret, is_source

_DELIMITERS = {"comma": ",", "tab": "\t", "semicolon": ";", "colon": ":"}
_YES = {"yes", "1", "true"}
_NO = {"no", "0", "false"}


def boolean(text: str) -> bool:
    """``Yes``/``No``, ``1``/``0``, ``True``/``False`` in any case.

    Raises:
        ValueError: anything else.
    """
    lowered = text.lower()
    if lowered in _YES:
        return True
    if lowered in _NO:
        return False
    message = "it is `Yes` or `No`"
    raise ValueError(message)


def delimiter(text: str) -> str:
    """``COMMA``, ``TAB``, ``SEMICOLON``, ``COLON`` or any single character.

    Raises:
        ValueError: anything else.
    """
    value = _DELIMITERS.get(text.lower(), text)
    if len(value) == 1 and value not in '"\r\n':
        return value
    message = "it is `COMMA`, `TAB`, `SEMICOLON`, `COLON` or a single character"
    raise ValueError(message)


def encoding(text: str) -> str:
    """The name of an encoding, such as ``cp1250``.

    Raises:
        ValueError: there is none of that name.
    """
    try:
        b"??".decode(text, "replace")
    except (LookupError, ValueError):
        message = "it is the name of an encoding, such as `utf-8` or `cp1250`"
        raise ValueError(message) from None
    return text


def _command_delimiter(text: str) -> str:
    value = _DELIMITERS.get(text.lower(), text)
    if len(value) == 1 and value not in "\t%()" and not value.isalnum():
        return value
    message = "it is one character that is not a letter, digit, TAB, percent sign or parenthesis"
    raise ValueError(message)


def _whole(least: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if re.fullmatch(r"[0-9]{1,9}", text) and int(text) >= least:
            return int(text)
        message = f"it is a whole number, {least} or more"
        raise ValueError(message)

    return parse


def _seconds(text: str) -> float:
    if re.fullmatch(r"[0-9]{1,9}(\.[0-9]+)?", text) and float(text) > 0:
        return float(text)
    message = "it is a number of seconds"
    raise ValueError(message)


def _port(text: str) -> int:
    if text.isdecimal() and 0 < int(text) < 2**16:
        return int(text)
    message = "it is a port number"
    raise ValueError(message)


def _choice(*choices: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text.lower() in choices:
            return text.lower()
        message = "it is " + " or ".join(f"`{choice}`" for choice in choices)
        raise ValueError(message)

    return parse


def _share(text: str) -> str:
    if re.fullmatch(r"[0-9]{1,9}%?", text):
        return text
    message = "it is a number or a percentage"
    raise ValueError(message)


def secret(text: str) -> Secret:
    """``env:NAME``, ``keyring:SERVICE/USER`` or ``prompt:``; a literal one is kept and warned about by the check."""
    return Secret(text)


def is_literal_secret(text: str) -> bool:
    """The text is the secret itself instead of the place where it is kept."""
    return bool(text) and not is_source(text)


class Setting(NamedTuple):
    """One declared setting.

    Attributes:
        name: in the reference's spelling; ``numbered`` ones also exist with 2, 3 … behind.
        parse: text to value; raises :class:`ValueError` with what it should have been.
        default: as the table of settings tells it.
        meaning: one line.
    """

    name: str
    parse: Callable[[str], Any]
    default: Any
    meaning: str
    numbered: bool = False


CATALOGUE: tuple[Setting, ...] = (
    Setting("BatchSettings.Delimiter", delimiter, ",", "column delimiter of [Data], [Data2] …", numbered=True),
    Setting(
        "BatchSettings.MarkerCol",
        _whole(1),
        None,
        "marker column of [Data], [Data2] …; needed by the loop",
        numbered=True,
    ),
    Setting("BatchSettings.CommandDelimiter", _command_delimiter, ",", "delimiter between the parameters of a command"),
    Setting(
        "BatchSettings.MarkersAutoRemove",
        boolean,
        default=False,
        meaning="remove old markers at start: always from the beginning",
    ),
    Setting("BatchSettings.IgnoreErrors", boolean, default=False, meaning="ignore every command error"),
    Setting(
        "BatchSettings.CheckMachines", boolean, default=True, meaning="contact every machine before the first command"
    ),
    Setting("BatchSettings.AutoRetry", _seconds, None, "seconds between the tries of auto retry"),
    Setting("BatchSettings.Parallel", _whole(1), 1, "machines worked on at once"),
    Setting("BatchSettings.ParallelRows", _whole(1), 1, "data rows worked on at once"),
    Setting("BatchSettings.Canary", _whole(0), 0, "machines done first, before all others"),
    Setting("BatchSettings.MaxFailed", _share, None, "stop starting machines after so many failed"),
    Setting("BatchSettings.CommandTimeout", _seconds, None, "time limit of a command in seconds"),
    Setting("BatchSettings.DataHeader", boolean, default=False, meaning="the first data row names the columns"),
    Setting("BatchSettings.DataEncoding", encoding, None, "encoding of data files; by default theirs is found out"),
    Setting("Machines.User", str, None, "login name"),
    Setting("Machines.Port", _port, None, "TCP port"),
    Setting("Machines.KeyFile", str, None, "private key, on the controller"),
    Setting("Machines.Password", secret, None, "where the password is: env:NAME, keyring:SERVICE/USER or prompt:"),
    Setting("Machines.Transport", _choice("ssh", "winrm", "local"), None, "how machines are reached"),
    Setting("Machines.HostKeys", _choice("strict", "accept-new"), "strict", "whether a machine's unknown key is taken"),
)

_BY_NAME = {setting.name.lower(): setting for setting in CATALOGUE}
_NUMBER = re.compile(r"(?P<stem>.*?\D)(?P<number>[2-9]|[1-9][0-9]+)")


def find_setting(name: str) -> tuple[Setting, int] | None:
    """The setting of a name, in any case, and which data section it is for (1 unless numbered)."""
    lowered = name.lower()
    if lowered in _BY_NAME:
        return _BY_NAME[lowered], 1
    numbered = _NUMBER.fullmatch(lowered)
    if numbered and (setting := _BY_NAME.get(numbered["stem"])) is not None and setting.numbered:
        return setting, int(numbered["number"])
    return None


def is_setting_name(name: str) -> bool:
    """The name belongs to the settings, not to the aliases."""
    return name.lower().startswith(("batchsettings.", "machines."))


class Settings:
    """The values of a script's settings; what is wrong or absent has its default.

    Args:
        values: texts by name, references to aliases already resolved.
    """

    def __init__(self, values: dict[str, str]) -> None:
        self._values: dict[str, Any] = {}
        for name, text in values.items():
            found = find_setting(name)
            if found is None or not text:
                continue
            setting, number = found
            try:
                self._values[f"{setting.name.lower()}:{number}"] = setting.parse(text)
            except ValueError:
                continue

    def get(self, name: str, number: int = 1) -> Any:  # noqa: ANN401 -- each setting has its own type
        """The value of a setting; an unset ``Delimiter2`` falls back to ``Delimiter``, a ``MarkerCol2`` to nothing."""
        value = self._values.get(f"{name.lower()}:{number}")
        if value is not None:
            return value
        if number > 1 and name.lower() == "batchsettings.delimiter":
            return self.get(name)
        return _BY_NAME[name.lower()].default
