"""All that a practice's mail goes through, on this computer: Postfix to send, Dovecot to read.

What Postfix takes for others ends up in `sink`; addresses at gone.example are refused, and their
bounces come home into the office's mailbox.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from demo.authority import Authority
from demo.faults import At, Fault
from demo.relay import RecordingRelay, RelaySetup
from desktop.models.records import Baa
from desktop.office.values_delivery import MailboxRequest
from desktop.office.values_practice import RelayRequest
from tests.servers.dovecot import PASSWORD, USER, Dovecot, Mailboxes
from tests.servers.postfix import Home, Postfix

AGREEMENT = Baa("Relay Inc.", date(2026, 1, 1), None, "e-mail")


@dataclass(frozen=True)
class MailHouse:
    postfix: Postfix
    mailboxes: Mailboxes
    sink: RecordingRelay
    ca_file: Path

    @staticmethod
    def possible() -> bool:
        return Postfix.possible() and Mailboxes.installed()

    def relay(self) -> RelayRequest:
        """With everything encrypted onward, by the account."""
        return RelayRequest(
            name="Relay",
            host="localhost",
            port=self.postfix.submissions,
            security="implicit",
            user=USER,
            password=PASSWORD,
            sender=USER,
            baa=AGREEMENT,
            ca_file=str(self.ca_file),
            required_tls="account",
        )

    def mailbox(self) -> MailboxRequest:
        return MailboxRequest(
            name="Office",
            host="localhost",
            port=self.mailboxes.imaps,
            security="implicit",
            user=USER,
            password=PASSWORD,
            address=USER,
            ca_file=str(self.ca_file),
            baa=AGREEMENT,
        )


@contextmanager
def mail_house(folder: Path) -> Iterator[MailHouse]:
    authority = Authority(folder)
    chain, key = authority.write_server_files()
    plain = RelaySetup(authority.server_context(), security="stripped", user="", extensions=())
    with ExitStack() as stack:
        sink = stack.enter_context(RecordingRelay(plain))
        refusing = stack.enter_context(RecordingRelay(plain))
        refusing.faults.append(Fault(At.RCPT, "550 5.1.1 No such user here"))
        mailboxes = stack.enter_context(Mailboxes(chain, key))
        dovecot = stack.enter_context(Dovecot())
        home = Home(USER.partition("@")[2], mailboxes.folder / "mail", refusing.port)
        postfix = stack.enter_context(Postfix(chain, key, dovecot.port, sink.port, home))
        yield MailHouse(postfix, mailboxes, sink, authority.ca_file)
