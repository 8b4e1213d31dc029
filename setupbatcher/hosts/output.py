"""What a program writes: handed on at once, and kept within bounds."""

from __future__ import annotations

from collections import deque

from setupbatcher.hosts.base import OutputSink, Result

HEAD = 4 * 1024 * 1024
TAIL = 4 * 1024 * 1024
"""Bytes kept of each stream: its first 4 MiB and its last 4 MiB; what lies between is counted and left out."""


class Stream:
    """One output stream of a program, at most :data:`HEAD` + :data:`TAIL` bytes of it kept."""

    def __init__(self) -> None:
        self._head = bytearray()
        self._tail: deque[bytes] = deque()
        self._tail_size = 0
        self._dropped = 0

    def feed(self, data: bytes) -> None:
        """Take the next piece of the stream."""
        room = HEAD - len(self._head)
        if room > 0:
            self._head += data[:room]
            data = data[room:]
        if not data:
            return
        self._tail.append(data)
        self._tail_size += len(data)
        while self._tail_size - len(self._tail[0]) >= TAIL:
            oldest = self._tail.popleft()
            self._tail_size -= len(oldest)
            self._dropped += len(oldest)

    def value(self) -> bytes:
        """The stream; where bytes were left out, a line in their place says how many."""
        tail = b"".join(self._tail)
        surplus = max(0, len(tail) - TAIL)
        dropped = self._dropped + surplus
        gap = b"\n... %d bytes left out ...\n" % dropped if dropped else b""
        return bytes(self._head) + gap + tail[surplus:]


class Output:
    """Both output streams of one program, and the listener to them.

    Args:
        sink: receives each piece as it comes; what it raises goes to the caller of :meth:`out` and :meth:`err`.
    """

    def __init__(self, sink: OutputSink | None) -> None:
        self._sink = sink
        self._streams = (Stream(), Stream())

    def out(self, data: bytes) -> None:
        """A piece of standard output."""
        self._take(0, data)

    def err(self, data: bytes) -> None:
        """A piece of standard error."""
        self._take(1, data)

    def _take(self, stream: int, data: bytes) -> None:
        self._streams[stream].feed(data)
        if self._sink is not None:
            self._sink(data)

    def result(self, status: int) -> Result:
        """How the program ended, with what was kept of its output."""
        return Result(status, self._streams[0].value(), self._streams[1].value())
