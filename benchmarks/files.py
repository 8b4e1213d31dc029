"""What copies of files cost, as ratios to the tools that everybody has.

Trees and files are copied on one machine against ``cp -r`` with a wait for the disk, and to a machine over SSH on this
one against ``scp -r`` and ``rsync``, where these are installed, with the same wait. Rounds alternate between the ways,
so that whatever else the machine does meets all of them; the table has the median of each and the spread of the ratios.

Usage: ``python benchmarks/files.py [--rounds 5] [--files 10000] [--megabytes 500] [--uploads 2000] [--folder DIR]``
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from setupbatcher.files import Place, copy_tree
from setupbatcher.files.transaction import Transaction, journal_of
from setupbatcher.hosts.base import Host
from setupbatcher.hosts.connect import connect
from setupbatcher.hosts.local import LocalHost
from setupbatcher.hosts.secrets import Secrets

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.machines import SSHD, Machines

PER_FOLDER = 100
SPARE = 4
"""Times the size of what is copied that must be free."""

Way = Callable[[], Awaitable[None]]


def plant(folder: Path, count: int, seed: int = 1) -> Path:
    """A tree of files of 1 to 4 kB."""
    chance = random.Random(seed)  # noqa: S311 -- the same tree every time
    for number in range(count):
        part = folder / f"part{number // PER_FOLDER:04}"
        if number % PER_FOLDER == 0:
            part.mkdir(parents=True)
        (part / f"file{number:06}.dat").write_bytes(chance.randbytes(chance.randint(1000, 4000)))
    return folder


def plant_one(folder: Path, megabytes: int) -> Path:
    """A folder with one file."""
    folder.mkdir()
    with (folder / "large.dat").open("wb") as file:
        for _ in range(megabytes):
            file.write(os.urandom(1_000_000))
    return folder


async def call(*command: str) -> None:
    """Run a program to its end."""
    process = await asyncio.create_subprocess_exec(*command)
    if await process.wait():
        raise subprocess.CalledProcessError(process.returncode or 0, command)


async def measure(rounds: int, ways: dict[str, Way], clean: Way) -> dict[str, list[float]]:
    """Seconds of each way in each round, after one round that does not count."""
    spent: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(rounds + 1):
        for name, way in ways.items():
            await clean()
            begun = time.perf_counter()
            await way()
            if number:
                spent[name].append(time.perf_counter() - begun)
    await clean()
    return spent


def show(what: str, spent: dict[str, list[float]]) -> None:
    """Rows of the table; the first way is ours."""
    (_, ours), *others = spent.items()
    for name, theirs in others:
        ratios = sorted(one / other for one, other in zip(ours, theirs, strict=True))
        print(
            f"| {what} | {name} | {statistics.median(ours):.2f} s | {statistics.median(theirs):.2f} s "
            f"| **{statistics.median(ratios):.2f}** | {ratios[0]:.2f} – {ratios[-1]:.2f} |",
            flush=True,
        )


async def on_one_machine(
    what: str, source: Path, rounds: int, *, onto: Path | None = None, whole: bool = False
) -> None:
    """A copy beside the source.

    Args:
        what: for the table.
        source: the tree.
        rounds: how many.
        onto: a tree that the target is equal to before, if there is one.
        whole: in a transaction.
    """
    target = source.with_name("target")
    files = LocalHost(source.parent).files

    async def ours() -> None:
        if not whole:
            await copy_tree(Place(files, source), Place(files, target))
            return
        async with Transaction(journal_of(source)) as transaction:
            await transaction.copy(source, target)

    async def plain() -> None:
        await call("cp", "-r", "-T", str(source), str(target))
        await call("sync", "-f", str(target))

    async def clean() -> None:
        shutil.rmtree(target, ignore_errors=True)
        if onto is not None:
            await call("cp", "-r", "-p", "-T", str(onto), str(target))
        await call("sync", "-f", str(source))

    show(what, await measure(rounds, {"ours": ours, "`cp -r` + `sync -f`": plain}, clean))
    shutil.rmtree(target, ignore_errors=True)


async def over_ssh(what: str, source: Path, rounds: int, machines: Machines) -> None:
    """An upload to a machine at a loopback address."""
    os.environ.update(machines.environment)
    host = await connect(machines.spec(1), base=source.parent, secrets=Secrets())
    try:
        folder = (await host.shell("mktemp -d")).output.decode().strip()
        ways = _uploads(source, f"{folder}/target", host, machines)

        async def clean() -> None:
            await host.shell(f"rm -rf {folder}/target && sync -f {folder}")

        show(what, await measure(rounds, ways, clean))
        await host.shell(f"rm -rf {folder}")
    finally:
        await host.close()


def _uploads(source: Path, target: str, host: Host, machines: Machines) -> dict[str, Way]:
    options = ["-F", str(machines.client_home / ".ssh" / "config"), "-o", f"UserKnownHostsFile={machines.known_hosts}"]
    options += ["-o", "BatchMode=yes"]
    there = f"{machines.user}@{machines.address(1)}:{target}"
    here = LocalHost(source.parent).files

    async def ours() -> None:
        await copy_tree(Place(here, source), Place(host.files, host.files.path(target)))

    async def scp() -> None:
        await call("scp", "-q", "-r", *options, "-P", str(machines.port), str(source), there)
        await host.shell(f"sync -f {target}")

    async def rsync() -> None:
        shell = " ".join(["ssh", *options, "-p", str(machines.port)])
        await call("rsync", "-a", "-e", shell, f"{source}/", there)
        await host.shell(f"sync -f {target}")

    ways = {"ours": ours, "`scp -r` + `sync -f`": scp, "`rsync -a` + `sync -f`": rsync}
    return {name: way for name, way in ways.items() if way is ours or shutil.which(name.strip("`").split()[0])}


async def everything(options: argparse.Namespace, folder: Path) -> None:
    """All rows of the table."""
    print("| what | against | ours | theirs | ratio (median) | ratios |")
    print("|---|---|---|---|---|---|")
    small = plant(folder / "small", options.files)
    await on_one_machine(f"{options.files:,} files of 1–4 kB, new", small, options.rounds)
    await on_one_machine(f"{options.files:,} files of 1–4 kB, the same again", small, options.rounds, onto=small)
    other = plant(folder / "other", options.files, seed=2)
    many = f"{options.files:,} files of 1–4 kB in a transaction"
    await on_one_machine(f"{many}, new", small, options.rounds, whole=True)
    await on_one_machine(f"{many}, replacing others", small, options.rounds, onto=other, whole=True)
    await on_one_machine(f"{many}, the same again", small, options.rounds, onto=small, whole=True)
    if shutil.disk_usage(folder).free > SPARE * options.megabytes * 1_000_000:
        large = plant_one(folder / "large", options.megabytes)
        await on_one_machine(f"1 file of {options.megabytes} MB", large, options.rounds)
    if SSHD is None:
        return
    machines = Machines.start()
    try:
        some = plant(folder / "some", options.uploads)
        await over_ssh(f"{options.uploads:,} files of 1–4 kB to an SSH machine", some, options.rounds, machines)
    finally:
        machines.stop()


def main() -> None:
    """Measure, and print a table in Markdown."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--megabytes", type=int, default=500)
    parser.add_argument("--uploads", type=int, default=2_000)
    parser.add_argument("--folder", type=Path, help="where to copy; by default where temporary files are")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        asyncio.run(everything(options, Path(folder)))


if __name__ == "__main__":
    main()
