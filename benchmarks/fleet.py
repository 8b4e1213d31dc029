"""What a fleet of SSH machines costs: the same ten commands on each of them, through SetupBatcher and other tools.

The machines are addresses of the loopback interface behind one OpenSSH service, so that they and the tools share the
processors of this machine: a tool that asks little of the machines gains as much as one that does little itself. Each
way is a program of its own, started anew each time, 50 machines at once. Rounds alternate between the ways; one that
takes more than ten times as long as ours is measured once.

pyinfra and ansible-core are installed into a virtual environment of their own, which is kept for the next time.

Usage: ``python benchmarks/fleet.py [--machines 100,200] [--commands 10] [--rounds 5] [--ways NAME,…] [--tools DIR]``
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.machines import Machines

AT_ONCE = 50
SLOW = 10
"""Times as long as ours, from which a way is measured once."""

TOOLS = ("pyinfra", "ansible-core")
BARS = {"asyncssh": 0.7, "pyinfra": 1 / 3, "ansible-core": 1 / 10}
"""What ours, as a part of the other's time, should not exceed."""

PROGRAM = Path(sys.executable).with_name("setupbatcher")


class Work(NamedTuple):
    """What is to be done.

    Attributes:
        addresses: of the machines.
        commands: shell lines for each of them.
        folder: for files of this work.
        tools: the virtual environment of the other tools.
    """

    addresses: Sequence[str]
    commands: Sequence[str]
    folder: Path
    tools: Path

    def write(self, name: str, text: str) -> str:
        """Write a file, and return its path."""
        path = self.folder / name
        path.write_text(text)
        return str(path)


def ours(work: Work) -> list[str]:
    """SetupBatcher, the markers on disk before each command."""
    machines = "".join(f"{address}\tLinux\n" for address in work.addresses)
    lines = "".join(f"DOS {command}\n" for command in work.commands)
    script = f"[Settings]\nBatchSettings.Parallel={AT_ONCE}\n[Batch]\n{lines}[Machines]\n{machines}"
    return [str(PROGRAM), "run", "--quiet", "--durable", work.write("script.txt", script)]


def asyncssh_alone(work: Work) -> list[str]:
    """The SSH library that SetupBatcher uses, with a channel for each command."""
    return [sys.executable, __file__, "--alone", work.write("work.txt", _lines(work))]


def openssh(work: Work) -> list[str]:
    """The usual client, one connection to each machine and a process for each command."""
    options = f"-o ControlMaster=auto -o ControlPersist=60 -o ControlPath={work.folder}/%C -o BatchMode=yes"
    calls = [f"ssh {options} $1 {shlex.quote(command)} </dev/null" for command in work.commands]
    one = " && ".join([*calls, f"ssh {options} -O exit $1 2>/dev/null"])
    names = work.write("names.txt", "".join(f"{address}\n" for address in work.addresses))
    return ["sh", "-c", f"xargs -P {AT_ONCE} -n 1 sh -c {shlex.quote(one)} sh <{names}"]


def pyinfra(work: Work) -> list[str]:
    """Pyinfra, an operation for each command."""
    inventory = work.write("inventory.py", f"machines = {list(work.addresses)!r}\n")
    operations = "".join(f"server.shell(commands=[{command!r}])\n" for command in work.commands)
    deploy = work.write("deploy.py", f"from pyinfra.operations import server\n{operations}")
    return [str(work.tools / "bin" / "pyinfra"), "--yes", "--parallel", str(AT_ONCE), inventory, deploy]


def ansible(work: Work) -> list[str]:
    """ansible-core with pipelining, a task for each command."""
    inventory = work.write("inventory.ini", "".join(f"{address}\n" for address in work.addresses))
    tasks = "".join(f"  - ansible.builtin.shell: {command}\n" for command in work.commands)
    play = work.write("play.yml", f"- hosts: all\n  gather_facts: false\n  tasks:\n{tasks}")
    work.write("ansible.cfg", f"[defaults]\nforks={AT_ONCE}\n[connection]\npipelining=true\n")
    return [str(work.tools / "bin" / "ansible-playbook"), "-i", inventory, play]


WAYS = {
    "setupbatcher": ours,
    "asyncssh": asyncssh_alone,
    "OpenSSH": openssh,
    "pyinfra": pyinfra,
    "ansible-core": ansible,
}


def _lines(work: Work) -> str:
    return "\n".join((" ".join(work.addresses), *work.commands))


