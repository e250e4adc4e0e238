"""Databases as released programs left them; each must open for ever.

At a release, `python -m tests.migrations.corpus` adds the file of the schema of that day.
The key stands here because these files hold invented people only.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from datetime import UTC, date, datetime
from pathlib import Path

from desktop.models import (
    appointments,
    audit,
    imports,
    keys,
    messages,
    relays,
    schema,
    settings,
    users,
    vaultkeys,
)
from desktop.models.accounts import Role, User, UserId
from desktop.models.database import Database, Tx
from desktop.models.records import (
    AppointmentId,
    AuditRecord,
    Baa,
    Consent,
    KeyId,
    KeyKind,
    MessageId,
    PersonId,
    PublicKey,
    Relay,
    RelayId,
)
from tests.support.kept import a_message, a_person, a_visit, keep
from tests.support.said import say

RELEASED = Path(__file__).resolve().parent / "released"
KEY = bytes(range(32))
SALT = bytes(range(100, 116))
VAULT = bytes(range(200, 216))
EPOCH = 1
AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

MARIA = a_person(id=PersonId("a" * 32), email="maria@example.com", phone="(555) 123-4567", external_id="A-17")
VISIT = a_visit(MARIA.id, id=AppointmentId("9" * 32), external_id="V1", provider="Shah")
MESSAGE = a_message(MARIA.id, id=MessageId("b" * 32), message_id="<b@example.com>", source=VISIT.id)
RELAY = Relay(
    RelayId("c" * 32),
    "Main",
    "smtp.example.com",
    465,
    "implicit",
    "",
    "user",
    "office@example.com",
    Baa("Relay Inc", date(2026, 1, 1), None, "mail"),
)
USER = User(UserId("d" * 32), "ana", Role.ADMINISTRATOR)
PUBLIC = PublicKey(
    KeyId("e" * 32), MARIA.id, KeyKind.OPENPGP, "AB" * 20, ("maria@example.com",), b"\x99", None, "file", AT
)
RECORDS = (AuditRecord(1, '{"seq":1}', "1" * 64), AuditRecord(2, '{"seq":2}', "2" * 64))


def make(path: Path) -> None:
    """Write a small practice with today's program."""
    db = Database.create(path, KEY, SALT, VAULT, EPOCH)
    keep(db, MARIA)
    db.write(_fill)
    db.close()


def _fill(tx: Tx) -> None:
    imports.begin(tx, "appointments", "f" * 64, USER.id, AT)
    settings.put(tx, "practice-name", "Harbour Clinic")
    vaultkeys.put(tx, "mid", b"k" * 32)
    users.add(tx, USER, "SECRET")
    say(tx, MARIA.id, Consent.REFUSED, AT, "phone", USER.id)
    say(tx, MARIA.id, Consent.GIVEN, AT, "form", USER.id)
    keys.add(tx, PUBLIC)
    relays.add(tx, RELAY, "hush")
    appointments.insert(tx, VISIT)
    messages.insert(tx, MESSAGE, b"wire", "{}")
    messages.add_attempt(tx, MESSAGE.id, AT, "connecting")
    for record in RECORDS:
        audit.append(tx, record)


if __name__ == "__main__":
    target = RELEASED / f"v{schema.HEAD}.db"
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / target.name
        make(made)
        shutil.move(made, target)
    sys.stderr.write(f"{target}\n")
