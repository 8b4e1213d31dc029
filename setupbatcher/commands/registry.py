"""The catalogue of commands: each is one typed, documented function, declared once.

From a declaration come the check of a row's parameters, ``setupbatcher commands NAME``, the dry run's sentence and the
reference pages. A flow command (``Data.Loop``, ``If`` …) is declared the same way; the interpreter itself carries it
out.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from enum import Enum
from functools import cache, cached_property
from types import FunctionType, MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from setupbatcher.script.filling import Filling


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


Path = str
LocalPath = str
Line = str
Condition = str
Name = str
Seconds = float
Rest = tuple[str, ...]
"""All parameters that follow, split at the delimiter; stands last."""

_KINDS = {
    "str": ParameterKind.TEXT,
    "str | None": ParameterKind.TEXT,
    "int": ParameterKind.INTEGER,
    "Seconds": ParameterKind.SECONDS,
    "Path": ParameterKind.PATH,
    "LocalPath": ParameterKind.LOCAL_PATH,
    "Line": ParameterKind.LINE,
    "Condition": ParameterKind.CONDITION,
    "Name": ParameterKind.NAME,
    "Rest": ParameterKind.LIST,
}
"""By the annotation as a command's function has it."""


class Parameter(NamedTuple):
    """One parameter of a command, read off its function."""

    name: str
    kind: ParameterKind
    required: bool
    default: Any = None


class Outcome(NamedTuple):
    """What a command that succeeded has to say.

    Attributes:
        output: the text for ``%LastOutput%``.
        changed: ``False`` where the machine was already as asked; reported as *unchanged*.
        note: one line for the log.
        values: run-time variables the command sets, by name.
        filled: sections of the script that get other rows.
    """

    output: str = ""
    changed: bool = True
    note: str = ""
    values: Mapping[str, str] = MappingProxyType({})
    filled: tuple[Filling, ...] = ()


Body = Callable[..., Awaitable[Outcome | None]]


class Command:
    """A declared command. What its function says is read when somebody asks for it.

    Args:
        name: in the spelling of the reference, such as ``File.Copy``.
        function: has the row's parameters, and what the command does in its docstring.
        area: the heading it stands under.
        example: a row.
        does: the dry run's sentence, a format over the parameters' names.
        on_controller: the command acts on the machine that runs the script.
        body: the function; ``None`` for a flow command.
    """

    def __init__(
        self,
        name: str,
        function: Callable[..., object],
        *,
        area: str,
        example: str,
        does: str = "",
        on_controller: bool,
        body: Body | None = None,
    ) -> None:
        self.name = name
        self.area = area
        self.example = example
        self.does = does
        self.on_controller = on_controller
        self.body = body
        self._function = function

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """What a row gives the command, in order."""
        return tuple(_parameters(self._function))

    @property
    def summary(self) -> str:
        """The first line of the docstring."""
        return self._docstring.partition("\n")[0]

    @property
    def description(self) -> str:
        """The rest of it."""
        return self._docstring.partition("\n")[2].strip()

    @property
    def meanings(self) -> dict[str, str]:
        """What the docstring says of each parameter, by name."""
        return _documented_arguments(self.description)

    @cached_property
    def _docstring(self) -> str:
        import inspect  # noqa: PLC0415 -- slow to import, and a script is read without it

        return inspect.getdoc(self._function) or ""

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
        _COMMANDS[name.lower()] = Command(
            name, body, area=area, example=example, does=does, on_controller=on_controller, body=body
        )
        return body

    return declare


def flow(name: str, *, example: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Declare a flow command: its signature and documentation; the interpreter carries it out."""

    def declare(signature: Callable[..., None]) -> Callable[..., None]:
        _COMMANDS[name.lower()] = Command(name, signature, area="Flow", example=example, on_controller=True)
        return signature

    return declare


def _parameters(function: Callable[..., object]) -> Iterator[Parameter]:
    """The parameters of a row. ``inspect`` would find the same, but takes longer to import than all of this module."""
    assert isinstance(function, FunctionType)
    names = function.__code__.co_varnames[: function.__code__.co_argcount]
    defaults = function.__defaults__ or ()
    optional = dict(zip(names[len(names) - len(defaults) :], defaults, strict=True))
    for name in names:
        if name != "context":
            kind = _KINDS[function.__annotations__[name]]
            yield Parameter(name, kind, required=name not in optional, default=optional.get(name))


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
