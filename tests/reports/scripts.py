"""A script and the events of a run of it."""

from __future__ import annotations

from setupbatcher import events
from setupbatcher.events import LoopPlace, Place
from setupbatcher.script import Document
from setupbatcher.script.labels import Kind, SectionId, data_section

BATCH = SectionId(Kind.BATCH)

DOCUMENT = Document.from_text(
    "[Settings]\nBatchSettings.MarkerCol=2\nMachines.Password=topsecret\n"
    "[Machines]\nweb1\tLocal\nweb2\tLocal\n"
    "[Batch]\nData.Loop\n DOS rename %col1|sh%\nData.EndLoop\nLog end\n"
    "[Data]\nold one\nold two,OK\n"
)

LOOP = LoopPlace(BATCH, 1, data_section(), 1)
IN_LOOP = Place(BATCH, 2, loops=(LOOP,), machine=2)
AT_END = Place(BATCH, 4, machine=1)

STARTED = events.RunStarted("script.txt", 2, dry=False, document=DOCUMENT)
RENAME = events.CommandStarted(IN_LOOP, "DOS rename %col1|sh%", "web2")
ERROR = events.CommandError(IN_LOOP, 5, "access denied", "check the rights", program=False, output="one\ntwo\n")


class Clock:
    """A clock that is set by hand."""

    now = 0.0

    def __call__(self) -> float:
        """The time."""
        return self.now
