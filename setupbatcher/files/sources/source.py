"""What the parameters of ``$GetDataFiles folder,pattern[,name=value…]`` say."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Sequence
from enum import Enum
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from setupbatcher import errors
from setupbatcher.diagnostics.suggestions import did_you_mean
from setupbatcher.errors import Failure
from setupbatcher.hosts.secret_source import Secret, is_source

_BAD = errors.BAD_PARAMETER
_SECRETS = "use password=env:NAME, keyring:SERVICE/USER or prompt:"
_SCHEME = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]+)://")


class Kind(Enum):
    """The kinds of sources; the value is how a URL of it begins."""

    FOLDER = ""
    FTP = "ftp"
    SFTP = "sftp"
    IMAP = "imaps"


class Source(NamedTuple):
    """Where files come from.

    Attributes:
        kind: of the source.
        folder: on the controller, on the server, or a mailbox. On a server it starts in the user's home folder, unless
            the URL has two slashes behind the name of the server.
        pattern: which files are meant, such as ``*.csv``; case does not matter.
        host: name of the server.
        port: its port; ``None`` for the usual one.
        user: who logs in; ``None`` for nobody in particular.
        password: where it comes from.
        key_file: private key for SSH, on the controller.
        accept_new: take the key of an SSH service that is not known yet.
        into: folder on the controller that gets what is downloaded.
        after: what becomes of a message in the end: ``keep``, ``seen`` or ``move:MAILBOX``.
    """

    kind: Kind
    folder: str
    pattern: str
    host: str = ""
    port: int | None = None
    user: str | None = None
    password: Secret | None = None
    key_file: str | None = None
    accept_new: bool = False
    into: str = ""
    after: str = "keep"

    def matches(self, name: str) -> bool:
        """A file of that name is meant. A name that begins with a dot must be asked for with one."""
        hidden = name.startswith(".") and not self.pattern.startswith(".")
        return not hidden and fnmatch.fnmatchcase(name.lower(), self.pattern.lower())

    def __str__(self) -> str:
        """The source in messages."""
        return self.folder if self.kind is Kind.FOLDER else f"{self.kind.value}://{self.host}/{self.folder}"


_OPTIONS = {
    Kind.FOLDER: (),
    Kind.FTP: ("password", "into"),
    Kind.SFTP: ("password", "keyfile", "hostkeys", "into"),
    Kind.IMAP: ("password", "into", "after"),
}


def read_source(parameters: Sequence[str]) -> Source:
    """Read the parameters of a row, values put in.

    Args:
        parameters: folder or URL, pattern, then options ``name=value``.

    Raises:
        Failure: 87, they say nothing that can be done.
    """
    place, pattern, *options = [*(parameter.strip() for parameter in parameters), "", ""][: max(2, len(parameters))]
    if not place or not pattern:
        raise Failure(_BAD, "`$GetDataFiles` needs a folder and a pattern", help="write `$GetDataFiles folder,*.csv`")
    source = _located(place, pattern)
    for option in options:
        source = _with(source, option)
    if source.kind is Kind.IMAP and not source.user:
        raise Failure(_BAD, f"{source}: nobody is named who logs in", help="write `imaps://USER@SERVER/MAILBOX`")
    return source


def _located(place: str, pattern: str) -> Source:
    scheme = _SCHEME.match(place)
    if scheme is None:
        return Source(Kind.FOLDER, place, pattern)
    name = scheme["scheme"].lower()
    kind = next((kind for kind in Kind if kind.value == name), None)
    if kind is None:
        raise Failure(
            _BAD,
            f"`{name}://` is no source of data files",
            help=_ELSEWHERE.get(name, "use ftp://, sftp:// or imaps://"),
        )
    server, _, path = place[scheme.end() :].partition("/")
    try:
        url = urlsplit(f"//{server}")
        port = url.port
    except ValueError as error:
        advice = "write `sftp://USER@SERVER:PORT/FOLDER`"
        raise Failure(_BAD, f"`{name}://…` is not a URL: {error}", help=advice) from error
    if url.password is not None:
        raise Failure(_BAD, "a password is not written in a URL", help=_SECRETS)
    if not url.hostname:
        raise Failure(_BAD, f"`{name}://…` names no server", help=f"write `{name}://SERVER/FOLDER`")
    folder = unquote(path) if kind is not Kind.IMAP else unquote(path).strip("/") or "INBOX"
    user = unquote(url.username) if url.username else None
    return Source(kind, folder, pattern, url.hostname, port, user)


_ELSEWHERE = {
    "imap": "use imaps://, which is encrypted",
    "ftps": "use sftp://, or ftp:// in a network that you trust",
    "http": "fetch it with Local.Run curl in [Init]",
    "https": "fetch it with Local.Run curl in [Init]",
    "file": "write the folder itself",
}


def _with(source: Source, option: str) -> Source:
    name, equals, value = (part.strip() for part in option.partition("="))
    known = _OPTIONS[source.kind]
    if not equals or name.lower() not in known:
        guess = did_you_mean(name, known)
        advice = f"did you mean `{guess}=`?" if guess else f"it takes {', '.join(f'{each}=' for each in known)}"
        raise Failure(_BAD, f"{source}: `{name}` is not an option", help=advice if known else "a folder takes none")
    match name.lower():
        case "password" if not is_source(value):  # not shown: it may be one
            raise Failure(_BAD, f"{source}: a password is not written in a script", help=_SECRETS)
        case "password":
            return source._replace(password=Secret(value))
        case "keyfile":
            return source._replace(key_file=value)
        case "into":
            return source._replace(into=value)
        case "hostkeys" if value.lower() in {"strict", "accept-new"}:
            return source._replace(accept_new=value.lower() == "accept-new")
        case "hostkeys":
            raise Failure(_BAD, f"{source}: `{value}` is not a value of `hostkeys`", help="write strict or accept-new")
    if not re.fullmatch(r"keep|seen|move:.+", value, re.IGNORECASE):
        raise Failure(_BAD, f"{source}: `{value}` is not a value of `after`", help="write keep, seen or move:MAILBOX")
    return source._replace(after=value)
