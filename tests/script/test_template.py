"""Templates: text, variables and calls of functions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setupbatcher.script.template import Call, Part, Template, Variable, parse_template


def _shape(template: Template) -> list[object]:
    """The parts without their places."""

    def shape(part: Part) -> object:
        if isinstance(part, Variable):
            return ("%", part.name, *part.filters)
        if isinstance(part, Call):
            return (part.function, *(_shape(argument) for argument in part.arguments))
        return part

    return [shape(part) for part in template.parts]


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("", []),
        ("plain, text (with) brackets", ["plain, text (with) brackets"]),
        ("%a%", [("%", "a")]),
        ("x%a.b_1|upper|sh%y", ["x", ("%", "a.b_1", "upper", "sh"), "y"]),
        ("100%", ["100%"]),
        ("%1% %a b% % %", ["%1% %a b% % %"]),
        ("%%a%%", ["%a%"]),
        ("%%%a%", ["%", ("%", "a")]),
        ("%ü%", [("%", "ü")]),
        ("Len(%a%)", [("Len", [("%", "a")])]),
        ("len(x)", [("Len", ["x"])]),
        ("Left(Replace(%a%,b,),2)!", [("Left", [("Replace", [("%", "a")], ["b"], [])], ["2"]), "!"]),
        ('Replace("a,""b""",x,y)', [("Replace", ['a,"b"'], ["x"], ["y"])]),
        ("Left(a (b, c),2)", [("Left", ["a (b, c)"], ["2"])]),
        ("Len(a,b)", [("Len", ["a,b"])]),
        ("Unknown(%a%)", ["Unknown(", ("%", "a"), ")"]),
        ("MyLen(a)", ["MyLen(a)"]),
    ],
)
def test_examples(text: str, shape: list[object]) -> None:
    """What looks like a variable or a known function is one, everything else stays text."""
    assert _shape(parse_template(text)) == shape


def test_a_raw_line_has_no_functions() -> None:
    """Only variables are filled in there."""
    assert _shape(parse_template("Len(%a%)", functions=False)) == ["Len(", ("%", "a"), ")"]


@pytest.mark.parametrize(("text", "error"), [("Len(a", 5), ("x Left(a,", 9), ('Len("a)', 7), ("Len(a)", None)])
def test_a_broken_call_says_where(text: str, error: int | None) -> None:
    """The offset is where the text cannot go on."""
    assert parse_template(text).error == error


def test_everything_that_is_referred_to_is_found() -> None:
    """Variables and calls are found inside of arguments too, the outer call first."""
    template = parse_template("%a%Left(%b%Len(%c%),1)%d%")
    assert [variable.name for variable in template.variables()] == ["a", "b", "c", "d"]
    assert [call.function for call in template.calls()] == ["Left", "Len"]


@pytest.mark.parametrize(
    ("text", "constant"), [("", ""), ("a%%b", "a%b"), ("%a%", None), ("a%b%", None), ("Len(a)", None)]
)
def test_a_constant_is_known(text: str, constant: str | None) -> None:
    """A template with nothing to fill in is its text."""
    assert parse_template(text).constant == constant


@given(st.text())
def test_any_raw_line_can_be_parsed(text: str) -> None:
    """Without functions there is nothing that could be wrong, and the places of variables are those of the text."""
    template = parse_template(text, functions=False)
    assert template.error is None
    for variable in template.variables():
        written = "%" + "|".join((variable.name, *variable.filters)) + "%"
        assert text[variable.span.start : variable.span.end] == written


@given(st.text(st.sampled_from('ab%|,"() Len'), max_size=30))
def test_any_parameter_is_parsed_or_says_where_not(text: str) -> None:
    """There is a template or an offset within the text."""
    error = parse_template(text).error
    assert error is None or 0 <= error <= len(text)
