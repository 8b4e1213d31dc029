"""``UpdateJob.Run`` as a step of a script, on this machine and over SSH."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from setupbatcher import errors
from setupbatcher.hosts.connect import connect
from setupbatcher.hosts.local import LocalHost
from setupbatcher.hosts.secrets import Secrets
from tests.commands.conftest import Bench

_COPY = "<object><source>new.txt</source><target>{}</target></object>"
_BAD = "<job><name>bad</name><object><source>nowhere</source><target>x</target></object></job>"


def _write(folder: Path, *jobs: str) -> str:
    body = "".join(f"<job><name>{name}</name>{_COPY.format(name)}</job>" for name in ("one", "two")) + "".join(jobs)
    path = folder / "UpdateJob.xml"
    path.write_text(f"<updatejob>{body}</updatejob>", encoding="utf-8")
    (folder / "new.txt").write_text("new", encoding="utf-8")
    return str(path)


@pytest.fixture
def here(tmp_path: Path) -> Bench:
    """This machine."""
    folder, script = tmp_path / "machine", tmp_path / "script"
    folder.mkdir()
    script.mkdir()
    return Bench(LocalHost(script), folder, script)


async def test_jobs_are_carried_out_here(here: Bench) -> None:
    """All of them or those of a name; the log has a line for each step."""
    path = _write(here.folder)
    outcome = await here.run("UpdateJob.Run", path, "two")
    assert (outcome.changed, outcome.note) == (True, "1 job done, 0 skipped, 0 failed")
    assert not (here.folder / "one").exists()
    await here.run("UpdateJob.Run", path)
    assert (here.folder / "one").read_text(encoding="utf-8") == "new"
    assert "log:   copy new.txt to one" in here.talk.said


async def test_a_relative_job_file_is_beside_the_script(here: Bench) -> None:
    """As every path of a row."""
    _write(here.script)
    await here.run("UpdateJob.Run", "UpdateJob.xml", "one")
    assert (here.script / "one").exists()


@pytest.mark.parametrize(
    ("text", "job", "code", "message"),
    [
        (None, "", errors.FILE_NOT_FOUND, "cannot be read"),
        ("<u>", "", errors.INVALID_DATA, "1 error; line 1: `u` is not closed"),
        ("<u>\n<x/><y/></u>", "", errors.INVALID_DATA, "2 errors; line 2: unknown element `x`"),
        ("<u><job><name>a</name></job></u>", "b", errors.BAD_PARAMETER, "no job is called `b`"),
        (f"<u>{_BAD}</u>", "", errors.FILE_NOT_FOUND, "job `bad` failed with error 2"),
    ],
)
async def test_what_goes_wrong_here_has_its_code(
    here: Bench, text: str | None, job: str, code: int, message: str
) -> None:
    """That of the job file, or of the first job that failed."""
    path = here.folder / "UpdateJob.xml"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    failure = await here.fails("UpdateJob.Run", str(path), *([job] if job else []))
    assert failure.code == code
    assert message in failure.message
    assert failure.help is not None or code == errors.BAD_PARAMETER


@pytest_asyncio.fixture
async def there(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Bench]:
    """A machine reached over SSH."""
    machines, home = request.getfixturevalue("machines"), request.getfixturevalue("client_home")
    host = await connect(machines.spec(5), base=home, secrets=Secrets())
    try:
        folder = Path((await host.shell("mktemp -d")).output.decode().strip())
        yield Bench(host, folder, tmp_path)
    finally:
        await host.close()


async def test_a_machine_needs_the_program(there: Bench) -> None:
    """Without it the error says what to install."""
    failure = await there.fails("UpdateJob.Run", "/tmp/UpdateJob.xml")
    assert failure.code == errors.FILE_NOT_FOUND
    assert "updatejob: program not found" in failure.message
    assert "install SetupBatcher on the machine" in (failure.help or "")
