"""Runs the automatons compiled from ``grammar/``: a contextual lexer and an LALR parser that can be mended on the way.

The tables are plain data made by ``grammar/compile.py``; running them here keeps the grammar compiler out of the
start-up of the command line and leaves recovery to whoever knows how a broken text goes on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, NamedTuple

from setupbatcher.script.tables import TABLES

END = "$END"

MOST_OPEN = 150
"""Symbols that may be open at once: what lies deeper one inside the other is no longer read."""


class Token(NamedTuple):
    """A terminal with its text and where it begins."""

    type: str
    text: str
    start: int

    @property
    def end(self) -> int:
        """The offset behind it."""
        return self.start + len(self.text)


class Node(NamedTuple):
    """A rule of the grammar with what it is made of."""

    rule: str
    children: tuple[Node | Token, ...]

    def nodes(self, rule: str) -> list[Node]:
        """The children made by a rule."""
        return [child for child in self.children if isinstance(child, Node) and child.rule == rule]

    def tokens(self, kind: str) -> list[Token]:
        """The children that are tokens of a type."""
        return [child for child in self.children if isinstance(child, Token) and child.type == kind]

    @property
    def start(self) -> int:
        """The offset of its first token."""
        return self.children[0].start

    @property
    def end(self) -> int:
        """The offset behind its last token."""
        return self.children[-1].end


class GrammarError(Exception):
    """The text does not follow the grammar.

    Attributes:
        offset: where it went wrong.
        token: what stands there, or ``None`` where no terminal fits.
        accepted: terminals that could stand there.
    """

    def __init__(self, offset: int, token: Token | None, accepted: frozenset[str]) -> None:
        super().__init__(f"unexpected text at {offset}")
        self.offset = offset
        self.token = token
        self.accepted = accepted


Mend = Callable[[Token, frozenset[str]], Token | None]
"""Gets a token that cannot stand here and what could: returns a token to feed instead or before it, or ``None``.

A replacement of the same length takes the token's place, an empty one is fed before it."""

Reclassify = Callable[[Token, frozenset[str]], Token]
"""Lets the caller change the type of a token that the lexer found, knowing what could stand there."""


class Automaton:
    """One start symbol of a grammar."""

    def __init__(self, table: dict[str, Any]) -> None:
        self._start: int = table["start"]
        self._end: int = table["end"]
        self._rules: list[tuple[str, int]] = table["rules"]
        self._states: list[dict[str, int]] = table["states"]
        self._terminals: list[tuple[str, str, list[str]]] = table["terminals"]
        self._ignored = frozenset[str](table["ignored"])
        self._lexers: dict[int, re.Pattern[str]] = {}

    def scan(self, text: str, reclassify: Reclassify | None = None) -> Node:
        """Lex and parse a text.

        Raises:
            GrammarError: the text does not follow the grammar.
        """
        run = _Run(self._states, self._rules, self._start, self._end)
        at = 0
        while at < len(text):
            match = self._lexer(run.state).match(text, at)
            if match is None or match.end() == at:
                raise GrammarError(at, None, run.accepted)
            token = Token(str(match.lastgroup), match.group(), at)
            at = match.end()
            if token.type in self._ignored:
                continue
            if reclassify:
                token = reclassify(token, run.accepted)
            if not run.feed(token) or run.depth > MOST_OPEN:
                raise GrammarError(token.start, token, run.accepted)
        if not run.feed(Token(END, "", at)):
            raise GrammarError(at, Token(END, "", at), run.accepted)
        return run.result()

    def parse(self, tokens: Iterable[Token], mend: Mend) -> Node:
        """Parse tokens that the caller has found; what does not fit goes through ``mend``.

        Raises:
            GrammarError: ``mend`` returned nothing, or something that does not fit either.
        """
        run = _Run(self._states, self._rules, self._start, self._end)
        last = Token(END, "", 0)
        for token in tokens:
            last = token
            self._feed(run, token, mend)
        self._feed(run, Token(END, "", last.end), mend)
        return run.result()

    def _feed(self, run: _Run, token: Token, mend: Mend) -> None:
        while not run.feed(token):
            instead = mend(token, run.accepted)
            if instead is None or not run.feed(instead):
                raise GrammarError(token.start, token, run.accepted)
            if instead.text:
                return

    def _lexer(self, state: int) -> re.Pattern[str]:
        """The alternation of the terminals that can stand in a state, the more important ones first."""
        lexer = self._lexers.get(state)
        if lexer is None:
            accepted = self._ignored.union(self._states[state])
            lexer = self._lexers[state] = re.compile(
                "|".join(
                    f"(?P<{name}>{'(?i:' + pattern + ')' if 'i' in flags else '(?s:' + pattern + ')'})"
                    for name, pattern, flags in self._terminals
                    if name in accepted
                )
                or r"(?!)"
            )
        return lexer


class _Run:
    """The stacks of one parse."""

    def __init__(self, states: list[dict[str, int]], rules: list[tuple[str, int]], start: int, end: int) -> None:
        self._table = states
        self._rules = rules
        self._end = end
        self._states = [start]
        self._values: list[Node | Token | list[Node | Token]] = []

    @property
    def state(self) -> int:
        return self._states[-1]

    @property
    def depth(self) -> int:
        """How many symbols are open."""
        return len(self._states)

    @property
    def accepted(self) -> frozenset[str]:
        return frozenset(symbol for symbol in self._table[self.state] if symbol.isupper() or symbol == END)

    def feed(self, token: Token) -> bool:
        """Take a token; ``False`` where it does not fit, with the reductions before it done."""
        states, table = self._states, self._table
        while True:
            action = table[states[-1]].get(token.type)
            if action is None:
                return False
            if action >= 0:
                states.append(action)
                self._values.append(token)
                self._settle()
                return True
            self._reduce(-1 - action)
            if token.type == END and states[-1] == self._end:
                return True

    def _settle(self) -> None:
        """Do what has to be done whatever comes next, so that :attr:`accepted` is exact for the lexer."""
        while True:
            actions = self._table[self.state]
            choices = set(actions.values())
            if len(choices) != 1 or max(choices) >= 0 or actions.keys() == {END}:
                return
            self._reduce(-1 - choices.pop())

    def _reduce(self, number: int) -> None:
        rule, length = self._rules[number]
        taken = self._values[len(self._values) - length :]
        del self._values[len(self._values) - length :], self._states[len(self._states) - length :]
        # A rule that begins with an underscore leaves its parts to the rule above; lists grow in place.
        parts: list[Node | Token] = taken.pop(0) if taken and isinstance(taken[0], list) else []  # type: ignore[assignment]
        for value in taken:
            parts.extend(value) if isinstance(value, list) else parts.append(value)
        self._states.append(self._table[self._states[-1]][rule])
        self._values.append(parts if rule.startswith("_") else Node(rule, tuple(parts)))

    def result(self) -> Node:
        value = self._values[-1]
        assert isinstance(value, Node)
        return value


@cache
def load(start: str) -> Automaton:
    """The automaton of a start symbol: ``script``, ``cell``, ``template`` or ``condition``."""
    return Automaton(TABLES[start])
