"""How the text behind a command's name is split (``language.md``, section 3)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setupbatcher.script.parameters import raw_argument, split_arguments


def _split(tail: str, count: int | None = None, delimiter: str = ",") -> list[str]:
    return [argument.text for argument in split_arguments(tail, 0, count, delimiter).items]


@pytest.mark.parametrize(
    ("tail", "parameters"),
    [
        ("", []),
        ("a", ["a"]),
        ("a,b", ["a", "b"]),
        (" a ,  b c ", ["a", "b c"]),
        ("a,,b,", ["a", "", "b", ""]),
        ('"a,b",c', ["a,b", "c"]),
        ('"a ""b""",c', ['a "b"', "c"]),
        ('""', [""]),
        ('" a "', [" a "]),
        ('"a" and "b"', ['"a" and "b"']),
        ('%OU%/cn="Smith\\, Steve",Title,CEO', ['%OU%/cn="Smith\\, Steve"', "Title", "CEO"]),
        ("C:\\dir\\,x", ["C:\\dir\\", "x"]),
        ("Replace(a,b,c),d", ["Replace(a,b,c)", "d"]),
        ("x/Left(a,(1,2)),d", ["x/Left(a,(1,2))", "d"]),
        ('Replace(")",a,b),d', ['Replace(")",a,b)', "d"]),
        ("Unknown(a,b)", ["Unknown(a", "b)"]),
        ("xLeft(a,b)", ["xLeft(a", "b)"]),
        ("Left (a,b)", ["Left (a", "b)"]),
        ("LEFT(a,b),c", ["LEFT(a,b)", "c"]),
    ],
)
def test_examples(tail: str, parameters: list[str]) -> None:
    """Delimiters in quotes and in calls of known functions split nothing; blanks around a delimiter are trimmed."""
    assert _split(tail) == parameters


@pytest.mark.parametrize(
    ("tail", "count", "parameters"),
    [
        ("a,b,c", 2, ["a", "b,c"]),
        ("a, b , c ", 2, ["a", "b , c"]),
        ("a,b,c", 1, ["a,b,c"]),
        ('a,"b",c', 2, ["a", '"b",c']),
        ('a,"b,c"', 2, ["a", "b,c"]),
        ("a", 3, ["a"]),
    ],
)
def test_the_last_declared_parameter_takes_the_rest(tail: str, count: int, parameters: list[str]) -> None:
    """It may hold the delimiter; its quotes are removed only where they enclose all of it."""
    assert _split(tail, count) == parameters


def test_another_delimiter_splits_alone() -> None:
    """With it a comma is text."""
    assert _split("a,b;c", delimiter=";") == ["a,b", "c"]


@pytest.mark.parametrize(("tail", "unclosed"), [('"a,b', 5), ('a,b"c,d', 8), ('"a",b', None), ('a"b"c,"', 11)])
def test_an_unclosed_quote_is_placed(tail: str, unclosed: int | None) -> None:
    """The offset is that of the quote within the command cell."""
    assert split_arguments(tail, 5, None, ",").unclosed == unclosed


def test_a_raw_line_is_taken_as_it_is() -> None:
    """Quotes, commas and parentheses mean nothing; only variables are looked for."""
    argument = raw_argument('echo "a, Left(b %x%', 4)
    assert argument.text == 'echo "a, Left(b %x%'
    assert [variable.name for variable in argument.template.variables()] == ["x"]


@given(st.text(st.sampled_from('a ,"()%Len\\'), max_size=30), st.integers(1, 4) | st.none())
def test_places_are_those_of_the_text(tail: str, count: int | None) -> None:
    """Each parameter stands where it says, in order, and at most as many as asked for are made."""
    found = split_arguments(tail, 7, count, ",")
    at = 7
    for argument in found.items:
        assert at <= argument.span.start <= argument.span.end <= 7 + len(tail)
        written = tail[argument.span.start - 7 : argument.span.end - 7]
        assert argument.text in {written, written[1:-1].replace('""', '"')}
        at = argument.span.end
    assert count is None or len(found.items) <= count


@given(
    st.lists(
        st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), max_size=8), min_size=1, max_size=5
    )
)
def test_quoting_protects_everything(values: list[str]) -> None:
    """Whatever is put in quotes, with its own quotes doubled, comes back as it was."""
    tail = ",".join('"' + value.replace('"', '""') + '"' for value in values)
    assert _split(tail) == values
