"""Program output as text."""

from __future__ import annotations

import locale

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setupbatcher.commands import output
from setupbatcher.commands.output import decode, last_output


@pytest.fixture(autouse=True)
def _fresh() -> None:
    output._code_page.cache_clear()


@given(st.text(st.characters(blacklist_categories=["Cs"])))
def test_utf8_is_read_as_such(text: str) -> None:
    """Valid UTF-8 is UTF-8; a byte order mark at its start is no text."""
    assert decode(text.encode()) == text.removeprefix("\ufeff")


@given(st.binary())
def test_no_bytes_are_ever_refused(data: bytes) -> None:
    """Whatever a program writes, there is a text for it."""
    assert isinstance(decode(data), str)


def test_windows_1252_is_the_last_resort() -> None:
    """Its five undefined bytes are taken one to one, so that no byte is lost."""
    texts = decode(bytes(range(128, 256)))
    assert (decode(b"caf\xe9 \x80"), len(set(texts)), texts[1]) == ("café €", 128, "\x81")


@pytest.mark.parametrize(
    ("named", "expected"), [("ISO8859-15", "€"), ("UTF-8", "¤"), (None, "¤"), ("nonsense", "¤"), ("CP1255", "₪")]
)
def test_the_code_page_of_the_machine(monkeypatch: pytest.MonkeyPatch, named: str | None, expected: str) -> None:
    """What the system is set to counts before the last resort; a setting that is no code page does not."""
    monkeypatch.setattr(locale, "getlocale", lambda _: ("xx", named))
    assert decode(b"\xa4") == expected


def test_the_line_ends_at_the_end_are_taken_off() -> None:
    """All of them, as a shell's command substitution does; blanks stay."""
    assert last_output(b"a\r\nb \r\n\n") == "a\r\nb "
