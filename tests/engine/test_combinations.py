"""Every way to run, stopped in every way at every command, and gone on with until it is done."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from setupbatcher.markers.agreement import findings
from setupbatcher.markers.remove import remove
from setupbatcher.run import OnError, Options
from setupbatcher.script import Document
from tests.laboratory import LEDGER, Laboratory, fail, interrupt_here, kill

STEP = 1 if "SETUPBATCHER_EXAMPLES" in os.environ else 3
"""Between the commands at which a run is stopped; the long form of CONTRIBUTING.md takes every one."""

MACHINES = """\
[Machines]
m1	Local
m2	Local
m3	Local
"""

COMMANDS = """\
[Init]
Set Greeting,hello
Lab.Do init
[Batch]
Lab.Do a-%Greeting%
Call Part
Data.Loop
 If %col1% = x
  Lab.Do only-x
 ElseIf %col1% = q
  Lab.Do never
 EndIf
 $c(Ahead) Lab.Do b-%col1%
 If %col1% = y
  Data.NextLoop
 EndIf
 Lab.Do c-%col1%
Data.EndLoop
If %Greeting% <> hello
 Lab.Do never
EndIf
Lab.Do d
[Undo]
Lab.Do undo-%Greeting%
Data.Loop
 Lab.Do undo-%col1%
