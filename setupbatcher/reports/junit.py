"""A run as a JUnit file, as build servers read it: a suite for each machine, a case for each command.

The rows of a loop are one case with their number, since there may be a million; each row that failed is a case of its
own beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple
from xml.sax.saxutils import escape, quoteattr

from setupbatcher.diagnostics.phrases import count
from setupbatcher.reports.known import CONTROLLER, THIS_MACHINE
from setupbatcher.reports.sheet import Cell, Fault, Machine, Outcome, Sheet

_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, not even as a reference."""
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?)")
"""What moves the cursor of a terminal or colours it."""
_SKIPPED = {
    Outcome.SKIPPED: "in a branch that was not taken",
    Outcome.EARLIER: "done in an earlier run",
    Outcome.IN_FLIGHT: "at work when the run ended",
    Outcome.PARTLY: "some data rows are left",
}


class _Case(NamedTuple):
    name: str
    seconds: float = 0.0
    failure: tuple[str, str, str] | None = None
    """Type, message and text."""
    skipped: str | None = None
    output: str = ""


def junit(sheet: Sheet) -> str:
    """The file's text."""
    faults: dict[int, list[Fault]] = {}
    for fault in sheet.faults:
        faults.setdefault(fault.machine, []).append(fault)
    suites = [
        (machine.name, _seconds(machine), list(_cases(sheet, machine, faults.get(number, ()))))
        for number, machine in enumerate(sheet.machines)
    ]
    return _file(sheet, suites, sheet.seconds)


def junit_of_refusal(sheet: Sheet, findings: Sequence[str]) -> str:
    """The file's text where nothing ran.

    Args:
        sheet: that names the script.
        findings: why, one a line.
    """
    text = "\n".join(findings)
    failure = ("refused", findings[0] if findings else "nothing ran", text)
    return _file(sheet, [("check", 0.0, [_Case("basic syntax check", failure=failure)])], 0.0)


def _seconds(machine: Machine) -> float:
    if machine.begun is None or machine.ended is None:
        return sum(cell.seconds for cell in machine.cells)
    return machine.ended - machine.begun


def _cases(sheet: Sheet, machine: Machine, faults: Sequence[Fault]) -> Iterator[_Case]:
    """The cases of a machine, in the order of the script."""
    by_column: dict[int, list[Fault]] = {}
    for fault in faults:
        by_column.setdefault(fault.column, []).append(fault)
    for fault in by_column.get(-1, ()):
        yield _Case("reach the machine", failure=_failure(fault))
    cells = {cell.column: cell for cell in machine.cells}
    for number, column in enumerate(sheet.columns):
        name = f"{column.section} {column.line}: {column.text}"
        found = by_column.get(number, [])
        broken = [fault for fault in found if fault.fate == "stands"]
        cell = cells.get(number)
        for fault in broken:
            row = "" if fault.row is None else f" [row {fault.row}]"
            yield _Case(name + row, cell.seconds if cell and not row else 0.0, _failure(fault))
        if cell is not None and (cell.times or not broken):
            yield _case(sheet, name, cell, [fault for fault in found if fault.fate == "ignored"])
        elif cell is None and _belongs(sheet, machine, column.section):
            yield _Case(name, skipped="not reached")


def _belongs(sheet: Sheet, machine: Machine, section: str) -> bool:
    """A machine was to come by a section's rows."""
    here = machine.name in {CONTROLLER, THIS_MACHINE}
    return (section == "[Init]" and here) or (machine.name != CONTROLLER and section == sheet.main)


def _case(sheet: Sheet, name: str, cell: Cell, ignored: Sequence[Fault]) -> _Case:
    outcome = Outcome(cell.outcome)
    if outcome is Outcome.FAILED and not cell.times:
        return _Case(name, cell.seconds, ("error", "marked with an error", ""))
    if outcome in _SKIPPED and not cell.times:
        return _Case(name, cell.seconds, skipped=_SKIPPED[outcome])
    lines = [f"carried out {cell.times} times"] if cell.times > 1 else []
    lines += [f"{count(cell.ignored, 'error')} ignored"] if cell.ignored else []
    lines += [f"error {fault.code}: {fault.message}" for fault in ignored]
    lines += [sheet.texts[cell.output].rstrip()] if cell.output >= 0 else []
    return _Case(name, cell.seconds, output="\n".join(lines))


def _failure(fault: Fault) -> tuple[str, str, str]:
    kind = "exit status" if fault.program else "error"
    parts = [fault.message]
    parts += [f"data row {fault.row}: {fault.data}"] if fault.row is not None else []
    parts += [f"help: {fault.help}"] if fault.help else []
    parts += [fault.output] if fault.output else []
    return f"{kind} {fault.code}", fault.message, "\n".join(parts)


# XML


def _file(sheet: Sheet, suites: Sequence[tuple[str, float, list[_Case]]], seconds: float) -> str:
    counts = [_counts(cases) for _, _, cases in suites]
    lines = ['<?xml version="1.0" encoding="UTF-8"?>']
    total = [sum(numbers) for numbers in zip(*counts, strict=True)] if counts else [0, 0, 0]
    lines.append(
        f"<testsuites name={_quoted(sheet.script)} tests={_quoted(total[0])} failures={_quoted(total[1])} "
        f'errors="0" time={_quoted(f"{seconds:.3f}")}>'
    )
    for (name, took, cases), (tests, failures, skipped) in zip(suites, counts, strict=True):
        stamp = f" timestamp={_quoted(sheet.begun[:19])}" if sheet.begun else ""
        lines.append(
            f"  <testsuite name={_quoted(name)} tests={_quoted(tests)} failures={_quoted(failures)} "
            f'errors="0" skipped={_quoted(skipped)} time={_quoted(f"{took:.3f}")}{stamp} '
            f"hostname={_quoted(sheet.host or 'localhost')}>"
        )
        for case in cases:
            lines += _lines(name, case)
        lines.append("  </testsuite>")
    lines.append("</testsuites>")
    return "\n".join(lines) + "\n"


def _counts(cases: Sequence[_Case]) -> tuple[int, int, int]:
    return len(cases), sum(case.failure is not None for case in cases), sum(case.skipped is not None for case in cases)


def _lines(machine: str, case: _Case) -> Iterator[str]:
    head = f"    <testcase classname={_quoted(machine)} name={_quoted(case.name)} time={_quoted(f'{case.seconds:.3f}')}"
    if case.failure is None and case.skipped is None and not case.output:
        yield f"{head}/>"
        return
    yield f"{head}>"
    if case.failure is not None:
        kind, message, text = case.failure
        yield f"      <failure type={_quoted(kind)} message={_quoted(message)}>{escape(_clean(text))}</failure>"
    if case.skipped is not None:
        yield f"      <skipped message={_quoted(case.skipped)}/>"
    if case.output:
        yield f"      <system-out>{escape(_clean(case.output))}</system-out>"
    yield "    </testcase>"


def _quoted(value: object) -> str:
    return quoteattr(_clean(str(value)))


def _clean(text: str) -> str:
    return _ILLEGAL.sub("\ufffd", _ESCAPES.sub("", text))
