"""The second policy: keys that wait for a proof, forms of the locked file, portal, required TLS by header."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from desktop.errors import Refused
from desktop.mail.decision import (
    CARE,
    RUNGS,
    Decision,
    DecisionInput,
    FormMeans,
    Way,
    card_mark,
    read_trace,
)
from desktop.mail.policy import decide
from desktop.models.protection import Form, KeyLife, KeyTrust, Onward, Portal
from desktop.models.records import (
    Baa,
    Consent,
    Detail,
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
    Reason,
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
    "maria@gmail.com",
    "en",
    Detail.STANDARD,
    Status.ACTIVE,
    Consent.GIVEN,
)
RELAY = Relay(
    RelayId("b" * 32),
    "main",
    "relay.example",
    465,
    "implicit",
    "",
    "u",
    "office@practice.example",
    Baa("Relay Inc.", date(2026, 1, 1), date(2027, 1, 1), "mail"),
)
PGP = PublicKey(KeyId("1" * 32), WHO, KeyKind.OPENPGP, "AB" * 20, (), b"k", None, "wkd", NOW)
CARD = PasswordCard(WHO, b"s" * 16, 1_000_000, b"k" * 32, "Rita", "in-person", NOW)
FOUND = {PGP.id: KeyLife(KeyTrust.FOUND)}
ALL = FormMeans(storage=True, words=True)
PORTAL = Portal("header", "yes", "X-Portal", tested_at=NOW - timedelta(days=3))


def ask(**changes: Any) -> DecisionInput:
    base = DecisionInput(MARIA, (), None, RELAY, Label.ROUTINE, CARE, NOW)
    person = {name: changes.pop(name) for name in tuple(changes) if hasattr(MARIA, name)}
    who = replace(MARIA, **person)
    plain = Consent.GIVEN if who.plain_wish else Consent.UNKNOWN
    said = {"care": who.consent, "marketing": changes.pop("marketing", who.consent), "plain": plain}
    return replace(base, **changes, person=who, standing=Standing(**said))


def codes(decision: Decision) -> list[str]:
    return [reason.code for reason in decision.reasons]


def shut(decision: Decision, method: Method) -> tuple[str, str | None]:
    (item,) = [item for item in decision.rejected if item.method is method]
    return item.reason.code, item.remedy.code if item.remedy else None


def test_a_key_that_was_only_found_waits_for_its_confirmation() -> None:
    decision = decide(ask(keys=(PGP,), lives=FOUND, card=CARD))
    assert decision.method is Method.ENVELOPE
    assert shut(decision, Method.OPENPGP) == ("key-not-confirmed", "remedy-confirm-key")


@pytest.mark.parametrize("trust", [KeyTrust.CHECKED, KeyTrust.TESTED])
def test_a_key_that_was_checked_or_tested_is_used(trust: KeyTrust) -> None:
    decision = decide(ask(keys=(PGP,), lives={PGP.id: KeyLife(trust)}))
    assert decision.method is Method.OPENPGP
    assert Reason(f"key-{trust.value}", {"date": "2026-11-23"}) in decision.reasons


def test_a_message_sealed_before_the_day_of_the_check_was_told_may_still_leave() -> None:
    before = Way(Method.OPENPGP, PGP.fingerprint, "maria@gmail.com", ("only-recipient", "own-key"))
    assert decide(ask(keys=(PGP,))).holds(before)


def test_an_expired_key_is_not_said_to_wait_for_confirmation() -> None:
    decision = decide(ask(keys=(replace(PGP, expires=NOW),), lives=FOUND))
    assert shut(decision, Method.OPENPGP) == ("key-expired", "remedy-new-key")


def test_an_older_confirmed_key_serves_while_the_found_one_waits() -> None:
    old = replace(PGP, id=KeyId("2" * 32), fingerprint="CD" * 20, confirmed_at=NOW - timedelta(days=9))
    decision = decide(ask(keys=(PGP, old), lives=FOUND))
    assert (decision.method, decision.key_fingerprint) == (Method.OPENPGP, "CD" * 20)


def test_a_test_message_is_sealed_to_the_very_key_that_it_tries() -> None:
    other = replace(PGP, id=KeyId("2" * 32), fingerprint="CD" * 20)
    decision = decide(ask(keys=(other, PGP), lives=FOUND, testing=PGP.id, wanted=Method.OPENPGP))
    assert decision.key_fingerprint == PGP.fingerprint
    assert "key-test" in codes(decision)


def test_trying_a_key_out_opens_no_withdrawn_one() -> None:
    decision = decide(ask(keys=(replace(PGP, revoked_at=NOW),), lives=FOUND, testing=PGP.id))
    assert shut(decision, Method.OPENPGP)[0] == "key-revoked"


def test_what_may_not_be_mailed_goes_no_way() -> None:
    decision = decide(ask(keys=(PGP,), card=CARD, label=Label.DO_NOT_EMAIL, raise_to=Level.ON_THE_WAY))
    assert (decision.method, codes(decision)) == (Method.NONE, ["label-no-email"])
    assert [item.method for item in decision.rejected] == list(RUNGS)


@pytest.mark.parametrize(
    ("means", "form"),
    [
        (ALL, Form.LINK),
        (FormMeans(words=True), Form.PDF),
        (FormMeans(), Form.HTML),
        (replace(ALL, wish=Form.HTML), Form.HTML),
        (replace(ALL, wish=Form.PDF), Form.PDF),
        (FormMeans(words=True, wish=Form.LINK), Form.PDF),
        (FormMeans(wish=Form.PDF), Form.HTML),
        (replace(ALL, blocked=frozenset({Form.LINK})), Form.PDF),
        (FormMeans(words=True, blocked=frozenset({Form.PDF})), Form.HTML),
        (replace(ALL, wish=Form.HTML, blocked=frozenset({Form.HTML})), Form.LINK),
    ],
)
def test_the_forms_in_order(means: FormMeans, form: Form) -> None:
    decision = decide(ask(card=CARD, forms=means))
    assert (decision.method, decision.form) == (Method.ENVELOPE, form)
    assert f"form-{form.value}" in codes(decision)
    assert decision.key_fingerprint == card_mark(CARD)


def test_where_every_form_is_stopped_the_way_is_shut() -> None:
    decision = decide(ask(card=CARD, forms=FormMeans(words=True, blocked=frozenset({Form.PDF, Form.HTML}))))
    assert (decision.method, decision.form) == (Method.NONE, None)
    assert shut(decision, Method.ENVELOPE) == ("form-blocked", "remedy-other-form")


@pytest.mark.parametrize(
    ("means", "form"),
    [(FormMeans(words=True), Form.HTML), (ALL, Form.LINK), (FormMeans(words=True, wish=Form.PDF), Form.HTML)],
)
def test_what_is_very_sensitive_is_never_a_pdf_and_asks_for_the_birth_date(
    means: FormMeans, form: Form
) -> None:
    decision = decide(ask(card=CARD, forms=means, label=Label.VERY_SENSITIVE))
    assert decision.form is form
    assert "extra-proof" in codes(decision)


def test_without_a_birth_date_nothing_very_sensitive_is_locked() -> None:
    decision = decide(ask(card=CARD, label=Label.VERY_SENSITIVE, birth_date=None))
    assert decision.method is Method.NONE
    assert shut(decision, Method.ENVELOPE) == ("birth-date-missing", "remedy-birth-date")


def test_a_form_that_was_asked_for_now_is_made_or_nothing() -> None:
    wanted = ask(card=CARD, forms=ALL, form=Form.HTML, wanted=Method.ENVELOPE)
    assert decide(wanted).form is Form.HTML
    decision = decide(replace(wanted, forms=FormMeans(), form=Form.PDF))
    assert shut(decision, Method.ENVELOPE)[0] == "form-not-possible"


def test_a_portal_is_a_way_once_it_was_tried() -> None:
    decision = decide(ask(onward=Onward(portal=PORTAL)))
    assert (decision.method, decision.level) == (Method.PORTAL, Level.ON_THE_WAY)
    assert decide(ask(onward=Onward(portal=PORTAL), label=Label.SENSITIVE)).method is Method.NONE


@pytest.mark.parametrize(
    ("portal", "code"),
    [
        (None, "no-portal"),
        (replace(PORTAL, tested_at=None), "portal-not-tested"),
        (replace(PORTAL, tested_at=NOW - timedelta(days=400)), "portal-test-old"),
        (Portal("address-suffix", "@@", tested_at=NOW), "email-unusable"),
    ],
)
def test_why_a_portal_is_no_way(portal: Portal | None, code: str) -> None:
    assert shut(decide(ask(onward=Onward(portal=portal))), Method.PORTAL)[0] == code


def test_a_portal_asked_for_by_a_suffix_changes_where_the_message_goes() -> None:
    portal = Portal("address-suffix", ".portal.example", tested_at=NOW)
    decision = decide(ask(onward=Onward(portal=portal)))
    assert decision.address == "maria@gmail.com.portal.example"
    assert decide(ask(card=CARD, onward=Onward(portal=portal))).address == "maria@gmail.com"


@pytest.mark.parametrize("how", ["header", "configuration-set"])
@pytest.mark.parametrize("verifies", [True, False])
def test_a_relay_that_is_told_by_a_header_is_proven_while_its_record_is_fresh(
    how: str, verifies: bool
) -> None:
    onward = Onward(how, "X-Set", "tls", verifies)
    fresh = replace(RELAY, required_tls_at=NOW - timedelta(days=9))
    decision = decide(ask(relay=fresh, onward=onward))
    note = "tls-verified" if verifies else "tls-not-verified"
    assert codes(decision) == ["encrypted-on-the-way", f"tls-{how}", note]
    old = replace(RELAY, required_tls_at=NOW - timedelta(days=400))
    assert shut(decide(ask(relay=old, onward=onward)), Method.TLS)[0] == "tls-stale"
    assert shut(decide(ask(relay=fresh, onward=replace(onward, name=""))), Method.TLS)[0] == "not-proven"


def test_an_address_at_work_is_noted_for_patients_only() -> None:
    at_work = ask(card=CARD, email="maria@bigcorp.example")
    assert "work-address" in codes(decide(at_work))
    assert "work-address" not in codes(decide(ask(card=CARD)))
    assert "work-address" not in codes(
        decide(replace(at_work, person=replace(at_work.person, kind=Kind.PROFESSIONAL)))
    )


def test_content_asks_for_end_to_end_and_says_so() -> None:
    tls = replace(RELAY, required_tls="account", required_tls_at=NOW)
    found = (Reason("content-clinical"),)
    decision = decide(ask(relay=tls, card=CARD, content=found))
    assert (decision.method, decision.raise_to) == (Method.ENVELOPE, Level.END_TO_END)
    assert {"content-clinical", "raised"} <= set(codes(decision))
    assert decide(ask(relay=tls, content=found)).method is Method.NONE
    assert decide(ask(plain_wish=NOW, content=found)).method is Method.NONE
    with pytest.raises(Refused, match="protection-lower"):
        decide(ask(relay=tls, card=CARD, label=Label.SENSITIVE, raise_to=Level.ON_THE_WAY, content=found))


def test_what_content_raised_holds_at_the_claim_where_the_text_is_gone() -> None:
    sealed = decide(ask(card=CARD, content=(Reason("content-clinical"),)))
    kept = read_trace(sealed.trace())
    again = decide(ask(card=CARD, raise_to=kept.raise_to))
    assert again.holds(kept.way)


def test_traces_of_the_first_policy_are_compared_without_a_form() -> None:
    now = decide(ask(card=CARD, forms=ALL))
    old = Way(Method.ENVELOPE, card_mark(CARD), "maria@gmail.com", ("only-recipient", "password-card"))
    assert now.holds(old)
    assert not now.holds(replace(old, key="other"))
    assert not now.holds(replace(old, form=Form.PDF))
