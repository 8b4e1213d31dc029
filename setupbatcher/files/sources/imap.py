"""What is said to an IMAP service. All of it blocks, and runs in threads."""

from __future__ import annotations

import binascii
import email
import email.errors
import email.header
import email.message
import imaplib
import re
import ssl
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from setupbatcher import errors
from setupbatcher.errors import Failure
from setupbatcher.files.sources.source import Source
from setupbatcher.hosts.ports import failure_of

PORT = 993
_ANSWER = 30.0
"""Seconds after which a silent service counts as gone."""
_MOST_BYTES = 256 * 1024 * 1024
"""Bytes of a message that is read; no mail service takes larger ones."""
_NAME = re.compile(rb'"(?:file)?name(?P<parts>\*[^"]*)?" (?:"(?P<value>(?:[^"\\]|\\.)*)"|\{)', re.IGNORECASE)
_DAMAGED = (email.errors.InvalidBase64CharactersDefect, email.errors.InvalidBase64PaddingDefect)


class Attachment(NamedTuple):
    """A file in a message."""

    name: str
    data: bytes


def connect(host: str, port: int) -> imaplib.IMAP4:
    """Connect with TLS, to a server whose certificate is trusted."""
    return imaplib.IMAP4_SSL(host, port, ssl_context=ssl.create_default_context(), timeout=_ANSWER)


def log_in(service: imaplib.IMAP4, user: str, password: str) -> None:
    """Say who we are."""
    if "AUTH=PLAIN" in service.capabilities:
        service.authenticate("PLAIN", lambda _: f"\0{user}\0{password}".encode())
    else:
        service.login(user, password)


def leave(service: imaplib.IMAP4) -> None:
    """End the connection, whatever state it is in."""
    try:
        service.logout()
    except (imaplib.IMAP4.error, OSError):
        service.shutdown()


def select(service: imaplib.IMAP4, mailbox: str, *, readonly: bool) -> None:
    """Open a mailbox."""
    _done(service.select(_quoted(mailbox), readonly))


def look(service: imaplib.IMAP4, *, only_new: bool) -> tuple[str, list[str]]:
    """The number of a mailbox, and those of its messages, oldest first."""
    age = service.response("UIDVALIDITY")[1][0] or b"0"
    numbers = _done(service.uid("SEARCH", "UNDELETED", *(["UNSEEN"] if only_new else [])))[0] or b""
    return age.decode("ascii"), sorted(numbers.decode("ascii").split(), key=int)


def read(service: imaplib.IMAP4, number: str, source: Source) -> tuple[float, list[Attachment]]:
    """When a message came, and its attachments that are meant."""
    answer = _joined(_done(service.uid("FETCH", number, "(RFC822.SIZE INTERNALDATE BODYSTRUCTURE)")))
    came = imaplib.Internaldate2tuple(answer)
    moment = time.mktime(came) if came else time.time()
    if not _may_be_meant(answer, source):
        return moment, []
    size = re.search(rb"RFC822\.SIZE (\d+)", answer)
    if size and int(size[1]) > _MOST_BYTES:
        raise Failure(errors.INVALID_DATA, f"{source}, message {number}: {int(size[1])} bytes are more than is read")
    parts = _done(service.uid("FETCH", number, "(BODY.PEEK[])"))
    data = next((part[1] for part in parts if isinstance(part, tuple)), b"")
    return moment, list(_attachments(email.message_from_bytes(data), source, number))


def _may_be_meant(structure: bytes, source: Source) -> bool:
    """Some attachment may have a name that is meant; one that is written in another way is looked at later."""
    for found in _NAME.finditer(structure):
        value = found["value"]
        if found["parts"] or value is None or b"=?" in value:
            return True
        if source.matches(re.sub(rb"\\(.)", rb"\1", value).decode("utf-8", "replace")):
            return True
    return False


