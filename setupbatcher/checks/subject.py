"""What the rules look at: the document, its rows bound to their commands, and the loops around each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from setupbatcher.checks.names import Names
from setupbatcher.commands import registry
from setupbatcher.commands.binding import Bound, bind
from setupbatcher.commands.registry import ParameterKind
from setupbatcher.script import CommandSection, Document, Kind, SectionId
from setupbatcher.script.automaton import GrammarError
from setupbatcher.script.blocks import Block, Chain, Loop
from setupbatcher.script.condition import Condition, operands, parse_condition
from setupbatcher.script.parameters import Argument
from setupbatcher.script.rows import CommandRow, RowKind
from setupbatcher.script.template import Template, Variable
from setupbatcher.text import Span


class Text(NamedTuple):
    """A template of a row, with its place in the script.

    Attributes:
        template: what the row says there.
        start: offset of the template's text in the script.
        span: of the whole parameter, quotes included.
        raw: shell text.
    """

    template: Template
    start: int
    span: Span
    raw: bool = False


class Line:
    """A command row with what is known of it.

    Args:
        section: it stands in.
        row: the row itself.
        bound: its command and parameters; ``None`` where no command has its name.
        loops: around it in its section, the innermost last.
    """

    def __init__(self, section: CommandSection, row: CommandRow, bound: Bound | None, loops: tuple[Loop, ...]) -> None:
        self.section = section
        self.row = row
        self.bound = bound
        self.loops = loops

    def place(self, start: int, end: int) -> Span:
        """The place in the script of offsets within the command cell."""
        return Span(self.row.cell_start + start, self.row.cell_start + end)

    @property
    def name_span(self) -> Span:
        """Where the command's name stands."""
        start = self.row.statement.name_start
        return self.place(start, start + len(self.row.statement.name))

    def argument_span(self, argument: Argument) -> Span:
        """Where a parameter stands."""
        return self.place(argument.span.start, argument.span.end)

    @property
    def condition_argument(self) -> Argument | None:
        """The parameter of a row that takes a condition and nothing else."""
        if self.bound is None or not self.bound.arguments:
            return None
        kinds = [parameter.kind for parameter in self.bound.command.parameters]
        return self.bound.arguments[0] if kinds == [ParameterKind.CONDITION] else None

    @cached_property
    def condition(self) -> Condition | GrammarError | None:
        """The condition of the row, or what is wrong with it."""
        argument = self.condition_argument
        if argument is None:
            return None
        try:
            return parse_condition(argument.text)
        except GrammarError as error:
            return error

    @cached_property
    def texts(self) -> tuple[Text, ...]:
        """All templates of the row; none of a condition that cannot be read."""
        return tuple(self._texts())

    def _texts(self) -> Iterator[Text]:
        if self.bound is None:
            return
        arguments, condition = self.bound.arguments, self.condition
        if condition is not None:
            if not isinstance(condition, GrammarError):
                base = self.row.cell_start + arguments[0].shift
                for operand in operands(condition):
                    yield Text(operand.template, base + operand.start, self.argument_span(arguments[0]))
            return
        raw = len(arguments) if self.bound.command.raw else 0
        for number, argument in enumerate(arguments, 1):
            start = self.row.cell_start + argument.shift
            yield Text(argument.template, start, self.argument_span(argument), raw=number == raw)

    @cached_property
    def calls(self) -> tuple[tuple[str, Span], ...]:
        """The subsections that the row calls, by name, with the place of each name."""
        return (*self._switched, *self._called)

    @property
    def _switched(self) -> Iterator[tuple[str, Span]]:
        for switch in self.row.statement.switches:
            if switch.letter == "c" and switch.problem is None and switch.argument:
                name = switch.argument.strip()
                start = self.row.cell.index(name, switch.span.start + len("$c("))
                yield name, self.place(start, start + len(name))

    @property
    def _called(self) -> Iterator[tuple[str, Span]]:
        if self.row.name == "call" and self.bound is not None and self.bound.arguments:
            argument = self.bound.arguments[0]
            if argument.template.constant:
                yield argument.template.constant, self.argument_span(argument)


