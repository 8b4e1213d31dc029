"""Finds the sections of a text with ``grammar/script.lark``, mending what is broken and reporting it.

Whatever the text, every byte belongs to the result: a broken label is a finding, never a refusal.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from setupbatcher.diagnostics.model import Diagnostic, Note
from setupbatcher.diagnostics.suggestions import did_you_mean
from setupbatcher.script import automaton
from setupbatcher.script.automaton import Node, Token
from setupbatcher.script.labels import Form, Kind, Label, SectionId, find_labels, known_labels
from setupbatcher.text import Span

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r|\Z)")


class Frame(NamedTuple):
    """Where a section stands.

    Attributes:
        section: which one.
        label: the opening label without its line.
        body: everything between the label's line and the end, line ends included.
    """

    section: SectionId
    label: Span
    body: Span


class Layout(NamedTuple):
    """The sections of a text in order, and what is wrong with their labels."""

    frames: tuple[Frame, ...]
    findings: tuple[Diagnostic, ...]


def read_layout(text: str) -> Layout:
    """Find the sections of a text."""
    reader = _Reader(text)
    tree = automaton.load("script").parse(reader.tokens(), reader.mend)
    frames = []
    for node in tree.children:
        if not isinstance(node, Node) or node.rule == "outside":
            continue
        opening = node.children[0]
        assert isinstance(opening, Token)
        body = node.nodes("body")
        span = Span(body[0].start, body[0].end) if body else Span(opening.end, opening.end)
        label = reader.opened[opening.start]
        assert label.section is not None
        frames.append(Frame(label.section, label.span, span))
    reader.report_doubles(frames)
    return Layout(tuple(frames), tuple(reader.findings))


class _Reader:
    """Turns a text into the line tokens of the grammar."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._labels = find_labels(text)
        self.findings: list[Diagnostic] = []
        self.opened: dict[int, Label] = {}
        self._pair: Label | None = None
        self._pair_is_closed = False
        self._inside: Label | None = None

    def tokens(self) -> Iterator[Token]:
        at = 0
        for index, label in enumerate(self._labels):
            kind = self._kind(label)
            if kind is None:
                continue
            line = self._line_start(label)
            yield from self._rows(at, line)
            end = self._next_line(label.line_end)
            token = Token(kind, self._text[line:end], line)
            if kind in {"BEGIN", "HEADER"}:
                if self._pair is not None:
                    self._report_unclosed(self._pair)
                    yield Token("END", "", line)
                self.opened[line] = self._inside = label
                self._pair = label if kind == "BEGIN" else None
                self._pair_is_closed = kind == "BEGIN" and self._is_closed(label, index)
            else:
                self._pair = self._inside = None
            yield token
            at = end
        yield from self._rows(at, len(self._text))

    def mend(self, token: Token, accepted: frozenset[str]) -> Token | None:
        """The only thing that can be missing where the lines end is the end of the open pair."""
        if "END" in accepted and token.type == automaton.END and self._pair is not None:
            self._report_unclosed(self._pair)
            return Token("END", "", token.start)
        return None

    def _kind(self, label: Label) -> str | None:
        """The token of a label, or ``None`` where it is a row like any other."""
        if label.section is None:
            self._report_unknown(label)
            return None
        pair = self._pair
        if label.form is Form.END:
            if pair is not None and pair.section is not None and label.section.key == pair.section.key:
                return "END"
            self._report_stray(label)
            return None
        if pair is not None and self._pair_is_closed:
            self._report_nested(label, pair)
            return None
        return "BEGIN" if label.form is Form.BEGIN else "HEADER"

    def _is_closed(self, pair: Label, index: int) -> bool:
        """The next label of the same section ends it."""
        key = pair.section.key if pair.section is not None else ""
        for label in islice(self._labels, index + 1, None):
            if label.section is not None and label.section.key == key:
                return label.form is Form.END
        return False

    def _rows(self, start: int, end: int) -> Iterator[Token]:
        if start >= end:
            return
        if self._inside is not None and self._inside.section is not None and self._inside.section.kind is Kind.DATA:
            yield Token("ROWS", self._text[start:end], start)
            return
        while start < end:
            match = _LINE.match(self._text, start)
            assert match is not None
            yield Token("LINE", match.group(), start)
            start = match.end()

    def _line_start(self, label: Label) -> int:
        at = label.span.start
        while at and self._text[at - 1] in " \t":
            at -= 1
        return at

    def _next_line(self, at: int) -> int:
        match = _LINE.match(self._text, at)
        assert match is not None
        return match.end()

    def _report_unclosed(self, label: Label) -> None:
        end = label.name[: -len("_Begin")] + "_End"
        self.findings.append(
            Diagnostic(
                "SB102",
                f"section `[{label.name}]` is never closed",
                label.span,
                f"add a line `[{end}]` behind its last row",
            )
        )

    def _report_stray(self, label: Label) -> None:
        begin = label.name[: -len("_End")] + "_Begin"
        self.findings.append(
            Diagnostic(
                "SB103",
                f"`[{label.name}]` ends a section that is not open",
                label.span,
                f"remove it, or open the section with `[{begin}]`",
            )
        )

    def _report_nested(self, label: Label, pair: Label) -> None:
        end = pair.name[: -len("_Begin")] + "_End"
        self.findings.append(
            Diagnostic(
                "SB104",
                f"label `[{label.name}]` stands inside section `[{pair.name}]`",
                label.span,
                f"put `[{end}]` before it",
                notes=(Note(pair.span, "section opened here"),),
            )
        )

    def _report_unknown(self, label: Label) -> None:
        """A bracketed line is a row where rows are; it is reported where it looks like a label that went wrong."""
        if self._pair is not None:
            return
        guess = did_you_mean(label.name, known_labels())
        labelled = label.name.lower().endswith(("_begin", "_end"))
        if guess is None and not labelled:
            return
        self.findings.append(
            Diagnostic(
                "SB101",
                f"unknown section `[{label.name}]`",
                label.span,
                f"did you mean `[{guess}]`?" if guess else "a further data section is [Data2], a subsection [Sub NAME]",
            )
        )

    def report_doubles(self, frames: list[Frame]) -> None:
        """Each section stands once."""
        first: dict[str, Frame] = {}
        for frame in frames:
            known = first.setdefault(frame.section.key, frame)
            if known is not frame:
                self.findings.append(
                    Diagnostic(
                        "SB105",
                        f"section {frame.section} stands twice",
                        frame.label,
                        "put all its rows into one section",
                        notes=(Note(known.label, "first section is here"),),
                    )
                )
