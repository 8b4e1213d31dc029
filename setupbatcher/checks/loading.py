"""Commands that read and write tables: their options, and where sections may be filled (SB303, SB408, SB411, SB712)."""

from __future__ import annotations

from collections.abc import Iterator

from setupbatcher.checks.subject import Line, Subject
from setupbatcher.diagnostics import Diagnostic, Note
from setupbatcher.errors import Failure
from setupbatcher.markers.cell import parse_command_marker, parse_machine_marker
from setupbatcher.script import Kind, SectionId, data_section
from setupbatcher.script.blocks import all_loops
from setupbatcher.script.parameters import Argument
from setupbatcher.text import Span


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Look at every such row."""
    for line in subject.lines:
        if line.row.name not in {"data.load", "data.save"} or line.bound is None:
            continue
        before = 1 if line.row.name == "data.load" else 2
        options = line.bound.arguments[before:]
        yield from _wrong_options(line, line.bound.arguments[before - 1 : before], options)
        section = _section(options)
        if section is None:
            continue
        if subject.document.data(section) is None:
            message = f"there is no section {section} for `{line.bound.command.name}`"
            yield Diagnostic("SB408", message, line.name_span, f"add a section {section}, which may be empty")
        elif line.row.name == "data.load":
            yield from _misplaced(subject, line, section)


def _wrong_options(line: Line, form: tuple[Argument, ...], options: tuple[Argument, ...]) -> Iterator[Diagnostic]:
    from setupbatcher.commands import table_options as known  # noqa: PLC0415 -- needed by few scripts

    saving = line.row.name == "data.save"
    for argument in (*(form if saving else ()), *options):
        text = argument.template.constant
        if not text:
            continue
        try:
            if argument in options:
                known.read_options([text], known.SAVING if saving else known.LOADING)
            else:
                known.read_form(text)
        except Failure as failure:
            yield Diagnostic("SB303", failure.message, line.argument_span(argument), failure.help)


def _section(options: tuple[Argument, ...]) -> SectionId | None:
    """The section that is meant; ``None`` where only a run can tell, or nobody."""
    number = "1"
    for argument in options:
        name, _, value = argument.text.partition("=")
        if argument.template.constant is None and "%" in name:
            return None
        if name.strip().lower() == "section":
            number = value.strip()
    return data_section(int(number)) if number.isdecimal() and int(number) else None


def _misplaced(subject: Subject, line: Line, section: SectionId) -> Iterator[Diagnostic]:
    """Rows that are replaced while somebody may need them."""
    if line.section.section.kind is not Kind.INIT:
        message = f"`Data.Load` in {line.section.section}"
        yield Diagnostic("SB411", message, line.name_span, "move it into [Init], which runs once before all else")
        return
    if any(loop.data == section for loop in line.loops):
        message = f"`Data.Load` inside a loop over {section}, whose rows it replaces"
        yield Diagnostic("SB411", message, line.name_span, "move it in front of the loop, or load another section")
        return
    marker = parse_command_marker(line.row.marker)
    if marker is not None and marker.done:
        return
    worked_on = next(_worked_on(subject, line, section), None)
    if worked_on is not None:
        message = f"`Data.Load` would replace rows of {section} that are worked on"
        help_ = "mark its row with `OK` to go on with these rows, or start over with --restart"
        note = Note(worked_on, "work on them goes on here")
        yield Diagnostic("SB712", message, line.name_span, help_, notes=(note,))


def _worked_on(subject: Subject, line: Line, section: SectionId) -> Iterator[Span]:
    """The markers of loops that are in the middle of a section, and go on behind a row."""
    document = subject.document
    looped = False
    for commands in document.command_sections.values():
        for loop, _ in all_loops(commands.flow.blocks):
            if loop.data != section or (commands is line.section and loop.row.line < line.row.line):
                continue
            looped = True
            marker = parse_command_marker(loop.row.marker)
            if marker is not None and marker.row is not None and loop.row.marker_span is not None:
                yield loop.row.marker_span
    for machine in document.machines if looped else ():
        cell = parse_machine_marker(machine.marker)
        if cell is not None and cell.row is not None and machine.marker_span is not None:
            yield machine.marker_span
