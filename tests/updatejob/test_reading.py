"""Job files become values, or findings with their places; hostile ones are no trouble."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from tempfile import NamedTemporaryFile

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from setupbatcher.diagnostics.as_json import as_json
from setupbatcher.diagnostics.concise import concise
from setupbatcher.diagnostics.render import render
from setupbatcher.text import SourceText
from setupbatcher.updatejob.decoding import decode_job_file
from setupbatcher.updatejob.model import Action, Balloon, CloseApp, Condition, Job, JobFile, Method, Object, Operator
from setupbatcher.updatejob.reading import MOST_BYTES, MOST_FINDINGS, parse_job_file, read_job_file

_SAMPLES = Path(__file__).parents[2] / "samples" / "updatejob"


def _told(text: str) -> list[str]:
    """The findings as ``line:column: severity[code]: message``."""
    parsed = parse_job_file(SourceText(text))
    return [line.removeprefix("j:") for line in concise(parsed.findings, parsed.source, "j").splitlines()]


def _read(text: str) -> JobFile:
    parsed = parse_job_file(SourceText(text))
    assert parsed.job_file is not None, parsed.findings
    return parsed.job_file


def _job(body: str) -> Job:
    return _read(f"<u><job>{body}</job></u>").jobs[0]


def test_the_example_of_the_manual_is_read() -> None:
    """Every condition and job of it, with its no-break spaces and comments that end in ``!-->``."""
    parsed = read_job_file(_SAMPLES / "example.xml")
    assert parsed.findings == ()
    assert parsed.job_file is not None
    assert parsed.job_file.conditions == (
        Condition("CheckVersion", ".\\Tool.exe", "privatebuild", Method.NUMERIC, Operator.HIGHER, "50", 6),
    )
    copy, close, remove, move = parsed.job_file.jobs
    assert {job.conditioned for job in parsed.job_file.jobs} == {("CheckVersion",)}
    assert (copy.name, copy.predelay, copy.line) == ("copy temporary files", 10000, 17)
    assert copy.balloon is not None
    assert (copy.balloon.title, copy.balloon.timeout) == ("Update", 20000)
    assert [(each.source, each.target, each.action) for each in copy.objects] == [
        ("\\\\Server\\Update", ".\\Temp", Action.COPY),
        ("\\\\Server\\Languages\\german.ini", ".\\Temp\\german.ini", Action.COPY),
        ("\\\\Server\\Languages\\english.ini", ".\\Temp\\english.ini", Action.COPY),
    ]
    assert close.closeapps == (CloseApp("ToolWndClass", "Tool", 5000, kill=False, fail_job=True, line=45),)
    assert close.postdelay == 10000
    assert remove.objects == (Object(".\\settings.cfg", "", Action.DELETE, 56),)
    assert move.objects == (Object(".\\Temp", ".\\", Action.MOVE, 72),)
    assert move.execute == ".\\ReleaseNotes.txt"


def test_the_example_has_the_no_break_spaces_of_the_manual() -> None:
    """They are part of what a job file copied from the manual looks like."""
    assert (_SAMPLES / "example.xml").read_text(encoding="utf-8").count("\xa0") == 79


def test_what_is_left_out_has_its_default() -> None:
    """Those of the manual, and ours where it leaves them open."""
    assert _job("") == Job("", (), 0, (), None, (), 0, "", rollback=True, line=1)
    assert _job("<object><source>a</source><target>b</target></object>").objects[0].action is Action.COPY
    assert _job("<closeapp><class>c</class></closeapp>").closeapps == (
        CloseApp("c", "", 5000, kill=False, fail_job=True, line=1),
    )
    balloon = "<balloon><title>t</title><description>d</description></balloon>"
    assert _job(balloon).balloon == Balloon("t", "d", 10000)
    condition = "<condition><name>n</name><file>f</file><block>comments</block><reference/></condition>"
    assert _read(f"<u>{condition}</u>").conditions == (
        Condition("n", "f", "comments", Method.LOGICAL, Operator.EQUAL, "", 1),
    )


def test_every_value_is_read() -> None:
    """Each element of the manual and each of ours, values in any case and with blanks around them."""
    job = _job(
        "<name> update\nall </name><conditioned>a</conditioned><conditioned>b</conditioned>"
        "<predelay>1</predelay><postdelay> 2 </postdelay><execute>Tool.exe</execute><rollback>NO</rollback>"
        "<closeapp><window>\xa0My\xa0\xa0Tool</window><timeout>3</timeout><kill>Yes</kill><failjob>no</failjob>"
        "</closeapp>"
    )
    assert job.name == "update all"
    assert job.conditioned == ("a", "b")
    assert (job.predelay, job.postdelay, job.execute, job.rollback) == (1, 2, "Tool.exe", False)
    assert job.closeapps == (CloseApp("", "My Tool", 3, kill=True, fail_job=False, line=2),)


@pytest.mark.parametrize("action", Action)
def test_each_action_is_known(action: Action) -> None:
    """In any case; only an object to delete needs no target."""
    text = f"<object><source>a</source><target>b</target><action>{action.value.title()}</action></object>"
    assert _job(text).objects[0].action is action
    told = _told(f"<u><job>{text.replace('<target>b</target>', '')}</job></u>")
    assert told == ([] if action is Action.DELETE else ["1:10: error[SB910]: `object` has no `target`"])


def test_names_compare_with_no_break_spaces_as_blanks() -> None:
    """A job asks for a condition whose name was typed with another kind of blank."""
    text = (
        "<u>\xa0<condition>\xa0<name>is\xa0old</name><file>f</file><block>comments</block><reference>1</reference>"
        "</condition><job><name>a\xa0b</name><conditioned>is old</conditioned></job>\xa0</u>\xa0"
    )
    assert _told(text) == []
    job_file = _read(text)
    assert job_file.conditions_called("is old")
    assert job_file.only("a b").jobs == job_file.only("a\xa0 b").jobs == job_file.jobs


def test_all_findings_come_at_once_with_their_places() -> None:
    """Line and column are those of the smallest part that is wrong."""
    text = (
        "<u>\n"
        " <jop/>\n"
        ' <job id="1">x\n'
        "  <name>ä<b/></name><predelay>\t1,5</predelay>\n"
        "  <object><source/></object>\n"
        "  <closeapp/><balloon/>\n"
        "  <Execute>a</Execute><target>b</target>\n"
        " </job>\n"
        " <condition><block>x</block><method>y</method><operator>z</operator></condition>\n"
        "</u>\n"
    )
    assert _told(text) == [
        "2:3: error[SB906]: unknown element `jop` in `u`",
        "3:3: error[SB907]: `job` has an attribute `id`",
        "3:14: error[SB908]: text between the elements of `job`",
        "4:11: error[SB906]: unknown element `b` in `name`",
        "4:32: error[SB913]: `1,5` is not a number of milliseconds",
        "5:4: error[SB910]: `object` has no `target`",
        "5:12: error[SB911]: `source` is empty",
        "6:4: error[SB910]: `closeapp` has neither `class` nor `window`",
        "6:15: error[SB910]: `balloon` has no `description`",
        "6:15: error[SB910]: `balloon` has no `title`",
        "7:4: error[SB906]: unknown element `Execute` in `job`",
        "7:24: error[SB906]: unknown element `target` in `job`",
        "9:3: error[SB910]: `condition` has no `file`",
        "9:3: error[SB910]: `condition` has no `name`",
        "9:3: error[SB910]: `condition` has no `reference`",
        "9:20: error[SB912]: unknown block `x`",
        "9:37: error[SB912]: unknown method `y`",
        "9:57: error[SB912]: unknown operator `z`",
    ]


@pytest.mark.parametrize("value", ["-1", "1.5", "1 s", "٣", "2147483648", "9" * 5000, "+1", "0x10"])
def test_a_time_is_a_whole_number_of_milliseconds(value: str) -> None:
    """Nothing else is guessed at."""
    (told,) = _told(f"<u><job><postdelay>{value}</postdelay></job></u>")
    assert told.startswith("1:20: error[SB913]: ")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "1:1: error[SB904]: no element in the file"),
        ("hello", "1:1: error[SB904]: text outside of all elements"),
        ("<a><job></a>", "1:11: error[SB904]: `job` is not closed"),
        ("<a>\n <job>\n", "3:1: error[SB904]: `job` is not closed"),
        ("<a/><b/>", "1:5: error[SB904]: something stands behind the outermost element"),
        ("<a><job><name>R&D</name></job></a>", "1:16: error[SB904]: an `&` that begins nothing known"),
        ("<a>&nbsp;</a>", "1:4: error[SB904]: an `&` that begins nothing known"),
        ("<a>\ud800</a>", "1:4: error[SB904]: a character that cannot stand here"),
        ("<a>\x01</a>", "1:4: error[SB904]: a character that cannot stand here"),
        ("<a\xa0/>", "1:3: error[SB904]: a character that cannot stand here"),
        ("\n<?xml version='1.0'?><a/>", "2:1: error[SB904]: `<?xml …?>` is not the very first thing in the file"),
        ("<!DOCTYPE a><a/>", "1:1: error[SB905]: a job file has no document type"),
    ],
)
def test_what_is_not_xml_is_one_finding(text: str, told: str) -> None:
    """With its place; nothing that follows from it is told."""
    assert _told(text) == [told]


def test_entities_are_neither_fetched_nor_expanded(tmp_path: Path) -> None:
    """The document type alone is refused, whatever it defines."""
    secret = tmp_path / "secret"
    secret.write_text("hunter2", encoding="utf-8")
    external = f'<!DOCTYPE a [<!ENTITY x SYSTEM "{secret.as_uri()}">]><a><job><name>&x;</name></job></a>'
    levels = "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(12))
    bomb = f'<!DOCTYPE a [<!ENTITY a0 "ha">{levels}]><a>&a12;</a>'
    for text in (external, bomb, '<!DOCTYPE a SYSTEM "http://127.0.0.1:1/x.dtd"><a/>'):
        parsed = parse_job_file(SourceText(text))
        assert [finding.code for finding in parsed.findings] == ["SB905"]
        assert "hunter2" not in render(parsed.findings, None, "j")


def test_a_huge_file_is_not_even_read(tmp_path: Path) -> None:
    """Its size is enough; one of the largest size that is read is refused for its elements."""
    path = tmp_path / "UpdateJob.xml"
    with path.open("wb") as file:
        file.truncate(100 * 1024**2)
    parsed = read_job_file(path)
    assert [finding.message for finding in parsed.findings] == [
        f"`{path}` has 100 MiB; a job file has at most {MOST_BYTES // 1024**2}"
    ]
    path.write_bytes(b"<a>" * (MOST_BYTES // 3))
    assert [finding.code for finding in read_job_file(path).findings] == ["SB902"]


def test_of_very_many_findings_the_first_are_told(tmp_path: Path) -> None:
    """Even if they all stand in one line of megabytes."""
    source = SourceText("<a>" + "<b/>" * 150_000 + "</a>")
    findings = parse_job_file(source).findings
    assert len(findings) == MOST_FINDINGS
    assert render(findings, source, "j").count("unknown element `b`") == MOST_FINDINGS


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (str, "no such file or directory"),
        (lambda path: path.mkdir(), "it is not a file"),
        (os.mkfifo, "it is not a file"),
    ],
)
def test_what_cannot_be_read_is_a_finding(make: Callable[[Path], object], reason: str, tmp_path: Path) -> None:
    """A file that is not there, a folder, a pipe that nobody writes to."""
    path = tmp_path / "UpdateJob.xml"
    make(path)
    (finding,) = read_job_file(path).findings
    assert (finding.code, finding.message) == ("SB901", f"`{path}` cannot be read: {reason}")


@pytest.mark.parametrize(
    ("data", "name"),
    [
        ("<a><job><name>Ä€</name></job></a>".encode(), "Ä€"),
        ("<a><job><name>Ä€</name></job></a>".encode("utf-8-sig"), "Ä€"),
        ("<a><job><name>ÄÖ€</name></job></a>".encode("cp1252"), "ÄÖ€"),
        ("<a><job><name>Ä€</name></job></a>".encode("utf-16"), "Ä€"),
        ('<?xml version="1.0" encoding="UTF-16"?><a><job><name>Ä</name></job></a>'.encode("utf-16"), "Ä"),
        ("<?xml version='1.0' encoding='ISO-8859-15'?><a><job><name>\xa4</name></job></a>".encode("latin-1"), "€"),
        (b"<?xml version='1.0' encoding='windows-1252'?><a><job><name>\x80\x81</name></job></a>", "€\x81"),
        (b"<?xml version='1.0' encoding='IBM850'?><a><job><name>\x84</name></job></a>", "ä"),
        (b"<?xml version='1.0'?><a><job><name>\xc4</name></job></a>", "Ä"),
    ],
)
def test_encodings(data: bytes, name: str) -> None:
    """A byte order mark counts, then the declaration; without either it is UTF-8, else Windows-1252."""
    parsed = parse_job_file(decode_job_file(data))
    assert parsed.job_file is not None
    assert parsed.job_file.jobs[0].name == name


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"<?xml version='1.0' encoding='utf-8'?><a>\xc4</a>", "the file announces `utf-8`, but its bytes are not"),
        (b"<?xml version='1.0' encoding='rot13'?><a/>", "the file announces an encoding that is not known, `rot13`"),
        (b"<?xml version='1.0' encoding='x\0'?><a/>", "the file announces an encoding that is not known, `x\0`"),
        (b"<?xml version='1.0' encoding='unicode_escape'?><a/>", "encoding that is not known, `unicode_escape`"),
        ("<a/>".encode("utf-16-le"), "the file holds NUL characters"),
        (b"\xff\xfe<", "the file begins as UTF-16 LE, but these bytes are not"),
    ],
)
def test_an_encoding_that_is_not_kept_is_a_finding(data: bytes, reason: str, tmp_path: Path) -> None:
    """It names the byte."""
    path = tmp_path / "UpdateJob.xml"
    path.write_bytes(data)
    (finding,) = read_job_file(path).findings
    assert finding.code == "SB903"
    assert reason in finding.message


_PIECES = st.sampled_from(
    [
        *(f"<{end}{name}>" for name in ("u", "job", "object", "source", "condition", "x") for end in ("", "/")),
        *("<name>", "</name>", "<a b='c'/>", "<!-- x -->", "<![CDATA[<]]>", "&amp;", "&x;", "&#0;", "<?p?>", "<!D"),
        *("\n", "\r", "\xa0", "ä", "\U0001d11e", "]]>", '"', "<", ">", "1", "copy", "\0", "\ud800"),
    ]
)


@given(st.lists(_PIECES, max_size=30).map("".join) | st.text(max_size=60))
@example("<u><job></job></u>")
def test_no_text_is_too_strange(text: str) -> None:
    """Each becomes values or findings, and these can be shown in every form."""
    source = SourceText(text)
    parsed = parse_job_file(source)
    assert (parsed.job_file is None) == any(finding.severity.value == "error" for finding in parsed.findings)
    for finding in parsed.findings:
        assert 0 <= finding.span.start <= finding.span.end <= len(text)
    render(parsed.findings, source, "j")
    concise(parsed.findings, source, "j")
    as_json(parsed.findings, source, "j")


@given(st.binary(max_size=60) | st.binary(max_size=40).map(lambda data: b"<?xml version='1.0' encoding='" + data))
def test_no_bytes_are_too_strange(data: bytes) -> None:
    """Bytes that are no text are a finding as well."""
    with NamedTemporaryFile(suffix=".xml") as file:
        file.write(data)
        file.flush()
        read_job_file(Path(file.name))
