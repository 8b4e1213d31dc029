"""The rows of [Machines] (SB305, SB601, SB602, SB603)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from setupbatcher.checks.subject import Subject
from setupbatcher.diagnostics import Diagnostic, Fix, Note
from setupbatcher.diagnostics.phrases import one_of
from setupbatcher.diagnostics.suggestions import hint
from setupbatcher.markers.cell import parse_machine_marker
from setupbatcher.script.rows import MachineRow
from setupbatcher.script.settings import find_setting
from setupbatcher.text import Edit, Span

_PLATFORMS = ("Linux", "Windows", "NT", "Local")
_OPTIONS = ("host", "hostkeys", "keyfile", "port", "transport", "user")
_COLUMNS = "the columns are name, platform, options and marker, each set off by one TAB"
_LAST = 4
_BLANKS = re.compile(r"\S(?P<blanks> {2,})\S")


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Look at every machine row."""
    first: dict[str, MachineRow] = {}
    for row in subject.document.machines:
        yield from _row(row)
        known = first.setdefault(row.name.lower(), row)
        if row.name and known is not row:
            note = Note(known.name_span, "first row is here")
            help_ = "delete one of the rows; a second login gets a name of its own and `host=`"
            yield Diagnostic("SB602", f"machine `{row.name}` is listed twice", row.name_span, help_, notes=(note,))


def _row(row: MachineRow) -> Iterator[Diagnostic]:
    blanks = _BLANKS.search(row.label)
    if blanks is not None:
        start = row.name_span.start
        span = Span(start + blanks.start("blanks"), start + blanks.end("blanks"))
        yield Diagnostic("SB305", "blanks instead of a TAB in a machine row", span, _COLUMNS, _rebuilt(row))
        return
    if not row.name:
        yield Diagnostic("SB601", "machine row without a name", Span(row.start, row.start), _COLUMNS)
    elif " " in row.name and "host" not in row.options:
        help_ = f"{_COLUMNS}; a name with blanks needs `host=`"
        yield Diagnostic("SB601", f"machine name `{row.name}` holds a blank", row.name_span, help_)
    for column in range(_LAST + 1, len(row.fields) + 1):
        if row.fields[column - 1]:
            message = (
                f"`{row.fields[column - 1]}` stands in a fifth column"
                if column == _LAST + 1
                else "more than four columns"
            )
            yield Diagnostic("SB601", message, row.field_span(column), _COLUMNS)
            break
    misplaced = next((n for n in (2, 3) if len(row.fields) >= n and parse_machine_marker(row.fields[n - 1])), None)
    if misplaced is not None:
        yield _misplaced(row, misplaced)
        return
    yield from _platform(row)
    yield from _options(row)


def _rebuilt(row: MachineRow) -> Fix | None:
    """The row with TABs, where it is plain which column each part belongs to."""
    if any(row.fields[1:]):
        return None
    name, *parts = re.split(r" {2,}", row.label)
    columns = [name, "", "", ""]
    if parts and parse_machine_marker(parts[-1]):
        columns[3] = parts.pop()
    if parts and _known_platform(parts[0]):
        columns[1] = parts.pop(0)
    columns[2] = " ".join(parts)
    text = "\t".join(columns).rstrip("\t")
    span = Span(row.name_span.start, row.start + len(row.text.rstrip()))
    return Fix("replace the blanks by TABs", (Edit(span, text),))


def _misplaced(row: MachineRow, column: int) -> Diagnostic:
    span = row.field_span(column)
    fix = None
    if not any(row.fields[column:]):
        fix = Fix("move the marker to column 4", (Edit(Span(span.start, span.start), "\t" * (_LAST - column)),))
    message = f"marker `{row.fields[column - 1]}` stands in column {column} instead of 4"
    return Diagnostic("SB601", message, span, _COLUMNS, fix)


def _known_platform(text: str) -> bool:
    return text.lower() in {name.lower() for name in _PLATFORMS}


def _platform(row: MachineRow) -> Iterator[Diagnostic]:
    if row.platform and not _known_platform(row.platform):
        help_ = hint(row.platform, _PLATFORMS, f"the platform is {one_of(_PLATFORMS)}, or empty for Linux")
        yield Diagnostic("SB603", f"unknown platform `{row.platform}`", row.field_span(2), help_)


def _options(row: MachineRow) -> Iterator[Diagnostic]:
    seen: set[str] = set()
    for word, span in row.words:
        key, equals, value = word.partition("=")
        if not equals:
            continue
        key_span = Span(span.start, span.start + len(key))
        value_span = Span(key_span.end + 1, span.end)
        if key.lower() not in _OPTIONS:
            yield Diagnostic("SB603", f"unknown option `{key}`", key_span, _meant(key))
        elif key.lower() in seen:
            yield Diagnostic("SB603", f"option `{key}` is given twice", key_span, "delete one of the two")
        elif not value:
            yield Diagnostic("SB603", f"option `{key}` has no value", span, f"write `{key}=…`, or remove it")
        else:
            yield from _value(key, value, value_span)
        seen.add(key.lower())


def _meant(key: str) -> str | None:
    if "pass" in key.lower():
        return "passwords come from `Machines.Password` in [Settings], such as `Machines.Password=prompt:`"
    return hint(key, _OPTIONS)


def _value(key: str, value: str, span: Span) -> Iterator[Diagnostic]:
    found = find_setting(f"Machines.{key}")
    if found is None:
        return
    try:
        found[0].parse(value)
    except ValueError as error:
        yield Diagnostic("SB603", f"option `{key}` does not take `{value}`", span, str(error))
