"""Which elements a job file has: the declaration that reading, help and documentation go by."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import NamedTuple

from setupbatcher.files.version_blocks import BLOCKS
from setupbatcher.updatejob.model import Action, Method, Operator


class Kind(Enum):
    """What an element holds."""

    ELEMENTS = "elements"
    TEXT = "text"
    ANY_TEXT = "text, which may be empty"
    MILLISECONDS = "milliseconds"
    WORD = "word"


class Rule(NamedTuple):
    """What holds of an element.

    Attributes:
        kind: of its content.
        required: it cannot be left out.
        many: it can stand any number of times.
        words: that it can be, whatever their case.
        children: the elements that can be in it.
    """

    kind: Kind = Kind.TEXT
    required: bool = False
    many: bool = False
    words: tuple[str, ...] = ()
    children: Mapping[str, Rule] = {}


def _words(words: type[Enum] | tuple[str, ...], *, required: bool = False) -> Rule:
    values = words if isinstance(words, tuple) else tuple(str(member.value) for member in words)
    return Rule(Kind.WORD, required=required, words=values)


def _elements(children: Mapping[str, Rule], *, many: bool = False) -> Rule:
    return Rule(Kind.ELEMENTS, many=many, children=children)


_REQUIRED = Rule(required=True)
_TIME = Rule(Kind.MILLISECONDS)
_YES_NO = _words(("yes", "no"))

_CONDITION = {
    "name": _REQUIRED,
    "file": _REQUIRED,
    "block": _words(BLOCKS, required=True),
    "method": _words(Method),
    "operator": _words(Operator),
    "reference": Rule(Kind.ANY_TEXT, required=True),
}
_OBJECT = {"source": _REQUIRED, "target": Rule(), "action": _words(Action)}
_BALLOON = {"title": _REQUIRED, "description": _REQUIRED, "timeout": _TIME}
_CLOSEAPP = {"class": Rule(), "window": Rule(), "timeout": _TIME, "kill": _YES_NO, "failjob": _YES_NO}
_JOB = {
    "name": Rule(),
    "conditioned": Rule(many=True),
    "predelay": _TIME,
    "closeapp": _elements(_CLOSEAPP, many=True),
    "balloon": _elements(_BALLOON),
    "object": _elements(_OBJECT, many=True),
    "postdelay": _TIME,
    "execute": Rule(),
    "rollback": _YES_NO,
}

JOB_FILE = _elements({"condition": _elements(_CONDITION, many=True), "job": _elements(_JOB, many=True)})
"""The outermost element, whose name is free."""