async def alone(addresses: Sequence[str], commands: Sequence[str]) -> None:
    """The same work with nothing but the SSH library; what is said of each machine comes from ~/.ssh/config."""
    import asyncssh  # noqa: PLC0415 -- part of the start of this way, and of no other

    gate = asyncio.Semaphore(AT_ONCE)

    async def one(address: str) -> None:
        async with gate, asyncssh.connect(address) as connection:
            for command in commands:
                await connection.run(command, check=True)

    async with asyncio.TaskGroup() as group:
        for address in addresses:
            group.create_task(one(address))


def seconds(way: str, work: Work, environment: dict[str, str]) -> float:
    """How long one way takes."""
    command = WAYS[way](work)
    begun = time.perf_counter()
    done = subprocess.run(  # noqa: S603 -- what is measured
        command, cwd=work.folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    spent = time.perf_counter() - begun
    if done.returncode:
        sys.exit(f"{way}: exit status {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return spent


def measure(ways: Sequence[str], work: Work, rounds: int, environment: dict[str, str]) -> dict[str, list[float]]:
    """Seconds of each way in each round, after one round of ours that does not count."""
    seconds("setupbatcher", work, environment)
    spent: dict[str, list[float]] = {way: [] for way in ways}
    for number in range(rounds):
        for way in ways:
            if number and spent[way][0] > SLOW * spent["setupbatcher"][0]:
                continue
            spent[way].append(seconds(way, work, environment))
            time.sleep(1)  # what a way leaves to be done ends before the next begins
    return spent


def show(count: int, spent: dict[str, list[float]]) -> None:
    """Rows of the table."""
    mine = spent["setupbatcher"]
    for way, theirs in spent.items():
        if way == "setupbatcher":
            continue
        ratios = sorted(one / other for one, other in zip(mine, theirs, strict=False))
        bar = f"≤ {BARS[way]:.2f}" if way in BARS else ""
        print(
            f"| {count} | {way} | {statistics.median(mine):.2f} s | {statistics.median(theirs):.2f} s "
            f"| **{statistics.median(ratios):.2f}** | {ratios[0]:.2f} – {ratios[-1]:.2f} | {bar} |",
            flush=True,
        )


def install(folder: Path, ways: Sequence[str]) -> None:
    """The other tools, unless they are there."""
    missing = [tool for tool in TOOLS if tool in ways and not (folder / f".{tool}").exists()]
    if not missing:
        return
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)  # noqa: S603 -- ourselves
    subprocess.run([str(python), "-m", "pip", "install", "--quiet", *missing], check=True)  # noqa: S603 -- as above
    for tool in missing:
        (folder / f".{tool}").touch()


def configure(machines: Machines) -> dict[str, str]:
    """Everything that is to be known of the machines, where each tool looks; the environment for all tools."""
    config = machines.client_home / ".ssh" / "config"
    config.write_text(
        f"Host 127.*\n Port {machines.port}\n User {machines.user}\n IdentityFile {machines.key_file}\n"
        f" UserKnownHostsFile {machines.known_hosts}\n"
    )
    # The clients of OpenSSH look for the home folder in the list of users; this is their way to another config.
    ssh = machines.folder / "bin" / "ssh"
    ssh.parent.mkdir()
    ssh.write_text(f'#!/bin/sh\nexec /usr/bin/ssh -F {config} "$@"\n')
    ssh.chmod(0o755)
    return {**machines.environment, "PATH": f"{ssh.parent}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8"}


def main() -> None:
    """Measure, and print a table in Markdown."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--machines", default="100,200")
    parser.add_argument("--commands", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--ways", default=",".join(WAYS))
    parser.add_argument("--tools", type=Path, default=Path(tempfile.gettempdir()) / "setupbatcher-fleet")
    parser.add_argument("--alone", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.alone:
        addresses, *commands = options.alone.read_text().splitlines()
        asyncio.run(alone(addresses.split(), commands))
        return
    ways = ["setupbatcher", *(way for way in options.ways.split(",") if way != "setupbatcher")]
    install(options.tools, ways)
    commands = [f"echo {number}" for number in range(options.commands)]
    machines = Machines.start()
    try:
        environment = configure(machines)
        print("| machines | against | ours | theirs | ratio (median) | ratios | bar |")
        print("|---|---|---|---|---|---|---|")
        for count in map(int, options.machines.split(",")):
            with tempfile.TemporaryDirectory() as folder:
                addresses = [machines.address(number) for number in range(1, count + 1)]
                work = Work(addresses, commands, Path(folder), options.tools)
                show(count, measure(ways, work, options.rounds, environment))
    finally:
        machines.stop()


if __name__ == "__main__":
    main()
