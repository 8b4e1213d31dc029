"""Takes a script for a run and gives it back: lock, recovery after a crash, the writer, the last fold."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from setupbatcher.markers.book import Book
from setupbatcher.markers.journal import Journal, LockedError, peek
from setupbatcher.markers.reading import JOURNAL, ScriptError, problem, read
from setupbatcher.markers.records import InFlight, Recovery, encode_start, left_over, recover
from setupbatcher.script.document import Document
from setupbatcher.text import encode
from setupbatcher.text.store import Digest, Store, digest

if TYPE_CHECKING:
    from setupbatcher.markers.writer import MarkerWriter


def _unwritable(path: Path, error: OSError) -> ScriptError:
    reason = (error.strerror or str(error)).lower()
    return problem(
        "SB803",
        f"`{path}` cannot be written: {reason}",
        "the progress is written into the script; copy it to a folder where you may write",
    )


def _locked(path: Path, error: LockedError) -> ScriptError:
    owner = f": {error.owner}" if error.owner else ""
    return problem(
        "SB804",
        f"another run has `{path}`{owner}",
        "wait for it, or end it; `setupbatcher status` shows how far it is",
        locked=True,
    )


def look(path: Path) -> Recovery:
    """The true state of a script without touching it, whether a run is on or one has crashed.

    Raises:
        ScriptError: it cannot be read.
    """
    store = Store(path)
    # The journal is read first: what is folded in between is in the script then, and repeating it does no harm.
    with contextlib.suppress(OSError):
        left = peek(store.beside(JOURNAL))
        if left is not None:
            data, document = read(store)
            return recover(document, digest(data), left)
    _, document = read(store)
    return Recovery(Book(document))


class Custody:
    """A script that this process holds.

    Args:
        path: of the script.

    Raises:
        ScriptError: it cannot be read, decoded or written, or another run has it.
    """

    def __init__(self, path: Path) -> None:
        self.store = Store(path)
        stamp = self.store.stamp() if self.store.real.exists() else None
        self._data, self._document = read(self.store)
        try:
            self.store.check_writable()
            self._journal = Journal(self.store.beside(JOURNAL), self.store.real.stat())
        except LockedError as error:
            raise _locked(path, error) from error
        except OSError as error:
            raise _unwritable(path, error) from error
        try:
            self.store.tidy()
            if self.store.stamp() != stamp:
                # Another run has folded its last markers in between.
                self._data, self._document = read(self.store)
        except OSError as error:
            self._journal.release()
            raise _unwritable(path, error) from error
        except ScriptError:
            self._journal.release()
            raise
        self._version = Digest(self._data)
        content = self._journal.content
        # Without records nothing depends on the version, and the check can begin while it is worked out.
        recovery = recover(self._document, str(self._version) if content.records else "", content)
        self.book = recovery.book
        self.in_flight: list[InFlight] = recovery.in_flight
        self.lost = recovery.lost

    def release(self) -> None:
        """Give the script back untouched; what a crash left stays for the next one."""
        self._journal.release()

    def begin(
        self, text: str | None = None, *, durable: bool = False, on_outside_edit: Callable[[], None]
    ) -> MarkerWriter:
        """Write the true state, or a text that has other markers, and start to keep it.

        Args:
            text: the script as it is to be, markers apart the same; by default what the book says.
            durable: wait for the disk at every marker.
            on_outside_edit: told when an outside edit was taken over.

        Raises:
            ScriptError: it cannot be written.
        """
        from setupbatcher.markers.writer import MarkerWriter, guard  # noqa: PLC0415 -- looking needs no event loop

        document = self._document
        in_flight = self._still_in_flight() if text is None else []
        text = self.book.render() if text is None else text
        try:
            if text != document.text:
                guard(document, text, self.book.fillings)
                self._replace(text)
                document = document.changed(text)
            self.book = Book(document)
            self._journal.begin(str(self._version), [*_text_record(document), *in_flight])
        except OSError as error:
            self.release()
            raise _unwritable(self.store.path, error) from error
        return MarkerWriter(
            self.store, self.book, self._journal, str(self._version), durable=durable, on_outside_edit=on_outside_edit
        )

    def rewrite(self, text: str) -> None:
        """Put a text that a person asked for in the place of the script, and give it back.

        What was in flight when a run died stays known to the next one.

        Args:
            text: with the true state of the markers, as the book renders it.

        Raises:
            ScriptError: it cannot be written.
        """
        try:
            self._replace(text)
            if self.in_flight:
                document = self._document.changed(text)
                self._journal.begin(str(self._version), [*_text_record(document), *self._still_in_flight()])
        except OSError as error:
            self.release()
            raise _unwritable(self.store.path, error) from error
        self._journal.close(keep=bool(self.in_flight))

    def _replace(self, text: str) -> None:
        """Write the script; killed at any moment, the journal tells whether its records are in there already."""
        data = encode(text, self._document.source.encoding)
        version = Digest(data)
        if self._journal.content.records:
            self._journal.append(["version", str(version)])
            self._journal.sync()
        self.store.replace(data)
        self._data, self._version = data, version

    def _still_in_flight(self) -> list[list[Any]]:
        """Records of the commands whose end is unknown, for the next journal."""
        return [record for at, entry in enumerate(self.in_flight) for record in encode_start(entry, left_over(at))]


def _text_record(document: Document) -> list[list[Any]]:
    from setupbatcher.markers.edited import text_record  # noqa: PLC0415 -- looking does without

    return text_record(document)


def settle(path: Path) -> Recovery:
    """Fold what a crash, or an edit at the wrong time, has left beside a script, and remove it.

    Raises:
        ScriptError: it cannot be taken or written.
    """
    custody = Custody(path)
    recovery = Recovery(custody.book, custody.in_flight, custody.lost)
    custody.begin(on_outside_edit=lambda: None).close()
    return recovery


__all__ = ["Custody", "look", "settle"]
