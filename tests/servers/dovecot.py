"""Debian's Dovecot as the password checker (SASL) of the tests' Postfix."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

from tests.servers.programs import Program, free_port

USER, PASSWORD = "office@clinic.example", "correct horse of the relay"

_CONFIGURATION = """\
base_dir = {folder}/run
log_path = {folder}/dovecot.log
protocols =
ssl = no
listen = 127.0.0.1
auth_mechanisms = plain login scram-sha-256
default_internal_user = dovecot
default_login_user = dovenull
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {folder}/users
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home={folder}
}}
service auth {{
  inet_listener {{
    address = 127.0.0.1
    port = {port}
  }}
}}
"""


class Dovecot(Program):
    """Only its authentication service; one user."""

    name = "dovecot"

    @staticmethod
    def installed() -> bool:
        return shutil.which("dovecot", path="/usr/sbin:/usr/bin") is not None

    def __init__(self) -> None:
        super().__init__()
        self.port = free_port()
        (self.folder / "run").mkdir()
        (self.folder / "users").write_text(f"{USER}:{{PLAIN}}{PASSWORD}::::::\n", encoding="ascii")
        self.configuration = self.folder / "dovecot.conf"
        self.configuration.write_text(
            _CONFIGURATION.format(folder=self.folder, port=self.port), encoding="ascii"
        )

    def command(self) -> list[str]:
        return ["/usr/sbin/dovecot", "-F", "-c", str(self.configuration)]

    def ports(self) -> list[int]:
        return [self.port]


_IMAP = """\
base_dir = {folder}/run
log_path = {folder}/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = required
ssl_cert = <{chain}
ssl_key = <{key}
ssl_min_protocol = TLSv1.2
disable_plaintext_auth = yes
auth_mechanisms = plain login xoauth2
default_internal_user = dovecot
default_login_user = dovenull
mail_location = maildir:{folder}/mail
mail_fsync = never
mailbox_idle_check_interval = 1 secs
first_valid_uid = 1
namespace inbox {{
  inbox = yes
}}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {folder}/users
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home={folder}
}}
service imap-login {{
  inet_listener imap {{
    address = 127.0.0.1
    port = {imap}
  }}
  inet_listener imaps {{
    address = 127.0.0.1
    port = {imaps}
    ssl = yes
  }}
}}
"""


class Mailboxes(Program):
    """Dovecot as a mailbox: `imap` speaks STARTTLS, `imaps` implicit TLS. Mail is put in by `deliver`."""

    name = "mailboxes"
    installed = staticmethod(Dovecot.installed)

    def __init__(self, chain: Path, key: Path) -> None:
        super().__init__()
        self.imap, self.imaps = free_port(), free_port()
        self._delivered = 0
        self.at: float | None = None
        """When mail that is put in came, in seconds of the epoch; None is now."""
        (self.folder / "run").mkdir()
        (self.folder / "users").write_text(f"{USER}:{{PLAIN}}{PASSWORD}::::::\n", encoding="ascii")
        for name in ("cur", "new", "tmp"):
            (self.folder / "mail" / name).mkdir(parents=True, mode=0o777)
        self._own(self.folder / "mail")
        self.configuration = self.folder / "dovecot.conf"
        names = {"folder": self.folder, "chain": chain, "key": key}
        self.configuration.write_text(
            _IMAP.format(imap=self.imap, imaps=self.imaps, **names), encoding="ascii"
        )

    def deliver(self, *mails: bytes, folder: str = "") -> None:
        """As a mail server does: written beside, then moved in (cr.yp.to/proto/maildir.html)."""
        maildir = self.folder / "mail" / f".{folder}" if folder else self.folder / "mail"
        for name in ("cur", "new", "tmp"):
            (maildir / name).mkdir(parents=True, exist_ok=True)
        self._own(maildir)
        for mail in mails:
            self._delivered += 1
            name = f"{1_795_000_000 + self._delivered}.M{self._delivered:06d}P1.test"
            (maildir / "tmp" / name).write_bytes(mail)
            shutil.chown(maildir / "tmp" / name, "nobody", "nogroup")
            if self.at is not None:
                os.utime(maildir / "tmp" / name, (self.at, self.at))
            (maildir / "tmp" / name).rename(maildir / "new" / name)

    def take_tokens(self, token: str) -> None:
        """From now on this is what opens the mailbox, as the token of XOAUTH2 too."""
        (self.folder / "users").write_text(f"{USER}:{{PLAIN}}{token}::::::\n", encoding="ascii")

    def kept(self) -> int:
        """How many mails lie in the inbox."""
        return sum(1 for name in ("cur", "new") for _ in (self.folder / "mail" / name).iterdir())

    def number_anew(self) -> None:
        """As after a repair of the mailbox: the same mail, under another UIDVALIDITY, which is a second."""
        time.sleep(1.1)
        for path in (self.folder / "mail").glob("dovecot*"):
            path.unlink()

    def command(self) -> list[str]:
        return ["/usr/sbin/dovecot", "-F", "-c", str(self.configuration)]

    def ports(self) -> list[int]:
        return [self.imap, self.imaps]

    def _own(self, folder: Path) -> None:
        for path in (folder, *folder.rglob("*")):
            shutil.chown(path, "nobody", "nogroup")
