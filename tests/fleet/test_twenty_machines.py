"""Twenty machines behind a real sshd: one fails at a known row, the cause is mended, the second run finishes."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

from setupbatcher.run import Options, Run
from tests.machines import Machines

NAMES = [f"m{number:02}" for number in range(1, 21)]
ROWS = [f"user{number},group{number}" for number in range(10)]

SCRIPT = """\
Twenty machines get a file and ten entries each.

[Settings_Begin]
BatchSettings.MarkerCol=3
Machines.User={user}
Machines.Port={port}
Machines.KeyFile={key}
Place={place}
[Settings_End]

[Machines_Begin]
{machines}
[Machines_End]

[Init_Batch_Begin]
; once, on the controller
DOS echo init >> %Place|sh%/log && chmod 666 %Place|sh%/log{init}
[Init_Batch_End]

[Batch_Begin]
Dir.Create %Place%/%Machine%{create}
File.Upload payload.bin,%Place%/%Machine%/payload.bin{upload}

Data.Loop{loop}
  DOS echo %Machine% %col1|sh% %col2|sh% >> %Place|sh%/log{entry}
  DOS test ! -e %Place|sh%/%Machine%/broken-%col1|sh%{test}
Data.EndLoop
DOS echo %Machine% end >> %Place|sh%/log{end}
[Batch_End]

[Data_Begin]
{data}
[Data_End]
"""


def script(machines: Machines, place: Path, cells: dict[str, str], **markers: str) -> str:
    """The script with the markers of its cells, machines and command rows."""
    rows = [
        f"{name}\tLinux\thost={machines.address(number)}" + (f"\t{cells[name]}" if name in cells else "")
        for number, name in enumerate(NAMES, 1)
    ]
    commands = dict.fromkeys(("init", "create", "upload", "loop", "entry", "test", "end"), "") | {
        name: f"\t{marker}" for name, marker in markers.items() if name != "data"
    }
    done = int(markers.get("data", "0"))
    data = [row + (",OK" if number < done else "") for number, row in enumerate(ROWS)]
    return SCRIPT.format(
        user=machines.user,
        port=machines.port,
        key=machines.key_file,
        place=place,
        machines="\n".join(rows),
        data="\n".join(data),
        **commands,
    )


def test_a_machine_fails_and_the_second_run_finishes(machines: Machines, client_home: Path, tmp_path: Path) -> None:
    """Every command runs once on every machine, and the file always reads as the markers' page says."""
    place = machines.home / f"twenty-{tmp_path.name}"
    place.mkdir(mode=0o777)
    place.chmod(0o777)
    (place / "m07").mkdir(mode=0o777)
    (place / "m07").chmod(0o777)
    broken = place / "m07" / "broken-user4"
    broken.touch()
    (tmp_path / "payload.bin").write_bytes(bytes(range(256)) * 300)
    path = tmp_path / "script.txt"
    path.write_text(script(machines, place, {}))

    assert asyncio.run(Run(path, Options()).execute()) == 1

    cells = dict.fromkeys(NAMES[:6], "OK-AllDone") | {"m07": "1-6"}
    assert path.read_text() == script(
        machines, place, cells, init="OK", create="OK", upload="OK", loop="1-4", entry="OK", test="1", data="4"
    )

    broken.unlink()
    assert asyncio.run(Run(path, Options()).execute()) == 0

    assert path.read_text() == script(machines, place, dict.fromkeys(NAMES, "OK-AllDone"))
    entries = [f"{name} {row.replace(',', ' ')}" for name in NAMES for row in ROWS]
    expected = Counter(["init", *entries, *(f"{name} end" for name in NAMES)])
    log = (place / "log").read_text().splitlines()
    assert Counter(log) == expected
    assert log[0] == "init"
    payload = (tmp_path / "payload.bin").read_bytes()
    assert all((place / name / "payload.bin").read_bytes() == payload for name in NAMES)
    assert sorted(entry.name for entry in tmp_path.iterdir() if entry.is_file()) == ["payload.bin", "script.txt"]
