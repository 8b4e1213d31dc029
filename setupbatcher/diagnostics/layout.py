"""A finding as lines of styled pieces; :mod:`~setupbatcher.diagnostics.render` makes text of them."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple

from setupbatcher.diagnostics.changes import Change, changes
from setupbatcher.diagnostics.excerpt import excerpt
from setupbatcher.diagnostics.model import Diagnostic, Fix, Severity
from setupbatcher.diagnostics.phrases import count
from setupbatcher.diagnostics.visible import visible
from setupbatcher.text import SourceText, Span

_MOST_CHANGES = 12
_TAB_SIGN = "→"
_BLANK_SIGN = "·"


class Style(Enum):
    """What a piece is; a colour scheme gives each a look."""

    PLAIN = "plain"
    TITLE = "title"
    ERROR = "error"
    WARNING = "warning"
    FRAME = "frame"
    SECOND = "second"
    HELP = "help"
    ADDED = "added"
    REMOVED = "removed"


class Piece(NamedTuple):
    """Text of one style, without a line end."""

    text: str
    style: Style = Style.PLAIN


Line = list[Piece]


class Layout(NamedTuple):
    """How findings of one file are laid out.

    Attributes:
        source: the text; ``None`` when the file could not be decoded, then there are no excerpts.
        path: as shown.
        width: cells for source text, beside the gutter.
    """

    source: SourceText | None
    path: str
    width: int

    def lines(self, finding: Diagnostic) -> Iterator[Line]:
        """The lines of one finding."""
        style = Style.ERROR if finding.severity is Severity.ERROR else Style.WARNING
        yield [
            Piece(f"{finding.severity.value}[{finding.code}]", style),
            Piece(f": {visible(finding.message)}", Style.TITLE),
        ]
        if self.source is None:
            yield [Piece(" --> ", Style.FRAME), Piece(visible(self.path))]
            yield from self._help(finding)
            return
        mended = list(self._changes(self.source, finding.fix))
        gutter = self._gutter(self.source, finding, mended)
        yield from self._place(self.source, finding.span, gutter, "^", style)
        for note in finding.notes:
            yield [Piece("note", Style.SECOND), Piece(f": {visible(note.text)}")]
            yield from self._place(self.source, note.span, gutter, "-", Style.SECOND)
        yield from self._help(finding)
        if finding.fix is not None:
            manner = "" if finding.fix.safe else " (not applied by --fix)"
            yield [Piece("fix", Style.HELP), Piece(f": {visible(finding.fix.title)}{manner}")]
            yield from self._mended(mended, gutter)

    def _help(self, finding: Diagnostic) -> Iterator[Line]:
        if finding.help is not None:
            yield [Piece("help", Style.HELP), Piece(f": {visible(finding.help)}")]

    def _gutter(self, source: SourceText, finding: Diagnostic, mended: list[Change]) -> int:
        """The digits of the largest line number shown."""
        spans = [finding.span, *(note.span for note in finding.notes)]
        numbers = [source.lines.position(span.start).line for span in spans]
        return len(str(max(numbers + [change.number for change in mended[:_MOST_CHANGES]])))

    def _place(self, source: SourceText, span: Span, gutter: int, mark: str, style: Style) -> Iterator[Line]:
        """A place in the text: where, the line as written, and marks under the span."""
        at = source.lines.position(span.start)
        yield [
            Piece(f"{' ' * gutter}--> ", Style.FRAME),
            Piece(f"{visible(self.path)}:{at.line}:{at.column}"),
        ]
        line = source.lines.span(at.line)
        start = min(span.start, line.end) - line.start
        end = min(span.end, line.end) - line.start
        shown = excerpt(source.text[line.start : line.end], start, end, width=self.width)
        yield [Piece(f"{' ' * gutter} |", Style.FRAME)]
        text = [Piece(f" {shown.text}")] if shown.text else []
        yield [Piece(f"{at.line:>{gutter}} |", Style.FRAME), *text]
        yield [
            Piece(f"{' ' * gutter} |", Style.FRAME),
            Piece(" " * (shown.column + 1)),
            Piece(mark * shown.carets, style),
        ]

    def _changes(self, source: SourceText, fix: Fix | None) -> Iterator[Change]:
        return changes(source.text, source.lines, fix.edits if fix else ())

    def _mended(self, mended: list[Change], gutter: int) -> Iterator[Line]:
        """The lines that the fix takes away and puts in; TABs and blanks at the end are made to be seen."""
        if not mended:
            return
        yield [Piece(f"{' ' * gutter} |", Style.FRAME)]
        for change in mended[:_MOST_CHANGES]:
            kept = change.text.rstrip(" ")
            marked = kept + _BLANK_SIGN * (len(change.text) - len(kept))
            shown = excerpt(marked, change.span.start, change.span.end, width=self.width, tab=_TAB_SIGN)
            sign, style = ("+", Style.ADDED) if change.added else ("-", Style.REMOVED)
            yield [Piece(f"{change.number:>{gutter}} ", Style.FRAME), Piece(f"{sign} {shown.text}".rstrip(), style)]
        if len(mended) > _MOST_CHANGES:
            more = count(len(mended) - _MOST_CHANGES, "further line")
            yield [Piece(f"{' ' * gutter} … {more}", Style.FRAME)]
