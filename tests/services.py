"""Real services that data files are fetched from: FTP by pyftpdlib, IMAP by dovecot."""

from __future__ import annotations

import contextlib
import imaplib
import os
import pwd
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from tests.machines import free_port

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # about parts of Python that the library is built on
    from pyftpdlib.authorizers import DummyAuthorizer
    from pyftpdlib.handlers import FTPHandler
    from pyftpdlib.servers import FTPServer

DOVECOT = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
USER, PASSWORD = "reports@example.com", 'pass "word" ä'


@dataclass
class FtpService:
    """An FTP service with a folder, for a user and for anybody.

    Attributes:
        folder: what it serves.
        port: where it listens on 127.0.0.1.
        heard: the commands that it was given.
    """

    folder: Path
    port: int = 0
    heard: list[str] = field(default_factory=list)

    @contextlib.contextmanager
    def running(self, *unknown: str) -> Iterator[FtpService]:
        """Serve while the block runs.

        Args:
            unknown: commands that this service does not know.
        """
        heard = self.heard

        class Handler(FTPHandler):  # type: ignore[misc]
            def pre_process_command(self, line: str, cmd: str, arg: str) -> Any:  # noqa: ANN401 -- the library's
                heard.append(line if cmd != "PASS" else "PASS")
                return super().pre_process_command(line, cmd, arg)

        Handler.authorizer = DummyAuthorizer()
        Handler.proto_cmds = {name: about for name, about in FTPHandler.proto_cmds.items() if name not in unknown}
        Handler.auth_failed_timeout = 0
        Handler.authorizer.add_user(USER, PASSWORD, str(self.folder), perm="elr")
        Handler.authorizer.add_anonymous(str(self.folder), perm="elr")
        server = FTPServer(("127.0.0.1", 0), Handler)
        self.port = server.address[1]
        ended = threading.Event()

        def serve() -> None:
            while not ended.is_set():
                server.serve_forever(timeout=0.02, blocking=False)
            server.close_all()

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield self
        finally:
            ended.set()
            thread.join()


@dataclass
class MailService:
    """A mail service with one user.

    Attributes:
        certificate: its own, in a file; whoever trusts it names it in ``SSL_CERT_FILE``.
        port: where it listens on 127.0.0.1.
    """

    folder: Path
    certificate: Path
    port: int = 0
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @classmethod
    def start(cls) -> MailService:
        """Start the service, one for each test process."""
        folder = Path(tempfile.mkdtemp(prefix="mail-"))
        folder.chmod(0o755)
        service = cls(folder, folder / "certificate.pem", free_port())
        command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        command += ["-keyout", str(folder / "key.pem"), "-out", str(service.certificate), "-days", "2"]
        command += ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
        subprocess.run(command, check=True, capture_output=True)
        who = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
        (folder / "mail").mkdir()
        os.chown(folder / "mail", who.pw_uid, -1)
        (folder / "users").write_text(f"{USER}:{{PLAIN}}{PASSWORD}:{who.pw_uid}:{who.pw_gid}::{folder}/mail\n")
        (folder / "dovecot.conf").write_text(service._config(who))
        service._process = subprocess.Popen(
            [str(DOVECOT), "-F", "-c", str(folder / "dovecot.conf")], stdin=subprocess.DEVNULL
        )
        service._await()
        return service

    def _config(self, who: pwd.struct_passwd) -> str:
        mine = pwd.getpwuid(os.geteuid()).pw_name
        users = "" if os.geteuid() == 0 else f"default_internal_user = {mine}\ndefault_login_user = {mine}\n"
        return f"""\
{users}base_dir = {self.folder}/run
state_dir = {self.folder}/state
log_path = {self.folder}/log
protocols = imap
listen = 127.0.0.1
ssl = required
ssl_cert = <{self.certificate}
ssl_key = <{self.folder}/key.pem
auth_mechanisms = plain login
first_valid_uid = {who.pw_uid}
first_valid_gid = {who.pw_gid}
mail_location = maildir:{self.folder}/mail
passdb {{
  driver = passwd-file
  args = {self.folder}/users
}}
userdb {{
  driver = passwd-file
  args = {self.folder}/users
}}
namespace inbox {{
  inbox = yes
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = {self.port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
"""

    def _await(self) -> None:
        assert self._process is not None
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and self._process.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            time.sleep(0.05)
        log = self.folder / "log"
        raise RuntimeError(log.read_text() if log.exists() else "dovecot did not start")

    @contextlib.contextmanager
    def opened(self, mailbox: str = "INBOX") -> Iterator[imaplib.IMAP4_SSL]:
        """A mailbox as its user sees it."""
        context = ssl.create_default_context(cafile=str(self.certificate))
        with imaplib.IMAP4_SSL("localhost", self.port, ssl_context=context) as service:
            service.authenticate("PLAIN", lambda _: f"\0{USER}\0{PASSWORD}".encode())
            service.select(f'"{mailbox}"')
            yield service

    def deliver(self, message: bytes, mailbox: str = "INBOX", when: str = '"31-Jan-2026 09:05:00 +0000"') -> None:
        """A message comes."""
        with self.opened() as service:
            service.create(f'"{mailbox}"')
            assert service.append(f'"{mailbox}"', "", when, message)[0] == "OK"

    def messages(self, mailbox: str = "INBOX", which: str = "ALL") -> int:
        """How many messages a mailbox has."""
        with self.opened(mailbox) as service:
            return len(service.search(None, which)[1][0].split())

    def empty(self) -> None:
        """Take every message out of the inbox."""
        with self.opened() as service:
            if service.search(None, "ALL")[1][0]:
                service.store("1:*", "+FLAGS", "(\\Deleted)")
                service.expunge()

    def stop(self) -> None:
        """Stop the service and remove what was made for it."""
        if self._process is not None:
            children = psutil.Process(self._process.pid).children(recursive=True)
            self._process.terminate()
            self._process.wait()
            psutil.wait_procs(children, 10)
        shutil.rmtree(self.folder)
