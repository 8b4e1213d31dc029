"""The rows of [Settings] that are settings: known, with a value they take, and no password (SB201 to SB204)."""

from __future__ import annotations

from collections.abc import Iterator

from setupbatcher.checks.subject import Subject
from setupbatcher.diagnostics import Diagnostic
from setupbatcher.diagnostics.suggestions import hint
from setupbatcher.script.aliases import CircleError
from setupbatcher.script.masking import is_password_name
from setupbatcher.script.rows import RowKind, SettingRow
from setupbatcher.script.settings import CATALOGUE, find_setting, is_setting_name


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Look at every row of [Settings] that is no alias."""
    secret = subject.document.secret_rows
    for row in subject.document.setting_rows:
        if row.kind is not RowKind.ROW:
            continue
        if not row.name:
            help_ = "write `Name=Value`, or begin the row with `;` if it is a comment"
            yield Diagnostic("SB201", f"{_row(row)} is not `Name=Value`", row.name_span, help_)
        elif is_setting_name(row.name):
            yield from _setting(subject, row, is_secret=row in secret)


def _row(row: SettingRow) -> str:
    return "the row" if "=" in row.text else f"`{row.text.strip()}`"


def _setting(subject: Subject, row: SettingRow, *, is_secret: bool) -> Iterator[Diagnostic]:
    found = find_setting(row.name)
    if found is None:
        names = [setting.name for setting in CATALOGUE]
        help_ = hint(row.name, names, "an alias needs a name that does not begin with `BatchSettings.` or `Machines.`")
        yield Diagnostic("SB202", f"unknown setting `{row.name}`", row.name_span, help_)
        return
    setting, _ = found
    if is_password_name(row.name):
        if is_secret:
            yield Diagnostic(
                "SB204",
                f"`{setting.name}` holds a password itself",
                row.name_span,
                "write where it is kept: `env:NAME`, `keyring:SERVICE/USER` or `prompt:`",
            )
        return
    value = _value(subject, row)
    if not value:
        return
    try:
        setting.parse(value)
    except ValueError as error:
        # What aliases stand for is not repeated here: it may be nobody's business.
        given = f"the value of `{row.value}`" if "%" in row.value else f"`{value}`"
        yield Diagnostic("SB203", f"`{row.name}` does not take {given}", row.value_span, str(error))
        return


def _value(subject: Subject, row: SettingRow) -> str | None:
    """The value with aliases filled in; ``None`` where that cannot be done, which is a finding of its own."""
    if "%" not in row.value:
        return row.value
    aliases = subject.document.aliases
    reached = {name for variable in aliases.references(row.name) for name in subject.names.reached(variable.name)}
    if not all(subject.names.is_settled(name) for name in reached):
        return None
    try:
        return aliases.value(row.name)
    except CircleError:
        return None
