"""Data files from folders, FTP, SFTP and mailboxes: real services, whole files, harmless names, nothing twice."""

from __future__ import annotations

import asyncio
import base64
import os
import unicodedata
import zlib
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from setupbatcher.errors import Failure
from setupbatcher.files.sources import Fetched, Kind, Source, fetch, imap, read_source
from setupbatcher.files.sources.keeping import Folder, Remote, harmless
from setupbatcher.files.whole import once
from setupbatcher.hosts.secret_source import Secret
from setupbatcher.hosts.secrets import Secrets
from tests.files.trees import harvest, plant
from tests.machines import Machines, Proxy, free_port
from tests.services import DOVECOT, PASSWORD, USER, FtpService, MailService
from tests.waiting import wait_until

LOGIN = USER.replace("@", "%40")


@pytest.fixture(autouse=True)
def _password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_PASSWORD", PASSWORD)


async def get(place: Path, *parameters: str) -> Fetched:
    """Fetch a source as a script in a folder does."""
    return await fetch(read_source(parameters), place, Secrets())


async def names(place: Path, *parameters: str) -> list[str]:
    """The names of what is fetched."""
    fetched = await get(place, *parameters)
    assert all(path.is_file() for path in fetched.paths)
    return [path.name for path in fetched.paths]


async def fails(place: Path, *parameters: str) -> tuple[int, str]:
    """The code and message of a source that cannot be fetched."""
    with pytest.raises(Failure) as caught:
        await get(place, *parameters)
    assert caught.value.help
    return caught.value.code, caught.value.message


# The parameters of a row


@pytest.mark.parametrize(
    ("row", "source"),
    [
        (("in", "*.csv"), Source(Kind.FOLDER, "in", "*.csv")),
        ((" C:\\in ", " * "), Source(Kind.FOLDER, "C:\\in", "*")),
        (("ftp://example.com", "*"), Source(Kind.FTP, "", "*", "example.com")),
        (
            ("FTP://a%40b@example.com:2121/out/of%20it", "*.csv", "password=env:X", "into=here"),
            Source(Kind.FTP, "out/of it", "*.csv", "example.com", 2121, "a@b", Secret("env:X"), into="here"),
        ),
        (
            ("sftp://joe@example.com//srv/out#1?", "*", "KeyFile=~/.ssh/k", "hostkeys=Accept-New", "password=prompt:"),
            Source(
                Kind.SFTP,
                "/srv/out#1?",
                "*",
                "example.com",
                None,
                "joe",
                Secret("prompt:"),
                "~/.ssh/k",
                accept_new=True,
            ),
        ),
        (("imaps://joe@example.com@mail", "*"), Source(Kind.IMAP, "INBOX", "*", "mail", None, "joe@example.com")),
        (
            ("imaps://joe@mail/INBOX/Orders", "*", "after=move:Done/2026"),
            Source(Kind.IMAP, "INBOX/Orders", "*", "mail", None, "joe", after="move:Done/2026"),
        ),
    ],
)
def test_rows(row: tuple[str, ...], source: Source) -> None:
    """A folder, or a URL and what is needed to get at it."""
    assert read_source(row) == source


