"""Commands that give a variable its value name one that is free (SB506)."""

from __future__ import annotations

from collections.abc import Iterator

from setupbatcher.checks.subject import Subject, target
from setupbatcher.diagnostics import Diagnostic
from setupbatcher.script.aliases import NAME
from setupbatcher.script.reserved import is_reserved
from setupbatcher.script.settings import is_setting_name


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Look at every ``Set`` and prompt."""
    for line in subject.lines:
        argument = target(line)
        if argument is None or line.bound is None:
            continue
        name, span = argument.text, line.argument_span(argument)
        bare = name.strip("%")
        if name != bare and NAME.fullmatch(bare):
            help_ = (
                f"write `{line.bound.command.name} {bare}`: percent signs ask for a value, they do not name a variable"
            )
            yield Diagnostic("SB506", f"`{name}` is not a name for a variable", span, help_)
        elif NAME.fullmatch(name) is None:
            help_ = "a name is a letter, then letters, digits, `_` and `.`"
            yield Diagnostic("SB506", f"`{name}` is not a name for a variable", span, help_)
        elif is_reserved(name):
            message = f"`{name}` gets its value from SetupBatcher itself"
            yield Diagnostic("SB506", message, span, "choose another name")
        elif is_setting_name(name):
            help_ = "settings stand in [Settings]; choose another name"
            yield Diagnostic("SB506", f"`{name}` is the name of a setting, which no command changes", span, help_)
