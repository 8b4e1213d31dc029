"""A parameter as text, variables and function calls: parsed once, filled in at run time.

Values are put in last, so that a value never changes the shape of a row (``language.md``, section 4).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from setupbatcher.script import automaton
from setupbatcher.script.automaton import GrammarError, Node, Token
from setupbatcher.script.functions import find_function
from setupbatcher.text import Span


class Variable(NamedTuple):
    """``%name|filter%``; the span is that of the whole reference within the template's text."""

    name: str
    filters: tuple[str, ...]
    span: Span


class Call(NamedTuple):
    """``Function(argument,…)``."""

    function: str
    arguments: tuple[Template, ...]
    span: Span


Part = str | Variable | Call


class Template(NamedTuple):
    """A text with places to fill in. ``error`` is the offset where a function call goes wrong, else ``None``."""

    parts: tuple[Part, ...]
    error: int | None = None

    @property
    def constant(self) -> str | None:
        """The text, where nothing is to be filled in."""
        if not self.parts:
            return ""
        return self.parts[0] if len(self.parts) == 1 and isinstance(self.parts[0], str) else None

    def variables(self) -> Iterator[Variable]:
        """All references, those in arguments included."""
        for part in self.parts:
            if isinstance(part, Variable):
                yield part
            elif isinstance(part, Call):
                for argument in part.arguments:
                    yield from argument.variables()

    def calls(self) -> Iterator[Call]:
        """All function calls, the outer before the inner."""
        for part in self.parts:
            if isinstance(part, Call):
                yield part
                for argument in part.arguments:
                    yield from argument.calls()


@lru_cache(maxsize=4096)
def parse_template(text: str, *, functions: bool = True) -> Template:
    """Parse a parameter.

    Args:
        text: the parameter, quotes already removed.
        functions: ``False`` for a raw line, where only variables are filled in.
    """
    if "%" not in text and "(" not in text:
        return Template((text,) if text else ())
    kind = _known_function if functions else _no_function
    try:
        tree = automaton.load("template").scan(text, kind)
    except GrammarError as error:
        return Template((text,), error.offset)
    return Template(tuple(_merge(_parts(tree.children))))


def _known_function(token: Token, accepted: frozenset[str]) -> Token:
    if token.type == "FUNCTION" and find_function(token.text[:-1]) is None:
        return token._replace(type="LPAR" if "LPAR" in accepted else "TEXT")
    return token


def _no_function(token: Token, _accepted: frozenset[str]) -> Token:
    return token._replace(type="TEXT") if token.type == "FUNCTION" else token


def _parts(children: tuple[Node | Token, ...]) -> Iterator[Part]:
    for child in children:
        if isinstance(child, Token):
            if child.type == "VARIABLE":
                name, *filters = child.text[1:-1].split("|")
                yield Variable(name, tuple(filters), Span(child.start, child.end))
            else:
                yield {"PERCENT": "%", "DOUBLED": '"'}.get(child.type, child.text)
        elif child.rule == "call":
            yield _call(child)
        else:
            yield from _parts(child.children)


def _call(node: Node) -> Call:
    name = node.children[0]
    assert isinstance(name, Token)
    arguments = [_argument(argument) for argument in node.nodes("argument")]
    function = find_function(name.text[:-1])
    if function is not None and len(arguments) > len(function.parameters):
        # As with commands, the last parameter takes the rest.
        last = len(function.parameters) - 1
        tail: list[Part] = []
        for index, argument in enumerate(arguments[last:]):
            tail.extend([",", *argument.parts] if index else argument.parts)
        arguments = [*arguments[:last], Template(tuple(_merge(iter(tail))))]
    return Call(function.name if function else name.text[:-1], tuple(arguments), Span(node.start, node.end))


def _argument(node: Node) -> Template:
    children = node.children
    only = children[0] if len(children) == 1 else None
    if isinstance(only, Node) and only.rule == "quoted":
        children = only.children[1:-1]
    return Template(tuple(_merge(_parts(children))))


def _merge(parts: Iterator[Part]) -> list[Part]:
    """Join neighbouring texts."""
    merged: list[Part] = []
    for part in parts:
        if isinstance(part, str) and merged and isinstance(merged[-1], str):
            merged[-1] += part
        else:
            merged.append(part)
    return merged
