"""The code of a question by mail, and the reply that brings it back.

It counts once, from the very address that the question went to, until its day, and only where the
writer's own words hold it: what is quoted beneath came from us. It proves that whoever reads that
mailbox wants it; nothing else than this code is understood, and beside a "no" or a "but" not even
that: a person reads it.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from datetime import datetime, timedelta

from desktop.audit.events import Act, Event
from desktop.audit.log import AuditLog
from desktop.errors import SealwellError
from desktop.mail.asking import withholds
from desktop.mail.correlate import same_mailbox
from desktop.models import consents, optins, proofs, settings, vaultkeys
from desktop.models.database import Tx
from desktop.models.ids import new_id
from desktop.models.optins import OptIn
from desktop.models.records import Consent, PersonId
from desktop.models.standing import Evidence, EvidenceId, EvidenceKind, MailLink
from desktop.people import consent, household

KEY = "opt-in"
VALID = timedelta(days=14)
YES, OVER = "yes", "over"
SOURCE = "reply"
_MADE_OF = "BCFGHJKMNPQRSTVWXZ"
"""Nothing that a hand or an eye takes for another, and nothing that the content check takes for a word, a
diagnosis or a number of somebody's: with a digit the letter around it was now and then refused."""
_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Of these codes were made before; those in people's mailboxes go on counting."""
_CHARS = 8
"""33 bits; each try is a mail from the right address."""
_CODE = re.compile(rf"(?<![A-Z0-9])([{_LETTERS}]{{4}})-?([{_LETTERS}]{{4}})(?![A-Z0-9])")
_MOST = 20
"""So many words of a mail may look like a code."""


def new_code() -> str:
    """As it stands in the letter: `ABCD-EFGH`."""
    code = "".join(secrets.choice(_MADE_OF) for _ in range(_CHARS))
    return f"{code[:4]}-{code[4:]}"


def code_key(tx: Tx, code: str) -> str:
    """What is kept of a code; makes the practice's key with the first one."""
    key = vaultkeys.get(tx, KEY)
    if key is None:
        key = secrets.token_bytes(32)
        vaultkeys.put(tx, KEY, key)
    return _keyed(key, code)


def answered(
    tx: Tx, audit: AuditLog, reader: PersonId, sender: str, own: str, raw_hash: str, now: datetime
) -> bool:
    """Whether these words of the reader answered an open question; then it is entered with its evidence."""
    key = vaultkeys.get(tx, KEY)
    if key is None or withholds(own):
        return False
    for match in list(_CODE.finditer(own.upper()))[:_MOST]:
        asked = optins.by_code(tx, _keyed(key, match[1] + match[2]))
        if asked is not None and asked.person == reader and same_mailbox(sender, asked.address):
            return _take(tx, audit, asked, raw_hash, now)
    return False


def _take(tx: Tx, audit: AuditLog, asked: OptIn, raw_hash: str, now: datetime) -> bool:
    if asked.answered_at is not None:
        return False
    if now >= asked.until or not _counts(tx, asked, now):
        optins.answer(tx, asked.id, OVER, now)
        return False
    proof = Evidence(
        *(EvidenceId(new_id()), EvidenceKind.REPLY, raw_hash, now, "", "", asked.wording),
        taken_on=now.date(),
    )
    said = consent.Saying(
        *(asked.person, asked.use, Consent.GIVEN, now, SOURCE, asked.by),
        how="by-mail",
        wording=asked.wording,
        evidence=proofs.keep(tx, proof),
    )
    try:
        consent.record(tx, said)
    except SealwellError:
        # They refused it, or mail altogether, after they were asked; the reply stands in its conversation.
        optins.answer(tx, asked.id, OVER, now)
        return False
    optins.answer(tx, asked.id, YES, now)
    det = {"consent": Consent.GIVEN, "use": asked.use}
    audit.record(tx, Event(Act.CONSENT_RECORDED, asked.person, det=det))
    return True


def _counts(tx: Tx, asked: OptIn, now: datetime) -> bool:
    """Not where they have said no since, nor where the mailbox is theirs no more."""
    if consents.standing(tx, asked.person, now).of(asked.use) is Consent.REFUSED:
        return False
    way = household.way_to(tx, asked.person, now.astimezone(settings.zone(tx)).date())
    return isinstance(way, MailLink) and same_mailbox(way.address, asked.address)


def _keyed(key: bytes, code: str) -> str:
    return hmac.new(key, code.replace("-", "").encode("ascii"), hashlib.sha256).hexdigest()
