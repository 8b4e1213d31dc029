"""Random scripts, stops and hand edits: what is marked is done, what is done is marked, and nothing else changes."""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

from setupbatcher.markers.agreement import findings
from setupbatcher.markers.remove import remove
from setupbatcher.run import OnError, Options, Selection, remove_markers
from setupbatcher.run import check as checked
from setupbatcher.script import Document
from setupbatcher.script.labels import BATCH
from setupbatcher.script.rows import COMMANDS
from tests.laboratory import LEDGER, Laboratory, fail, interrupt_here, kill

EXAMPLES = int(os.environ.get("SETUPBATCHER_EXAMPLES", "100"))
"""The long run of CONTRIBUTING.md takes thousands."""

ROWS = ["a,1", "b,2", '"c,x",3', "d"]


@dataclass
class Model:
    """A script and, worked out from its structure alone, what one machine's run of it does."""

    lines: list[str] = field(default_factory=list)
    number: int = 0

    def name(self) -> str:
        """A new name for a command."""
        self.number += 1
        return f"s{self.number}"


@st.composite
def blocks(draw: st.DrawFn, model: Model, depth: int, loops: frozenset[int], *, inside: bool) -> list:
    """Lines of commands, and the plan of what they do: names, loops and branches."""
    plan: list = []
    for _ in range(draw(st.integers(1, 4 if depth == 0 else 2))):
        indent = " " * depth if draw(st.booleans()) else "\t" * depth
        kind = draw(st.sampled_from(["step", "step", "step", "loop", "if", "note"]))
        if kind == "note":
            model.lines.append(draw(st.sampled_from(["", "; a comment\twith a TAB", "  # OK", "   "])))
        elif kind == "loop" and depth < 3 and len(loops) < 2:
            data = min({1, 2} - loops)
            name = "Data.Loop" if data == 1 else "xData.Loop 2"
            model.lines.append(indent + name)
            body = draw(blocks(model, depth + 1, loops | {data}, inside=True))
            model.lines.append(indent + ("Data.EndLoop" if data == 1 else "xData.EndLoop"))
            plan.append(("loop", data, body))
        elif kind == "if" and depth < 3:
            wanted = draw(st.sampled_from(["yes", "no"]))
            model.lines.append(f"{indent}If %Answer% = {wanted}")
            first = draw(blocks(model, depth + 1, loops, inside=inside))
            other: list = []
            if draw(st.booleans()):
                model.lines.append(f"{indent}Else")
                other = draw(blocks(model, depth + 1, loops, inside=inside))
            model.lines.append(f"{indent}EndIf")
            plan.extend(first if wanted == "yes" else other)
        else:
            name = model.name()
            value = "-%col1%" if inside else ""
            model.lines.append(f"{indent}Lab.Do {name}{value}")
            plan.append(("step", name))
    return plan


@dataclass
class Case:
    """A random script.

    Attributes:
        text: of it.
        expected: the ledger of an undisturbed run.
    """

    text: str
    expected: list[str]


@st.composite
def scripts(draw: st.DrawFn) -> Case:
    """Scripts with and without machines, nested loops over two data sections, and branches."""
    end = draw(st.sampled_from(["\n", "\r\n"]))
    model = Model()
    init = draw(blocks(model, 0, frozenset({1, 2}), inside=False)) if draw(st.booleans()) else []
    init_lines, model.lines = model.lines, []
    batch = draw(blocks(model, 0, frozenset(), inside=False))
    machines = draw(st.lists(st.sampled_from(["m1", "m2", "m3"]), max_size=3, unique=True))
    data = {1: draw(st.lists(st.sampled_from(ROWS), max_size=4)), 2: draw(st.lists(st.sampled_from(ROWS), max_size=2))}
    lines = ["a comment outside", "[Settings]", "Answer=yes", "BatchSettings.MarkerCol=3", "BatchSettings.MarkerCol2=4"]
    if machines:
        lines += ["[Machines]", *(f"{name}\tLocal" for name in machines)]
    if init_lines:
        lines += ["[Init_Batch_Begin]", *init_lines, "[Init_Batch_End]", "between"]
    lines += [
        "[Batch_Begin]",
        *model.lines,
        "[Batch_End]",
        "[Data]",
        *data[1],
        "[Data2_Begin]",
        *data[2],
        "[Data2_End]",
    ]
    expected = [f"localhost:{name}" for name in perform(init, data, "")]
    for machine in machines or ["localhost"]:
        expected += [f"{machine}:{name}" for name in perform(batch, data, "")]
    return Case(end.join(lines) + draw(st.sampled_from(["", end])), expected)


def perform(plan: list, data: dict[int, list[str]], value: str) -> list[str]:
    """What a plan does, row by row."""
    done: list[str] = []
    for block in plan:
        if block[0] == "step":
            done.append(block[1] + value)
        else:
            for row in data[block[1]]:
                field_text = "c,x" if row.startswith('"') else row.split(",")[0]
                done.extend(perform(block[2], data, f"-{field_text}"))
    return done


FAULTS = st.sampled_from([fail(5), fail(1326), interrupt_here, kill])


