"""Bytes to text and back, without losing one.

UTF-8, UTF-8 with BOM, UTF-16 LE/BE with BOM; otherwise Windows-1252, its five undefined bytes mapped one to one
(``language.md``, section 2).
"""

from __future__ import annotations

import codecs
from enum import Enum
from functools import cached_property

from setupbatcher.text.positions import LineTable


class Encoding(Enum):
    """How a file is encoded: label, codec and byte order mark."""

    UTF_8 = ("UTF-8", "utf-8", b"")
    UTF_8_BOM = ("UTF-8 with BOM", "utf-8", codecs.BOM_UTF8)
    UTF_16_LE = ("UTF-16 LE", "utf-16-le", codecs.BOM_UTF16_LE)
    UTF_16_BE = ("UTF-16 BE", "utf-16-be", codecs.BOM_UTF16_BE)
    WINDOWS_1252 = ("Windows-1252", "cp1252", b"")

    def __init__(self, label: str, codec: str, bom: bytes) -> None:
        self.label = label
        self.codec = codec
        self.bom = bom

    @property
    def errors(self) -> str:
        """The codec's error handler that keeps what a strict one would refuse."""
        if self is Encoding.WINDOWS_1252:
            return "setupbatcher.one-to-one"
        return "surrogatepass" if self.codec.startswith("utf-16") else "strict"


class UndecodableError(Exception):
    """The bytes are not a text in the encoding that they announce.

    Attributes:
        offset: of the first byte that does not fit.
        reason: one lowercase line.
    """

    def __init__(self, offset: int, reason: str) -> None:
        super().__init__(reason)
        self.offset = offset
        self.reason = reason


class SourceText:
    """A decoded file: its text without the byte order mark, and how to write it back."""

    def __init__(self, text: str, encoding: Encoding = Encoding.UTF_8) -> None:
        self.text = text
        self.encoding = encoding

    def __eq__(self, other: object) -> bool:
        """The same bytes."""
        return isinstance(other, SourceText) and (self.text, self.encoding) == (other.text, other.encoding)

    def __hash__(self) -> int:
        """Goes with equality."""
        return hash((self.text, self.encoding))

    @cached_property
    def lines(self) -> LineTable:
        """The line table, made when somebody asks."""
        return LineTable(self.text)

    def encode(self) -> bytes:
        """The bytes of the file, equal to those decoded as long as the text is."""
        return encode(self.text, self.encoding)


def encode(text: str, encoding: Encoding) -> bytes:
    """The bytes of a text in an encoding, byte order mark included."""
    return encoding.bom + text.encode(encoding.codec, encoding.errors)


def decode(data: bytes) -> SourceText:
    """Decode the bytes of a script.

    Raises:
        UndecodableError: the byte order mark announces an encoding that the bytes do not keep, or the text holds
            NUL characters (a UTF-16 file without a byte order mark, or no text at all).
    """
    encoding = _detect(data)
    body = data[len(encoding.bom) :]
    try:
        text = body.decode(encoding.codec, encoding.errors)
    except UnicodeDecodeError as error:
        if encoding is not Encoding.UTF_8:
            raise UndecodableError(
                len(encoding.bom) + error.start, f"the file begins as {encoding.label}, but these bytes are not"
            ) from None
        encoding = Encoding.WINDOWS_1252
        text = body.decode(encoding.codec, encoding.errors)
    nul = text.find("\0")
    if nul >= 0:
        offset = len(encode(text[:nul], encoding))
        raise UndecodableError(offset, "the file holds NUL characters: UTF-16 without a byte order mark, or no text")
    return SourceText(text, encoding)


def _detect(data: bytes) -> Encoding:
    for encoding in (Encoding.UTF_8_BOM, Encoding.UTF_16_LE, Encoding.UTF_16_BE):
        if data.startswith(encoding.bom):
            return encoding
    return Encoding.UTF_8


def _one_to_one(error: UnicodeError) -> tuple[str | bytes, int]:
    """Keep the five bytes that Windows-1252 leaves undefined as the characters of the same number."""
    if isinstance(error, UnicodeDecodeError):
        return "".join(map(chr, error.object[error.start : error.end])), error.end
    if isinstance(error, UnicodeEncodeError):
        return bytes(map(ord, error.object[error.start : error.end])), error.end
    raise error


codecs.register_error("setupbatcher.one-to-one", _one_to_one)
