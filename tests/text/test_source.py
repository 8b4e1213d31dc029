"""Bytes to text and back."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from setupbatcher.text import Encoding, SourceText, UndecodableError, decode, encode

_BOMS = [b"", codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE]
_files = st.builds(bytes.__add__, st.sampled_from(_BOMS), st.binary(max_size=60))


@settings(deadline=None)
@given(_files)
@example(b"\xff\xfe\x00\xd8")  # half of a surrogate pair
@example(b"\xef\xbb\xbf\xff")  # a byte order mark that lies
@example(bytes(range(1, 256)))
def test_any_bytes_come_back_or_are_refused(data: bytes) -> None:
    """Whatever is decoded is encoded to the same bytes."""
    refusal = None
    try:
        source = decode(data)
    except UndecodableError as error:
        refusal = error
    else:
        assert source.encode() == data
    assert refusal is None or 0 <= refusal.offset <= len(data)
    assert refusal is None or refusal.reason


@settings(deadline=None)
@given(st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=60), st.sampled_from(Encoding))
def test_a_text_comes_back_in_every_encoding_that_can_hold_it(text: str, encoding: Encoding) -> None:
    """Encoding with a byte order mark and decoding again gives the same text and the same encoding."""
    if not encoding.bom:
        return
    source = decode(encode(text, encoding))
    assert (source.text, source.encoding) == (text, encoding)


@pytest.mark.parametrize(
    ("data", "text", "encoding"),
    [
        (b"", "", Encoding.UTF_8),
        (b"caf\xc3\xa9", "café", Encoding.UTF_8),
        (b"\xef\xbb\xbfcaf\xc3\xa9", "café", Encoding.UTF_8_BOM),
        (b"\xff\xfea\x00", "a", Encoding.UTF_16_LE),
        (b"\xfe\xff\x00a", "a", Encoding.UTF_16_BE),
        (b"caf\xe9 \x80", "café €", Encoding.WINDOWS_1252),
        (b"\x81\x8d\x8f\x90\x9d", "\x81\x8d\x8f\x90\x9d", Encoding.WINDOWS_1252),
    ],
)
def test_the_encoding_is_found(data: bytes, text: str, encoding: Encoding) -> None:
    """A byte order mark decides; without one it is UTF-8 if valid, else Windows-1252 with its gaps filled."""
    assert decode(data) == SourceText(text, encoding)


@pytest.mark.parametrize(
    ("data", "offset"),
    [
        (b"a\x00b\x00", 1),
        (b"ab\0", 2),
        (b"\xff\xfea\x00\x00\x00", 4),
        (b"\xff\xfea", 2),
        (b"\xef\xbb\xbfab\xff", 5),
    ],
)
def test_what_is_no_text_is_refused_at_its_place(data: bytes, offset: int) -> None:
    """NUL characters and bytes that break the promise of the byte order mark are refused with their offset."""
    with pytest.raises(UndecodableError) as caught:
        decode(data)
    assert caught.value.offset == offset


def test_the_line_table_is_made_once() -> None:
    """A source text keeps its line table."""
    source = SourceText("a\nb")
    assert source.lines is source.lines
    assert len(source.lines) == 2


def test_a_character_that_the_encoding_lacks_is_an_error() -> None:
    """Windows-1252 has no Chinese: writing some fails and loses nothing."""
    with pytest.raises((UnicodeEncodeError, ValueError)):
        SourceText("漢", Encoding.WINDOWS_1252).encode()