Data.EndLoop
Call Part
[OnError]
Lab.Do sorry
[Sub Part]
Lab.Do p1
Lab.Do p2
[Sub Ahead]
Lab.Do ahead
[Data]
x
y
z
"""

IN_CALLS = {"p1", "p2", "ahead"}
IN_ROWS = {"only-x", "ahead", *(f"{name}-{row}" for name in ("b", "c", "undo") for row in "xyz")}


@dataclass(frozen=True)
class Way:
    """A way to run.

    Attributes:
        machines: the script has [Machines].
        settings: rows of [Settings].
        options: of the run.
        again: names of commands that may run twice: a call, or a row beside others, is repeated as a whole.
    """

    machines: bool = True
    settings: str = ""
    options: Options = Options()  # noqa: RUF009 -- frozen
    again: frozenset[str] = frozenset({"ahead"})

    @property
    def text(self) -> str:
        """The script."""
        return (
            f"[Settings]\nBatchSettings.MarkerCol=2\n{self.settings}" + (MACHINES if self.machines else "") + COMMANDS
        )


LEAVE = Options(on_error=OnError.NEXT_MACHINE)
CALLS = frozenset(IN_CALLS)
ROWS = frozenset(IN_ROWS)
PARALLEL = "BatchSettings.Parallel=2\n"
SEVERAL_ROWS = "BatchSettings.ParallelRows=2\n"
RETRY = "BatchSettings.AutoRetry=0.01\n"

WAYS = {
    "this machine": Way(machines=False),
    "this machine: rows at once": Way(machines=False, settings=SEVERAL_ROWS, again=ROWS),
    "machines": Way(),
    "machines: next machine": Way(options=LEAVE, again=CALLS),
    "machines: rows at once": Way(settings=SEVERAL_ROWS, again=ROWS),
    "machines: canary": Way(settings="BatchSettings.Canary=1\n"),
    "machines: max failed": Way(settings="BatchSettings.MaxFailed=2\n", again=CALLS),
    "machines at once": Way(settings=PARALLEL, again=CALLS),
    "machines at once: next machine": Way(settings=PARALLEL, options=LEAVE, again=CALLS),
    "machines at once: canary": Way(settings=f"{PARALLEL}BatchSettings.Canary=1\n", again=CALLS),
    "machines at once: by option": Way(options=Options(parallel=3), again=CALLS),
}

STOPS = {"an error": fail(5), "an interrupt": interrupt_here, "a kill": kill}


def _undisturbed(way: Way, lab: Laboratory) -> tuple[str, list[str]]:
    """What a way to run ends with when nothing happens: the script and the ledger."""
    lab.write(way.text)
    LEDGER.done.clear()
    assert lab.run(way.options) == 0
    return lab.text, list(LEDGER.done)


@pytest.mark.parametrize("stop", STOPS.values(), ids=STOPS.keys())
@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())
def test_a_run_that_is_stopped_goes_on_to_the_same_end(way: Way, stop: Callable[[str], None], tmp_path: Path) -> None:
    """Stopped at any command: the markers agree, and the rest runs once, in the same order on each machine."""
    lab = Laboratory(tmp_path / "script.txt")
    text, expected = _undisturbed(way, lab)
    for at in range(0, len(expected), STEP):
        lab.write(way.text)
        LEDGER.done.clear()
        status = lab.run(way.options, faults={at: stop})
        if status != -9:
            _is_sound(lab, way)
        assert lab.run(way.options) == 0, (at, lab.text)
        assert lab.text == text, at
        _ran_once(LEDGER.done, expected, way.again, (at, status))
        assert [path.name for path in tmp_path.iterdir()] == ["script.txt"]


def _is_sound(lab: Laboratory, way: Way) -> None:
    document = Document.from_text(lab.text)
    assert findings(document) == [], lab.text
    assert remove(document) == remove(Document.from_text(way.text))


def _ran_once(done: list[str], expected: list[str], again: frozenset[str], case: object) -> None:
    """Nothing is missing, nothing ran twice but what is repeated as a whole; the rest in order on each machine."""
    done = [entry for entry in done if not entry.endswith(":sorry")]
    assert not Counter(expected) - Counter(done), case
    twice = {entry.partition(":")[2] for entry in Counter(done) - Counter(expected)}
    assert twice <= again, case


UNDOS = {
    "this machine": Way(machines=False),
    "machines": Way(),
    "machines: next machine": Way(options=LEAVE, again=CALLS),
    "machines at once": Way(settings=PARALLEL, again=CALLS),
    "machines: rows at once": Way(settings=SEVERAL_ROWS, again=ROWS),
}


@pytest.mark.parametrize("stop", STOPS.values(), ids=STOPS.keys())
@pytest.mark.parametrize("way", UNDOS.values(), ids=UNDOS.keys())
def test_an_undo_that_is_stopped_goes_on_to_the_same_end(way: Way, stop: Callable[[str], None], tmp_path: Path) -> None:
    """An undo of a finished run, stopped at any command, goes on; a run after it begins anew."""
    lab = Laboratory(tmp_path / "script.txt")
    lab.write(way.text)
    lab.run(way.options)
    finished = lab.text
    undo = replace(way.options, undo=True)
    LEDGER.done.clear()
    assert lab.run(undo) == 0
    undone, expected = lab.text, list(LEDGER.done)
    for at in range(0, len(expected), STEP):
        lab.write(finished)
        LEDGER.done.clear()
        status = lab.run(undo, faults={at: stop})
        if status != -9:
            _is_sound(lab, way)
        if re.search(r"\t(OK|5)-U[0-9]|\t5\n", lab.text):
            assert set(lab.refusal(way.options)) == {"SB707"}
        assert lab.run(undo) == 0, (at, lab.text)
        assert lab.text == undone, at
        _ran_once(LEDGER.done, expected, way.again, (at, status))
    assert lab.run(way.options) == 0
    assert lab.text == finished


def test_auto_retry_begins_a_machine_that_failed_anew(tmp_path: Path) -> None:
    """Whatever fails, all machines end as done; the one that failed ran all its commands again, after the others."""
    way = Way(settings=RETRY)
    lab = Laboratory(tmp_path / "script.txt")
    text, expected = _undisturbed(way, lab)
    own = len(expected) // 3
    for at in range(1, len(expected), STEP):
        lab.write(way.text)
        LEDGER.done.clear()
        assert lab.run(way.options, faults={at: fail(5)}) == 0
        assert lab.text == text
        machine = expected[at].partition(":")[0]
        assert LEDGER.done[-own:] == [entry for entry in expected if entry.startswith(f"{machine}:")], at
        assert not Counter(expected) - Counter(LEDGER.done)


@pytest.mark.parametrize("stop", [interrupt_here, kill])
@pytest.mark.parametrize("parallel", [1, 2])
def test_auto_retry_goes_on_where_it_was_interrupted(
    stop: Callable[[str], None], parallel: int, tmp_path: Path
) -> None:
    """A machine in the middle of its work goes on there; one with an error in its cell begins at its first row."""
    way = Way(settings=RETRY, options=Options(parallel=parallel))
    lab = Laboratory(tmp_path / "script.txt")
    text, expected = _undisturbed(way, lab)
    for at in range(2, len(expected), STEP):
        lab.write(way.text)
        LEDGER.done.clear()
        lab.run(way.options, faults={at - 1: fail(5), at: stop})
        assert lab.run(way.options) == 0
        assert lab.text == text
        assert not Counter(expected) - Counter(LEDGER.done)


LIMITS = {
    "one machine": (Way(), Options(limit="m2")),
    "two machines at once": (Way(settings=PARALLEL), Options(limit="m2,m3")),
}


@pytest.mark.parametrize("stop", STOPS.values(), ids=STOPS.keys())
@pytest.mark.parametrize(("way", "limited"), LIMITS.values(), ids=LIMITS.keys())
def test_a_run_of_all_goes_on_where_a_limited_one_was_stopped(
    way: Way, limited: Options, stop: Callable[[str], None], tmp_path: Path
) -> None:
    """A run that was stopped, then one of some machines, stopped too, then one of all: everything has run once."""
    lab = Laboratory(tmp_path / "script.txt")
    text, expected = _undisturbed(way, lab)
    for at in range(0, len(expected), STEP):
        lab.write(way.text)
        LEDGER.done.clear()
        lab.run(way.options, faults={at: stop})
        lab.run(limited, faults={3: stop})
        assert lab.run(way.options) == 0, (at, lab.text)
        assert lab.text == text
        _ran_once(LEDGER.done, expected, CALLS, at)


@pytest.mark.parametrize("way", [*WAYS.values()], ids=WAYS.keys())
def test_restart_begins_anew(way: Way, tmp_path: Path) -> None:
    """Whatever a run has left, `--restart` runs everything and ends as an undisturbed run."""
    lab = Laboratory(tmp_path / "script.txt")
    text, expected = _undisturbed(way, lab)
    for at in range(0, len(expected), 2 * STEP):
        lab.write(way.text)
        lab.run(way.options, faults={at: fail(5)})
        LEDGER.done.clear()
        assert lab.run(replace(way.options, restart=True)) == 0
        assert (sorted(LEDGER.done), lab.text) == (sorted(expected), text)


CHANGES = [(before, after) for before in WAYS for after in WAYS if WAYS[before].machines is WAYS[after].machines]


@pytest.mark.parametrize(("before", "after"), CHANGES)
def test_another_way_goes_on_where_one_was_stopped(before: str, after: str, tmp_path: Path) -> None:
    """A script stopped in one way goes on in another, settings edited meanwhile, unless its markers cannot say it."""
    one, other = WAYS[before], WAYS[after]
    lab = Laboratory(tmp_path / "script.txt")
    text, expected = _undisturbed(other, lab)
    for at in range(1, len(expected), 3 * STEP):
        lab.write(one.text)
        LEDGER.done.clear()
        lab.run(one.options, faults={at: fail(5)})
        lab.write(lab.text.replace(one.settings, "", 1).replace("MarkerCol=2\n", f"MarkerCol=2\n{other.settings}", 1))
        done = list(LEDGER.done)
        if lab.refusal(other.options) == ["SB708"]:
            assert LEDGER.done == done
            continue
        assert lab.run(other.options) == 0, (at, lab.text)
        assert lab.text == text
        _ran_once(LEDGER.done, expected, ROWS | CALLS, at)
