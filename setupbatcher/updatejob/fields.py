"""Holds an element against its rule: every finding, and the values that are there."""

from __future__ import annotations

import re
from collections.abc import Callable

from setupbatcher.diagnostics.model import Diagnostic, Note
from setupbatcher.diagnostics.phrases import one_of
from setupbatcher.diagnostics.suggestions import hint
from setupbatcher.text import Span
from setupbatcher.updatejob.markup import Element
from setupbatcher.updatejob.schema import JOB_FILE, Kind, Rule

_MOST_MILLISECONDS = 2**31 - 1
_MILLISECONDS = f"write a whole number from 0 to {_MOST_MILLISECONDS}"
_NUMBER = re.compile(r"[0-9]{1,10}")

Tell = Callable[[Diagnostic], None]


class Fields:
    """The elements in an element, by name.

    Args:
        element: whose rule says that it holds elements.
        rule: of the element.
        tell: gets every finding in it.

    Attributes:
        span: of the element's name.
    """

    def __init__(self, element: Element, rule: Rule, tell: Tell) -> None:
        self.span = element.span
        self._texts: dict[str, list[tuple[str, Span]]] = {}
        self._groups: dict[str, list[Fields]] = {}
        self._spans: dict[str, Span] = {}
        if element.text:
            tell(Diagnostic("SB908", f"text between the elements of `{element.name}`", element.text_span, help=_MOVE))
        for child in element.children:
            self._take(child, element, rule, tell)
        for name, required in rule.children.items():
            if required.required and name not in self._spans:
                tell(missing(element.span, element.name, name))

    def __contains__(self, name: str) -> bool:
        """Whether there is such an element."""
        return name in self._spans

    def text(self, name: str) -> str:
        """The text of an element; empty where it is left out."""
        return next(iter(self.texts(name)), "")

    def texts(self, name: str) -> list[str]:
        """The texts of all elements of a name."""
        return [text for text, _ in self.placed_texts(name)]

    def placed_texts(self, name: str) -> list[tuple[str, Span]]:
        """The texts of all elements of a name, with their places."""
        return self._texts.get(name, [])

    def word(self, name: str, default: str = "") -> str:
        """The word that an element holds, in small letters."""
        return self.text(name).lower() or default

    def milliseconds(self, name: str, default: int = 0) -> int:
        """The time that an element holds."""
        return int(self.text(name) or default)

    def groups(self, name: str) -> list[Fields]:
        """The elements of a name that hold elements themselves."""
        return self._groups.get(name, [])

    def _take(self, child: Element, parent: Element, rule: Rule, tell: Tell) -> None:
        known = rule.children.get(child.name)
        if known is None:
            tell(_unknown(child, parent, rule))
            return
        first = self._spans.setdefault(child.name, child.span)
        if first is not child.span and not known.many:
            message = f"`{child.name}` stands twice in `{parent.name}`"
            note = Note(first, "it stands here already")
            tell(Diagnostic("SB909", message, child.span, help="take one of the two out", notes=(note,)))
        _no_attributes(child, tell)
        if known.kind is Kind.ELEMENTS:
            self._groups.setdefault(child.name, []).append(Fields(child, known, tell))
        else:
            _check_value(child, known, tell)
            self._texts.setdefault(child.name, []).append((child.text, child.text_span))


def read_fields(root: Element, tell: Tell) -> Fields:
    """The outermost element of a job file, everything in it checked."""
    _no_attributes(root, tell)
    return Fields(root, JOB_FILE, tell)


def missing(span: Span, parent: str, name: str) -> Diagnostic:
    """The finding for an element that cannot be left out."""
    return Diagnostic("SB910", f"`{parent}` has no `{name}`", span, help=f"add `<{name}>…</{name}>`")


_MOVE = "put it in the element that it belongs to, or in a comment `<!-- … -->`"


def _unknown(child: Element, parent: Element, rule: Rule) -> Diagnostic:
    home = next((name for name, group in _homes() if child.name in group.children), None)
    if home:
        advice: str | None = f"it belongs in `{home}`"
    elif rule.children:
        advice = hint(child.name, rule.children, f"there can be {one_of(rule.children)}")
    else:
        advice = "the value is text alone; `<` in a text is written `&lt;`"
    return Diagnostic("SB906", f"unknown element `{child.name}` in `{parent.name}`", child.span, help=advice)


def _homes(rule: Rule = JOB_FILE, name: str = "") -> list[tuple[str, Rule]]:
    """Every element that holds elements, but the outermost, with its name."""
    own = [(name, rule)] if name else []
    return own + [home for below, child in rule.children.items() if child.children for home in _homes(child, below)]


def _no_attributes(element: Element, tell: Tell) -> None:
    for name in element.attributes:
        advice = f"write it as an element: `<{name}>…</{name}>`"
        tell(Diagnostic("SB907", f"`{element.name}` has an attribute `{name}`", element.span, help=advice))


def _check_value(element: Element, rule: Rule, tell: Tell) -> None:
    name, text = element.name, element.text
    for child in element.children:
        tell(_unknown(child, element, rule))
    if not text and rule.kind is not Kind.ANY_TEXT:
        if not element.children:
            tell(Diagnostic("SB911", f"`{name}` is empty", element.span, help="write a value, or take the element out"))
    elif rule.kind is Kind.WORD and text.lower() not in rule.words:
        message = f"unknown {name} `{text}`"
        tell(Diagnostic("SB912", message, element.text_span, help=hint(text, rule.words, f"use {one_of(rule.words)}")))
    elif rule.kind is Kind.MILLISECONDS and not (_NUMBER.fullmatch(text) and int(text) <= _MOST_MILLISECONDS):
        message = f"`{text}` is not a number of milliseconds"
        tell(Diagnostic("SB913", message, element.text_span, help=_MILLISECONDS))
