"""Conditions: how they are read, and how values compare."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setupbatcher.script.automaton import GrammarError
from setupbatcher.script.condition import All, AnyOf, Comparison, Condition, Not, compare, operands, parse_condition
from setupbatcher.script.template import Template, Variable


def _text(template: Template) -> str:
    return "".join(
        part if isinstance(part, str) else f"%{part.name}%" if isinstance(part, Variable) else part.function
        for part in template.parts
    )


def _shape(condition: Condition) -> object:
    match condition:
        case Not(term):
            return ["not", _shape(term)]
        case All(terms):
            return ["and", *map(_shape, terms)]
        case AnyOf(terms):
            return ["or", *map(_shape, terms)]
        case Comparison(left, operator, right):
            return _text(left.template) if right is None else (_text(left.template), operator, _text(right.template))


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("%a%", "%a%"),
        ("%a% = b", ("%a%", "=", "b")),
        ("%a%<>b", ("%a%", "<>", "b")),
        ("%a% >= 1.10", ("%a%", ">=", "1.10")),
        ("%a% CONTAINS b c", ("%a%", "contains", "b c")),
        ("%a% matches ^srv[0-9]+$", ("%a%", "matches", "^srv[0-9]+$")),
        ('%a% = "b and c"', ("%a%", "=", "b and c")),
        ('%a% = "b ""c"""', ("%a%", "=", 'b "c"')),
        ("%a% =", ("%a%", "=", "")),
        ("a = 1 or b = 2 and c = 3", ["or", ("a", "=", "1"), ["and", ("b", "=", "2"), ("c", "=", "3")]]),
        ("(a = 1 or b = 2) and c = 3", ["and", ["or", ("a", "=", "1"), ("b", "=", "2")], ("c", "=", "3")]),
        ("not a = 1 and b = 2", ["and", ["not", ("a", "=", "1")], ("b", "=", "2")]),
        ("not (a = 1 and b = 2)", ["not", ["and", ("a", "=", "1"), ("b", "=", "2")]]),
        ("not not a = 1", ["not", ["not", ("a", "=", "1")]]),
        ("Exists(/x) and %a% = 1", ["and", "Exists", ("%a%", "=", "1")]),
        ("android = order", ("android", "=", "order")),
        ("a.and = b", ("a.and", "=", "b")),
    ],
)
def test_precedence(text: str, shape: object) -> None:
    """`not` binds more tightly than `and`, `and` more than `or`; words within words are no operators."""
    assert _shape(parse_condition(text)) == shape


@pytest.mark.parametrize(
    ("text", "offset"), [("", 0), ("= a", 0), ("a = b = c", 6), ("(a", 2), ("a and", 5), ('a = "b', 4)]
)
def test_a_broken_condition_says_where(text: str, offset: int) -> None:
    """The offset is that of the first thing that does not fit."""
    with pytest.raises(GrammarError) as caught:
        parse_condition(text)
    assert caught.value.offset == offset


@pytest.mark.parametrize(
    ("left", "operator", "right", "holds"),
    [
        ("1.10", ">", "1.9", True),
        ("1.0", "=", "1", True),
        ("01", "=", "1", True),
        ("1.2.3", "<", "1.2.10", True),
        ("10", ">", "9", True),
        ("10a", ">", "9a", False),
        ("Web", "=", "wEB", True),
        (" web ", "=", "web", True),
        ("STRASSE", "=", "straße", True),
        ("a", "<>", "b", True),
        ("b", "<=", "a", False),
        ("", "=", "", True),
        ("Hello World", "contains", "WORLD", True),
        ("a.c", "contains", "abc", False),
        ("srv-12", "matches", "[0-9]+", True),
        ("SRV", "matches", "^srv$", True),
        ("srv1", "matches", "^srv$", False),
    ],
)
def test_values_compare(left: str, operator: str, right: str, holds: bool) -> None:  # noqa: FBT001 -- a parameter
    """Dotted digits part by part, all else as text without regard to case; a pattern matches anywhere."""
    assert compare(left, operator, right) is holds


_DOTTED = st.lists(st.integers(0, 99), min_size=1, max_size=4)


@given(_DOTTED, _DOTTED)
def test_dotted_digits_are_ordered(left: list[int], right: list[int]) -> None:
    """Exactly one of less, equal and greater holds, as for lists of numbers filled up with zeros."""
    size = max(len(left), len(right))
    first, second = (parts + [0] * (size - len(parts)) for parts in (left, right))
    texts = (".".join(map(str, parts)) for parts in (left, right))
    one, other = texts
    assert [compare(one, operator, other) for operator in "<=>"] == [first < second, first == second, first > second]


@given(
    st.lists(
        st.sampled_from(["a", "%b%", " ", '"', "=", "<", " and ", "not ", "(", ")", "Len(", "é"]), max_size=15
    ).map("".join)
)
def test_any_text_is_read_or_refused(text: str) -> None:
    """There is a condition whose operands lie within the text, or an offset."""
    try:
        places = [operand.start for operand in operands(parse_condition(text))]
    except GrammarError as error:
        places = [error.offset]
    assert all(0 <= place <= len(text) for place in places)
