"""What `policy.decide` takes and gives: frozen, serialisable, with a stable hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from datetime import date, datetime
from typing import Any

from desktop.frozen import dataclass
from desktop.models.observed import Observed
from desktop.models.protection import Form, KeyLife, Onward
from desktop.models.records import (
    KeyId,
    Label,
    Level,
    Method,
    PasswordCard,
    Person,
    PublicKey,
    Reason,
    Relay,
)
from desktop.models.standing import MailLink, Standing, Use

CARE = Use.CARE.value
"""Treatment, payment, operations: the practice's stated basis (45 CFR 164.506)."""
MARKETING = Use.MARKETING.value
"""Needs a yes of its own (45 CFR 164.508(a)(3))."""
PAID = Use.PAID.value
"""Somebody else pays for it: needs a written permission that says so."""

RUNGS = (Method.OPENPGP, Method.SMIME, Method.TLS, Method.ENVELOPE, Method.PORTAL, Method.PLAIN)
"""Every way there is, in order of preference; `none` is the absence of one."""

LEVEL_OF = {
    Method.OPENPGP: Level.END_TO_END,
    Method.SMIME: Level.END_TO_END,
    Method.ENVELOPE: Level.END_TO_END,
    Method.TLS: Level.ON_THE_WAY,
    Method.PORTAL: Level.ON_THE_WAY,
    Method.PLAIN: Level.PLAIN,
    Method.NONE: Level.NOTHING,
}
RANK = {Level.NOTHING: 0, Level.PLAIN: 1, Level.ON_THE_WAY: 2, Level.END_TO_END: 3}
DEMANDS = {
    Label.ROUTINE: Level.ON_THE_WAY,
    Label.SENSITIVE: Level.END_TO_END,
    Label.VERY_SENSITIVE: Level.END_TO_END,
    Label.DO_NOT_EMAIL: Level.END_TO_END,
}
"""The least that a label asks for; only a recorded wish for plain mail goes below, for routine."""
NOTES = frozenset(
    {
        *("work-address", "tls-verified", "tls-not-verified", "key-checked", "key-tested"),
        *("mailbox-shared", "mailbox-confidential", "mailbox-guardian", "mailbox-proxy"),
    }
)
"""Reasons that tell people something and that the sealed bytes do not rest on."""
_NOTE_STARTS = ("form-", "content-")
_WRITER = json.JSONEncoder(
    sort_keys=True,
    separators=(",", ":"),
    ensure_ascii=False,
    check_circular=False,  # of fresh values
)


@dataclass(frozen=True)
class FormMeans:
    """What a locked file to this person could be made as.

    `storage`: a storage under an agreement is in use; `words`: the card's words are at
    hand; `wish`: what the person asked for; `blocked`: forms that the domain's mail host
    is known to stop.
    """

    storage: bool = False
    words: bool = False
    wish: Form | None = None
    blocked: frozenset[Form] = frozenset()


@dataclass(frozen=True)
class DecisionInput:
    """Everything that a decision rests on. `raise_to` and `wanted` are the sender's own wishes."""

    person: Person
    keys: tuple[PublicKey, ...]
    card: PasswordCard | None
    relay: Relay | None
    label: Label
    purpose: str
    now: datetime
    raise_to: Level | None = None
    wanted: Method | None = None
    lives: Mapping[KeyId, KeyLife] = field(default_factory=dict)
    """Trust and capabilities of `keys`; one that is not in it was checked with its owner."""
    onward: Onward = field(default_factory=Onward)
    forms: FormMeans = field(default_factory=FormMeans)
    looks: tuple[Observed, ...] = ()
    """What was seen of the recipient's domain; without any, only the relay's own record counts."""
    form: Form | None = None
    """The form of locked file that somebody asked for now; no other will do."""
    testing: KeyId | None = None
    """A key that this very message tries out: it alone of its kind counts, confirmed or not."""
    content: tuple[Reason, ...] = ()
    """What the content check found that only the recipient may read; asks for end to end."""
    stopped: Reason | None = None
    """Why nothing goes to this address now: it was gone, or somebody there complained."""
    no_way: Reason | None = None
    """Why the mailbox that was chosen is not written to any more."""
    link: MailLink | None = None
    """The mailbox that is written to, and who reads it; without it only the person does."""
    standing: Standing = field(default_factory=Standing)
    """What their ledger says of each purpose at this moment."""


