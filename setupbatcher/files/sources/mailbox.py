"""Attachments of the messages in a mailbox, over IMAP with TLS.

A file has the name of its attachment behind the number of its message, which the server gives only once in the life of
a mailbox: a message that is read twice makes no second file, and the files of a folder stand in the order in which
their messages came. The first attachment of a message is written last, so where it is, the others are too.

A message stays as it is unless ``after`` says otherwise. With ``seen`` only unread messages are looked at, and are
marked as read in the end; with ``move:MAILBOX`` they go there, into a mailbox that is created if need be. That happens
only in :meth:`Messages.finish`, and only to messages that a file came from.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from imaplib import IMAP4
from pathlib import Path

from setupbatcher import errors, files
from setupbatcher.files.sources import imap
from setupbatcher.files.sources.keeping import Folder, Remote, harmless
from setupbatcher.files.sources.source import Source
from setupbatcher.hosts.secrets import Secrets
from setupbatcher.hosts.threads import in_thread


class Messages:
    """The messages of a mailbox that files came from.

    Args:
        source: whose they are.
        password: of its user.

    Attributes:
        paths: the files.
        numbers: of the messages.
    """

    def __init__(self, source: Source, password: str) -> None:
        self._source = source
        self._password = password
        self.paths: list[Path] = []
        self.numbers: list[str] = []

    async def finish(self) -> None:
        """Do to the messages what the source says."""
        what, _, target = self._source.after.partition(":")
        if not self.numbers or what.lower() == "keep":
            return
        async with _opened(self._source, self._password, readonly=False) as service:
            with imap.translated(str(self._source)):
                if what.lower() == "seen":
                    await in_thread(imap.mark_as_read, service, self.numbers)
                else:
                    await in_thread(imap.move, service, self.numbers, target.strip())


async def fetch(source: Source, folder: Folder, secrets: Secrets) -> Messages:
    """Fetch the attachments that are meant and not here already.

    Raises:
        Failure: 1326 login refused, 3 for a mailbox that is not there, 1397 for a server without a trusted certificate,
            13 for a damaged attachment, 109 connection lost; else as the network has it.
    """
    password = await secrets.resolve(source.password, purpose=str(source)) if source.password else ""
    messages = Messages(source, password)
    async with _opened(source, password, readonly=True) as service:
        with imap.translated(str(source)):
            age, numbers = await in_thread(imap.look, service, only_new=source.after.lower() == "seen")
        for number in numbers:
            names = await _keep(service, number, source, folder, f"{age}-{number:0>10}-")
            if names:
                messages.paths.extend(folder.path(name) for name in names)
                messages.numbers.append(number)
    return messages


async def _keep(service: IMAP4, number: str, source: Source, folder: Folder, prefix: str) -> list[str]:
    """Fetch the files of a message unless they are here already; returns their names here."""
    here = await folder.names(prefix)
    if here and here[0].startswith(f"{prefix}01-"):
        return here
    with imap.translated(f"{source}, message {number}"):
        moment, attachments = await in_thread(imap.read, service, number, source)
    found = [(f"{prefix}{place:02}-{harmless(each.name)}", each) for place, each in enumerate(attachments, 1)]
    for name, attachment in reversed(found):
        await folder.put(Remote(name, len(attachment.data), moment), name, files.once(attachment.data))
    return [name for name, _ in found]


@asynccontextmanager
async def _opened(source: Source, password: str, *, readonly: bool) -> AsyncIterator[IMAP4]:
    """The mailbox of a source, logged in to."""
    port = source.port or imap.PORT
    with imap.translated(f"{source.host}, port {port}"):
        service = await in_thread(imap.connect, source.host, port)
    try:
        with imap.translated(str(source), errors.LOGON_FAILURE):
            await in_thread(imap.log_in, service, source.user or "", password)
        with imap.translated(str(source), errors.PATH_NOT_FOUND):
            await in_thread(imap.select, service, source.folder, readonly=readonly)
        yield service
    finally:
        await in_thread(imap.leave, service)
