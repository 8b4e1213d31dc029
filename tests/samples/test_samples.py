"""The samples do what they say, however an editor has saved them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import setupbatcher
from setupbatcher import events
from setupbatcher.engine import step
from setupbatcher.run import check, remove_markers, status
from tests.machines import Machines
from tests.samples.bench import NAMES, SAMPLES, VARIANTS, Bench, expected, read

LOCAL = [name for name in NAMES if name != "machines"]

names = pytest.mark.parametrize("name", LOCAL)
variants = pytest.mark.parametrize("variant", VARIANTS)


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """A row with ``$r`` is tried again at once."""
    monkeypatch.setattr(step, "RETRY_PAUSE", 0.0)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home folder."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    return folder


def _ran_well(bench: Bench, name: str, variant: str, adapt: Callable[[str], str], **options: object) -> None:
    """Run a sample, then again, then take its markers out; everything is compared to the byte."""
    before = bench.lay_out(adapt(read(SAMPLES / f"{name}.txt")), variant)

    assert bench.run(**options) == 0
    after = VARIANTS[variant](adapt(expected(name, "after")))
    assert bench.script.read_bytes() == after
    assert bench.listing() == expected(name, "files")

    assert bench.run(**options) == 0
    nothing = next(event for event in bench.heard if isinstance(event, events.Notice)).text
    assert re.fullmatch(r"Nothing to do: finished on [-0-9]{10} [:0-9]{5}\. Start over: --restart", nothing)
    assert bench.script.read_bytes() == after
    assert bench.listing() == expected(name, "files")

    remove_markers(bench.script)
    assert bench.script.read_bytes() == before


@names
@variants
def test_a_sample_runs(name: str, variant: str, tmp_path: Path, home: Path) -> None:
    """It ends well, makes just what it should, has nothing to do then, and can be taken back to the byte."""
    _ran_well(Bench(tmp_path / "place", name), name, variant, str)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home", "place"]
    assert list(home.iterdir()) == []


@variants
def test_the_sample_for_machines_runs(variant: str, machines: Machines, client_home: Path, tmp_path: Path) -> None:
    """The same over SSH, and each machine has got its file."""
    with (client_home / ".ssh" / "config").open("a") as config:
        for number in (1, 2, 3):
            address = machines.address(number)
            config.write(f"Host web{number}.example.com\n  HostName {address}\n  Port {machines.port}\n")
    far = machines.home / f"rollout-{tmp_path.name}"

    def adapt(text: str) -> str:
        """The login of the test's machines instead of the sample's, and a folder of this test's own."""
        settings = {
            "Machines.User=deploy": f"Machines.User={machines.user}",
            "Machines.KeyFile=~/.ssh/id_ed25519": f"Machines.KeyFile={machines.key_file}",
            "Place=rollout": f"Place={far.name}",
        }
        for old, new in settings.items():
            assert text.count(f"{old}\n") == 1
            text = text.replace(old, new)
        return text

    _ran_well(Bench(tmp_path / "place", "machines"), "machines", variant, adapt)
    # All three names lead to one service, so that the last machine's file is the one that is there.
    assert {path.name: path.read_text() for path in far.iterdir()} == {
        "app.conf": "name=web3.example.com\n",
        "count": "1\n",
    }


@pytest.mark.parametrize("name", NAMES)
def test_a_dry_run_names_every_command_and_changes_nothing(name: str, tmp_path: Path, home: Path) -> None:
    """It says of each row what it would do, contacts nobody, and leaves the folder as it is."""
    bench = Bench(tmp_path / "place", name)
    before = bench.lay_out(read(SAMPLES / f"{name}.txt"))
    assert bench.run(dry_run=True) == 0
    assert "".join(f"{line}\n" for line in bench.said()) == expected(name, "dry")
    assert bench.script.read_bytes() == before
    assert bench.tree() == {}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home", "place"]
    assert list(home.iterdir()) == []


@names
def test_a_sample_runs_as_its_reader_runs_it(name: str, tmp_path: Path, home: Path) -> None:
    """The program says that it begins and that it is done, and does what it should."""
    bench = Bench(tmp_path / "place", name)
    bench.lay_out(read(SAMPLES / f"{name}.txt"))
    search = f"{Path(setupbatcher.__file__).parents[1]}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"
    done = subprocess.run(
        [sys.executable, "-m", "setupbatcher", "run", f"{name}.txt"],
        cwd=bench.folder,
        env={**os.environ, "PYTHONPATH": search},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "")
    lines = [line for line in done.stderr.splitlines() if not line.startswith("ignored[")]
    assert lines[0].startswith(f"{name}.txt: run")
    assert re.fullmatch(r"Done: .*\d\.\d s", lines[-1])
    assert len(lines) == 2
    assert read(bench.script) == expected(name, "after")
    assert bench.listing() == expected(name, "files")


@pytest.mark.parametrize("name", NAMES)
def test_the_check_finds_nothing(name: str) -> None:
    """Not even a warning."""
    assert check(SAMPLES / f"{name}.txt").findings == []


def test_an_error_runs_the_rows_for_it_and_the_next_run_goes_on(tmp_path: Path, home: Path) -> None:
    """What the sample of errors tells its reader to try."""
    bench = Bench(tmp_path / "place", "errors")
    bench.lay_out(read(SAMPLES / "errors.txt"))
    assert bench.run(restart=True, given={"Report": "missing.txt"}) == 1
    marked = [line for line in read(bench.script).splitlines() if re.search(r"\t(?!OK|-)", line)]
    assert marked == ["File.Copy %Report%,%Place%/sent.txt\t2"]
    assert bench.tree()["errors/trouble.txt"] == b"errors.txt stopped with error 2\n"
    assert status(bench.script).state == "failed"

    assert bench.run() == 0
    started = [event.text for event in bench.heard if isinstance(event, events.CommandStarted)]
    assert started == ["File.Copy %Report%,%Place%/sent.txt"]
    assert bench.tree()["errors/sent.txt"] == b"all disks are fine\n"


def test_a_value_that_was_found_out_survives_a_stop(tmp_path: Path, home: Path) -> None:
    """What the sample of variables tells its reader to try."""
    bench = Bench(tmp_path / "place", "variables")
    bench.lay_out(read(SAMPLES / "variables.txt"))
    assert bench.run(given={"Ready": "no"}) == 1
    assert read(bench.script).endswith("[Variables]\n\tLines\t3\n")
    assert bench.run() == 0
    assert bench.tree()["count/report.txt"] == b"the list has 3 lines\n"
