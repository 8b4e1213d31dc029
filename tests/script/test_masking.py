"""What of a script is shown when it holds a password."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from setupbatcher.script import Document
from setupbatcher.script.masking import MASK
from tests.script.scripts import SCRIPTS


def test_only_the_secret_is_masked() -> None:
    """The value of the row and of the aliases it is made of; everything else stays readable."""
    text = "[Settings]\nUser=a\nPw=abcdefgh\nMachines.Password= %Pw%x \n[Machines]\nweb1\t\tport=22 password=abc\n"
    assert Document.from_text(text).shown.text == (
        "[Settings]\nUser=a\nPw=***     \nMachines.Password= ***   \n[Machines]\nweb1\t\tport=22 password=***\n"
    )


@given(st.text(st.characters(exclude_characters="\r\n%", exclude_categories=["Cs"]), min_size=1).filter(str.strip))
def test_no_length_is_told(secret: str) -> None:
    """Whatever the password, three stars and blanks stand in its place."""
    text = f"[Settings]\nMachines.Password={secret}\n"
    document = Document.from_text(text)
    shown = document.shown.text.split("=", 1)[1].strip()
    kept = document.setting_rows[0].value.startswith(("env:", "keyring:", "prompt:"))
    assert shown == MASK[: len(secret.strip())] or kept


@given(SCRIPTS)
def test_every_offset_stays(text: str) -> None:
    """A place in the text is the same place in what is shown."""
    shown = Document.from_text(text).shown
    assert [shown.lines.span(line) for line in range(1, len(shown.lines) + 1)] == [
        Document.from_text(text).source.lines.span(line) for line in range(1, len(shown.lines) + 1)
    ]
