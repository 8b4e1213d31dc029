"""Aliases: values that refer to others."""

from __future__ import annotations

import pytest

from setupbatcher.script.aliases import Aliases, CircleError
from setupbatcher.script.reserved import SYSTEM, column_number, is_reserved, is_system


def test_references_are_filled_in_whatever_their_order() -> None:
    """Names match in any case, filters apply, and the first row of a name counts."""
    aliases = Aliases([("A", "%b|upper%/%c%"), ("b", "x%C%"), ("C", "1"), ("c", "2"), ("p", "100%%, %1%")])
    assert aliases.value("a") == "X1/1"
    assert aliases.value("P") == "100%, %1%"
    assert "C" in aliases
    assert "d" not in aliases


def test_settings_are_no_aliases() -> None:
    """They have a value, and no reference finds it."""
    aliases = Aliases([("Machines.User", "deploy"), ("a", "%Machines.User%")])
    assert "machines.user" not in aliases
    assert aliases.value("a") == "%Machines.User%"
    assert aliases.value("machines.user") == "deploy"


def test_what_is_no_alias_is_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment is asked, then the caller; a name that nobody knows stays as it is written."""
    monkeypatch.setenv("SETUPBATCHER_TEST", "here")
    aliases = Aliases([("a", "%Env.SETUPBATCHER_TEST%/%ScriptDir%/%x|sh%")])
    assert aliases.value("a") == "here/%ScriptDir%/%x|sh%"
    assert aliases.value("a", {"ScriptDir": "/s"}.get) == "here//s/%x|sh%"


def test_a_circle_is_named_from_where_it_closes() -> None:
    """The names are as written; an alias that leads into the circle is not part of it."""
    aliases = Aliases([("In", "%A%"), ("A", "%b%"), ("B", "%a%")])
    with pytest.raises(CircleError) as caught:
        aliases.value("In")
    assert caught.value.names == ["A", "B", "A"]


@pytest.mark.parametrize(
    ("name", "number"), [("col1", 1), ("COL12", 12), ("col0", None), ("col", None), ("colx", None), ("col²", None)]
)
def test_columns_are_counted_from_one(name: str, number: int | None) -> None:
    """`colN` is the name of a column, N from 1; `col0` is nobody's, and still not to be had."""
    assert column_number(name) == number
    assert is_reserved(name) is (number is not None or name == "col0")


def test_system_names_are_reserved() -> None:
    """In any case, `Env.` with whatever follows included."""
    assert all(is_system(name.upper()) and is_reserved(name) for name in SYSTEM)
    assert is_reserved("env.x")
    assert not is_reserved("Target")