class Subject:
    """A script under check.

    Args:
        document: the script.
        given: names that the command line gives a value.
        parallel: machines worked on at once, where the command line says so.

    Attributes:
        parallel: machines worked on at once.
    """

    def __init__(self, document: Document, given: frozenset[str], parallel: int | None = None) -> None:
        self.document = document
        self.given = given
        self.parallel: int = parallel or document.settings.get("BatchSettings.Parallel")

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """Every command row of every section, in the order of the script."""
        delimiter = self.document.settings.get("BatchSettings.CommandDelimiter")
        found = []
        for section in self.document.command_sections.values():
            around = dict(_around(section.flow.blocks))
            for row in section.rows:
                if row.kind is RowKind.ROW:
                    bound = bind(row, delimiter) if row.statement.name else None
                    found.append(Line(section, row, bound, around.get(row.line, ())))
        return tuple(found)

    @cached_property
    def names(self) -> Names:
        """Who gives values to which variables."""
        targets: dict[str, str] = {}
        for line in self.lines:
            name = target(line)
            if name is not None and name.template.constant:
                targets.setdefault(name.text.lower(), name.text)
        return Names(self.document, self.given, targets)

    @cached_property
    def subsections(self) -> dict[str, CommandSection]:
        """The subsections by name in lower case."""
        sections = self.document.command_sections.values()
        return {entry.section.name.lower(): entry for entry in sections if entry.section.kind is Kind.SUB}

    @cached_property
    def calls(self) -> dict[str, list[tuple[Line, Span]]]:
        """The rows that call each subsection, by name in lower case, with the place of the name."""
        found: dict[str, list[tuple[Line, Span]]] = {}
        for line in self.lines:
            for name, span in line.calls:
                found.setdefault(name.lower(), []).append((line, span))
        return found

    @cached_property
    def uses(self) -> dict[str, list[tuple[Line, Span]]]:
        """The rows that refer to each variable, by name in lower case, with the place of the reference."""
        found: dict[str, list[tuple[Line, Span]]] = {}
        for line in self.lines:
            for text in line.texts:
                for variable in text.template.variables():
                    found.setdefault(variable.name.lower(), []).append((line, self.place(text, variable)))
        return found

    @cached_property
    def lines_of(self) -> dict[SectionId, list[Line]]:
        """The rows by section."""
        found: dict[SectionId, list[Line]] = {}
        for line in self.lines:
            found.setdefault(line.section.section, []).append(line)
        return found

    def reached_subsections(self, name: str) -> list[CommandSection]:
        """A subsection and all that it calls, directly or not; those that are not there are left out."""
        found: dict[str, CommandSection] = {}
        todo = [name.lower()]
        while todo:
            key = todo.pop()
            if key in found or key not in self.subsections:
                continue
            found[key] = self.subsections[key]
            calls = (call for line in self.lines_of.get(found[key].section, ()) for call in line.calls)
            todo.extend(called.lower() for called, _ in calls)
        return list(found.values())

    def place(self, text: Text, variable: Variable) -> Span:
        """Where a reference stands in the script."""
        written = "%" + "|".join((variable.name, *variable.filters)) + "%"
        source = self.document.text
        start = text.start + variable.span.start
        if not source.startswith(written, start):
            # Doubled quotes in front of it make the text shorter than what is written.
            start = source.find(written, text.span.start, text.span.end)
        return Span(start, start + len(written)) if start >= 0 else text.span


def target(line: Line) -> Argument | None:
    """The parameter that names the variable which the row sets, if it sets one."""
    if line.bound is None:
        return None
    for parameter, argument in zip(line.bound.command.parameters, line.bound.arguments, strict=False):
        if parameter.kind is ParameterKind.NAME and (line.row.name == "set" or parameter.name == _VARIABLE):
            return argument
    return None


_VARIABLE = "variable"
"""What a command's parameter is called that names the variable which it sets."""


def _around(blocks: Sequence[Block], loops: tuple[Loop, ...] = ()) -> Iterator[tuple[int, tuple[Loop, ...]]]:
    """The line of every row in blocks with the loops around it."""
    for block in blocks:
        if isinstance(block, Loop):
            yield block.row.line, loops
            yield from _around(block.body, (*loops, block))
        elif isinstance(block, Chain):
            for branch in block.branches:
                yield branch.row.line, loops
                yield from _around(branch.body, loops)
        else:
            yield block.row.line, loops


def known_commands() -> list[str]:
    """The names of all commands, for suggestions."""
    return [entry.name for entry in registry.all_commands()]
