"""Alerts at the door: who sees what, who is told, and the weekly review."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from desktop.audit.events import Act, Event
from desktop.errors import SealwellError
from desktop.models import messages, people, tasks
from desktop.models.accounts import Role, Session
from desktop.models.records import Kind, MessageId
from desktop.office.api import Office
from desktop.office.values_access import SecurityPolicy
from desktop.office.values_audit import OpeningHours, RuleLine
from desktop.office.values_entry import Credentials, Recovery
from desktop.office.values_practice import RelayRequest
from tests.made_practice import USER, Practice
from tests.made_staff import desk_of
from tests.support.colleagues import let_in

OFFICER = "officer@elmstreet.example.com"


def code_of(work: Callable[[], object]) -> str:
    with pytest.raises(SealwellError) as caught:
        work()
    return caught.value.code


def happen(office: Office, session: Session, event: Event, times: int = 1) -> None:
    """Records of this person, as their use cases would leave them."""
    desk = desk_of(office)

    def work(tx: object) -> None:
        desk.audit.record_all(tx, (event,) * times, session.user, session.role.value, session.id)  # type: ignore[arg-type]

    desk.opened().database.write(work)


def refusals(office: Office, session: Session, times: int = 10) -> None:
    happen(
        office,
        session,
        Event(Act.GUARD_REFUSED, obj="users.add", outcome="refused", why="not-allowed"),
        times,
    )


def mismatch(office: Office, session: Session) -> None:
    det: dict[str, str | int] = {"records": 3, "class": "edited"}
    happen(office, session, Event(Act.AUDIT_VERIFIED, outcome="failed", why="edited", det=det))


def acts(office: Office, session: Session) -> list[str]:
    return [line.act for line in office.query_log(session).lines]


# --- showing ---------------------------------------------------------------------------------------


def test_an_administrator_sees_who_and_which_records(practice: Practice) -> None:
    office, ana = practice.signed_in()
    assert office.list_alerts(ana).alerts == ()
    refusals(office, ana)
    shown = office.list_alerts(ana)
    (alert,) = shown.alerts
    assert (alert.rule, alert.severity, alert.count, alert.user) == ("many-refusals", "warning", 10, USER)
    assert len(alert.seqs) == 10
    assert shown.unseen == 1
    assert {"alert.raised", "alerts.listed"} <= set(acts(office, ana))


def test_the_front_desk_hears_of_a_log_that_does_not_agree_and_of_nothing_else(practice: Practice) -> None:
    office, ana = practice.signed_in()
    cleo = let_in(practice, office, ana, "cleo")
    refusals(office, ana)
    mismatch(office, ana)
    _, desk = cleo.signed_in(practice, office)
    (alert,) = office.list_alerts(desk).alerts
    assert (alert.rule, alert.user, alert.seqs, alert.incident) == ("audit-mismatch", "", (), "")
    assert code_of(lambda: office.see_alert(desk, alert.id)) == "not-allowed"
    assert code_of(lambda: office.list_rules(desk)) == "not-allowed"


def test_an_auditor_sees_all_without_names_and_changes_nothing(practice: Practice) -> None:
    office, ana = practice.signed_in()
    dora = let_in(practice, office, ana, "dora", Role.AUDITOR)
    refusals(office, ana)
    mismatch(office, ana)
    _, auditor = dora.signed_in(practice, office)
    shown = office.list_alerts(auditor).alerts
    assert {one.rule for one in shown} == {"many-refusals", "audit-mismatch"}
    assert {(one.user, one.seqs) for one in shown} == {("", ())}
    assert office.list_rules(auditor)
    assert office.show_digest(auditor).alerts == 2
    refused = [
        code_of(lambda: office.open_incident(auditor, shown[0].id)),
        code_of(lambda: office.sign_digest(auditor)),
        code_of(lambda: office.set_rule(auditor, office.list_rules(auditor)[0])),
    ]
    assert refused == ["not-allowed"] * 3


def test_seen_once_is_seen(practice: Practice) -> None:
    office, ana = practice.signed_in()
    refusals(office, ana)
    alert = office.list_alerts(ana).alerts[0].id
    assert office.see_alert(ana, alert).unseen == 0
    assert office.see_alert(ana, alert).alerts[0].seen
    assert code_of(lambda: office.see_alert(ana, "0" * 32)) == "alert-unknown"


def test_one_click_opens_one_incident(practice: Practice) -> None:
    office, ana = practice.signed_in()
    refusals(office, ana)
    alert = office.list_alerts(ana).alerts[0].id
    first = office.open_incident(ana, alert).alerts[0]
    again = office.open_incident(ana, alert).alerts[0]
    assert len(first.incident) == 32
    assert again.incident == first.incident
    assert first.seen
    assert "incident.opened" in acts(office, ana)
    assert code_of(lambda: office.open_incident(ana, "0" * 32)) == "alert-unknown"


def test_an_incident_is_closed_once_and_with_a_reason(practice: Practice) -> None:
    office, ana = practice.signed_in()
    refusals(office, ana)
    alert = office.list_alerts(ana).alerts[0].id
    assert code_of(lambda: office.close_incident(ana, alert, "nothing is open")) == "incident-none"
    office.open_incident(ana, alert)
    assert code_of(lambda: office.close_incident(ana, alert, " ")) == "reason-missing"
    assert not office.list_alerts(ana).alerts[0].settled
    assert office.close_incident(ana, alert, "she was new here").alerts[0].settled
    assert "incident.closed" in acts(office, ana)
    assert code_of(lambda: office.close_incident(ana, alert, "again")) == "incident-none"


# --- rules and hours ---------------------------------------------------------------------------------


def test_a_changed_rule_counts_from_its_change(practice: Practice) -> None:
    office, ana = practice.signed_in()
    refusals(office, ana, 6)
    rule = next(one for one in office.list_rules(ana) if one.rule == "many-refusals")
    assert (rule.least, rule.minutes, rule.changed) == (10, 60, False)
    practice.clock.move(1)
    changed = office.set_rule(ana, replace(rule, least=5, severity="notice"))
    one = next(line for line in changed if line.rule == "many-refusals")
    assert (one.least, one.changed, one.severity) == (5, True, "warning")
    refusals(office, ana, 4)
    assert office.list_alerts(ana).alerts == ()
    refusals(office, ana, 1)
    assert office.list_alerts(ana).alerts[0].count == 5


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        (RuleLine("no-such", "notice", 1, 1, changed=False), "rule-unknown"),
        (RuleLine("many-refusals", "warning", 0, 60, changed=False), "rule-range"),
        (RuleLine("many-refusals", "warning", 5, 43_201, changed=False), "rule-range"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(practice: Practice, rule: RuleLine, code: str) -> None:
    office, ana = practice.signed_in()
    assert code_of(lambda: office.set_rule(ana, rule)) == code
    assert not any(one.changed for one in office.list_rules(ana))


def test_opening_hours_are_kept_and_recorded(practice: Practice) -> None:
    office, ana = practice.signed_in()
    assert office.show_hours(ana) == OpeningHours(7, 19, (1, 2, 3, 4, 5))
    assert office.set_hours(ana, OpeningHours(8, 17, (6, 1))) == OpeningHours(8, 17, (1, 6))
    assert office.show_hours(ana).last == 17
    assert "opening-hours.changed" in acts(office, ana)
    assert code_of(lambda: office.set_hours(ana, OpeningHours(8, 8, (1,)))) == "opening-hours-wrong"
    practice.clock.move(301)
    assert code_of(lambda: office.set_hours(ana, OpeningHours(8, 9, (1,)))) == "step-up-needed"


# --- at the sign-in, and telling the officer ------------------------------------------------------------


def test_three_mistyped_passwords_on_the_first_monday_and_nobody_is_alarmed(practice: Practice) -> None:
    office = practice.office()
    for _ in range(3):
        wrong = replace(practice.credentials(), password="quiet harbour seven lantern")
        assert code_of(partial(office.sign_in, wrong)) == "wrong-password"
    session = office.sign_in(practice.credentials()).session
    assert office.list_alerts(session).alerts == ()


def test_emergency_access_stands_there_at_the_next_sign_in(practice: Practice) -> None:
    new = "nine quiet herons over the weir"
    practice.office().recover(Recovery(USER, practice.made.recovery_key, password=new, reason="Ana is away"))
    office = practice.office()
    practice.clock.move(30)
    session = office.sign_in(Credentials(USER, password=new, code=practice.code())).session
    assert "alert.raised" in acts(office, session)
    assert [one.rule for one in office.list_alerts(session).alerts] == ["emergency-access"]


@pytest.fixture
def told(practice: Practice, relay_request: Callable[..., RelayRequest]) -> tuple[Office, Session]:
    """A mail service, and somebody who is to be told."""
    office, ana = practice.signed_in()
    office.add_relay(ana, relay_request(forced_tls=()))
    office.set_policy(ana, SecurityPolicy(officer="Olga Officer", officer_email=OFFICER))
    return office, ana


def test_the_officer_is_told_once_by_mail_without_names(told: tuple[Office, Session]) -> None:
    office, ana = told
    refusals(office, ana)
    mismatch(office, ana)
    office.list_alerts(ana)
    office.list_alerts(ana)
    database = desk_of(office).opened().database
    (contact,) = database.read(lambda tx: people.at_address(tx, OFFICER))
    assert (contact.kind, contact.name) == (Kind.PROFESSIONAL, "Olga Officer")
    (row,) = database.read(lambda tx: messages.of_person(tx, contact.id))
    wire = database.read(lambda tx: messages.wire(tx, MessageId(row.id)))
    assert OFFICER.encode() in wire
    assert ana.user.encode() not in wire
    assert USER.encode() + b" " not in wire
    assert acts(office, ana).count("officer.told") == 1


def test_without_an_address_nobody_is_told_and_without_a_way_that_is_recorded(practice: Practice) -> None:
    office, ana = practice.signed_in()
    refusals(office, ana)
    office.list_alerts(ana)
    assert "officer.told" not in acts(office, ana)
    office.set_policy(ana, SecurityPolicy(officer="Olga Officer", officer_email=OFFICER))
    mismatch(office, ana)
    assert len(office.list_alerts(ana).alerts) == 2
    lines = [line for line in office.query_log(ana).lines if line.act == "officer.told"]
    assert [line.outcome for line in lines] == ["failed"]


def test_a_mere_notice_is_not_mailed(told: tuple[Office, Session]) -> None:
    office, ana = told
    happen(office, ana, Event(Act.CLOCK_ANOMALY, det={"before": 2, "after": 1}), 2)
    assert [one.severity for one in office.list_alerts(ana).alerts] == ["notice"]
    assert "officer.told" not in acts(office, ana)


# --- the weekly review ---------------------------------------------------------------------------------


def test_the_review_is_due_a_week_after_set_up_and_after_each_sign_off(practice: Practice) -> None:
    office, ana = practice.signed_in()
    first = office.show_digest(ana)
    assert (first.last_signed, first.last_by) == (None, "")
    assert dict(first.counts)["signin"] > 0
    assert (first.due - first.until.date()).days == 7
    office.close()
    practice.clock.sleep(8 * 86_400)
    office, ana = practice.signed_in()
    database = desk_of(office).opened().database
    assert len(database.read(lambda tx: tasks.open_ones(tx, "log-review"))) == 1
    refusals(office, ana)
    shown = office.show_digest(ana)
    assert (shown.alerts, shown.unseen) == (1, 1)
    assert dict(shown.counts)["signin"] >= 10
    signed = office.sign_digest(ana)
    assert (signed.next_due - shown.until.date()).days == 7
    assert database.read(lambda tx: tasks.open_ones(tx, "log-review")) == []
    after = office.show_digest(ana)
    assert (after.last_signed, after.last_by) == (signed.at, USER)
    assert "digest.signed" in acts(office, ana)
