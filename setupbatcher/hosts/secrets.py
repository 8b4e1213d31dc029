"""Secrets: fetched when a connection needs them, remembered for the run, masked wherever text leaves it."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Awaitable, Callable

from setupbatcher import errors
from setupbatcher.errors import Failure
from setupbatcher.hosts.secret_source import Secret
from setupbatcher.hosts.threads import in_thread

Ask = Callable[[str], Awaitable[str]]
"""Asks a person for a secret without showing it; the text is the question."""

MASK = "***"


class Secrets:
    """The secrets of one run.

    Args:
        ask: asks a person; ``None`` where there is no terminal.
    """

    def __init__(self, ask: Ask | None = None) -> None:
        self._ask = ask
        self._values: dict[str, str] = {}
        self._locks: dict[str, asyncio.Lock] = {}
        self._known: set[str] = set()
        self._pattern: re.Pattern[str] | None = None

    async def resolve(self, secret: Secret, *, purpose: str = "") -> str:
        """The value of a secret; fetched once, however many ask for it at the same time.

        Args:
            secret: where it comes from.
            purpose: what it is for, put into the question of a ``prompt:``.

        Raises:
            Failure: 1326 when there is no such secret, 1223 when nobody can be asked, 87 for another kind of source, 50
                when the keyring package is missing.
        """
        source = secret.source
        lock = self._locks.setdefault(source, asyncio.Lock())
        async with lock:
            if source not in self._values:
                value = await self._fetch(source, purpose)
                self.register(value)
                self._values[source] = value
            return self._values[source]

    def register(self, value: str) -> None:
        """Mask a value from now on."""
        if value and value not in self._known:
            self._known.add(value)
            longest_first = sorted(self._known, key=len, reverse=True)
            self._pattern = re.compile("|".join(map(re.escape, longest_first)))

    def mask(self, text: str) -> str:
        """The text with every known secret value replaced by ``***``."""
        return self._pattern.sub(MASK, text) if self._pattern else text

    async def _fetch(self, source: str, purpose: str) -> str:
        kind, _, name = source.partition(":")
        if kind == "env":
            return _environment(name)
        if kind == "keyring":
            return await in_thread(_keyring, name)
        if kind == "prompt":
            return await self._prompt(f"Password for {purpose}" if purpose else "Password")
        raise Failure(
            errors.BAD_PARAMETER,
            "a password is not written in a script",  # nor shown here, should it be one
            help="use env:NAME, keyring:SERVICE/USER or prompt:",
        )

    async def _prompt(self, question: str) -> str:
        if self._ask is None:
            message = "a password must be asked for, and there is no terminal"
            raise Failure(errors.CANCELLED, message, help="use env:NAME or keyring:SERVICE/USER instead of prompt:")
        return await self._ask(question)


def _environment(name: str) -> str:
    value = os.environ.get(name)
    if value is None:
        message = f"the environment has no variable {name}, which should hold a password"
        raise Failure(errors.LOGON_FAILURE, message, help=f"set it before the start: {name}=… setupbatcher run …")
    return value


def _keyring(name: str) -> str:
    try:
        import keyring  # noqa: PLC0415 -- an extra
        import keyring.errors  # noqa: PLC0415 -- as above
    except ImportError as error:
        raise Failure(
            errors.NOT_SUPPORTED,
            "the keyring package is not installed",
            help="pip install setupbatcher[keyring]",
        ) from error
    service, _, user = name.partition("/")
    if not service or not user:
        raise Failure(errors.BAD_PARAMETER, f"keyring:{name}: expected keyring:SERVICE/USER")
    try:
        value = keyring.get_password(service, user)
    except keyring.errors.KeyringError as error:
        reason = str(error) or type(error).__name__
        message = f"keyring:{name}: the keyring cannot be read: {reason}"
        raise Failure(errors.LOGON_FAILURE, message, help="unlock the keyring, or use env:NAME") from error
    if value is None:
        message = f"keyring:{name}: the keyring has no such password"
        raise Failure(errors.LOGON_FAILURE, message, help=f"store it with `keyring set {service} {user}`")
    return value
