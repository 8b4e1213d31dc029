"""Carrying commands out in tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import pytest_asyncio

from setupbatcher.commands.context import Context
from setupbatcher.commands.perform import perform
from setupbatcher.commands.registry import Outcome, find
from setupbatcher.errors import Failure
from setupbatcher.hosts.base import Host, HostSpec
from setupbatcher.hosts.connect import connect
from setupbatcher.hosts.local import LocalHost
from setupbatcher.hosts.secrets import Secrets
from setupbatcher.script.document import Document


@dataclass
class Talk:
    """Remembers what a command says, and answers its questions."""

    said: list[str] = field(default_factory=list)
    heard: bytes = b""

    def log(self, text: str) -> None:
        """A line for the log."""
        self.said.append(f"log: {text}")

    def output(self, data: bytes) -> None:
        """Output of a program."""
        self.heard += data

    async def message(self, text: str) -> None:
        """A message."""
        self.said.append(f"message: {text}")

    async def ask(self, question: str, default: str | None = None) -> str:
        """A question; the answer is in it."""
        self.said.append(f"question: {question}")
        return default or "answer"

    async def secret(self, question: str) -> str:
        """A question whose answer nobody sees."""
        self.said.append(f"secret: {question}")
        return "hush"


@dataclass
class Bench:
    """A machine and a controller to try commands on.

    Attributes:
        host: the machine of the run.
        folder: an empty folder on the machine, whose disk is ours too.
        script: the script's folder on the controller.
        talk: what the commands say.
        timeout: of each command, in seconds.
        again: the commands were begun before.
        spec: how to connect to the machine again; ``None`` for this one.
        document: the script.
    """

    host: Host
    folder: Path
    script: Path
    talk: Talk = field(default_factory=Talk)
    timeout: float | None = None
    again: bool = False
    spec: HostSpec | None = None
    document: Document = field(default_factory=lambda: Document.from_text(""))

    def context(self) -> Context:
        """The surroundings of a command."""
        controller = LocalHost(self.script)
        return Context(
            self.host,
            controller,
            self.script,
            self.timeout,
            self.talk,
            self.reconnect,
            lambda: self.document,
            self.again,
        )

    async def reconnect(self) -> Host:
        """The machine behind a new connection."""
        if self.spec is not None:
            await self.host.close()
            self.host = await connect(self.spec, base=self.script, secrets=Secrets())
        return self.host

    async def run(self, name: str, *texts: str) -> Outcome:
        """Carry a command out."""
        command = find(name)
        assert command is not None
        return await perform(command, self.context(), texts)

    async def fails(self, name: str, *texts: str) -> Failure:
        """Carry out a command that must fail."""
        with pytest.raises(Failure) as caught:
            await self.run(name, *texts)
        return caught.value


@pytest_asyncio.fixture(params=["local", "ssh"])
async def bench(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Bench]:
    """The bench with each kind of machine in turn."""
    script = tmp_path / "script"
    script.mkdir()
    if request.param == "local":
        folder = tmp_path / "machine"
        folder.mkdir()
        yield Bench(LocalHost(script), folder, script)
        return
    machines, home = request.getfixturevalue("machines"), request.getfixturevalue("client_home")
    spec = machines.spec(3)
    host = await connect(spec, base=home, secrets=Secrets())
    bench = Bench(host, Path((await host.shell("mktemp -d")).output.decode().strip()), script, spec=spec)
    try:
        yield bench
    finally:
        await bench.host.close()
