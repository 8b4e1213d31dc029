"""Secrets: where they come from, and that they do not get out."""

from __future__ import annotations

import asyncio
import sys

import keyring
import keyring.backend
import keyring.errors
import pytest

from setupbatcher.errors import Failure
from setupbatcher.hosts.secret_source import Secret
from setupbatcher.hosts.secrets import Secrets


class _Ring(keyring.backend.KeyringBackend):
    """A keyring in memory: the one that a desktop has is not there in a test."""

    priority = 1

    def get_password(self, service: str, username: str) -> str | None:
        if service == "locked":
            message = "the keyring is locked"
            raise keyring.errors.KeyringLocked(message)
        return {("deploy", "root"): "ring-secret"}.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        raise AssertionError((service, username, password))

    def delete_password(self, service: str, username: str) -> None:
        raise AssertionError((service, username))


@pytest.fixture(autouse=True)
def _ring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyring, "get_password", _Ring().get_password)


async def _fails(source: str, secrets: Secrets | None = None) -> tuple[int, str, str | None]:
    with pytest.raises(Failure) as caught:
        await (secrets or Secrets()).resolve(Secret(source), purpose="m1")
    return caught.value.code, caught.value.message, caught.value.help


async def test_sources(monkeypatch: pytest.MonkeyPatch) -> None:
    """Environment, keyring, and a person, who is asked once however many need it."""
    questions = []

    async def ask(question: str) -> str:
        questions.append(question)
        await asyncio.sleep(0)
        return "typed"

    monkeypatch.setenv("MACHINE", "from-env")
    secrets = Secrets(ask)
    values = await asyncio.gather(
        *(
            secrets.resolve(Secret(source), purpose="m1")
            for source in ("env:MACHINE", "keyring:deploy/root", "prompt:", "prompt:")
        )
    )
    masked = secrets.mask("from-env, ring-secret, typed")
    assert (values, questions, masked) == (
        ["from-env", "ring-secret", "typed", "typed"],
        ["Password for m1"],
        "***, ***, ***",
    )


async def test_failures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each says what is missing and how to mend it; a password in the script is not repeated."""
    found = [
        await _fails(source)
        for source in ("env:NOT_SET", "keyring:deploy/joe", "keyring:locked/x", "keyring:x", "prompt:", "hunter2")
    ]
    monkeypatch.setitem(sys.modules, "keyring", None)
    found.append(await _fails("keyring:deploy/root"))
    assert found == [
        (
            1326,
            "the environment has no variable NOT_SET, which should hold a password",
            "set it before the start: NOT_SET=… setupbatcher run …",
        ),
        (
            1326,
            "keyring:deploy/joe: the keyring has no such password",
            "store it with `keyring set deploy joe`",
        ),
        (
            1326,
            "keyring:locked/x: the keyring cannot be read: the keyring is locked",
            "unlock the keyring, or use env:NAME",
        ),
        (
            87,
            "keyring:x: expected keyring:SERVICE/USER",
            "check the values of the row against `setupbatcher commands NAME`",
        ),
        (
            1223,
            "a password must be asked for, and there is no terminal",
            "use env:NAME or keyring:SERVICE/USER instead of prompt:",
        ),
        (87, "a password is not written in a script", "use env:NAME, keyring:SERVICE/USER or prompt:"),
        (50, "the keyring package is not installed", "pip install setupbatcher[keyring]"),
    ]


def test_masking_takes_the_longest_value_first() -> None:
    """A secret that is part of another one does not leave the rest of it readable; an empty one masks nothing."""
    secrets = Secrets()
    before = secrets.mask("abc")
    for value in ("", "pass", "password", "ä+"):
        secrets.register(value)
    after = secrets.mask("my password, my pass, ä+")
    assert (before, after) == ("abc", "my ***, my ***, ***")
