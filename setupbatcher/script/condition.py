"""The condition of an ``If``: parsed before any value is put in (``language.md``, sections 4 and 5)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from setupbatcher.script import automaton
from setupbatcher.script.automaton import Node, Token
from setupbatcher.script.template import Template, parse_template


class Operand(NamedTuple):
    """One side of a comparison; ``start`` is its offset within the condition."""

    template: Template
    start: int


class Comparison(NamedTuple):
    """``left operator right``; a lone operand is true where its value is ``Yes``, ``True`` or ``1``."""

    left: Operand
    operator: str
    right: Operand | None


class Not(NamedTuple):
    """The opposite of a condition."""

    term: Condition


class All(NamedTuple):
    """True where every term is."""

    terms: tuple[Condition, ...]


class AnyOf(NamedTuple):
    """True where one term is."""

    terms: tuple[Condition, ...]


Condition = Comparison | Not | All | AnyOf


@lru_cache(maxsize=1024)
def parse_condition(text: str) -> Condition:
    """Parse a condition.

    Raises:
        automaton.GrammarError: with the offset where it goes wrong.
    """
    return _alternatives(automaton.load("condition").scan(text), text)


def comparisons(condition: Condition) -> Iterator[Comparison]:
    """All comparisons, from left to right."""
    match condition:
        case Comparison():
            yield condition
        case Not(term):
            yield from comparisons(term)
        case All(terms) | AnyOf(terms):
            for term in terms:
                yield from comparisons(term)


def operands(condition: Condition) -> Iterator[Operand]:
    """All operands, from left to right."""
    for comparison in comparisons(condition):
        yield comparison.left
        if comparison.right is not None:
            yield comparison.right


def _alternatives(node: Node, text: str) -> Condition:
    terms = tuple(_every(child, text) for child in node.nodes("all"))
    return terms[0] if len(terms) == 1 else AnyOf(terms)


def _every(node: Node, text: str) -> Condition:
    terms = tuple(_term(child, text) for child in node.children if isinstance(child, Node))
    return terms[0] if len(terms) == 1 else All(terms)


def _term(node: Node, text: str) -> Condition:
    inner = next(child for child in node.children if isinstance(child, Node))
    if node.rule == "negation":
        return Not(_term(inner, text))
    if node.rule == "nested":
        return _alternatives(inner, text)
    left, *right = (_operand(child, text) for child in node.nodes("operand"))
    operator = next((token.text.lower() for token in node.tokens("OPERATOR")), "")
    # An operator with nothing behind it compares with the empty text.
    missing = Operand(Template(()), node.end) if operator else None
    return Comparison(left, operator, right[0] if right else missing)


def _operand(node: Node, text: str) -> Operand:
    only = node.children[0] if len(node.children) == 1 else None
    if isinstance(only, Token) and only.type == "STRING":
        return Operand(parse_template(only.text[1:-1].replace('""', '"')), only.start + 1)
    return Operand(parse_template(text[node.start : node.end]), node.start)


_DOTTED = re.compile(r"[0-9]+(\.[0-9]+)*")


def _number(text: str) -> tuple[int, ...] | None:
    return tuple(map(int, text.split("."))) if _DOTTED.fullmatch(text) else None


def compare(left: str, operator: str, right: str) -> bool:
    """Compare two values.

    Dotted digits compare part by part (``1.10 > 1.9``), all else as text without regard to case.

    Raises:
        re.error: the right side of ``matches`` is not a regular expression.
    """
    if operator == "contains":
        return right.casefold() in left.casefold()
    if operator == "matches":
        return re.search(right, left, re.IGNORECASE) is not None
    order = _order(left.strip(), right.strip())
    return {
        "=": order == 0,
        "<>": order != 0,
        "<": order < 0,
        "<=": order <= 0,
        ">": order > 0,
        ">=": order >= 0,
    }[operator]


def _order(left: str, right: str) -> int:
    numbers = _number(left), _number(right)
    if numbers[0] is not None and numbers[1] is not None:
        size = max(len(numbers[0]), len(numbers[1]))
        first, second = ((*parts, *(0,) * (size - len(parts))) for parts in numbers if parts is not None)
        return (first > second) - (first < second)
    folded = left.casefold(), right.casefold()
    return (folded[0] > folded[1]) - (folded[0] < folded[1])