@dataclass(frozen=True)
class Rejected:
    """A way that is not taken, why, and what a person can do about it."""

    method: Method
    reason: Reason
    remedy: Reason | None = None


@dataclass(frozen=True)
class Decision:
    """How one message to one person travels. `method` and `rejected` name each rung once.

    `key_fingerprint` is the key's, the certificate's, or the mark of the password card or of
    what asks the relay: whoever seals uses exactly that one. `address` is where it goes: of a
    relay's portal that is asked for by a suffix, with that suffix.
    """

    method: Method
    level: Level
    reasons: tuple[Reason, ...]
    rejected: tuple[Rejected, ...]
    key_fingerprint: str
    policy: str
    label: Label
    address: str
    wanted: Method | None = None
    raise_to: Level | None = None
    form: Form | None = None
    """What a locked file is made as; None for every other way."""

    def as_json(self) -> dict[str, Any]:
        """Plain values for a document or a record."""
        return {
            "method": self.method.value,
            "level": self.level.value,
            "reasons": [_plain(reason) for reason in self.reasons],
            "rejected": [
                {
                    "method": item.method.value,
                    "reason": _plain(item.reason),
                    "remedy": _plain(item.remedy) if item.remedy else None,
                }
                for item in self.rejected
            ],
            "key": self.key_fingerprint,
            "policy": self.policy,
            "label": self.label.value,
            "address": self.address,
            "wanted": self.wanted.value if self.wanted else None,
            "raise_to": self.raise_to.value if self.raise_to else None,
            "form": self.form.value if self.form else None,
        }

    def trace(self) -> str:
        """One spelling of the whole decision: sorted names, no spaces."""
        return _spelled(self.as_json())

    def hash(self) -> str:
        """SHA-256 of the trace, in hex: what the audit log keeps of it."""
        return hashlib.sha256(self.trace().encode("utf-8")).hexdigest()

    @property
    def way(self) -> Way:
        """What must not change between freezing and sending."""
        return Way(self.method, self.key_fingerprint, self.address, _grounds(self.reasons), self.form)

    def holds(self, kept: Way) -> bool:
        """Whether what was frozen may leave as it is: this decision rests on the same."""
        form = kept.form or (self.form if kept.method is Method.ENVELOPE else None)
        return self.way == replace(kept, form=form)


@dataclass(frozen=True)
class Way:
    """The part of a decision that the sealed bytes rest on; notes for people are no part of it.

    Messages of the first policy name no form: their locked files are compared without it.
    """

    method: Method
    key: str
    address: str
    grounds: tuple[str, ...]
    form: Form | None = None


@dataclass(frozen=True)
class KeptTrace:
    """What a kept trace says about how its message was decided."""

    way: Way
    wanted: Method | None
    raise_to: Level | None
    wording: str = ""
    """What the text was made of, for a message whose text can be made again; else ''."""


def keep_trace(decision: Decision, wording: str) -> str:
    """The trace as it is kept beside a message."""
    return _spelled({**decision.as_json(), "wording": wording}) if wording else decision.trace()


def read_trace(trace: str) -> KeptTrace:
    """The way and the wishes back out of a kept trace."""
    kept = json.loads(trace)
    grounds = _grounds(Reason(reason["code"]) for reason in kept["reasons"])
    form = Form(kept["form"]) if kept.get("form") else None
    return KeptTrace(
        Way(Method(kept["method"]), kept["key"], kept["address"], grounds, form),
        Method(kept["wanted"]) if kept["wanted"] else None,
        Level(kept["raise_to"]) if kept["raise_to"] else None,
        kept.get("wording", ""),
    )


def card_mark(card: PasswordCard, born: date | None = None) -> str:
    """What tells two password cards of one person apart, and nothing about the words; `born` is the
    birth date that is asked for beside them, if it is."""
    proof = born.isoformat().encode("ascii") if born is not None else b""
    return hashlib.sha256(b"card\x00" + card.salt + card.rounds.to_bytes(4, "big") + proof).hexdigest()[:40]


def is_note(code: str) -> bool:
    """Whether this reason only tells people something."""
    return code in NOTES or code.startswith(_NOTE_STARTS)


def _grounds(reasons: Iterable[Reason]) -> tuple[str, ...]:
    return tuple(reason.code for reason in reasons if not is_note(reason.code))


def _plain(reason: Reason) -> dict[str, Any]:
    return {"code": reason.code, "params": dict(reason.params)}


def _spelled(document: dict[str, Any]) -> str:
    return _WRITER.encode(document)
