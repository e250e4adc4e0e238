"""What looks at a recipient's domain prove, and that without looks nothing has changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from desktop.mail.decision import CARE, Decision, DecisionInput
from desktop.mail.domains import LOOK_AGE, covers, domain_evidence
from desktop.mail.policy import decide
from desktop.models.observed import DOMAIN, Observed
from desktop.models.records import (
    Baa,
    Consent,
    Detail,
    Kind,
    Label,
    Method,
    Person,
    PersonId,
    Relay,
    RelayId,
    Status,
)

NOW = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
NAME = "mail.example"
HOSTS = ["mx1.mail.example", "mx2.mail.example"]
BOTH = ("mta-sts", "dane")


def row(
    kind: str, details: Mapping[str, Any], age: timedelta = HOUR, holds: timedelta = LOOK_AGE
) -> Observed:
    return Observed(DOMAIN, NAME, kind, "dns", NOW - age, NOW - age + holds, details)


MAIL = row("mx", {"state": "found", "hosts": HOSTS})
STS = row("mta-sts", {"state": "found", "mode": "enforce", "mx": ["*.mail.example"], "id": "1"})
DANE = row("dane", {"state": "found", "hosts": HOSTS, "published": True})


def code(*rows: Observed, enforces: tuple[str, ...] = BOTH, now: datetime = NOW) -> tuple[bool, str]:
    verdict = domain_evidence(NAME, rows, enforces, now)
    return verdict.proven, verdict.reason.code


def changed(seen: Observed, **details: Any) -> Observed:
    return replace(seen, details={**seen.details, **details})


def test_an_enforced_policy_proves_only_for_a_relay_that_obeys() -> None:
    assert code(MAIL, STS, enforces=("mta-sts",)) == (True, "tls-mta-sts")
    assert code(MAIL, STS, enforces=("dane",)) == (False, "domain-relay-unknown")
    assert code(MAIL, STS, enforces=()) == (False, "domain-relay-unknown")


def test_signed_records_prove_only_for_a_relay_that_checks_them() -> None:
    assert code(MAIL, DANE, enforces=("dane",)) == (True, "tls-dane")
    assert code(MAIL, DANE, enforces=("mta-sts",)) == (False, "domain-relay-unknown")


def test_the_stronger_standard_is_named_where_both_hold() -> None:
    assert code(MAIL, STS, DANE) == (True, "tls-dane")


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ((), "domain-not-looked-up"),
        ((STS,), "domain-not-looked-up"),
        ((replace(MAIL, subject="other.example"), STS), "domain-not-looked-up"),
        ((replace(MAIL, subject_kind="relay"), STS), "domain-not-looked-up"),
        ((replace(MAIL, seen_at=NOW - LOOK_AGE - HOUR), STS), "domain-look-old"),
        ((replace(MAIL, seen_at=NOW + timedelta(days=2)), STS), "domain-look-old"),
        (
            (MAIL, row("mta-sts", STS.details, age=LOOK_AGE + HOUR, holds=timedelta(days=90))),
            "domain-look-old",
        ),
        ((MAIL, replace(STS, valid_until=NOW)), "domain-sts-expired"),
        ((MAIL, replace(STS, valid_until=None)), "domain-sts-expired"),
        ((MAIL, changed(STS, mode="testing")), "domain-sts-testing"),
        ((MAIL, changed(STS, mode="none")), "domain-sts-off"),
        ((MAIL, changed(STS, mx=["mx1.mail.example"])), "domain-sts-wrong-mx"),
        ((MAIL, changed(STS, mx=[])), "domain-sts-wrong-mx"),
        ((MAIL, changed(STS, state="malformed")), "domain-sts-malformed"),
        ((MAIL, changed(STS, state="unreachable")), "domain-sts-unreachable"),
        ((MAIL, changed(STS, state="bad-certificate")), "domain-sts-bad-certificate"),
        ((MAIL, changed(STS, state="failed")), "domain-sts-failed"),
        ((MAIL, changed(DANE, state="insecure")), "domain-dane-unsigned"),
        ((MAIL, changed(DANE, state="bogus")), "domain-dane-bogus"),
        ((MAIL, changed(DANE, state="failed")), "domain-dane-failed"),
        ((MAIL, changed(DANE, state="none")), "domain-dane-none"),
        ((MAIL, changed(DANE, state="partial")), "domain-dane-partial"),
        ((MAIL, changed(DANE, state="unusable")), "domain-dane-unusable"),
        ((MAIL, changed(DANE, hosts=HOSTS[:1])), "domain-dane-partial"),
        ((MAIL, replace(DANE, valid_until=NOW)), "domain-dane-expired"),
        ((MAIL, replace(DANE, seen_at=NOW - LOOK_AGE - HOUR)), "domain-dane-expired"),
        ((changed(MAIL, state="failed"), STS), "domain-lookup-failed"),
        ((changed(MAIL, state="null"), STS), "domain-no-mail"),
        ((changed(MAIL, state="none"), STS), "domain-no-mail"),
        ((MAIL,), "domain-nothing"),
    ],
)
def test_whatever_is_missing_has_its_own_reason(rows: tuple[Observed, ...], expected: str) -> None:
    assert code(*rows) == (False, expected)


@pytest.mark.parametrize("details", [{}, {"state": "found"}, {"state": "new"}, {"mode": "enforce"}])
def test_a_row_that_says_less_than_it_should_proves_nothing(details: dict[str, Any]) -> None:
    assert not code(MAIL, replace(STS, details=details))[0]
    assert not code(MAIL, replace(DANE, details=details))[0]
    assert not code(replace(MAIL, details=details), replace(STS, details=details))[0]


def test_what_the_relay_would_obey_is_spoken_of_first() -> None:
    testing, bogus = changed(STS, mode="testing"), changed(DANE, state="bogus")
    assert code(MAIL, testing, bogus, enforces=("mta-sts",))[1] == "domain-sts-testing"
    assert code(MAIL, testing, bogus, enforces=("dane",))[1] == "domain-dane-bogus"


def test_the_newest_look_counts() -> None:
    older = changed(replace(STS, seen_at=NOW - 2 * HOUR), mode="testing")
    assert code(MAIL, STS, older)[0]
    assert code(MAIL, older, STS)[0]


def test_a_verdict_says_how_old_its_look_is() -> None:
    assert domain_evidence(NAME, (MAIL, STS), BOTH, NOW).age == HOUR
    assert domain_evidence(NAME, (), BOTH, NOW).age is None


@pytest.mark.parametrize(
    ("pattern", "host", "expected"),
    [
        ("mail.example.com", "mail.example.com", True),
        ("Mail.Example.com.", "mail.example.COM", True),
        ("*.example.net", "a.example.net", True),
        ("*.example.net", "a.b.example.net", False),
        ("*.example.net", "example.net", False),
        ("*.", "host", False),
        ("", "", True),
    ],
)
def test_a_pattern_names_hosts_as_the_rfc_says(pattern: str, host: str, expected: bool) -> None:
    assert covers([pattern], host) is expected


# --- the rung ----------------------------------------------------------------------

MARIA = Person(
    PersonId("a" * 32),
    Kind.PATIENT,
    "Maria",
    "Lopez",
    date(1961, 5, 4),
    f"maria@{NAME}",
    "en",
    Detail.STANDARD,
    Status.ACTIVE,
    Consent.GIVEN,
)
BARE = Relay(
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
OBEYS = replace(BARE, enforces=BOTH)


def decided(relay: Relay, *looks: Observed, label: Label = Label.ROUTINE) -> Decision:
    return decide(DecisionInput(MARIA, (), None, relay, label, CARE, NOW, looks=looks))


def of_tls(decision: Decision) -> str:
    (found,) = [item.reason.code for item in decision.rejected if item.method is Method.TLS]
    return found


def test_what_a_relay_obeys_changes_nothing_without_looks() -> None:
    assert decided(OBEYS).trace() == decided(BARE).trace()


def test_a_proven_domain_opens_the_way() -> None:
    decision = decided(OBEYS, MAIL, STS)
    assert decision.method is Method.TLS
    assert decision.way.grounds == ("encrypted-on-the-way", "tls-mta-sts")


def test_the_same_looks_give_the_same_bytes() -> None:
    assert decided(OBEYS, MAIL, STS, DANE).trace() == decided(OBEYS, MAIL, STS, DANE).trace()


@pytest.mark.parametrize(
    ("relay", "looks", "expected"),
    [
        (OBEYS, (MAIL, changed(STS, mode="testing")), "domain-sts-testing"),
        (OBEYS, (MAIL, replace(STS, valid_until=NOW)), "domain-sts-expired"),
        (OBEYS, (MAIL, changed(STS, mx=["old.mail.example"])), "domain-sts-wrong-mx"),
        (OBEYS, (MAIL, changed(DANE, state="insecure")), "domain-dane-unsigned"),
        (BARE, (MAIL, STS, DANE), "domain-relay-unknown"),
    ],
)
def test_each_gap_falls_to_the_next_way_with_its_own_reason(
    relay: Relay, looks: tuple[Observed, ...], expected: str
) -> None:
    decision = decided(relay, *looks)
    assert decision.method is Method.NONE
    assert of_tls(decision) == expected


def test_a_proven_domain_is_not_enough_for_what_is_sensitive() -> None:
    assert of_tls(decided(OBEYS, MAIL, STS, label=Label.SENSITIVE)) == "too-little"


def test_what_the_relay_itself_is_known_to_do_comes_first() -> None:
    account = replace(OBEYS, required_tls="account", required_tls_at=NOW - timedelta(days=1))
    assert decided(account, MAIL, STS).way.grounds[-1] == "tls-account"
    stale = replace(account, required_tls_at=NOW - timedelta(days=400))
    assert decided(stale, MAIL, STS).way.grounds[-1] == "tls-mta-sts"
    assert of_tls(decided(stale, MAIL, changed(STS, mode="testing"))) == "tls-stale"
