"""The three methods and six operators that hold a reference against a block. The reference stands on the left."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from typing import Any

from setupbatcher.updatejob.model import Method, Operator

_DIGITS = re.compile(r"[0-9]+")
_PIECES = re.compile(r"[0-9]+|[^0-9]", re.DOTALL)

Number = tuple[int, str]
"""Digits without leading zeros, their count first: in the order of the numbers, however long these are."""


def holds(reference: str, block: str, method: Method, wanted: Operator) -> bool:
    """Whether the reference is to the block as the operator says: 100 is ``higher`` than 99."""
    key = _KEYS[method]
    return bool(_OPERATORS[wanted](key(reference), key(block)))


def _number(text: str) -> Number:
    """All digits of a text as one number: ``0x0900,5`` is 9005; without a digit 0."""
    digits = "".join(_DIGITS.findall(text)).lstrip("0")
    return len(digits), digits


def _logical(text: str) -> list[tuple[str, Number]]:
    """Runs of digits as numbers, all else character by character.

    No other character lies among the digits, so a number beside one is in the order of its first digit.
    """
    return [("0", _number(piece)) if piece[0] in "0123456789" else (piece, (0, "")) for piece in _PIECES.findall(text)]


_KEYS: dict[Method, Callable[[str], Any]] = {
    Method.VALENCE: str,  # texts are in the order of their code points
    Method.NUMERIC: _number,
    Method.LOGICAL: _logical,
}

_OPERATORS: dict[Operator, Callable[[Any, Any], Any]] = {
    Operator.HIGHER: operator.gt,
    Operator.HIGHER_EQUAL: operator.ge,
    Operator.EQUAL: operator.eq,
    Operator.UNEQUAL: operator.ne,
    Operator.LOWER_EQUAL: operator.le,
    Operator.LOWER: operator.lt,
}
