"""Postfix on loopback for the benchmarks of sending: with TLS and AUTH, and in clear for smtp-source.

What it takes it throws away behind its queue, so that no figure waits for another server.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from demo.authority import Authority
from tests.servers.dovecot import PASSWORD, USER, Dovecot
from tests.servers.postfix import Postfix
from tests.servers.programs import free_port

_CLEAR = """\
127.0.0.1:{port} inet n - n - - smtpd
  -o smtpd_tls_security_level=none -o mynetworks=127.0.0.0/8
  -o smtpd_recipient_restrictions=permit_mynetworks,reject
  -o smtpd_relay_restrictions=permit_mynetworks,reject
discard unix - - n - - discard
"""
_MAIN = """\
default_transport = discard:
relay_transport = discard:
smtpd_client_connection_count_limit = 0
"""


@dataclass(frozen=True)
class Submission:
    """`port` speaks implicit TLS and wants `user` and `password`; `clear` neither."""

    port: int
    clear: int
    ca_file: Path
    user: str = USER
    password: str = PASSWORD


@contextlib.contextmanager
def submission(folder: Path) -> Iterator[Submission]:
    """Running while the context lasts. Raises RuntimeError where Postfix cannot be started."""
    if not (Postfix.possible() and Dovecot.installed()):
        raise RuntimeError("needs Debian's postfix and dovecot, and root")
    authority = Authority(folder)
    chain, key = authority.write_server_files()
    clear = free_port()
    with contextlib.ExitStack() as stack:
        dovecot = stack.enter_context(Dovecot())
        postfix = Postfix(chain, key, dovecot.port, free_port())
        for name, text in (("main.cf", _MAIN), ("master.cf", _CLEAR.format(port=clear))):
            file = postfix.settings / name
            file.write_text(file.read_text("ascii") + text, encoding="ascii")
        stack.enter_context(postfix)
        yield Submission(postfix.submissions, clear, authority.ca_file)
