"""Debian's Postfix as a submission server: TLS and SASL on both usual ways, on high ports.

What it takes it hands on to `onward` (the recording relay), so that the test sees the
octets that a recipient's server would see. Postfix must be started by root.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.servers.programs import Program, free_port

_MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
myhostname = relay.test
mydestination =
local_recipient_maps =
alias_maps =
alias_database =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks =
relay_domains =
default_transport = smtp:[127.0.0.1]:{onward}
relay_transport = smtp:[127.0.0.1]:{onward}
smtp_tls_security_level = none
smtp_dns_support_level = disabled
smtpd_tls_cert_file = {chain}
smtpd_tls_key_file = {key}
smtpd_tls_mandatory_protocols = >=TLSv1.2
smtpd_tls_protocols = >=TLSv1.2
smtpd_tls_session_cache_database =
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:{sasl}
smtpd_recipient_restrictions = permit_sasl_authenticated, reject
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_client_connection_rate_limit = 0
smtpd_error_sleep_time = 0
maillog_file = {folder}/postfix.log
maillog_file_prefixes = {folder}
message_size_limit = 30000000
in_flow_delay = 0
"""

_HOME = """\
transport_maps = inline:{{ gone.example=smtp:[127.0.0.1]:{refusing} }}
virtual_mailbox_domains = {domain}
virtual_mailbox_base = {maildir.parent}
virtual_mailbox_maps = static:{maildir.name}/
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
virtual_minimum_uid = 1
recipient_delimiter = +
"""
"""The sender's own domain is delivered into a maildir, so that bounces come home."""

_MASTER = """\
127.0.0.1:{submission} inet n - n - - smtpd
  -o smtpd_tls_security_level=encrypt -o smtpd_sasl_auth_enable=yes -o smtpd_tls_auth_only=yes
127.0.0.1:{submissions} inet n - n - - smtpd
  -o smtpd_tls_wrappermode=yes -o smtpd_sasl_auth_enable=yes
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
virtual unix - n n - - virtual
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
showq unix n - n - - showq
postlog unix-dgram n - n - 1 postlogd
"""


@dataclass(frozen=True)
class Home:
    """Mail to `domain` goes into `maildir` as `nobody`'s; mail to gone.example to the port `refusing`."""

    domain: str
    maildir: Path
    refusing: int


class Postfix(Program):
    """`submission` speaks STARTTLS, `submissions` implicit TLS (RFC 8314)."""

    name = "postfix"

    @staticmethod
    def possible() -> bool:
        return shutil.which("postfix", path="/usr/sbin") is not None and os.geteuid() == 0

    def __init__(self, chain: Path, key: Path, sasl_port: int, onward: int, home: Home | None = None) -> None:
        super().__init__()
        self.submission, self.submissions = free_port(), free_port()
        self.settings = self.folder / "etc"
        for name in ("etc", "queue", "data"):
            (self.folder / name).mkdir()
        shutil.chown(self.folder / "data", "postfix")
        names = {"folder": self.folder, "chain": chain, "key": key, "sasl": sasl_port, "onward": onward}
        main = _MAIN.format(**names)
        if home is not None:
            nobody = pwd.getpwnam("nobody")
            main += _HOME.format(**asdict(home), uid=nobody.pw_uid, gid=nobody.pw_gid)
        (self.settings / "main.cf").write_text(main, encoding="ascii")
        (self.settings / "master.cf").write_text(
            _MASTER.format(submission=self.submission, submissions=self.submissions), encoding="ascii"
        )

    def command(self) -> list[str]:
        return ["/usr/sbin/postfix", "-c", str(self.settings), "start-fg"]

    def ports(self) -> list[int]:
        return [self.submission, self.submissions]

    def stop(self) -> None:
        """Ask the master to end, which takes its children along."""
        subprocess.run(
            ["/usr/sbin/postfix", "-c", str(self.settings), "stop"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=30,
        )
        super().stop()
