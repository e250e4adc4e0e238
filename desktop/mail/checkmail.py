"""The messages of a delivery check: one in each form that is possible, without a word about anybody."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from desktop.errors import SealwellError
from desktop.mail.letters import Draft, Letters, Prepared
from desktop.mail.outgoing import Frozen, Keep, Verdict
from desktop.models.database import Tx
from desktop.models.protection import Form
from desktop.models.records import Label, Message, Method, PersonId
from desktop.texts import Texts

CHECK = "check"
"""The kind of message."""
FORMS: dict[str, tuple[Method, Form | None]] = {
    "tls": (Method.TLS, None),
    "openpgp": (Method.OPENPGP, None),
    "smime": (Method.SMIME, None),
    "html": (Method.ENVELOPE, Form.HTML),
    "pdf": (Method.ENVELOPE, Form.PDF),
    "link": (Method.ENVELOPE, Form.LINK),
}
_AFTER_EVERYTHING = -10


def recheck(_tx: Tx, rows: Sequence[Message]) -> list[Verdict]:
    """Nothing in it can become wrong while it waits; stopped addresses are refused before this."""
    return [Keep() for _ in rows]


def possible(
    tx: Tx, letters: Letters, person: PersonId, texts: Texts, now: datetime
) -> Iterator[tuple[str, Prepared]]:
    """Every form that would reach this mailbox now, also one that tends to be stopped."""
    for name, (method, form) in FORMS.items():
        words = {"form": texts.say(f"delivery-form.{name}"), "date": now.date().isoformat()}
        draft = Draft(
            person,
            texts.say("mail.check.subject", **words),
            texts.say("mail.check.text", **words),
            label=Label.ROUTINE,
            wanted=method,
            form=form,
            trial=True,
        )
        try:
            prepared = letters.prepare(tx, draft)
        except SealwellError:  # no key, no card, no storage: this form is not possible here
            continue
        if (prepared.decision.method, prepared.decision.form) == (method, form):
            yield name, prepared


def as_check(frozen: Frozen) -> Frozen:
    """Behind whatever people wait for."""
    return replace(frozen, kind=CHECK, priority=_AFTER_EVERYTHING)
