"""`decide` over the rungs: what is chosen, what is not, and that nothing is ever lowered."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from desktop.errors import InputError, Refused
from desktop.mail.decision import CARE, MARKETING, PAID, RUNGS, Decision, DecisionInput, card_mark, read_trace
from desktop.mail.evidence import needs_requiretls
from desktop.mail.policy import decide
from desktop.models.records import (
    Baa,
    Consent,
    Detail,
    ForcedTls,
    KeyId,
    KeyKind,
    Kind,
    Label,
    Level,
    Method,
    PasswordCard,
    Person,
    PersonId,
    PublicKey,
    Relay,
    RelayId,
    Status,
)
from desktop.models.standing import Standing

NOW = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
WHO = PersonId("a" * 32)
MARIA = Person(
    WHO,
    Kind.PATIENT,
    "Maria",
    "Lopez",
    date(1961, 5, 4),
    "maria@mail.example",
    "en",
    Detail.STANDARD,
    Status.ACTIVE,
    Consent.GIVEN,
)
BAA = Baa("Relay Inc.", date(2026, 1, 1), date(2027, 1, 1), "mail")
BARE = Relay(
    RelayId("b" * 32), "main", "relay.example", 465, "implicit", "", "u", "office@practice.example", BAA
)
TLS = replace(BARE, required_tls="account", required_tls_at=NOW - timedelta(days=1))
PGP = PublicKey(
    KeyId("1" * 32), WHO, KeyKind.OPENPGP, "AB" * 20, (), b"k", None, "file", NOW - timedelta(days=9)
)
CERT = replace(
    PGP, id=KeyId("2" * 32), kind=KeyKind.SMIME, fingerprint="cd" * 32, addresses=("maria@MAIL.example",)
)
CARD = PasswordCard(WHO, b"s" * 16, 1_000_000, b"k" * 32, "Rita", "in-person", NOW - timedelta(days=3))


def ask(**changes: Any) -> DecisionInput:
    base = DecisionInput(MARIA, (), None, TLS, Label.ROUTINE, CARE, NOW)
    person = {name: changes.pop(name) for name in tuple(changes) if hasattr(MARIA, name)}
    who = replace(MARIA, **person)
    plain = Consent.GIVEN if who.plain_wish else Consent.UNKNOWN
    said = {"care": who.consent, "marketing": changes.pop("marketing", who.consent), "plain": plain}
    return replace(base, **changes, person=who, standing=Standing(**said))


def why_not(decision: Decision, method: Method) -> str:
    (code,) = [item.reason.code for item in decision.rejected if item.method is method]
    return code


def codes(decision: Decision) -> list[str]:
    return [reason.code for reason in decision.reasons]


@pytest.mark.parametrize(
    ("changes", "method", "level"),
    [
        ({"keys": (PGP, CERT), "card": CARD}, Method.OPENPGP, Level.END_TO_END),
        ({"keys": (CERT,), "card": CARD}, Method.SMIME, Level.END_TO_END),
        ({"card": CARD}, Method.TLS, Level.ON_THE_WAY),
        ({"card": CARD, "label": Label.SENSITIVE}, Method.ENVELOPE, Level.END_TO_END),
        ({"card": CARD, "relay": BARE}, Method.ENVELOPE, Level.END_TO_END),
        ({"relay": BARE, "plain_wish": NOW}, Method.PLAIN, Level.PLAIN),
        ({"plain_wish": NOW}, Method.TLS, Level.ON_THE_WAY),
        ({"relay": BARE}, Method.NONE, Level.NOTHING),
        ({"label": Label.VERY_SENSITIVE}, Method.NONE, Level.NOTHING),
        ({"keys": (PGP,), "preferred_method": Method.TLS}, Method.TLS, Level.ON_THE_WAY),
        (
            {"keys": (PGP,), "preferred_method": Method.TLS, "label": Label.SENSITIVE},
            Method.OPENPGP,
            Level.END_TO_END,
        ),
        (
            {"keys": (PGP,), "card": CARD, "preferred_method": Method.ENVELOPE},
            Method.ENVELOPE,
            Level.END_TO_END,
        ),
        ({"preferred_method": Method.PLAIN, "plain_wish": NOW}, Method.PLAIN, Level.PLAIN),
        ({"preferred_method": Method.PLAIN}, Method.TLS, Level.ON_THE_WAY),
        ({"card": CARD, "raise_to": Level.END_TO_END}, Method.ENVELOPE, Level.END_TO_END),
        ({"card": CARD, "wanted": Method.ENVELOPE}, Method.ENVELOPE, Level.END_TO_END),
        ({"keys": (PGP,), "card": CARD, "wanted": Method.ENVELOPE}, Method.ENVELOPE, Level.END_TO_END),
    ],
)
def test_the_ladder(changes: dict[str, Any], method: Method, level: Level) -> None:
    decision = decide(ask(**changes))
    assert (decision.method, decision.level) == (method, level)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"status": Status.MOVED}, "person-moved"),
        ({"status": Status.DECEASED}, "person-deceased"),
        ({"status": Status.DISCHARGED}, "person-discharged"),
        ({"consent": Consent.REFUSED}, "consent-refused"),
        ({"preferred_method": Method.NONE}, "person-no-email"),
        ({"consent": Consent.UNKNOWN, "purpose": MARKETING}, "consent-unknown"),
        ({"marketing": Consent.UNKNOWN, "purpose": MARKETING}, "consent-unknown"),
        ({"marketing": Consent.REFUSED, "purpose": MARKETING}, "no-marketing"),
        ({"purpose": PAID}, "consent-unknown"),
        ({"marketing": Consent.REFUSED, "purpose": PAID}, "no-marketing"),
        ({"email": ""}, "no-address"),
        ({"email": "maria@@mail.example"}, "email-unusable"),
        ({"relay": None}, "no-relay"),
        ({"relay": replace(TLS, retired_at=NOW)}, "no-relay"),
        ({"relay": replace(TLS, baa=None)}, "no-baa"),
        ({"relay": replace(TLS, baa=replace(BAA, counterparty=" "))}, "no-baa"),
        ({"relay": replace(TLS, baa=replace(BAA, expires=date(2026, 11, 22)))}, "baa-expired"),
        ({"relay": replace(TLS, baa=replace(BAA, signed=date(2026, 12, 1)))}, "baa-not-yet"),
        (
            {"relay": replace(TLS, baa=replace(BAA, signed=date(2025, 11, 1), expires=None))},
            "baa-review-overdue",
        ),
    ],
)
def test_what_stops_every_way_at_once(changes: dict[str, Any], code: str) -> None:
    decision = decide(ask(keys=(PGP, CERT), card=CARD, **changes))
    assert decision.method is Method.NONE
    assert codes(decision) == [code]
    assert {item.reason.code for item in decision.rejected} == {code}


@pytest.mark.parametrize(
    "baa",
    [
        replace(BAA, expires=date(2026, 11, 23)),
        replace(BAA, signed=date(2025, 11, 25), expires=None),
        replace(BAA, signed=date(2020, 1, 1), expires=None, reviewed=date(2026, 1, 1)),
    ],
)
def test_a_baa_holds_through_its_last_day_and_a_year_after_its_review(baa: Baa) -> None:
    assert decide(ask(relay=replace(TLS, baa=baa))).method is Method.TLS


def test_unknown_consent_does_not_block_protected_care() -> None:
    assert decide(ask(consent=Consent.UNKNOWN)).method is Method.TLS


def test_unknown_consent_blocks_plain_mail() -> None:
    decision = decide(ask(consent=Consent.UNKNOWN, plain_wish=NOW, relay=BARE))
    assert (decision.method, why_not(decision, Method.PLAIN)) == (Method.NONE, "plain-needs-consent")


def test_plain_mail_is_a_patients_wish_only() -> None:
    decision = decide(ask(kind=Kind.PROFESSIONAL, plain_wish=NOW, relay=BARE))
    assert (decision.method, why_not(decision, Method.PLAIN)) == (Method.NONE, "no-plain-wish")


@pytest.mark.parametrize(
    ("key", "code"),
    [
        (replace(PGP, expires=NOW), "key-expired"),
        (replace(PGP, revoked_at=NOW), "key-revoked"),
        (replace(PGP, fingerprint="AB" * 8), "key-unconfirmed"),
        (replace(PGP, person=PersonId("f" * 32)), "no-openpgp-key"),
        (replace(CERT, addresses=("maria@mail.example.evil.example",)), "key-other-address"),
        (replace(CERT, addresses=("Maria@mail.example",)), "key-other-address"),
        (replace(CERT, addresses=()), "key-other-address"),
        (replace(CERT, expires=NOW - timedelta(seconds=1)), "key-expired"),
    ],
)
def test_a_key_with_a_problem_is_rejected_with_it_and_a_remedy(key: PublicKey, code: str) -> None:
    decision = decide(ask(keys=(key,)))
    assert decision.method is Method.TLS
    assert why_not(decision, Method(key.kind.value)) == code
    (item,) = [item for item in decision.rejected if item.method.value == key.kind.value]
    assert item.remedy is not None


def test_an_older_good_key_serves_where_the_newest_has_ended() -> None:
    old = replace(PGP, id=KeyId("3" * 32), fingerprint="EF" * 20, confirmed_at=NOW - timedelta(days=99))
    decision = decide(ask(keys=(replace(PGP, expires=NOW), old)))
    assert (decision.method, decision.key_fingerprint) == (Method.OPENPGP, "EF" * 20)


def test_of_two_good_keys_the_one_confirmed_last_is_used_whatever_the_order() -> None:
    new = replace(PGP, id=KeyId("3" * 32), fingerprint="EF" * 20, confirmed_at=NOW)
    assert {decide(ask(keys=keys)).key_fingerprint for keys in ((PGP, new), (new, PGP))} == {"EF" * 20}


def test_a_new_password_card_is_another_key() -> None:
    first = decide(ask(card=CARD, relay=BARE))
    second = decide(ask(card=replace(CARD, salt=b"t" * 16), relay=BARE))
    assert first.key_fingerprint == card_mark(CARD)
    assert first.way != second.way


@pytest.mark.parametrize(
    ("relay", "ground"),
    [
        (TLS, "tls-account"),
        (replace(BARE, forced_tls=(ForcedTls("MAIL.example", date(2026, 11, 23)),)), "tls-domain"),
        (replace(BARE, requiretls=True, requiretls_seen=NOW - timedelta(days=30)), "tls-requiretls"),
    ],
)
def test_proven_tls_rests_on_evidence_and_names_it(relay: Relay, ground: str) -> None:
    decision = decide(ask(relay=relay))
    assert decision.way.grounds == ("encrypted-on-the-way", ground)
    assert needs_requiretls(decision.reasons) is (ground == "tls-requiretls")


@pytest.mark.parametrize(
    ("relay", "code"),
    [
        (BARE, "not-proven"),
        (replace(BARE, enforces=("mta-sts", "dane")), "not-proven"),
        (replace(BARE, required_tls="account"), "tls-stale"),
        (replace(TLS, required_tls_at=NOW - timedelta(days=367)), "tls-stale"),
        (replace(TLS, required_tls_at=NOW + timedelta(days=2)), "tls-stale"),
        (replace(BARE, requiretls=True, requiretls_seen=NOW - timedelta(days=31)), "tls-stale"),
        (replace(BARE, requiretls=True), "tls-stale"),
        (replace(BARE, requiretls=False, requiretls_seen=NOW), "not-proven"),
        (replace(BARE, forced_tls=(ForcedTls("mail.example", date(2026, 11, 22)),)), "tls-domain-ended"),
        (replace(BARE, forced_tls=(ForcedTls("example", date(2027, 1, 1)),)), "not-proven"),
        (replace(BARE, forced_tls=(ForcedTls("evil-mail.example", date(2027, 1, 1)),)), "not-proven"),
    ],
)
def test_without_fresh_evidence_tls_is_unproven(relay: Relay, code: str) -> None:
    decision = decide(ask(relay=relay))
    assert (decision.method, why_not(decision, Method.TLS)) == (Method.NONE, code)


@pytest.mark.parametrize(
    "changes",
    [
        {"label": Label.SENSITIVE, "raise_to": Level.ON_THE_WAY},
        {"raise_to": Level.PLAIN},
        {"raise_to": Level.NOTHING},
        {"keys": (PGP,), "wanted": Method.TLS},
        {"plain_wish": NOW, "wanted": Method.PLAIN},
        {"label": Label.SENSITIVE, "card": CARD, "wanted": Method.TLS},
    ],
)
def test_the_sender_never_lowers_the_protection(changes: dict[str, Any]) -> None:
    with pytest.raises(Refused) as caught:
        decide(ask(**changes))
    assert caught.value.code == "protection-lower"


def test_a_wanted_way_that_is_shut_is_not_replaced_by_another() -> None:
    decision = decide(ask(wanted=Method.ENVELOPE))
    assert (decision.method, codes(decision)) == (Method.NONE, ["wanted-not-possible"])
    assert why_not(decision, Method.ENVELOPE) == "no-password-card"


def test_none_is_no_way_to_want() -> None:
    with pytest.raises(InputError):
        decide(ask(wanted=Method.NONE))


def test_an_unknown_purpose_is_a_bug() -> None:
    with pytest.raises(ValueError, match="newsletter"):
        decide(ask(purpose="newsletter"))


def test_same_input_gives_the_same_trace_and_hash() -> None:
    one, two = decide(ask(keys=(PGP, CERT), card=CARD)), decide(ask(keys=(PGP, CERT), card=CARD))
    assert (one.trace(), one.hash()) == (two.trace(), two.hash())
    assert one.hash() != decide(ask(keys=(PGP,), card=CARD)).hash()


def test_the_trace_gives_the_way_and_the_wishes_back() -> None:
    decision = decide(ask(card=CARD, wanted=Method.ENVELOPE, raise_to=Level.END_TO_END))
    kept = read_trace(decision.trace())
    assert (kept.way, kept.wanted, kept.raise_to) == (decision.way, Method.ENVELOPE, Level.END_TO_END)
    assert read_trace(decide(ask()).trace()).wanted is None


def test_each_rung_is_named_once() -> None:
    decision = decide(ask(keys=(PGP, CERT), card=CARD))
    assert sorted([decision.method, *(item.method for item in decision.rejected)]) == sorted(RUNGS)