@pytest.mark.parametrize(
    ("row", "message", "advice"),
    [
        ((), "`$GetDataFiles` needs a folder and a pattern", "write `$GetDataFiles folder,*.csv`"),
        (("in",), "`$GetDataFiles` needs a folder and a pattern", "write `$GetDataFiles folder,*.csv`"),
        (("in", " "), "`$GetDataFiles` needs a folder and a pattern", "write `$GetDataFiles folder,*.csv`"),
        (
            ("ftp://joe:hunter2@x", "*"),
            "a password is not written in a URL",
            "use password=env:NAME, keyring:SERVICE/USER or prompt:",
        ),
        (
            ("ftp://joe@x", "*", "password=hunter2"),
            "ftp://x/: a password is not written in a script",
            "use password=env:NAME, keyring:SERVICE/USER or prompt:",
        ),
        (("imap://x", "*"), "`imap://` is no source of data files", "use imaps://, which is encrypted"),
        (("gopher://x", "*"), "`gopher://` is no source of data files", "use ftp://, sftp:// or imaps://"),
        (("sftp:///x", "*"), "`sftp://…` names no server", "write `sftp://SERVER/FOLDER`"),
        (
            ("sftp://x:99999/", "*"),
            "`sftp://…` is not a URL: Port out of range 0-65535",
            "write `sftp://USER@SERVER:PORT/FOLDER`",
        ),
        (("imaps://x", "*"), "imaps://x/INBOX: nobody is named who logs in", "write `imaps://USER@SERVER/MAILBOX`"),
        (("sftp://x", "*", "keyfle=k"), "sftp://x/: `keyfle` is not an option", "did you mean `keyfile=`?"),
        (("ftp://x", "*", "after=seen"), "ftp://x/: `after` is not an option", "it takes password=, into="),
        (("in", "*", "into=x"), "in: `into` is not an option", "a folder takes none"),
        (
            ("sftp://x", "*", "hostkeys=no"),
            "sftp://x/: `no` is not a value of `hostkeys`",
            "write strict or accept-new",
        ),
        (
            ("imaps://u@x", "*", "after=delete"),
            "imaps://x/INBOX: `delete` is not a value of `after`",
            "write keep, seen or move:MAILBOX",
        ),
    ],
)
def test_rows_that_say_nothing_that_can_be_done(row: tuple[str, ...], message: str, advice: str) -> None:
    """One error each, with what to write instead; a password is never shown."""
    with pytest.raises(Failure) as caught:
        read_source(row)
    assert (caught.value.code, caught.value.message, caught.value.help) == (87, message, advice)


# Names


@pytest.mark.parametrize("name", ["a b.csv", "ä.csv", "x-1.tar.gz", "~a'$(b)%c%;&"])
def test_a_harmless_name_stays(name: str) -> None:
    """Blanks, letters of any language, and what only a shell would mind."""
    assert harmless(name) == name


@pytest.mark.parametrize(
    ("name", "stem", "ending"),
    [
        ("../../etc/passwd", "_.._etc_passwd", ""),
        ("a\\b.csv", "a_b", ".csv"),
        ("..", "file", ""),
        ("", "file", ""),
        (".hidden", "hidden", ""),
        ("a.csv ", "a", ".csv"),
        ("a\nb.csv", "a_b", ".csv"),
        ("con", "_con", ""),
        ("NUL.csv", "_NUL", ".csv"),
        ("x" * 300 + ".csv", "x" * 60, ".csv"),
    ],
)
def test_any_other_name_is_changed(name: str, stem: str, ending: str) -> None:
    """It leads nowhere, is allowed everywhere, and has a number made of what it was."""
    assert harmless(name) == f"{stem}-{zlib.crc32(name.encode()):08x}{ending}"


@settings(deadline=None)
@given(st.text(), st.text())
def test_a_name_stays_in_its_folder(one: str, other: str) -> None:
    """It is one plain name, and two names stay two."""
    found = harmless(one)
    assert found not in {"", ".", ".."}
    assert Path("/folder", found).parent == Path("/folder")
    assert "\0" not in found
    assert len(found.encode()) <= 255
    assert harmless(one) == found
    assert one == other or harmless(other) != found or _same_to_a_disk(one, other)


def _same_to_a_disk(one: str, other: str) -> bool:
    return unicodedata.normalize("NFC", one) == unicodedata.normalize("NFC", other)


# A folder on the controller


