"""XML to a tree of elements that know where they stand. A hostile file costs what a harmless one of its size does.

Job files have no document types, so nothing is expanded and nothing is fetched.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple
from xml.parsers.expat import ErrorString, XMLParserType

from defusedxml.common import DTDForbidden
from defusedxml.ElementTree import DefusedXMLParser, ParseError

from setupbatcher.diagnostics.model import Diagnostic, Note
from setupbatcher.text import SourceText, Span

_DEEPEST = 5
"""An element in a value, which is a mistake, is as deep as that; what is in it is left out."""

_MOST_ELEMENTS = 200_000
"""Four for each of fifty thousand objects."""

_BETWEEN_TAGS = re.compile(r"(?:(?<=>)|\A)[\s\xa0]+(?=<|\Z)")
_TAG = re.compile(r"""<([^\s/>]+)(?:[^"'>]|"[^"]*"|'[^']*')*>""")


class Element(NamedTuple):
    """An element of the file.

    Attributes:
        name: as written.
        span: of the name in the opening tag.
        text: what it holds beside elements and comments, blanks around it taken off.
        text_span: of the text; between elements only of its first piece.
        attributes: their names.
        children: the elements in it, in order.
    """

    name: str
    span: Span
    text: str
    text_span: Span
    attributes: tuple[str, ...]
    children: tuple[Element, ...]


class MarkupError(Exception):
    """The text is not XML, has a document type, or more elements than can be meant.

    Attributes:
        finding: says where.
    """

    def __init__(self, finding: Diagnostic) -> None:
        super().__init__(finding.message)
        self.finding = finding


def parse(source: SourceText) -> Element:
    """The outermost element.

    Args:
        source: the decoded file; the encoding that the text itself may name counts for nothing any more.

    Raises:
        MarkupError: with SB902, SB904 or SB905.
    """
    # XML knows no no-break space between tags. Offsets stay as they are.
    text = _BETWEEN_TAGS.sub(lambda match: match[0].replace("\xa0", " "), source.text)
    builder = _Builder(source)
    parser = DefusedXMLParser(target=builder, encoding="utf-8", forbid_dtd=True)
    builder.expat = parser.parser
    builder.expat.buffer_text = False  # else the places of texts were lost
    try:
        parser.feed(text.encode("utf-8", "surrogatepass"))
        parser.close()
    except ParseError as error:
        at = builder.offset(*error.position)
        raise MarkupError(_malformed(source, at, ErrorString(error.code), builder.open)) from None
    except DTDForbidden:
        raise MarkupError(_document_type(source, builder.here())) from None
    assert builder.root is not None  # the parser refuses a file without an element
    return builder.root


class _Open(NamedTuple):
    """An element whose closing tag is still to come; its pieces of text are kept with their places."""

    name: str
    span: Span
    begin: int
    attributes: tuple[str, ...]
    texts: list[tuple[int, str]]
    children: list[Element]

    def closed(self, source: SourceText, end: int) -> Element:
        """The whole element; the closing tag stands at an offset."""
        text = "".join(piece for _, piece in self.texts).strip()
        span = self.span
        if self.children:
            at, first = next(((at, piece) for at, piece in self.texts if piece.strip()), (span.start, ""))
            start = at + len(first) - len(first.lstrip())
            span = Span(start, start + len(first.strip()))
        elif text:
            inside = source.text[self.begin : end]
            span = Span(self.begin + len(inside) - len(inside.lstrip()), self.begin + len(inside.rstrip()))
        return Element(self.name, self.span, text, span, self.attributes, tuple(self.children))


class _Builder:
    """Puts the tree together from what the parser tells.

    Args:
        source: the text; names are taken from there, as they are written.

    Attributes:
        expat: knows the place that is told of.
        open: the elements that are, the outermost first.
        root: the outermost element, in the end.
    """

    expat: XMLParserType

    def __init__(self, source: SourceText) -> None:
        self._source = source
        self._depth = 0
        self._count = 0
        self.open: list[_Open] = []
        self.root: Element | None = None

    def here(self) -> int:
        """The offset that the parser has come to."""
        return self.offset(self.expat.CurrentLineNumber, self.expat.CurrentColumnNumber)

    def offset(self, line: int, column: int) -> int:
        """The offset of a place as the parser tells it: lines from 1, columns from 0."""
        return self._source.lines.offset(line, column + 1)

    def start(self, _: str, attributes: Mapping[str, str]) -> None:
        """An opening tag."""
        self._depth += 1
        self._count += 1
        if self._count > _MOST_ELEMENTS:
            raise MarkupError(_too_many(self.here()))
        if self._depth > _DEEPEST:
            return
        tag = _TAG.match(self._source.text, self.here())
        assert tag is not None  # it was well-formed to the parser
        span = Span(tag.start(1), tag.end(1))
        own = tuple(name for name in attributes if "}" not in name)  # those of a namespace say nothing about the job
        self.open.append(_Open(tag[1], span, tag.end(), own, [], []))

    def data(self, content: str) -> None:
        """A piece of text."""
        if self._depth <= _DEEPEST:
            at = 0 if content.isspace() else self.here()
            self.open[-1].texts.append((at, content))

    def end(self, _: str) -> None:
        """A closing tag."""
        self._depth -= 1
        if self._depth >= _DEEPEST:
            return
        done = self.open.pop().closed(self._source, self.here())
        if self.open:
            self.open[-1].children.append(done)
        else:
            self.root = done

    def close(self) -> None:
        """The end of the file."""


def _too_many(at: int) -> Diagnostic:
    message = f"more than {_MOST_ELEMENTS} elements"
    advice = "divide the jobs; a folder with all it holds can be one object"
    return Diagnostic("SB902", message, Span(at, at + 1), help=advice)


def _document_type(source: SourceText, at: int) -> Diagnostic:
    begin = source.text.rfind(_DOCUMENT_TYPE, 0, at)
    span = Span(begin, begin + len(_DOCUMENT_TYPE))
    return Diagnostic("SB905", "a job file has no document type", span, help="take it out, with all that it defines")


def _malformed(source: SourceText, at: int, reason: str, unclosed: list[_Open]) -> Diagnostic:
    text = source.text
    ampersand = _AMPERSAND.search(text, max(0, at - _LONGEST_NAME), at)
    if ampersand:
        return Diagnostic(
            "SB904", "an `&` that begins nothing known", Span(ampersand.start(), at), help=_AMPERSAND_HELP
        )
    span = Span(at, min(at + 1, len(text)))
    if reason in {"mismatched tag", "no element found"} and unclosed:
        name, opened = unclosed[-1].name, unclosed[-1].span
        advice = f"write `</{name}>`, or correct the tag that stands here"
        return Diagnostic("SB904", f"`{name}` is not closed", span, help=advice, notes=(Note(opened, "opened here"),))
    message, what_to_do = _REASONS.get(reason, (f"not well-formed XML: {reason}", None))
    return Diagnostic("SB904", message, span, help=what_to_do)


_DOCUMENT_TYPE = "<!DOCTYPE"
_LONGEST_NAME = 100
_AMPERSAND = re.compile(r"&[^\s&;<]*\Z")
_AMPERSAND_HELP = "an `&` that is meant as text is written `&amp;`"

_ONE_ELEMENT = "everything stands in one outermost element, such as `<updatejob>`"
_REASONS: dict[str, tuple[str, str | None]] = {
    "not well-formed (invalid token)": (
        "a character that cannot stand here",
        "a `<` that is meant as text is written `&lt;`; in a tag there are only names, blanks and quoted values",
    ),
    "syntax error": ("text outside of all elements", _ONE_ELEMENT),
    "no element found": ("no element in the file", _ONE_ELEMENT),
    "junk after document element": ("something stands behind the outermost element", _ONE_ELEMENT),
    "undefined entity": ("an `&` that begins nothing known", _AMPERSAND_HELP),
    "unclosed token": ("a tag or a comment that is not closed", "close it with `>`, or `-->`"),
    "duplicate attribute": ("an attribute that the element has already", "take it out; job files have no attributes"),
    "XML or text declaration not at start of entity": (
        "`<?xml …?>` is not the very first thing in the file",
        "take away what stands before it, blanks included",
    ),
}
