"""The catalogue of commands: each is one typed, documented function, declared once.

From a declaration come the check of a row's parameters, ``setupbatcher commands NAME``, the dry run's sentence and the
reference pages. A flow command (``Data.Loop``, ``If`` …) is declared the same way; the interpreter itself carries it
out.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from typing import Annotated, Any, get_args, get_origin, get_type_hints


class ParameterKind(Enum):
    """What a parameter's text must be; the check reports anything else."""

    TEXT = "text"
    INTEGER = "whole number"
    SECONDS = "seconds"
    PATH = "path on the machine"
    LOCAL_PATH = "path on the controller"
    LINE = "line, taken as it is"
    CONDITION = "condition"
    NAME = "name"
    LIST = "further parameters"


Path = Annotated[str, ParameterKind.PATH]
LocalPath = Annotated[str, ParameterKind.LOCAL_PATH]
Line = Annotated[str, ParameterKind.LINE]
Condition = Annotated[str, ParameterKind.CONDITION]
Name = Annotated[str, ParameterKind.NAME]
Seconds = Annotated[float, ParameterKind.SECONDS]
Rest = Annotated[tuple[str, ...], ParameterKind.LIST]
"""All parameters that follow, split at the delimiter; stands last."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a command, read off its function."""

    name: str
    kind: ParameterKind
    required: bool
    default: Any = None
    doc: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command that succeeded has to say.

    Attributes:
        output: the text for ``%LastOutput%``.
        changed: ``False`` where the machine was already as asked; reported as *unchanged*.
        note: one line for the log.
        values: run-time variables the command sets, by name.
    """

    output: str = ""
    changed: bool = True
    note: str = ""
    values: Mapping[str, str] = field(default_factory=dict)


Body = Callable[..., Awaitable[Outcome | None]]


@dataclass(frozen=True)
class Command:
    """A declared command.

    Attributes:
        name: in the spelling of the reference, such as ``File.Copy``.
        area: the heading it stands under.
        parameters: in order.
        summary: the first line of the docstring.
        description: the rest of it.
        example: a row.
        does: the dry run's sentence, a format over the parameters' names.
        on_controller: the command acts on the machine that runs the script.
        body: the function; ``None`` for a flow command.
    """

    name: str
    area: str
    parameters: tuple[Parameter, ...]
    summary: str
    description: str
    example: str
    does: str
    on_controller: bool = False
    body: Body | None = field(default=None, compare=False)

    @property
    def raw(self) -> bool:
        """The rest of the row is shell text, taken verbatim."""
        return bool(self.parameters) and self.parameters[-1].kind is ParameterKind.LINE

    @property
    def least(self) -> int:
        """The smallest number of parameters."""
        return sum(parameter.required for parameter in self.parameters)

    @property
    def syntax(self) -> str:
        """How a row of the command is written, optional parameters in brackets."""
        text = ""
        for parameter in self.parameters:
            piece = parameter.name if parameter.kind is not ParameterKind.LIST else f"{parameter.name}…"
            piece = f",{piece}" if text else piece
            text += piece if parameter.required else f"[{piece}]"
        return f"{self.name} {text}".rstrip()


_COMMANDS: dict[str, Command] = {}


def command(
    name: str, *, area: str, example: str, does: str = "", on_controller: bool = False
) -> Callable[[Body], Body]:
    """Declare a command.

    The function takes a :class:`~setupbatcher.commands.context.Context` first and the row's parameters after it; an
    annotation tells a parameter's kind, a default makes it optional. It raises :class:`setupbatcher.errors.Failure`.

    Args:
        name: ``Area.Object.Action``.
        area: heading in the reference.
        example: a row that works.
        does: the dry run's sentence, such as ``copy {source} to {target}``.
        on_controller: acts on the machine that runs the script.
    """

    def declare(body: Body) -> Body:
        _COMMANDS[name.lower()] = _declaration(
            body, name=name, area=area, example=example, does=does, on_controller=on_controller, run=body
        )
        return body

    return declare


def flow(name: str, *, example: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Declare a flow command: its signature and documentation; the interpreter carries it out."""

    def declare(signature: Callable[..., None]) -> Callable[..., None]:
        _COMMANDS[name.lower()] = _declaration(
            signature, name=name, area="Flow", example=example, does="", on_controller=True, run=None
        )
        return signature

    return declare


def _declaration(
    function: Callable[..., Any],
    *,
    name: str,
    area: str,
    example: str,
    does: str,
    on_controller: bool,
    run: Body | None,
) -> Command:
    summary, _, description = (inspect.getdoc(function) or "").partition("\n")
    documented = _documented_arguments(description)
    hints = get_type_hints(function, include_extras=True)
    parameters = tuple(
        Parameter(
            name=parameter.name,
            kind=_kind(hints[parameter.name]),
            required=parameter.default is inspect.Parameter.empty,
            default=None if parameter.default is inspect.Parameter.empty else parameter.default,
            doc=documented.get(parameter.name, ""),
        )
        for parameter in inspect.signature(function).parameters.values()
        if parameter.name != "context"
    )
    return Command(name, area, parameters, summary, description.strip(), example, does, on_controller, run)


def _kind(hint: Any) -> ParameterKind:  # noqa: ANN401 -- an annotation can be anything
    if get_origin(hint) is Annotated:
        return next(extra for extra in get_args(hint)[1:] if isinstance(extra, ParameterKind))
    return ParameterKind.INTEGER if hint is int else ParameterKind.TEXT


def _documented_arguments(description: str) -> dict[str, str]:
    """The lines ``name: text`` under ``Args:``."""
    found: dict[str, str] = {}
    inside, name = False, ""
    for line in description.splitlines():
        if line.strip() == "Args:":
            inside = True
        elif inside and not line.startswith("    "):
            inside = False
        elif inside and line.startswith(_DEEPER) and name:
            found[name] += f" {line.strip()}"
        elif inside:
            name, _, text = line.strip().partition(":")
            found[name] = text.strip()
    return found


_DEEPER = " " * 5
"""A line that goes on, deeper than the four blanks of a parameter."""


def find(name: str) -> Command | None:
    """The command of a name, in any case, or ``None``."""
    _load()
    return _COMMANDS.get(name.lower())


def all_commands() -> list[Command]:
    """Every command, by area and name."""
    _load()
    return sorted(_COMMANDS.values(), key=lambda entry: (entry.area, entry.name))


@cache
def _load() -> None:
    """Import the modules of the library, once; they declare themselves."""
    from setupbatcher.commands import library  # noqa: F401, PLC0415 -- declared on import, when first asked for


_RETIRED = {
    "nov.": "Novell is retired; use the AD commands for a directory, or Run with the vendor's own tools",
    "exchange.": "Exchange 5.5 and 2000 are retired; use PowerShell with the Exchange module",
}


def retired(name: str) -> str | None:
    """What to use instead of a command of the original that was retired on purpose (``commands.md``, *Rules*)."""
    return next((advice for prefix, advice in _RETIRED.items() if name.lower().startswith(prefix)), None)