async def test_a_folder(tmp_path: Path) -> None:
    """Its files by name, those in folders below, hidden ones and folders apart; links lead to files."""
    plant(
        tmp_path / "in",
        {"b.csv": b"", "A.CSV": b"", "c.txt": b"", "d.csv": {}, ".e.csv": b"", "l.csv": "-> b.csv", "x.csv": "-> none"},
    )
    assert await names(tmp_path, "in", "*.csv") == ["A.CSV", "b.csv", "l.csv"]
    assert await names(tmp_path, str(tmp_path / "in"), ".*") == [".e.csv"]
    assert await names(tmp_path, "in", "*.xlsx") == []
    assert await fails(tmp_path, "none", "*") == (3, f"{tmp_path}/none: no such folder")
    assert await fails(tmp_path, "in/b.csv", "*") == (267, f"{tmp_path}/in/b.csv: not a folder")


# Downloads


async def test_a_download_is_there_as_a_whole_or_not_at_all(tmp_path: Path) -> None:
    """Fewer bytes than were told, or a source that breaks off, leave what was there before."""
    folder = Folder(tmp_path / "in")
    await folder.put(Remote("a", 3, 1000.0), "a", once(b"old"))

    async def broken() -> object:
        yield b"ne"
        raise Failure(109, "gone")

    with pytest.raises(Failure, match="gone"):
        await folder.put(Remote("a", 3, 2000.0), "a", broken())  # type: ignore[arg-type]
    with pytest.raises(Failure, match="a: 2 bytes came instead of 3"):
        await folder.put(Remote("a", 3, 2000.0), "a", once(b"ne"))
    assert harvest(tmp_path) == {"in": {"a": b"old"}}
    assert (tmp_path / "in" / "a").stat().st_mtime == 1000
    found = [await folder.has(Remote("a", *told), "a") for told in ((3, 1001.0), (3, 1003.0), (4, 1000.0), (3,))]
    assert found == [True, False, False, True]


# FTP


@pytest.fixture
def ftp(tmp_path: Path) -> FtpService:
    """An FTP service with files; it does not run yet."""
    plant(
        tmp_path / "srv",
        {
            "b.csv": b"two",
            "A.csv": b"one",
            "c.txt": b"",
            "ä ö.csv": b"three",
            "sub": {"x.csv": b"4"},
            "empty": {},
            "d.csv": {},
        },
    )
    os.utime(tmp_path / "srv" / "b.csv", (1_000_000_000, 1_000_000_000))
    return FtpService(tmp_path / "srv")


@pytest.mark.parametrize("unknown", [(), ("MLSD",), ("MLSD", "SIZE", "MDTM")], ids=["now", "old", "very old"])
async def test_ftp(ftp: FtpService, tmp_path: Path, unknown: tuple[str, ...]) -> None:
    """What is not here yet is fetched, by name, whatever the service can tell of it."""
    with ftp.running(*unknown):
        url = f"ftp://{LOGIN}@127.0.0.1:{ftp.port}"
        row = (f"{url}", "*.csv", "password=env:SOURCE_PASSWORD", "into=in")
        assert await names(tmp_path, *row) == ["A.csv", "b.csv", "ä ö.csv"]
        assert harvest(tmp_path / "in") == {"A.csv": b"one", "b.csv": b"two", "ä ö.csv": b"three"}
        if "MDTM" not in unknown:
            assert (tmp_path / "in" / "b.csv").stat().st_mtime == 1_000_000_000
        ftp.heard.clear()
        (ftp.folder / "A.csv").write_bytes(b"changed")
        assert len(await names(tmp_path, *row)) == 3
        fetched = [line for line in ftp.heard if line.startswith("RETR")]
        assert len(fetched) == (3 if "SIZE" in unknown else 1)
        assert (tmp_path / "in" / "A.csv").read_bytes() == b"changed"
        assert await names(tmp_path, f"{url}/sub", "*", row[2]) == ["x.csv"]
        assert await names(tmp_path, f"{url}/empty", "*", row[2]) == []


