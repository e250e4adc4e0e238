"""Whatever is put in: never less than the label demands, every rung named once, always JSON."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.errors import Refused
from desktop.mail.decision import DEMANDS, LEVEL_OF, MARKETING, RANK, RUNGS, Decision, DecisionInput
from desktop.mail.policy import decide
from desktop.mail.relays import baa_problem
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
requests = st.builds(
    DecisionInput,
    person=people,
    keys=st.lists(keys, max_size=3).map(tuple),
    card=st.none() | cards,
    relay=st.none() | relays,
    label=st.sampled_from(Label),
    purpose=st.sampled_from(["care", MARKETING]),
    now=st.just(NOW),
    raise_to=st.none() | st.sampled_from(Level),
    wanted=st.none() | st.sampled_from(RUNGS),
)


def decided(request: DecisionInput) -> Decision | None:
    try:
        return decide(request)
    except Refused as error:
        if error.code == "protection-lower":
            return None
        raise


@settings(max_examples=250, deadline=None)
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
        assert request.person.consent is Consent.GIVEN
    else:
        assert RANK[decision.level] >= RANK[DEMANDS[request.label]]
        assert request.raise_to is None or RANK[decision.level] >= RANK[request.raise_to]


@settings(max_examples=250, deadline=None)
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


@settings(max_examples=250, deadline=None)
@given(requests)
def test_nobody_is_written_to_who_must_not_be(request: DecisionInput) -> None:
    decision = decided(request)
    person, relay = request.person, request.relay
    if decision is None or decision.method is Method.NONE:
        return
    assert person.status is Status.ACTIVE
    assert person.consent is not Consent.REFUSED
    assert request.purpose != MARKETING or person.consent is Consent.GIVEN
    assert relay is not None
    assert baa_problem(relay, NOW.date()) is None
    assert decision.address.lower() == person.email.lower()


@settings(max_examples=250, deadline=None)
@given(requests)
def test_a_wish_of_the_sender_never_ends_lower_than_no_wish(request: DecisionInput) -> None:
    free = decided(DecisionInput(**{**vars(request), "wanted": None, "raise_to": None}))
    wished = decided(request)
    if free is None or wished is None or wished.method is Method.NONE:
        return
    assert RANK[wished.level] >= RANK[free.level]
    assert request.wanted in (None, wished.method)
