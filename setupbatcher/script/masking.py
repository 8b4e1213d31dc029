"""The text of a script as it may be shown: passwords that somebody wrote into it are masked, every offset stays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from setupbatcher.diagnostics.suggestions import did_you_mean
from setupbatcher.script.aliases import Aliases, CircleError
from setupbatcher.script.rows import MachineRow, RowKind, SettingRow
from setupbatcher.script.settings import CATALOGUE, find_setting, is_literal_secret, is_setting_name
from setupbatcher.script.template import Variable, parse_template
from setupbatcher.text import Edit, Span, apply

MASK = "***"

_PASSWORD = "Machines.Password"  # noqa: S105 -- the name of the setting
_NAMES = [setting.name for setting in CATALOGUE]
_TELLTALE = ("pass", "pw", "secret")


def secret_rows(rows: Iterable[SettingRow], aliases: Aliases) -> list[SettingRow]:
    """The rows of [Settings] whose value is a password itself, or a part of one.

    A misspelt name counts: what was meant as a password is not to be shown either.
    """
    rows = [row for row in rows if row.kind is RowKind.ROW]
    names: set[str] = set()
    secret: list[SettingRow] = []
    for row in rows:
        if is_password_name(row.name) and is_literal_secret(row.value) and is_literal_secret(_resolved(row, aliases)):
            secret.append(row)
            names |= _sources(row.value, aliases)
    return [row for row in rows if row in secret or row.name.lower() in names]


def is_password_name(name: str) -> bool:
    """A setting for a password, or what looks like one."""
    if name.lower() == _PASSWORD.lower():
        return True
    if not is_setting_name(name) or find_setting(name) is not None:
        return False
    return any(part in name.lower() for part in _TELLTALE) or did_you_mean(name, _NAMES) == _PASSWORD


def _resolved(row: SettingRow, aliases: Aliases) -> str:
    """The value with its aliases filled in."""
    pieces = []
    for part in parse_template(row.value, functions=False).parts:
        if isinstance(part, Variable) and part.name in aliases:
            try:
                pieces.append(aliases.value(part.name))
            except CircleError:
                return row.value
        else:
            pieces.append(part if isinstance(part, str) else "%")
    return "".join(pieces)


def _sources(value: str, aliases: Aliases) -> set[str]:
    """The aliases that a value is made of, in lower case."""
    found: set[str] = set()
    todo = list(parse_template(value, functions=False).variables())
    while todo:
        key = todo.pop().name.lower()
        if key in aliases and key not in found:
            found.add(key)
            todo.extend(aliases.references(key))
    return found


def masked(text: str, secrets: Iterable[SettingRow], machines: Iterable[MachineRow]) -> str:
    """The text with secrets masked, as long as before.

    Args:
        text: of the script.
        secrets: rows of [Settings] whose value is not to be shown.
        machines: rows of [Machines]; no option takes a password, but somebody may have tried.
    """
    spans = [row.value_span for row in secrets if row.value]
    spans.extend(span for row in machines for span in _passwords(row))
    return apply(text, [Edit(span, MASK[: len(span)].ljust(len(span))) for span in spans])


def _passwords(row: MachineRow) -> Iterator[Span]:
    if row.kind is not RowKind.ROW:
        return
    for word, span in row.words:
        key, _, value = word.partition("=")
        if value and any(part in key.lower() for part in _TELLTALE):
            yield Span(span.start + len(key) + 1, span.end)
