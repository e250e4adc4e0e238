"""What a message tells the relay: required TLS and the portal by header, tag or suffix, on sealed bytes."""

from __future__ import annotations

from dataclasses import replace
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32

import pytest

from desktop.mail.decision import CARE, Decision, DecisionInput, read_trace
from desktop.mail.means import SealMeans
from desktop.mail.policy import decide
from desktop.mail.sealing import Letter
from desktop.models.protection import Onward, Portal
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
from tests.practice.office import MONDAY, NAME, SENDER, own_sealer

ADDRESS = "maria@mail.example"
WHO = PersonId("a" * 32)
BAA = Baa("Relay Inc.", MONDAY.date(), None, "mail")
RELAY = Relay(RelayId("b" * 32), "r", "r.example", 465, "implicit", "", "u", SENDER, BAA)
MARIA = Person(
    WHO, Kind.PATIENT, "Maria", "Lopez", None, ADDRESS, "en", Detail.FULL, Status.ACTIVE, Consent.GIVEN
)
BY_CONFIGURATION = Onward("configuration-set", "X-SES-CONFIGURATION-SET", "require-tls")


def decided(onward: Onward, relay: Relay = RELAY) -> Decision:
    return decide(DecisionInput(MARIA, (), None, relay, Label.ROUTINE, CARE, MONDAY, onward=onward))


def sent(onward: Onward, relay: Relay = RELAY, open_subject: str = "") -> tuple[Decision, Message]:
    decision = decided(onward, relay)
    letter = Letter(
        person=WHO,
        address=decision.address,
        sender=SENDER,
        sender_name=NAME,
        subject="Your results",
        text="All is well.",
        attachments=(),
        language="en",
        kind="letter",
        message_id="<abc@harbor.example>",
        date=MONDAY,
        open_subject=open_subject,
    )
    wire = own_sealer().seal(letter, decision, SealMeans(onward=onward)).wire
    return decision, BytesParser(policy=compat32).parsebytes(wire)


@pytest.mark.parametrize(
    ("onward", "ground"),
    [
        (Onward("header", "X-Mailgun-Require-TLS", "yes"), "tls-header"),
        (BY_CONFIGURATION, "tls-configuration-set"),
    ],
)
def test_a_message_that_asks_for_required_tls_by_a_header_can_be_sealed(onward: Onward, ground: str) -> None:
    decision, message = sent(onward, replace(RELAY, required_tls_at=MONDAY))
    assert decision.method is Method.TLS
    assert ground in {reason.code for reason in decision.reasons}
    assert message.get_all(onward.name) == [onward.value]


def test_where_the_account_requires_tls_no_header_asks_for_it() -> None:
    _, message = sent(Onward("account"), replace(RELAY, required_tls="account", required_tls_at=MONDAY))
    assert not [name for name in message if name.lower().startswith("x-")]


def test_a_message_for_the_portal_by_a_header_can_be_sealed() -> None:
    decision, message = sent(Onward(portal=Portal("header", "on", "X-Portal", tested_at=MONDAY)))
    assert decision.method is Method.PORTAL
    assert message.get_all("X-Portal") == ["on"]
    assert (message["Subject"], message["To"]) == (f"Message from {NAME}", ADDRESS)


def test_a_portals_tag_stands_before_a_neutral_subject() -> None:
    portal = Portal("subject-tag", "[secure]", tested_at=MONDAY)
    decision, message = sent(Onward(portal=portal), open_subject="Your visit on Tuesday")
    assert decision.method is Method.PORTAL
    assert (message["Subject"], message["To"]) == (f"[secure] Message from {NAME}", ADDRESS)


def test_a_portals_suffix_is_part_of_the_one_recipient() -> None:
    decision, message = sent(Onward(portal=Portal("address-suffix", ".secure.example", tested_at=MONDAY)))
    assert decision.method is Method.PORTAL
    assert (message["Subject"], message["To"]) == (f"Message from {NAME}", f"{ADDRESS}.secure.example")


def test_the_portals_signs_go_with_no_other_way() -> None:
    onward = replace(BY_CONFIGURATION, portal=Portal("header", "on", "X-Portal", tested_at=MONDAY))
    decision, message = sent(onward, replace(RELAY, required_tls_at=MONDAY))
    assert decision.method is Method.TLS
    assert message["X-Portal"] is None


def test_the_open_subject_is_for_a_proven_way_alone() -> None:
    proven = replace(RELAY, required_tls="account", required_tls_at=MONDAY)
    _, message = sent(Onward(), proven, open_subject="Your visit on Tuesday")
    assert message["Subject"] == "Your visit on Tuesday"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (BY_CONFIGURATION, replace(BY_CONFIGURATION, value="no-longer-required")),
        (BY_CONFIGURATION, replace(BY_CONFIGURATION, name="X-Other")),
        *(
            (
                Onward(portal=Portal(trigger, "on", "X-Portal", tested_at=MONDAY)),
                Onward(portal=Portal(trigger, "off", "X-Portal", tested_at=MONDAY)),
            )
            for trigger in ("header", "subject-tag")
        ),
    ],
)
def test_a_message_that_waits_does_not_leave_with_a_sign_that_changed(before: Onward, after: Onward) -> None:
    relay = replace(RELAY, required_tls_at=MONDAY)
    kept = read_trace(decided(before, relay).trace()).way
    assert decided(before, relay).holds(kept)
    assert not decided(after, relay).holds(kept)
