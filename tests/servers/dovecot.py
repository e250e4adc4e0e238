"""Debian's Dovecot as the password checker (SASL) of the tests' Postfix."""

from __future__ import annotations

import shutil

from tests.servers.programs import Program, free_port

USER, PASSWORD = "office@clinic.example", "correct horse of the relay"

_CONFIGURATION = """\
base_dir = {folder}/run
log_path = {folder}/dovecot.log
protocols =
ssl = no
listen = 127.0.0.1
auth_mechanisms = plain login
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