@settings(max_examples=2 * EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(case=scripts(), stops=st.lists(st.tuples(st.integers(0, 12), FAULTS), max_size=6), leave=st.booleans())
def test_a_run_that_is_stopped_anywhere_ends_as_an_undisturbed_one(case: Case, stops: list, *, leave: bool) -> None:
    """Whatever stops a run, resumed until done every command has run once and the file equals an undisturbed run's."""
    with tempfile.TemporaryDirectory() as folder:
        undisturbed = Laboratory(Path(folder) / "undisturbed.txt")
        undisturbed.write(case.text)
        LEDGER.done.clear()
        assert undisturbed.run() == 0
        assert LEDGER.done == case.expected
        assert remove(Document.from_text(undisturbed.text)) == remove(Document.from_text(case.text))

        lab = Laboratory(Path(folder) / "script.txt")
        lab.write(case.text)
        LEDGER.done.clear()
        options = Options(on_error=OnError.NEXT_MACHINE if leave and "xData" not in case.text else OnError.STOP)
        for at, fault in stops:
            status = lab.run(options, faults={at: fault})
            event(f"status {status}")
            if status != -9:
                document = Document.from_text(lab.text)
                assert findings(document) == []
                assert remove(document) == remove(Document.from_text(case.text))
            if status == 0:
                break
        assert lab.run() == 0
        assert sorted(LEDGER.done) == sorted(case.expected)
        if options.on_error is OnError.STOP:
            assert LEDGER.done == case.expected
            assert lab.text == undisturbed.text
        assert sorted(path.name for path in Path(folder).iterdir()) == ["script.txt", "undisturbed.txt"]


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    case=scripts(),
    setting=st.sampled_from(["Parallel", "ParallelRows"]),
    stops=st.lists(st.tuples(st.integers(0, 12), FAULTS), max_size=6),
    leave=st.booleans(),
)
def test_what_is_done_at_once_ends_as_if_nothing_had_happened(
    case: Case, setting: str, stops: list, *, leave: bool
) -> None:
    """Several machines, or rows, at once, stopped anywhere: the same end; nothing runs twice but a row as a whole."""
    text = case.text.replace("Answer=yes", f"Answer=yes\nBatchSettings.{setting}=2", 1)
    with tempfile.TemporaryDirectory() as folder:
        undisturbed = Laboratory(Path(folder) / "undisturbed.txt")
        undisturbed.write(text)
        assume(not checked(undisturbed.path).has_errors)
        LEDGER.done.clear()
        assert undisturbed.run() == 0
        assert sorted(LEDGER.done) == sorted(case.expected)

        lab = Laboratory(Path(folder) / "script.txt")
        lab.write(text)
        LEDGER.done.clear()
        leave = leave and setting == "Parallel" and "[Machines]" in text
        options = Options(on_error=OnError.NEXT_MACHINE if leave else OnError.STOP)
        for at, fault in stops:
            status = lab.run(options, faults={at: fault})
            event(f"status {status}")
            if status != -9:
                document = Document.from_text(lab.text)
                assert findings(document) == []
                assert remove(document) == remove(Document.from_text(text))
            if status == 0:
                break
        assert lab.run() == 0
        assert lab.text == undisturbed.text
        if setting == "Parallel":
            assert sorted(LEDGER.done) == sorted(case.expected)
        assert set(LEDGER.done) == set(case.expected)
        assert not Counter(case.expected) - Counter(LEDGER.done)


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(case=scripts())
def test_nothing_is_left_to_do_after_a_run(case: Case) -> None:
    """A further run of a finished script runs nothing, changes nothing and has status 0."""
    with tempfile.TemporaryDirectory() as folder:
        lab = Laboratory(Path(folder) / "script.txt")
        lab.write(case.text)
        assert lab.run() == 0
        text = lab.text
        LEDGER.done.clear()
        assert lab.run() == 0
        assert (LEDGER.done, lab.text) == ([], text)


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(case=scripts(), choice=st.integers(0, 50))
def test_a_marker_removed_by_hand_is_obeyed(case: Case, choice: int) -> None:
    """A row whose `OK` a person takes out is run again, and no other."""
    with tempfile.TemporaryDirectory() as folder:
        lab = Laboratory(Path(folder) / "script.txt")
        lab.write(case.text)
        lab.run()
        document = Document.from_text(lab.text)
        batch = document.commands(BATCH)
        assert batch is not None
        rows = [row for row in batch.rows if row.name == "lab.do" and row.marker]
        if document.has_machines or not rows:
            return
        row = rows[choice % len(rows)]
        LEDGER.done.clear()
        text = document.text
        lab.write(text[: row.start] + COMMANDS.put(row.text, "") + text[row.start + len(row.text) :])
        assert lab.run() == 0
        assert LEDGER.done == [f"localhost:{row.statement.tail}"]
        assert lab.text == text


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(case=scripts(), at=st.integers(0, 8), data=st.data(), failed=st.booleans())
def test_clearing_some_markers_leaves_others_that_agree(
    case: Case, at: int, data: st.DataObject, *, failed: bool
) -> None:
    """After `remove-markers --from LINE`, or `--failed`, the markers agree, and a run goes on to the end."""
    with tempfile.TemporaryDirectory() as folder:
        lab = Laboratory(Path(folder) / "script.txt")
        lab.write(case.text)
        lab.run(faults={at: fail(5)})
        document = Document.from_text(lab.text)
        line = data.draw(st.integers(1, len(document.source.lines)))
        remove_markers(lab.path, Selection(line=line, failed=failed))
        cleared = Document.from_text(lab.text)
        assert findings(cleared) == []
        assert remove(cleared) == remove(document)
        assert lab.run() == 0
