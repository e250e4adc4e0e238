"""10,000 bounces in a mailbox: fetched over TLS from Dovecot, read, matched, filed, what follows done.

Ours is `Reader.look`: IMAP, the parsing worker, correlation, and in each portion's transaction
the rows, the messages' states, stopped addresses, tasks and audit records. The anchor only
parses the same bytes with the standard library, in this process. Seconds: less is better.
"""

from __future__ import annotations

import sys
from contextlib import closing
from dataclasses import replace
from email import message_from_bytes
from pathlib import Path

from benchmarks._measure import Table, Target, scratch, timed
from demo.authority import Authority
from desktop.mail.unsealing import Unsealer
from desktop.models import mailboxes, messages
from desktop.models.database import Tx
from desktop.models.ids import new_id
from desktop.models.records import Message, MessageId, State
from desktop.sync.mailbox_imap import Mailbox
from desktop.sync.mailbox_poll import Reader
from tests.practice.office import Practice, practice
from tests.servers.dovecot import Mailboxes
from tests.support.mailbox import account, bounce, letter, no_token

EACH = 10_000
TARGET = Target(60.0, of="figure")


def main(each: int = EACH) -> int:
    table = Table(
        f"delivery_mailbox: {each:,} bounces from Dovecot over TLS, read and matched",
        "the standard library's email alone parses the same bytes",
    )
    with scratch() as folder, practice(folder) as office:
        authority = Authority(folder)
        with Mailboxes(*authority.write_server_files()) as server:
            server.at = office.clock.now().timestamp()
            rows = _sent(office, each)
            office.clock.pass_(minutes=1)
            mails = [bounce(row) for row in rows]
            server.deliver(*mails)
            ours = timed(lambda: _read(office, server, authority.ca_file))
            anchor = timed(lambda: [message_from_bytes(mail) for mail in mails])
            bounced = office.db.read(messages.counts)[State.BOUNCED]
            if bounced != each:
                raise RuntimeError(f"{bounced} of {each} were matched")
    table.line("read, matched, filed", [ours], [anchor], unit="s", target=TARGET)
    return table.end()


def _sent(office: Practice, each: int) -> list[Message]:
    """Accepted letters, each to an address of its own; sealing them is not what is measured."""
    first = letter(office)
    alphabet = "abcdefghijklmnopqrstuvwxyz234567"

    def token(number: int) -> str:
        digits = [alphabet[number >> shift & 31] for shift in (0, 5, 10, 15)]
        return "".join(digits) + "a" * 22

    rows = [
        replace(
            first,
            id=MessageId(new_id()),
            message_id=f"<{token(n)}@harbor.example>",
            address=f"p{n}@mail.example",
        )
        for n in range(each)
    ]

    def keep(tx: Tx) -> None:
        for row in rows:
            messages.insert(tx, row, b"wire", "{}")

    office.db.write(keep)
    return rows


def _read(office: Practice, server: Mailboxes, ca_file: Path) -> None:
    one = account(office, server, str(ca_file))
    reader = Reader(office.db, office.audit, office.clock, Unsealer(office.db), no_token)
    try:
        with closing(Mailbox.open(reader.access(one))) as mailbox:
            current = office.db.read(lambda tx: mailboxes.get(tx, one.id))
            reader.look(current or one, mailbox)
    finally:
        reader.worker.close()


if __name__ == "__main__":
    sys.exit(main())
