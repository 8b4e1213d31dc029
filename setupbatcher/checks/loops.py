"""A loop has data to go over, a column for its markers, and no loop over the same data inside (SB206, SB404, SB408)."""

from __future__ import annotations

from collections.abc import Iterator

from setupbatcher.checks.subject import Line, Subject
from setupbatcher.diagnostics import Diagnostic, Note
from setupbatcher.script import SectionId, data_section
from setupbatcher.script.blocks import LOOPS, Loop, all_loops
from setupbatcher.script.rows import RowKind
from setupbatcher.text import Span

_NO_DATA = data_section(0)


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Look at every loop, also at those of the subsections that are called inside it."""
    without_column: set[SectionId] = set()
    inside = _Reach(subject)
    sections = subject.document.command_sections.values()
    loops = {loop.row.start: loop for section in sections for loop, _ in all_loops(section.flow.blocks)}
    for line in subject.lines:
        if line.row.name in LOOPS:
            loop = loops.get(line.row.start)
            if loop is not None:
                yield from _target(subject, line, loop, without_column)
                yield from _nested(line, loop)
        for name, span in line.calls if line.loops else ():
            yield from _called(line, name, span, inside.data(name))


def _target(subject: Subject, line: Line, loop: Loop, without_column: set[SectionId]) -> Iterator[Diagnostic]:
    document, data = subject.document, loop.data
    if data == _NO_DATA:
        if line.bound is not None and line.bound.arguments and line.bound.arguments[0].template.constant is None:
            help_ = "write the number itself: which data a loop goes over is the same in every run"
            yield Diagnostic("SB303", "the number of a data section cannot be a variable", _span(line), help_)
        return
    if document.data(data) is None:
        here = sorted(str(entry.section) for entry in document.data_sections.values())
        also = f", or loop over {' or '.join(here)}" if here else ""
        help_ = f"add a section {data}{also}"
        yield Diagnostic("SB408", f"there is no section {data} for the loop", _span(line), help_)
    number = int(data.name or 1)
    name = f"BatchSettings.MarkerCol{data.name}"
    if document.settings.get("BatchSettings.MarkerCol", number) is None and data not in without_column:
        without_column.add(data)
        if _is_given(subject, name):
            return  # with a value that is no number, which is a finding of its own
        help_ = f"add `{name}=N` to [Settings], N being a column that holds no data"
        yield Diagnostic("SB206", f"a loop over {data} needs `{name}`", _span(line), help_)


def _is_given(subject: Subject, name: str) -> bool:
    rows = subject.document.setting_rows
    return any(row.kind is RowKind.ROW and row.name.lower() == name.lower() and row.value for row in rows)


def _nested(line: Line, loop: Loop) -> Iterator[Diagnostic]:
    for outer in line.loops:
        if outer.data == loop.data != _NO_DATA:
            note = Note(_head(outer), "outer loop begins here")
            help_ = "loop over a further data section, such as `xData.Loop 2` over [Data2]"
            yield Diagnostic("SB404", f"loop over {loop.data} inside a loop over it", _span(line), help_, notes=(note,))
            return


def _called(line: Line, name: str, span: Span, looped: frozenset[SectionId]) -> Iterator[Diagnostic]:
    for outer in line.loops:
        if outer.data in looped:
            note = Note(_head(outer), "outer loop begins here")
            message = f"subsection `{name}` loops over {outer.data} and is called inside a loop over it"
            help_ = "loop over a further data section there, such as `xData.Loop 2` over [Data2]"
            yield Diagnostic("SB404", message, span, help_, notes=(note,))
            return


def _span(line: Line) -> Span:
    """The number of the data section, or the name of a loop that has none."""
    if line.bound is not None and line.bound.arguments:
        return line.argument_span(line.bound.arguments[0])
    return line.name_span


def _head(loop: Loop) -> Span:
    start = loop.row.cell_start + loop.row.statement.name_start
    return Span(start, start + len(loop.row.statement.name))


class _Reach:
    """The data sections that a subsection loops over, directly or through those that it calls."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._found: dict[str, frozenset[SectionId]] = {}

    def data(self, name: str) -> frozenset[SectionId]:
        """The data sections of a subsection, empty for one that is not there."""
        key = name.lower()
        if key not in self._found:
            found: set[SectionId] = set()
            for each in self._subject.reached_subsections(name):
                found.update(loop.data for loop, _ in all_loops(each.flow.blocks))
            self._found[key] = frozenset(found)
        return self._found[key]
