"""Watching a started program from the event loop: its output and its end.

Two ways with one face. On Linux a process has a file descriptor that becomes readable when it ends, so that everything
is an event of the loop and starting a program costs no thread. Elsewhere threads wait and report to the loop.
"""

from __future__ import annotations

import asyncio
import functools
import os
import subprocess
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Protocol, Self

from setupbatcher.hosts.output import Output
from setupbatcher.hosts.readiness import Readiness

IDLE_GRACE = 0.2
"""Seconds without output after which a program that has ended is done, though someone else holds its output open."""

LONGEST_GRACE = 2.0
"""Seconds after its end when it is done in any case, however much a process left behind still writes."""

_TRACED = 0.005
"""Seconds after which the end of a program that is traced is looked at again."""

_CHUNK = 65536
_DRAIN = 16
"""Pieces read at the end: together the most that a pipe can hold, so all that the program itself wrote."""


@functools.cache
def _nothing() -> int:
    """What programs read: opened once, as each of them would open it."""
    return os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)


class Watch(Protocol):
    """A running program as the event loop sees it.

    Attributes:
        done: its exit status, -n after signal n; or what the listener to its output raised.
    """

    done: asyncio.Future[int]

    def close(self) -> None:
        """Stop watching."""


class Ending:
    """Decides when a program that has ended is done: its output closed or idle."""

    def __init__(self, finish: Callable[[], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._finish = finish
        self._timer: asyncio.TimerHandle | None = None
        self._latest = 0.0
        self.begun = False

    def begin(self) -> None:
        """The program has ended, its output has not."""
        self.begun = True
        self._latest = self._loop.time() + LONGEST_GRACE
        self.heard()

    def heard(self) -> None:
        """There was output."""
        self.cancel()
        self._timer = self._loop.call_at(min(self._loop.time() + IDLE_GRACE, self._latest), self._finish)

    def cancel(self) -> None:
        """Wait no longer."""
        if self._timer is not None:
            self._timer.cancel()


class PidfdWatch:
    """A program watched through descriptors alone (Linux)."""

    @classmethod
    def start(
        cls, arguments: Sequence[str] | str, directory: Path, output: Output
    ) -> tuple[Self, subprocess.Popen[bytes]]:
        """Start a program; raises :class:`OSError` or :class:`ValueError` when the system refuses."""
        out_read, out_write = os.pipe()
        err_read, err_write = os.pipe()
        try:
            process = subprocess.Popen(
                arguments,
                stdin=_nothing(),
                stdout=out_write,
                stderr=err_write,
                cwd=directory,
                start_new_session=True,
            )
        except BaseException:
            os.close(out_read)
            os.close(err_read)
            raise
        finally:
            os.close(out_write)
            os.close(err_write)
        return cls(process, {out_read: output.out, err_read: output.err}), process

    def __init__(self, process: subprocess.Popen[bytes], pipes: dict[int, Callable[[bytes], None]]) -> None:
        self._loop = asyncio.get_running_loop()
        self.done: asyncio.Future[int] = self._loop.create_future()
        self._process = process
        self._pipes = pipes
        self._ending = Ending(self._finish)
        self._again: asyncio.TimerHandle | None = None
        self._readiness = Readiness.of_loop(self._loop)
        for pipe in pipes:
            os.set_blocking(pipe, False)
            self._readiness.wait(pipe, self._readable)
        self._pidfd: int | None = os.pidfd_open(process.pid)
        self._readiness.wait(self._pidfd, self._exited)

    def _readable(self, pipe: int, times: int = 1) -> None:
        try:
            for _ in range(times):
                data = os.read(pipe, _CHUNK)
                if not data:
                    self._close_pipe(pipe)
                    break
                self._pipes[pipe](data)
                if self._ending.begun:
                    self._ending.heard()
        except BlockingIOError:
            return
        except Exception as error:  # noqa: BLE001 -- whatever the listener raises belongs to the caller of the program
            self._fail(error)
        if self._ending.begun and not self._pipes:
            self._finish()

    def _exited(self, _: int) -> None:
        self._close_pidfd()
        for pipe in list(self._pipes):
            self._readable(pipe, _DRAIN)
        if self._pipes:
            self._ending.begin()
        else:
            self._finish()

    def _finish(self) -> None:
        status = self._process.poll()
        if status is None:
            # A tracer, such as strace or a debugger, learns of the end first; only then can the parent.
            self._again = self._loop.call_later(_TRACED, self._finish)
        elif not self.done.done():
            self.done.set_result(status)

    def _fail(self, error: Exception) -> None:
        if not self.done.done():
            self.done.set_exception(error)

    def _close_pipe(self, pipe: int) -> None:
        self._readiness.forget(pipe)
        os.close(pipe)
        del self._pipes[pipe]

    def _close_pidfd(self) -> None:
        if self._pidfd is not None:
            self._readiness.forget(self._pidfd)
            os.close(self._pidfd)
            self._pidfd = None

    def close(self) -> None:
        """Stop watching."""
        self._ending.cancel()
        if self._again is not None:
            self._again.cancel()
        for pipe in list(self._pipes):
            self._close_pipe(pipe)
        self._close_pidfd()
        self._process.poll()


class ThreadWatch:
    """A program watched by threads, for systems whose processes are no descriptors."""

    @classmethod
    def start(
        cls, arguments: Sequence[str] | str, directory: Path, output: Output
    ) -> tuple[Self, subprocess.Popen[bytes]]:
        """Start a program; raises :class:`OSError` or :class:`ValueError` when the system refuses."""
        process = subprocess.Popen(
            arguments,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            cwd=directory,
            start_new_session=os.name != "nt",
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
        return cls(process, output), process

    def __init__(self, process: subprocess.Popen[bytes], output: Output) -> None:
        self._loop = asyncio.get_running_loop()
        self.done: asyncio.Future[int] = self._loop.create_future()
        self._process = process
        self._open = 2
        self._ending = Ending(self._finish)
        self._closed = False
        for stream, take in ((process.stdout, output.out), (process.stderr, output.err)):
            if stream is not None:
                self._thread(self._read, stream, take)
        self._thread(self._wait)

    @staticmethod
    def _thread(work: Callable[..., None], *arguments: object) -> None:
        threading.Thread(target=work, args=arguments, name="program", daemon=True).start()

    def _read(self, stream: IO[bytes], take: Callable[[bytes], None]) -> None:
        with stream:
            while data := stream.read(_CHUNK):
                self._report(self._take, take, data)
        self._report(self._stream_closed)

    def _wait(self) -> None:
        self._process.wait()
        self._report(self._exited)

    def _report(self, call: Callable[..., None], *arguments: object) -> None:
        if not self._closed:
            try:
                self._loop.call_soon_threadsafe(call, *arguments)
            except RuntimeError:  # the loop is closed: nobody listens any more
                self._closed = True

    def _take(self, take: Callable[[bytes], None], data: bytes) -> None:
        try:
            take(data)
        except Exception as error:  # noqa: BLE001 -- whatever the listener raises belongs to the caller of the program
            if not self.done.done():
                self.done.set_exception(error)
        if self._ending.begun:
            self._ending.heard()

    def _stream_closed(self) -> None:
        self._open -= 1
        if self._ending.begun and not self._open:
            self._finish()

    def _exited(self) -> None:
        self._ending.begin()
        if not self._open:
            self._finish()

    def _finish(self) -> None:
        if not self.done.done():
            self.done.set_result(self._process.wait())

    def close(self) -> None:
        """Stop watching; a thread that still reads ends with the process that holds the output."""
        self._closed = True
        self._ending.cancel()
