"""The options of the commands that read and write tables: ``name=value``, one parameter each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from setupbatcher import errors
from setupbatcher.diagnostics.suggestions import did_you_mean
from setupbatcher.errors import Failure
from setupbatcher.files.tables import Form, Reading
from setupbatcher.script.labels import SectionId, data_section
from setupbatcher.script.settings import boolean, delimiter, encoding

LOADING = ("section", "sheet", "delimiter", "encoding", "header", "format")
SAVING = ("section", "sheet", "delimiter", "encoding", "markers")


class Wanted(NamedTuple):
    """What the options of a row ask for.

    Attributes:
        section: the data section.
        reading: of the file.
        header: the file has a header row; ``None`` where it is as in the section.
        markers: are written too.
    """

    section: SectionId = data_section()
    reading: Reading = Reading()
    header: bool | None = None
    markers: bool = False


def read_options(texts: Sequence[str], known: Sequence[str]) -> Wanted:
    """Read options ``name=value``.

    Args:
        texts: values put in; empty ones say nothing.
        known: the names that may stand there.

    Raises:
        Failure: 87, an option is not one of these, or its value does not fit.
    """
    wanted = Wanted()
    for text in filter(None, texts):
        name, equals, value = (part.strip() for part in text.partition("="))
        if not equals or name.lower() not in known:
            guess = did_you_mean(name, known)
            help_ = f"did you mean `{guess}=`?" if guess else f"write {', '.join(f'{each}=' for each in known)}"
            raise Failure(errors.BAD_PARAMETER, f"`{name}` is not an option", help=help_)
        try:
            wanted = _with(wanted, name.lower(), value)
        except ValueError as error:
            message = f"`{value}` is not a value of `{name}`"
            raise Failure(errors.BAD_PARAMETER, message, help=f"{error}".replace("it is", "write", 1)) from None
    return wanted


def _with(wanted: Wanted, name: str, value: str) -> Wanted:
    if name == "section":
        return wanted._replace(section=_section(value))
    if name == "header":
        return wanted._replace(header=boolean(value))
    if name == "markers":
        return wanted._replace(markers=boolean(value))
    field, parse = _READING[name]
    return wanted._replace(reading=wanted.reading._replace(**{field: parse(value)}))


def _section(text: str) -> SectionId:
    if not text.isdecimal() or int(text) < 1:
        message = "it is a number: 1 for [Data], 2 for [Data2]"
        raise ValueError(message)
    return data_section(int(text))


def _form(text: str) -> Form:
    try:
        return Form(text.lower())
    except ValueError:
        message = "it is csv, tsv or xlsx"
        raise ValueError(message) from None


def read_form(text: str) -> Form:
    """The form of a table file.

    Raises:
        Failure: 87, there is no such form.
    """
    return read_options([f"format={text}"], LOADING).reading.form or Form.CSV


_READING: dict[str, tuple[str, Callable[[str], Any]]] = {
    "delimiter": ("delimiter", delimiter),
    "encoding": ("encoding", encoding),
    "format": ("form", _form),
    "sheet": ("sheet", str),
}
"""Options that say how a file is read: their field, and what makes its value of a text."""