async def test_ftp_for_anybody(ftp: FtpService, tmp_path: Path) -> None:
    """Without a user nobody in particular logs in; downloads go to a folder of the source's own beside the script."""
    with ftp.running():
        assert await names(tmp_path, f"ftp://127.0.0.1:{ftp.port}/sub/", "*") == ["x.csv"]
    assert harvest(tmp_path / "downloads") == {"127.0.0.1-sub": {"x.csv": b"4"}}


async def test_ftp_failures(ftp: FtpService, tmp_path: Path) -> None:
    """Each has its code and says who answered what."""
    nobody = free_port()
    with ftp.running():
        place = f"127.0.0.1, port {ftp.port}"
        found = [
            await fails(tmp_path, f"ftp://joe@127.0.0.1:{ftp.port}", "*", "password=env:SOURCE_PASSWORD"),
            await fails(tmp_path, f"ftp://127.0.0.1:{ftp.port}/none", "*"),
            await fails(tmp_path, f"ftp://127.0.0.1:{nobody}", "*"),
            await fails(tmp_path, "ftp://no.such.host.invalid", "*"),
            await fails(tmp_path, f"ftp://127.0.0.1:{ftp.port}", "*", "password=env:NOT_SET"),
        ]
    assert found == [
        (1326, f"{place}: authentication failed"),
        (3, "ftp://127.0.0.1/none: no such file or directory"),
        (1225, f"127.0.0.1, port {nobody}: connection refused"),
        (53, "no.such.host.invalid, port 21: the name is not known to the network"),
        (1326, "the environment has no variable NOT_SET, which should hold a password"),
    ]


async def test_ftp_that_breaks_off(ftp: FtpService, tmp_path: Path) -> None:
    """Code 109, and nothing that is not whole."""
    with ftp.running():
        async with Proxy.before(ftp.port) as proxy:
            cutting = asyncio.create_task(asyncio.to_thread(wait_until, lambda: "RETR A.csv" in ftp.heard))
            cutting.add_done_callback(lambda _: proxy.cut())
            code, _ = await fails(tmp_path, f"ftp://127.0.0.1:{proxy.port}", "*", "into=in")
            await cutting
    assert code == 109
    assert harvest(tmp_path).get("in", {}).items() <= harvest(ftp.folder).items()


# SFTP


async def test_sftp(machines: Machines, client_home: Path, tmp_path: Path) -> None:
    """Keys and known hosts count as for any machine; what is here already is not fetched again."""
    out = machines.home / f"out-{tmp_path.name}"
    plant(out, {"b.csv": b"two", "a.csv": b"one", "l.csv": "-> a.csv", "x.csv": "-> none", "d.csv": {}, "t.txt": b""})
    os.utime(out / "b.csv", (1_000_000_000, 1_000_000_000))
    url = f"sftp://{machines.user}@{machines.address(4)}:{machines.port}"
    row = (f"{url}/{out.name}", "*.csv", f"keyfile={machines.key_file}", "into=in")
    assert await names(tmp_path, *row) == ["a.csv", "b.csv", "l.csv"]
    assert harvest(tmp_path / "in") == {"a.csv": b"one", "b.csv": b"two", "l.csv": b"one"}
    inodes = {name: (tmp_path / "in" / name).stat().st_ino for name in ("a.csv", "b.csv")}
    (out / "a.csv").write_bytes(b"changed")
    assert await names(tmp_path, f"{url}/{out}", *row[1:]) == ["a.csv", "b.csv", "l.csv"]
    assert (tmp_path / "in" / "a.csv").read_bytes() == b"changed"
    assert {name: (tmp_path / "in" / name).stat().st_ino == inode for name, inode in inodes.items()} == {
        "a.csv": False,
        "b.csv": True,
    }
    found = [
        await fails(tmp_path, f"{url}/none", *row[1:]),
        await fails(tmp_path, f"sftp://nobody@127.0.1.4:{machines.port}", *row[1:]),
    ]
    (client_home / ".ssh" / "known_hosts").write_text("")
    found.append(await fails(tmp_path, *row))
    assert [code for code, _ in found] == [3, 1326, 1397]


