"""Machines that cannot be reached, each for a reason of its own, beside healthy ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.harness import PROGRAM, Terminal
from tests.fleet.crew import Crew, Task
from tests.fleet.faults import black_hole, silent
from tests.machines import Machines, free_port, make_key

HEALTHY = 5
FAULTY = 8


@contextmanager
def _reasons(machines: Machines) -> Iterator[dict[str, tuple[str, int]]]:
    """Machines that cannot be reached: the options of their rows, and their codes."""
    with silent() as mute, black_hole() as gone:
        yield {
            "name": ("host=no-such-machine.invalid", 53),
            "network": ("host=255.255.255.255", 1231),
            "refused": (f"host=127.0.0.1 port={free_port()}", 1225),
            "mute": (f"host=127.0.0.1 port={mute}", 1460),
            "gone": (f"host=127.0.0.1 port={gone}", 1460),
            "user": ("host=127.0.1.100 user=nobody-of-that-name", 1326),
            "changed": ("host=127.0.2.1", 1396),
            "unknown": ("host=127.0.3.1", 1397),
        }


@pytest.fixture
def home(machines: Machines, tmp_path: Path) -> Path:
    """A home in which one machine is known by another key, one not at all, and patience with 127.0.0.1 is short."""
    other = make_key(tmp_path / "other-key")
    known = f"[127.0.1.*]:*,[127.0.0.1]:* {machines.host_key}\n[127.0.2.1]:{machines.port} {other}\n"
    home = machines.make_home(tmp_path / "home", known)
    config = home / ".ssh" / "config"
    config.write_text(config.read_text() + "Host 127.0.0.1\n  ConnectTimeout 1\n")
    return home


def test_the_pre_scan_tells_them_apart(crew: Callable[[int, Task], Crew], machines: Machines, home: Path) -> None:
    """Their number is shown and confirmed, each has its code; the others are done, greeted once for scan and run."""
    work = crew(HEALTHY, Task(before=2))
    with _reasons(machines) as faulty:
        work.write("BatchSettings.Parallel=20", others={name: options for name, (options, _) in faulty.items()})
        before = machines.logins
        terminal = Terminal(
            [*PROGRAM, "run", work.rig.name, "--on-error", "next-machine"],
            work.rig.folder,
            machines.environment | {"HOME": str(home), "TERM": "xterm"},
        )
        try:
            terminal.expect("  unknown: SHA256:").expect("Take these keys as theirs? [y/n] ").send("n\n")
            terminal.expect(f"{FAULTY} of {FAULTY + HEALTHY} machines cannot be reached: name, network, ")
            terminal.expect(f"Go on with the other {HEALTHY}? [y/n] ").send("y\n")
            terminal.expect(f"{HEALTHY} of {FAULTY + HEALTHY} machines done, {FAULTY} unreachable").ends(1)
        finally:
            terminal.close()
        _have_codes(work, faulty)
        assert machines.logins - before == HEALTHY


def test_without_a_pre_scan_they_are_told_apart_too(
    crew: Callable[[int, Task], Crew], machines: Machines, home: Path
) -> None:
    """Each has its code while the others are done; the next run names all marks that are to be removed before it."""
    work = crew(HEALTHY, Task(before=2))
    work.rig.environment = machines.environment | {"HOME": str(home)}
    with _reasons(machines) as faulty:
        others = {name: options for name, (options, _) in faulty.items()}
        work.write("BatchSettings.Parallel=20", "BatchSettings.CheckMachines=No", others=others)
        ended = work.rig.call("run", work.rig.name, "--on-error", "next-machine")
        assert ended.status == 1
        assert f"{HEALTHY} of {FAULTY + HEALTHY} machines done, {FAULTY} unreachable" in ended.errors
        _have_codes(work, faulty)

        refused = work.rig.call("run", work.rig.name)
        assert refused.status == 2
        assert [name for name in faulty if f"machine `{name}` is marked as unreachable" in refused.errors] == [*faulty]

        assert work.rig.call("remove-markers", work.rig.name, "--failed").status == 0
        work.rig.write(work.rig.text.replace("host=127.0.3.1", "host=127.0.1.3"))
        assert work.rig.call("run", work.rig.name, "--on-error", "next-machine").status == 1
        _have_codes(work, {name: reason for name, reason in faulty.items() if name != "unknown"})
        assert work.cells["unknown"] == "OK-AllDone"


def _have_codes(work: Crew, faulty: dict[str, tuple[str, int]]) -> None:
    """The machines that cannot be reached have their codes and did nothing; the others are done."""
    cells = work.cells
    assert cells.pop("network") in {"1231-0", "5-0"}  # out of reach, or the system calls it forbidden
    codes = {name: f"{code}-0" for name, (_, code) in faulty.items() if name != "network"}
    assert {name: cells[name] for name in codes} == codes
    work.is_true()
    assert all(cells[name] == "OK-AllDone" for name in work.names)
