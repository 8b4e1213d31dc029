"""An error at run time in the shape of every other finding: code, message, place, machine, data row, help."""

from __future__ import annotations

from setupbatcher.diagnostics.model import Diagnostic, Note
from setupbatcher.diagnostics.render import render
from setupbatcher.diagnostics.visible import visible
from setupbatcher.events import CommandError
from setupbatcher.reports.painting import Paint, paint
from setupbatcher.reports.scene import Scene
from setupbatcher.text import Span

OUTPUT_LINES = 10


def failure(
    error: CommandError, scene: Scene, path: str, *, resume: str, colour: bool, width: int, output: bool = True
) -> str:
    """Render an error that stands.

    Args:
        error: what happened.
        scene: of the run.
        path: of the script, as the user knows it.
        resume: the command line that goes on here.
        colour: with the colours of a terminal.
        width: cells for a source line.
        output: with the end of what the program wrote.

    Returns:
        Lines with their ends.
    """
    place = scene.cell(error.place)
    source = scene.document.shown if scene.document is not None and place is not None else None
    spans = [(loop.row, scene.data_row(loop)) for loop in error.place.loops] if source is not None else []
    notes = tuple(Note(span, f"with data row {row}") for row, span in spans if span is not None)
    found = Diagnostic(str(error.code), error.message, place or Span(0, 0), notes=notes)
    text = render([found], source, path, colour=colour, width=width)
    return text + "".join(f"{line}\n" for line in _more(error, scene, resume, colour=colour, output=output))


def _more(error: CommandError, scene: Scene, resume: str, *, colour: bool, output: bool) -> list[str]:
    lines = []
    machine = scene.machine(error.place)
    if machine:
        lines.append(paint("machine", Paint.HELP, colour=colour) + f": {visible(machine)}")
    if output and error.output.strip():
        lines.append(paint("output", Paint.HELP, colour=colour) + ":")
        lines += [f"  | {visible(line)}" for line in error.output.rstrip().split("\n")[-OUTPUT_LINES:]]
    if error.help is not None:
        lines.append(paint("help", Paint.HELP, colour=colour) + f": {visible(error.help)}")
    lines.append(paint("help", Paint.HELP, colour=colour) + f": then go on here with `{resume}`")
    return lines