# A mailbox


@pytest.fixture(scope="module")
def mail() -> Iterator[MailService]:
    """A mail service."""
    if DOVECOT is None:
        pytest.skip("dovecot is not installed; on Debian: apt-get install dovecot-imapd")
    service = MailService.start()
    try:
        yield service
    finally:
        service.stop()


@pytest.fixture
def inbox(mail: MailService, monkeypatch: pytest.MonkeyPatch) -> MailService:
    """The same, empty and trusted."""
    monkeypatch.setenv("SSL_CERT_FILE", str(mail.certificate))
    mail.empty()
    return mail


def message(*attachments: tuple[str, bytes]) -> bytes:
    """A message with files."""
    made = EmailMessage()
    made["Subject"], made["From"], made["Message-ID"] = "orders", "a@example.com", "<same@example.com>"
    made.set_content("see the files\n")
    for name, data in attachments:
        made.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return made.as_bytes()


def box(service: MailService, mailbox: str = "", *options: str) -> tuple[str, ...]:
    """The row for a mailbox."""
    url = f"imaps://{LOGIN}@localhost:{service.port}/{mailbox}"
    return (url, "*.csv", "password=env:SOURCE_PASSWORD", "into=in", *options)


def _plain(found: list[str]) -> list[str]:
    """Names without the numbers of mailbox and message."""
    return [name.split("-", 2)[2] for name in found]


async def test_attachments(inbox: MailService, tmp_path: Path) -> None:
    """Those that are meant, in the order of their messages; the mailbox stays as it is."""
    inbox.deliver(message(("b.csv", b"1"), ("c.txt", b""), ("a.csv", b"2")))
    inbox.deliver(message())
    inbox.deliver(message(("../../ä €.CSV", b"3\n")), when='"01-Feb-2026 09:05:00 +0000"')
    found = await names(tmp_path, *box(inbox))
    assert _plain(found) == ["01-b.csv", "02-a.csv", "01-ä €.CSV"]
    assert [data for _, data in sorted(harvest(tmp_path / "in").items())] == [b"1", b"2", b"3\n"]
    assert (tmp_path / "in" / found[2]).stat().st_mtime == 1_769_936_700
    assert (inbox.messages(), inbox.messages(which="UNSEEN")) == (3, 3)


async def test_a_message_makes_no_second_file(inbox: MailService, tmp_path: Path) -> None:
    """However often it is read; a file that is missing is fetched again."""
    inbox.deliver(message(("a.csv", b"1"), ("b.csv", b"2")))
    first = await names(tmp_path, *box(inbox))
    (tmp_path / "in" / first[0]).unlink()
    (tmp_path / "in" / first[1]).write_bytes(b"torn")
    assert await names(tmp_path, *box(inbox)) == first
    marks = [(tmp_path / "in" / name).stat().st_ino for name in first]
    assert await names(tmp_path, *box(inbox)) == first
    assert [(tmp_path / "in" / name).stat().st_ino for name in first] == marks
    inbox.deliver(message(("a.csv", b"1")))  # with the same Message-ID, which senders are known to repeat
    assert len(await names(tmp_path, *box(inbox))) == 3


async def test_messages_that_are_done_are_marked_as_read(inbox: MailService, tmp_path: Path) -> None:
    """In the end, and only those that a file came from; the next time the others are looked at."""
    inbox.deliver(message(("a.csv", b"1")))
    inbox.deliver(message(("b.txt", b"2")))
    fetched = await get(tmp_path, *box(inbox, "", "after=seen"))
    assert inbox.messages(which="UNSEEN") == 2
    await fetched.finish()
    assert inbox.messages(which="UNSEEN") == 1
    inbox.deliver(message(("c.csv", b"3")))
    fetched = await get(tmp_path, *box(inbox, "", "after=seen"))
    assert _plain([path.name for path in fetched.paths]) == ["01-c.csv"]