def _attachments(message: email.message.Message, source: Source, number: str) -> Iterator[Attachment]:
    for part in message.walk():
        name = _name(part)
        data = part.get_payload(decode=True)
        if name and isinstance(data, bytes) and source.matches(name):
            if any(isinstance(defect, _DAMAGED) for defect in part.defects):
                what = f"{source}, message {number}: the attachment `{name}` is damaged"
                raise Failure(errors.INVALID_DATA, what, help="take the message out of the mailbox")
            yield Attachment(name, data)


def _name(part: email.message.Message) -> str:
    """The name of an attachment, without a folder; empty where it has none."""
    written = part.get_filename() or ""
    try:
        name = str(email.header.make_header(email.header.decode_header(written)))
    except (LookupError, ValueError, email.errors.HeaderParseError):  # an encoding that nobody knows
        name = written
    return re.split(r"[/\\]", name)[-1].strip()


def mark_as_read(service: imaplib.IMAP4, numbers: Sequence[str]) -> None:
    """Mark messages as read."""
    _done(service.uid("STORE", ",".join(numbers), "+FLAGS.SILENT", "(\\Seen)"))


def move(service: imaplib.IMAP4, numbers: Sequence[str], mailbox: str) -> None:
    """Move messages into another mailbox, which is created if need be."""
    target = _quoted(mailbox)
    service.create(target)  # refused where it is there already
    several = ",".join(numbers)
    abilities = _joined(_done(service.capability())).upper().split()  # others than before the login
    if b"MOVE" in abilities:
        _done(service.uid("MOVE", several, target))
        return
    _done(service.uid("COPY", several, target))
    _done(service.uid("STORE", several, "+FLAGS.SILENT", "(\\Deleted)"))
    if b"UIDPLUS" in abilities:  # without it messages of others that are to go would go too
        _done(service.uid("EXPUNGE", several))


def _done(answer: tuple[str, list[Any]]) -> list[Any]:
    """What the service answered, unless it refused."""
    kind, data = answer
    if kind != "OK":
        raise imaplib.IMAP4.error(_joined(data).decode("utf-8", "replace"))
    return data


def _joined(data: list[Any]) -> bytes:
    """An answer in one piece."""
    return b" ".join(b"".join(part) if isinstance(part, tuple) else part or b"" for part in data)


def _quoted(mailbox: str) -> str:
    """The name of a mailbox as the protocol writes it: other letters than those of English in its own UTF-7."""

    def encoded(found: re.Match[str]) -> str:
        text = binascii.b2a_base64(found[0].encode("utf-16-be"), newline=False).rstrip(b"=")
        return "&" + text.decode("ascii").replace("/", ",") + "-"

    name = re.sub(r"[^ -~]+", encoded, mailbox.replace("&", "&-"))
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


@contextmanager
def translated(place: str, refused: int = errors.INVALID_DATA) -> Iterator[None]:
    """Turn what the library raises into a failure.

    Args:
        place: what it is about.
        refused: the code where the service refuses.
    """
    try:
        yield
    except imaplib.IMAP4.abort as error:
        raise Failure(errors.BROKEN_CONNECTION, f"{place}: the connection was lost") from error
    except imaplib.IMAP4.error as error:
        raise Failure(refused, f"{place}: {_words(error)}") from error
    except ssl.SSLCertVerificationError as error:
        message = f"{place}: the certificate is not trusted: {error.verify_message}"
        raise Failure(errors.HOST_KEY_UNKNOWN, message, help=_CERTIFICATE) from error
    except ssl.SSLError as error:
        raise Failure(errors.BROKEN_CONNECTION, f"{place}: no encrypted connection: {error.reason}") from error
    except OSError as error:
        raise failure_of(error, place) from error


_CERTIFICATE = "install the authority of the server's certificate on this machine, or name its file in SSL_CERT_FILE"


def _words(error: Exception) -> str:
    """The service's words, without what is put around them for programs and programmers."""
    text = re.sub(r"^b'(.*)'$|\[[A-Z -]+\] ?| \([0-9.]+ \+ .* secs\)", lambda found: found[1] or "", str(error))
    return text.strip().rstrip(".").lower() or "refused"
