"""Whatever is put in: never less than the label demands, every rung named once, always JSON."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.errors import Refused
from desktop.mail.content_values import Kind as Content
from desktop.mail.decision import (
    DEMANDS,
    LEVEL_OF,
    RANK,
    RUNGS,
    Decision,
    DecisionInput,
    FormMeans,
    read_trace,
)
from desktop.mail.policy import decide
from desktop.mail.relays import baa_problem
from desktop.models.protection import Form, KeyLife, KeyTrust, Onward, Portal
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
    Reason,
    Relay,
    RelayId,
    Status,
)
from desktop.models.standing import Standing, Use
from desktop.texts import Texts

NOW = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
WHO = PersonId("a" * 32)
times = st.none() | st.integers(-500, 500).map(lambda days: NOW + timedelta(days=days))
days = st.integers(-500, 500).map(lambda number: NOW.date() + timedelta(days=number))
addresses = st.sampled_from(
    ["maria@mail.example", "Maria@mail.example", "x@other.example", "", "broken@@", "a b@c"]
)

people = st.builds(
    Person,
    id=st.just(WHO),
    kind=st.sampled_from(Kind),
    first_name=st.text(max_size=8),
    last_name=st.text(max_size=8),
    birth_date=st.just(date(1961, 5, 4)),
    email=addresses,
    language=st.sampled_from(["en", "es", "xx"]),
    detail=st.sampled_from(Detail),
    status=st.sampled_from(Status),
    consent=st.sampled_from(Consent),
    preferred_method=st.none() | st.sampled_from(Method),
    plain_wish=times,
)
keys = st.builds(
    PublicKey,
    id=st.uuids().map(lambda value: KeyId(value.hex)),
    person=st.sampled_from([WHO, PersonId("b" * 32)]),
    kind=st.sampled_from(KeyKind),
    fingerprint=st.sampled_from(["AB" * 20, "CD" * 32, "AB" * 8, ""]),
    addresses=st.lists(addresses, max_size=2).map(tuple),
    data=st.just(b"k"),
    expires=times,
    source=st.just("file"),
    confirmed_at=times.filter(lambda value: value is not None),
    revoked_at=times,
)
cards = st.builds(
    PasswordCard,
    person=st.sampled_from([WHO, PersonId("b" * 32)]),
    salt=st.binary(min_size=16, max_size=16),
    rounds=st.just(1_000_000),
    key=st.just(b"k" * 32),
    handed_over=st.just("Rita"),
    how=st.just("in-person"),
    made_at=st.just(NOW),
)
agreements = st.builds(
    Baa,
    counterparty=st.sampled_from(["Relay Inc.", ""]),
    signed=days,
    expires=st.none() | days,
    scope=st.just("mail"),
    reviewed=st.none() | days,
)
relays = st.builds(
    Relay,
    id=st.just(RelayId("c" * 32)),
    name=st.just("main"),
    host=st.just("relay.example"),
    port=st.just(465),
    security=st.just("implicit"),
    ca_file=st.just(""),
    user=st.just("u"),
    sender=st.just("office@practice.example"),
    baa=st.none() | agreements,
    required_tls=st.sampled_from(["", "account"]),
    required_tls_at=times,
    forced_tls=st.lists(
        st.builds(ForcedTls, st.sampled_from(["mail.example", "example"]), days), max_size=2
    ).map(tuple),
    enforces=st.sampled_from([(), ("mta-sts",)]),
    requiretls_seen=times,
    requiretls=st.booleans(),
    retired_at=times,
)
lives = st.builds(KeyLife, trust=st.sampled_from(KeyTrust))
portals = st.builds(
    Portal,
    trigger=st.sampled_from(["header", "subject-tag", "address-suffix"]),
    value=st.sampled_from([".portal.example", "[secure]", "@@"]),
    name=st.just("X-Portal"),
    tested_at=times,
)
onwards = st.builds(
    Onward,
    how=st.sampled_from(["", "account", "header", "configuration-set"]),
    name=st.sampled_from(["", "X-Set"]),
    value=st.just("tls"),
    verifies=st.booleans(),
    portal=st.none() | portals,
)
forms = st.builds(
    FormMeans,
    storage=st.booleans(),
    words=st.booleans(),
    wish=st.none() | st.sampled_from(Form),
    blocked=st.frozensets(st.sampled_from(Form)),
)
contents = st.frozensets(st.sampled_from(Content)).map(
    lambda kinds: tuple(Reason(f"content-{kind.value}") for kind in sorted(kinds))
)


@st.composite
def known_keys(draw: st.DrawFn) -> dict[str, Any]:
    """Keys, what is known of them, and perhaps one that is tried out."""
    some = tuple(draw(st.lists(keys, max_size=3)))
    return {
        "keys": some,
        "lives": {key.id: draw(lives) for key in some if draw(st.booleans())},
        "testing": draw(st.none() | st.sampled_from([key.id for key in some])) if some else None,
    }


def with_keys(request: DecisionInput, known: dict[str, Any]) -> DecisionInput:
    return replace(request, **known)


plain_requests = st.builds(
    DecisionInput,
    person=people,
    keys=st.just(()),
    card=st.none() | cards,
    relay=st.none() | relays,
    label=st.sampled_from(Label),
    purpose=st.sampled_from(list(Use)[:3]),
    now=st.just(NOW),
    raise_to=st.none() | st.sampled_from(Level),
    wanted=st.none() | st.sampled_from(RUNGS),
    onward=onwards,
    forms=forms,
    form=st.none() | st.sampled_from(Form),
    content=contents,
    standing=st.builds(Standing, *(st.sampled_from(Consent) for _ in Use)),
)
requests = st.builds(with_keys, plain_requests, known_keys())


def decided(request: DecisionInput) -> Decision | None:
    try:
        return decide(request)
    except Refused as error:
        if error.code == "protection-lower":
            return None
        raise


@settings(max_examples=100, deadline=None)
@given(requests)
def test_nothing_leaves_below_what_the_label_demands_but_by_recorded_wish(request: DecisionInput) -> None:
    decision = decided(request)
    if decision is None or decision.method is Method.NONE:
        return
    assert decision.level is LEVEL_OF[decision.method]
    if decision.method is Method.PLAIN:
        assert request.label is Label.ROUTINE
        assert request.raise_to is None
        assert request.person.plain_wish is not None
        assert request.standing.care is request.standing.plain is Consent.GIVEN
    else:
        assert RANK[decision.level] >= RANK[DEMANDS[request.label]]
        assert request.raise_to is None or RANK[decision.level] >= RANK[request.raise_to]


@settings(max_examples=100, deadline=None)
@given(requests)
def test_every_rung_is_chosen_or_rejected_exactly_once_with_a_reason(request: DecisionInput) -> None:
    decision = decided(request)
    if decision is None:
        return
    named = [item.method for item in decision.rejected]
    if decision.method is not Method.NONE:
        named.append(decision.method)
    assert sorted(named) == sorted(RUNGS)
    assert decision.reasons
    assert json.loads(decision.trace()) == decision.as_json()
    assert decision.hash() == decide(request).hash()


@settings(max_examples=100, deadline=None)
@given(requests)
def test_nobody_is_written_to_who_must_not_be(request: DecisionInput) -> None:
    decision = decided(request)
    person, relay = request.person, request.relay
    if decision is None or decision.method is Method.NONE:
        return
    assert person.status is Status.ACTIVE
    assert request.standing.care is not Consent.REFUSED
    assert request.purpose == Use.CARE or request.standing.of(Use(request.purpose)) is Consent.GIVEN
    assert relay is not None
    assert baa_problem(relay, NOW.date()) is None
    suffix = ".portal.example" if decision.method is Method.PORTAL else ""
    assert decision.address.lower().removesuffix(suffix) == person.email.lower()
    assert request.label is not Label.DO_NOT_EMAIL


@settings(max_examples=100, deadline=None)
@given(requests)
def test_a_wish_of_the_sender_never_ends_lower_than_no_wish(request: DecisionInput) -> None:
    free = decided(DecisionInput(**{**vars(request), "wanted": None, "raise_to": None}))
    wished = decided(request)
    if free is None or wished is None or wished.method is Method.NONE:
        return
    assert RANK[wished.level] >= RANK[free.level]
    assert request.wanted in (None, wished.method)


@settings(max_examples=100, deadline=None)
@given(requests)
def test_a_key_that_nobody_confirmed_seals_nothing_but_its_own_test(request: DecisionInput) -> None:
    decision = decided(request)
    if decision is None or decision.method not in (Method.OPENPGP, Method.SMIME):
        return
    used = [key for key in request.keys if key.fingerprint == decision.key_fingerprint]
    trusted = [
        key.id == request.testing or request.lives.get(key.id, KeyLife()).trust is not KeyTrust.FOUND
        for key in used
    ]
    assert any(trusted)


@settings(max_examples=100, deadline=None)
@given(requests)
def test_a_form_is_one_that_can_be_made_and_arrives(request: DecisionInput) -> None:
    decision = decided(request)
    if decision is None:
        return
    assert (decision.form is not None) == (decision.method is Method.ENVELOPE)
    if decision.form is None:
        return
    means = request.forms
    assert decision.form not in means.blocked
    assert decision.form is not Form.LINK or means.storage
    assert decision.form is not Form.PDF or (means.words and request.label is not Label.VERY_SENSITIVE)
    assert request.form in (None, decision.form)


@settings(max_examples=100, deadline=None)
@given(requests)
def test_what_was_frozen_holds_while_nothing_changes(request: DecisionInput) -> None:
    """The claim knows the label and the wishes, not the text."""
    decision = decided(request)
    if decision is None or decision.method is Method.NONE:
        return
    kept = read_trace(decision.trace())
    again = replace(request, content=(), raise_to=kept.raise_to, wanted=kept.wanted, form=kept.way.form)
    assert decide(again).holds(kept.way)


@settings(max_examples=150, deadline=None)
@given(requests)
def test_everything_that_it_can_say_has_words_in_both_languages(request: DecisionInput) -> None:
    decision = decided(request)
    if decision is None:
        return
    said = [*decision.reasons, *(item.reason for item in decision.rejected)]
    said += [item.remedy for item in decision.rejected if item.remedy is not None]
    for reason in said:
        for texts in (Texts("en"), Texts("es")):
            assert texts.say(f"reason.{reason.code}", **reason.params) != f"reason.{reason.code}"
