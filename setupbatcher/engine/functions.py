"""The inline functions at work; their names and parameters stand in :mod:`setupbatcher.script.functions`."""

from __future__ import annotations

import hashlib
import re
import secrets as random
import string
from collections.abc import Awaitable, Callable, Sequence

from setupbatcher import errors
from setupbatcher.errors import Failure
from setupbatcher.hosts.base import Host
from setupbatcher.hosts.secrets import Secrets


async def call(name: str, arguments: Sequence[str], host: Host, secrets: Secrets) -> str:
    """The value of a function.

    Args:
        name: in the reference's spelling.
        arguments: values, as many as the check has found right.
        host: the machine whose files are meant.
        secrets: learns of passwords that are made.

    Raises:
        Failure: 87, an argument is not what the function takes; or what the machine says.
    """
    if name in _TEXT:
        return _TEXT[name](*arguments)
    if name == "RandomPassword":
        password = random_password(_number(arguments[0], "length"))
        secrets.register(password)
        return password
    return await _FILES[name](host, *arguments)


def random_password(length: int) -> str:
    """A password of letters, digits and a few signs that no shell acts on, at least one of each kind.

    Raises:
        Failure: 87, shorter than four characters.
    """
    kinds = (string.ascii_lowercase, string.ascii_uppercase, string.digits, "+-_.:=@")
    if not len(kinds) <= length <= 1024:  # noqa: PLR2004 -- longer ones no system takes
        raise Failure(errors.BAD_PARAMETER, f"a password of {length} characters cannot be made; 4 to 1024 can")
    chars = [random.choice(kind) for kind in kinds]
    chars += [random.choice("".join(kinds)) for _ in range(length - len(kinds))]
    random.SystemRandom().shuffle(chars)
    return "".join(chars)


def rfc1779(path: str) -> str:
    r"""The distinguished name of a path such as ``\\d31.acme.com/ou=Staff/cn=Smith``.

    The order is reversed, as RFC 1779 has the object first. The domain comes from ``dc=`` parts, else from the name
    behind the backslashes.

    Raises:
        Failure: 87, a part is not ``name=value``, or there is no domain.
    """
    server, *parts = re.findall(r'(?:"[^"]*"|[^/"])+', path.strip()) or [""]
    if not server.startswith("\\\\"):
        server, parts = "", [server, *parts] if server else parts
    names = []
    for part in parts:
        kind, equals, value = part.partition("=")
        if not equals or not kind.strip():
            raise Failure(errors.BAD_PARAMETER, f"`{part}` in the path is not name=value")
        names.append((kind.strip().upper(), value.strip().strip('"')))
    if not any(kind == "DC" for kind, _ in names):
        domain = server.removeprefix("\\\\")
        if "." not in domain:
            message = f"`{path}` names no domain"
            raise Failure(errors.BAD_PARAMETER, message, help="write \\\\domain.example.com/ou=…/cn=…")
        return ",".join(
            [f"{kind}={value}" for kind, value in reversed(names)] + [f"DC={label}" for label in domain.split(".")]
        )
    domain_parts = [f"{kind}={value}" for kind, value in names if kind == "DC"]
    return ",".join([f"{kind}={value}" for kind, value in reversed(names) if kind != "DC"] + domain_parts)


def _number(text: str, what: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text.strip()):
        raise Failure(errors.BAD_PARAMETER, f"{what} `{text}` is not a whole number")
    return int(text)


def _right(text: str, count: str) -> str:
    number = _number(count, "count")
    return text[-number:] if number else ""


def _middle(text: str, start: str, count: str = "999999999") -> str:
    begin = max(_number(start, "start") - 1, 0)
    return text[begin : begin + _number(count, "count")]


_TEXT: dict[str, Callable[..., str]] = {
    "ADpathToRFC1779": rfc1779,
    "Replace": lambda text, old, new: text.replace(old, new) if old else text,
    "Len": lambda text: str(len(text)),
    "Left": lambda text, count: text[: _number(count, "count")],
    "Right": _right,
    "Mid": _middle,
}


async def _exists(host: Host, path: str) -> str:
    return "Yes" if await host.files.stat(host.files.path(path)) else "No"


async def _hash(host: Host, path: str) -> str:
    hasher = hashlib.sha256()
    async for chunk in host.files.read(host.files.path(path)):
        hasher.update(chunk)
    return hasher.hexdigest()


async def _version(host: Host, path: str, block: str = "fileversion") -> str:
    from setupbatcher.files.place import Place  # noqa: PLC0415 -- as below
    from setupbatcher.files.versions import read_version  # noqa: PLC0415 -- needed by this function only

    return await read_version(Place(host.files, host.files.path(path)), block)


_FILES: dict[str, Callable[..., Awaitable[str]]] = {"Exists": _exists, "FileHash": _hash, "FileVersion": _version}
