"""Methods and operators: the reference stands on the left."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setupbatcher.updatejob.comparing import holds
from setupbatcher.updatejob.model import Method, Operator

_TRUE_FOR = {
    ">": {Operator.HIGHER, Operator.HIGHER_EQUAL, Operator.UNEQUAL},
    "=": {Operator.EQUAL, Operator.HIGHER_EQUAL, Operator.LOWER_EQUAL},
    "<": {Operator.LOWER, Operator.LOWER_EQUAL, Operator.UNEQUAL},
}

_TABLE = [
    # reference, block, how the reference is to the block by valence, numeric, logical
    ("100", "99", "<", ">", ">"),
    ("50", "50", "=", "=", "="),
    ("50", "51", "<", "<", "<"),
    ("9", "10", ">", "<", "<"),
    ("007", "7", "<", "=", "="),
    ("0x0900,5", "9005", "<", "=", "<"),
    ("0x0900,5", "9004", "<", ">", "<"),
    ("Hausnummer 55a", "Hausnummer 200b", ">", "<", "<"),
    ("Hausnummer 55a", "Hausnummer 55b", "<", "=", "<"),
    ("Hausnummer 55", "hausnummer 55", "<", "=", "<"),
    ("1.10.0", "1.9.0", "<", ">", ">"),
    ("1.10", "1.10.0", "<", "<", "<"),
    ("1, 2", "1.2", "<", "=", "<"),
    ("2.0 beta", "2.0", ">", "=", ">"),
    ("2.0-1", "2.0.1", "<", "=", "<"),
    ("a1", "a:", "<", ">", "<"),
    ("a1", "a/", ">", ">", ">"),
    ("", "", "=", "=", "="),
    ("", "0", "<", "=", "<"),
    ("", "a", "<", "=", "<"),
    ("abc", "", ">", "=", ">"),
    ("©", "a", ">", "=", ">"),
    ("ä2", "ä10", ">", "<", "<"),
    ("𝄞", "é", ">", "=", ">"),
    ("1" * 5000, "1" * 4999 + "2", "<", "<", "<"),
    ("1" * 5000, "9" * 4999, "<", ">", ">"),
    ("٣", "2", ">", "<", ">"),
    ("a\n1", "a\n02", ">", "<", "<"),
]


@pytest.mark.parametrize("operator", Operator)
@pytest.mark.parametrize(("method", "column"), [(Method.VALENCE, 2), (Method.NUMERIC, 3), (Method.LOGICAL, 4)])
@pytest.mark.parametrize("row", _TABLE, ids=lambda row: f"{row[0][:16]!r} {row[1][:16]!r}")
def test_a_reference_is_held_against_a_block(
    row: tuple[str, ...], method: Method, column: int, operator: Operator
) -> None:
    """Each method has its order, and each operator what it takes of it."""
    assert holds(row[0], row[1], method, operator) == (operator in _TRUE_FOR[row[column]])


def test_numeric_takes_all_digits_together() -> None:
    """The example of the manual: everything between the digits is as if it were not there."""
    assert holds("0x0900,5", "9005", Method.NUMERIC, Operator.EQUAL)


def test_a_reference_above_the_block_is_higher() -> None:
    """The example of the manual: it is not the block that is compared with the reference."""
    assert holds("100", "99", Method.NUMERIC, Operator.HIGHER)
    assert not holds("99", "100", Method.NUMERIC, Operator.HIGHER)


@given(st.text(max_size=12), st.text(max_size=12), st.text(max_size=12), st.sampled_from(Method))
def test_each_method_is_an_order(first: str, second: str, third: str, method: Method) -> None:
    """Of two texts exactly one relation holds, and what is not higher than a second is not higher than a third."""
    relations = [holds(first, second, method, wanted) for wanted in (Operator.HIGHER, Operator.EQUAL, Operator.LOWER)]
    assert sum(relations) == 1
    assert holds(first, second, method, Operator.HIGHER) == holds(second, first, method, Operator.LOWER)
    if holds(first, second, method, Operator.LOWER_EQUAL) and holds(second, third, method, Operator.LOWER_EQUAL):
        assert holds(first, third, method, Operator.LOWER_EQUAL)


@given(st.integers(0), st.integers(0))
def test_numbers_are_in_their_own_order(first: int, second: int) -> None:
    """For plain numbers two of the methods do what everybody expects."""
    for method in (Method.NUMERIC, Method.LOGICAL):
        assert holds(str(first), str(second), method, Operator.HIGHER) == (first > second)