@pytest.mark.parametrize("unknown", [b"", b" MOVE", b" MOVE UIDPLUS"], ids=["now", "old", "very old"])
async def test_messages_that_are_done_are_moved(
    inbox: MailService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unknown: bytes
) -> None:
    """Into a mailbox that is created if need be, whatever the service can do."""
    capability = imap.imaplib.IMAP4.capability

    def less(service: imap.imaplib.IMAP4) -> tuple[str, list[bytes]]:
        kind, data = capability(service)
        words = [word for word in data[0].split() if word not in unknown.split()]
        return kind, [b" ".join(words)]

    monkeypatch.setattr(imap.imaplib.IMAP4, "capability", less)
    target = f"Erledigt & gut/ä{len(unknown)}".replace("/", ".")
    for number in range(2):
        inbox.deliver(message((f"{number}.csv", b"1")))
        inbox.deliver(message())
        fetched = await get(tmp_path, *box(inbox, "", f"after=move:{target}"))
        assert len(fetched.paths) == 1
        await fetched.finish()
    assert inbox.messages(which="UNDELETED") == 2
    assert inbox.messages(imap._quoted(target).strip('"')) == 2
    assert await names(tmp_path, *box(inbox, target.replace(" ", "%20"))) != []


async def test_mailbox_failures(inbox: MailService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each has its code and says what to do."""
    place = f"localhost, port {inbox.port}"
    inbox.deliver(message(("a.csv", b"1" * 90)).replace(base64.b64encode(b"1" * 9), b"MTE*MTExMTEx"))
    found = [
        await fails(tmp_path, *box(inbox)),
        await fails(tmp_path, *box(inbox, "None")),
        await fails(tmp_path, *(part.replace(LOGIN, "joe") for part in box(inbox))),
        await fails(tmp_path, *(part.replace(str(inbox.port), str(free_port())) for part in box(inbox))),
    ]
    monkeypatch.delenv("SSL_CERT_FILE")
    found.append(await fails(tmp_path, *box(inbox)))
    assert [code for code, _ in found] == [13, 3, 1326, 1225, 1397]
    assert found[0][1].endswith("the attachment `a.csv` is damaged")
    assert [text for _, text in found[1:3]] == [
        "imaps://localhost/None: mailbox doesn't exist: none",
        "imaps://localhost/INBOX: authentication failed",
    ]
    assert found[4][1] == f"{place}: the certificate is not trusted: self-signed certificate"


async def test_a_mail_service_that_breaks_off(inbox: MailService, tmp_path: Path) -> None:
    """Code 109, in whatever moment, and nothing that is not whole."""
    inbox.deliver(message(("a.csv", b"1" * 100_000)))
    codes = set()
    async with Proxy.before(inbox.port) as proxy:
        for moment in range(20):
            cutting = asyncio.get_running_loop().call_later(moment / 200, proxy.cut)
            try:
                await get(tmp_path, *(part.replace(str(inbox.port), str(proxy.port)) for part in box(inbox)))
            except Failure as failure:
                codes.add(failure.code)
            cutting.cancel()
    assert codes <= {109}
    assert {len(data) for data in harvest(tmp_path).get("in", {}).values()} <= {100_000}


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_whatever_a_message_is(data: bytes) -> None:
    """It has attachments or it has none, and its structure is read as far as it goes."""
    source = Source(Kind.IMAP, "INBOX", "*", "mail", user="joe")
    noise = b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Disposition: attachment; filename="'
    for text in (data, noise + data, noise + b'x"\r\nContent-Transfer-Encoding: base64\r\n\r\n' + data):
        try:
            found = list(imap._attachments(imap.email.message_from_bytes(text), source, "1"))
        except Failure:
            continue
        assert all(each.name and "/" not in each.name for each in found)
    imap._may_be_meant(data, source)
