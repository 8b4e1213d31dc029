"""The names in [Settings]: proper, not taken, each once, and no circles (SB201, SB205, SB507)."""

from __future__ import annotations

from collections.abc import Iterator

from setupbatcher.checks.subject import Subject
from setupbatcher.diagnostics import Diagnostic, Note
from setupbatcher.script.aliases import NAME, CircleError
from setupbatcher.script.reserved import is_reserved
from setupbatcher.script.rows import RowKind, SettingRow
from setupbatcher.script.settings import is_setting_name
from setupbatcher.text import Span


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Look at the names of all rows."""
    first: dict[str, SettingRow] = {}
    for row in subject.document.setting_rows:
        if row.kind is not RowKind.ROW or not row.name:
            continue
        known = first.setdefault(row.name.lower(), row)
        if known is not row:
            note = Note(known.name_span, "first given here")
            message = f"`{row.name}` is given twice"
            yield Diagnostic("SB205", message, row.name_span, "delete one of the two rows", notes=(note,))
        elif not is_setting_name(row.name):
            yield from _name(row)
    yield from _circles(subject, list(first.values()))


def _name(row: SettingRow) -> Iterator[Diagnostic]:
    if NAME.fullmatch(row.name) is None:
        help_ = "an alias is a letter, then letters, digits, `_` and `.`; begin the row with `;` if it is a comment"
        yield Diagnostic("SB201", f"`{row.name}` is not a name for an alias", row.name_span, help_)
    elif is_reserved(row.name):
        message = f"alias `{row.name}` has the name of a variable that SetupBatcher sets itself"
        yield Diagnostic("SB205", message, row.name_span, "choose another name")


def _circles(subject: Subject, rows: list[SettingRow]) -> Iterator[Diagnostic]:
    """Each circle once, at the first of its names in the script."""
    aliases = subject.document.aliases
    places: dict[str, Span] = {row.name.lower(): row.name_span for row in rows}
    reported: set[frozenset[str]] = set()
    for row in rows:
        try:
            aliases.value(row.name)
        except CircleError as error:
            circle = [name.lower() for name in error.names]
            if frozenset(circle) in reported:
                continue
            reported.add(frozenset(circle))
            start = min(range(len(circle) - 1), key=lambda index: places[circle[index]])
            names = [*error.names[start:-1], *error.names[:start], error.names[start]]
            way = " → ".join(f"`{name}`" for name in names)
            message = "alias refers to itself" if len(names) == 2 else "aliases refer to each other in a circle"  # noqa: PLR2004 -- a name and itself
            yield Diagnostic("SB507", f"{message}: {way}", places[circle[start]], f"give `{names[0]}` another value")
