"""G36: the role matrix, cell by cell, against a table that was written down apart from it."""

from __future__ import annotations

from dataclasses import fields

import pytest

from desktop.access.fields import APPOINTMENT_FIELDS, EMPTY, PERSON_FIELDS, visible
from desktop.access.guard import Guard
from desktop.access.roles import (
    FIELD_GROUPS,
    IN_A_GAP,
    MATRIX,
    MORE,
    STEP_UP,
    Action,
    FieldGroup,
    Purpose,
    hidden,
    may,
)
from desktop.errors import Refused
from desktop.models.accounts import Role, User, UserId
from desktop.models.records import (
    Appointment,
    Consent,
    Detail,
    Kind,
    Person,
    PersonId,
    Status,
)
from desktop.office import values_access

EXPECTED = """
                        adm man fro cli bil aud
today.show               x   x   x   x   .   .
people.search            x   x   x   x   x   .
people.show              x   x   x   x   x   .
people.set               x   x   x   .   .   .
people.import            x   x   x   .   .   .
keys.list                x   x   x   x   .   .
keys.find                x   x   x   x   .   .
keys.confirm             x   x   x   x   .   .
keys.revoke              x   x   x   x   .   .
keys.own                 x   .   .   .   .   .
card.words               x   x   x   x   .   .
card.print               x   x   x   x   .   .
card.reissue             x   x   x   x   .   .
people.form              x   x   x   x   .   .
outbox.show              x   x   x   x   x   .
outbox.pause             x   x   x   .   .   .
outbox.resume            x   x   x   .   .   .
outbox.resolve           x   x   x   x   x   .
outbox.resend            x   x   x   x   x   .
failures.handle          x   x   x   x   x   .
suppressions.list        x   x   x   .   .   .
suppressions.lift        x   x   x   .   .   .
reminders.call-list      x   x   x   .   .   .
sending.rules            x   x   .   .   .   .
sending.set              x   .   .   .   .   .
relays.sending           x   x   .   .   .   .
relays.sending-set       x   .   .   .   .   .
relays.grant             x   .   .   .   .   .
mailbox.manage           x   .   .   .   .   .
mailbox.list             x   x   .   .   .   .
mailbox.poll             x   x   x   x   x   .
mailbox.received         x   x   x   x   x   .
feeds.manage             x   .   .   .   .   .
feeds.list               x   x   .   .   .   .
delivery-check.show      x   x   .   .   .   .
delivery-check.run       x   x   .   .   .   .
messages.list            x   x   x   x   x   .
messages.show            x   x   x   x   x   .
messages.handle          x   x   x   x   x   .
messages.open            x   x   x   x   x   .
messages.file            x   x   x   x   x   .
messages.export          x   x   x   x   x   .
messages.search          x   x   x   x   x   .
tasks.list               x   x   x   x   x   .
tasks.handle             x   x   x   x   x   .
snippets.list            x   x   x   x   x   .
snippets.keep            x   x   x   x   x   .
snippets.share           x   x   .   .   .   .
after-hours.show         x   x   .   .   .   .
after-hours.set          x   .   .   .   .   .
backup.show              x   x   .   .   .   .
backup.make              x   x   .   .   .   .
backup.verify            x   x   .   .   .   .
backup.target            x   .   .   .   .   .
backup.freshness         x   x   x   x   x   x
backup.drill             x   .   .   .   .   .
backup.kit               x   .   .   .   .   .
recovery.renew           x   .   .   .   .   .
computer.move            x   .   .   .   .   .
computer.arrival         x   .   .   .   .   .
problem.report           x   x   x   x   x   x
updates.show             x   .   .   .   .   .
updates.set              x   .   .   .   .   .
updates.check            x   .   .   .   .   .
practice.show            x   x   x   x   x   .
people.add               x   x   x   .   .   .
people.timeline          x   x   x   x   x   .
people.export            x   x   .   .   .   .
imports.map              x   x   x   .   .   .
imports.list             x   x   x   .   .   .
imports.undo             x   x   .   .   .   .
imports.watch            x   x   .   .   .   .
household.show           x   x   x   x   x   .
household.set            x   x   x   .   .   .
consent.show             x   x   x   x   x   .
consent.record           x   x   x   x   .   .
consent.authorization    x   x   x   .   .   .
consent.ask              x   x   x   .   .   .
consent.batch            x   .   .   .   .   .
consent.prove            x   x   x   x   .   .
fields.list              x   x   x   x   x   .
fields.set               x   .   .   .   .   .
visits.list              x   x   x   x   .   .
visits.set               x   x   x   .   .   .
duplicates.list          x   x   x   .   .   .
duplicates.merge         x   x   .   .   .   .
addresses.check          x   x   x   .   .   .
segments.list            x   x   x   .   .   .
segments.show            x   x   .   .   .   .
segments.set             x   x   .   .   .   .
templates.list           x   x   x   .   .   .
templates.keep           x   x   .   .   .   .
templates.approve        x   x   .   .   .   .
pictures.keep            x   x   .   .   .   .
brand.set                x   x   .   .   .   .
campaigns.list           x   x   .   .   .   .
campaigns.show           x   x   .   .   .   .
campaigns.keep           x   x   .   .   .   .
campaigns.check          x   x   .   .   .   .
campaigns.test           x   x   .   .   .   .
campaigns.approve        x   x   .   .   .   .
campaigns.start          x   x   .   .   .   .
campaigns.pause          x   x   .   .   .   .
campaigns.excluded       x   x   .   .   .   .
opt-outs.take            x   x   x   .   .   .
results.show             x   x   .   .   .   .
results.export           x   x   .   .   .   .
windows.list             x   x   x   .   .   .
windows.set              x   x   .   .   .   .
answers.list             x   x   x   .   .   .
answers.enter            x   x   x   .   .   .
answers.export           x   x   x   .   .   .
calendar.show            x   x   x   .   .   .
calendar.slots           x   x   x   .   .   .
computer.retire          x   .   .   .   .   .
help.check               x   x   x   x   x   .
help.show                x   x   x   x   x   .
help.again               x   x   x   x   x   .
reminders.explain        x   x   x   .   .   .
content.policy           x   x   .   .   .   .
content.set              x   .   .   .   .   .
reach.show               x   x   x   .   .   .
storage.manage           x   .   .   .   .   .
storage.list             x   x   .   .   .   .
pickups.list             x   x   x   x   x   .
pickups.revoke           x   x   x   x   x   .
relays.onward            x   .   .   .   .   .
posture.show             x   x   .   .   .   .
people.passphrase        x   x   x   x   .   .
keys.import              x   x   x   x   .   .
appointments.import      x   x   x   .   .   .
letter.explain           x   x   x   x   x   .
letter.send              x   x   x   x   x   .
reminders.preview        x   x   x   .   .   .
reminders.send           x   x   x   .   .   .
outbox.list              x   x   x   x   x   .
outbox.run               x   x   x   x   x   .
messages.cancel          x   x   x   x   x   .
relays.list              x   x   .   .   .   .
relays.add               x   .   .   .   .   .
relays.test              x   x   .   .   .   .
relays.evidence          x   .   .   .   .   .
audit.list               x   .   .   .   .   x
audit.verify             x   .   .   .   .   x
audit.export             x   .   .   .   .   x
audit.access             x   .   .   .   .   .
audit.disclosures        x   .   .   .   .   .
audit.checkpoint         x   .   .   .   .   x
audit.state              x   x   x   x   x   x
audit.witness            x   .   .   .   .   x
audit.explain-gap        x   .   .   .   .   .
audit.marks              x   .   .   .   .   .
users.list               x   .   .   .   .   .
users.matrix             x   .   .   .   .   .
users.invite             x   .   .   .   .   .
users.withdraw           x   .   .   .   .   .
users.add                x   .   .   .   .   .
users.role               x   .   .   .   .   .
users.suspend            x   .   .   .   .   .
users.reinstate          x   .   .   .   .   .
users.offboard-plan      x   .   .   .   .   .
users.offboard           x   .   .   .   .   .
approvals.list           x   .   .   .   .   x
approvals.decide         x   .   .   .   .   x
access.review            x   .   .   .   .   x
access.sign              x   .   .   .   .   .
alerts.list              x   x   x   x   x   x
alerts.see               x   .   .   .   .   .
alerts.incident          x   .   .   .   .   .
alerts.rules             x   .   .   .   .   x
alerts.set               x   .   .   .   .   .
digest.show              x   .   .   .   .   x
digest.sign              x   .   .   .   .   .
retention.show           x   .   .   .   .   x
retention.set            x   .   .   .   .   .
retention.seal           x   .   .   .   .   .
retention.purge          x   .   .   .   .   .
policy.show              x   .   .   .   .   .
policy.set               x   .   .   .   .   .
security.show            x   x   x   x   x   x
security.password        x   x   x   x   x   x
security.codes           x   x   x   x   x   x
security.authenticator   x   x   x   x   x   x
security.key             x   x   x   x   x   x
security.key-remove      x   x   x   x   x   x
security.session         x   x   x   x   x   x
security.pin             x   x   x   x   x   x
security.pin-forget      x   x   x   x   x   x
notices.list             x   x   x   x   x   x
notices.acknowledge      x   x   x   x   x   x
drafts.keep              x   x   x   x   x   x
drafts.list              x   x   x   x   x   x
drafts.discard           x   x   x   x   x   x
practice.set             x   .   .   .   .   .
session.issue            x   x   x   x   x   x
session.step-up          x   x   x   x   x   x
session.end              x   x   x   x   x   x
"""
"""Administrator, manager, front desk, clinician, billing, auditor."""

COLUMNS = {
    "adm": Role.ADMINISTRATOR,
    "man": Role.MANAGER,
    "fro": Role.FRONT_DESK,
    "cli": Role.CLINICIAN,
    "bil": Role.BILLING,
    "aud": Role.AUDITOR,
}
HEAD, *LINES = [line.split() for line in EXPECTED.strip().splitlines()]
CELLS = {
    (COLUMNS[name], line[0]): mark == "x" for line in LINES for name, mark in zip(HEAD, line[1:], strict=True)
}


def test_g36_no_action_and_no_role_is_missing_from_the_table() -> None:
    assert [line[0] for line in LINES if line[0] not in set(Action)] == []
    assert {action for _, action in CELLS} == {action.value for action in Action}
    assert {role for role, _ in CELLS} == set(Role) == set(MATRIX)
    assert len(CELLS) == len(Role) * len(Action)


@pytest.mark.parametrize("action", Action, ids=str)
@pytest.mark.parametrize("role", Role, ids=str)
def test_g36_every_cell_is_as_it_was_written_down(role: Role, action: Action, clock: object) -> None:
    guard = Guard(clock)  # type: ignore[arg-type]
    session = guard.open(User(UserId("a" * 32), "ana", role), clock.now(), second=True)  # type: ignore[attr-defined]
    try:
        guard.check(session, action)
        answer = "x"
    except Refused as refused:
        answer = refused.code
    assert answer == ("x" if CELLS[role, action.value] else "not-allowed")
    assert may(role, action) is CELLS[role, action.value]


def test_g36_a_role_that_has_no_row_may_do_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    without = {role: actions for role, actions in MATRIX.items() if role is not Role.MANAGER}
    monkeypatch.setattr("desktop.access.roles.MATRIX", without)
    assert not any(may(Role.MANAGER, action) for action in Action)


def test_what_goes_on_in_a_gap_of_the_log_are_acts_and_no_letters_of_one() -> None:
    assert set(Action) >= IN_A_GAP
    assert Action.SHOW_CALENDAR in IN_A_GAP


def test_three_roles_are_ready_to_use_and_three_stand_under_more() -> None:
    assert set(Role) - MORE == {Role.ADMINISTRATOR, Role.MANAGER, Role.FRONT_DESK}


def test_changes_of_accounts_and_exports_want_a_fresh_proof_each_for_its_purpose() -> None:
    def of(purpose: Purpose) -> set[str]:
        return {action.value for action, wanted in STEP_UP.items() if wanted is purpose}

    assert of(Purpose.EXPORT) == {
        *("audit.export", "audit.access", "audit.disclosures", "retention.purge", "people.export"),
    }
    assert of(Purpose.CAMPAIGN) == {"campaigns.start"}
    assert of(Purpose.KEYS) == {
        *("keys.own", "relays.grant", "backup.target", "backup.kit", "recovery.renew", "computer.retire")
    }
    assert of(Purpose.OWN_SECURITY) == {
        "security.codes",
        "security.authenticator",
        "security.key",
        "security.pin",
    }
    assert of(Purpose.USERS) == {
        "consent.batch",
        "imports.watch",
        "templates.approve",
        "users.invite",
        "users.add",
        "users.role",
        "users.suspend",
        "users.reinstate",
        "users.offboard",
        "approvals.decide",
        "access.sign",
        "policy.set",
        "alerts.set",
        "digest.sign",
        "retention.set",
        "audit.explain-gap",
        "content.set",
        "sending.set",
        "after-hours.set",
    }
    assert not STEP_UP.keys() & {Action.SEND_REMINDERS, Action.SEND_LETTER, Action.SIGN_OUT}


def test_the_doors_purposes_are_the_guards() -> None:
    assert [p.value for p in values_access.Purpose] == [p.value for p in Purpose]


# --- groups of fields -----------------------------------------------------------------


def test_every_field_of_people_and_visits_belongs_to_one_group() -> None:
    assert {field.name for field in fields(Person)} - {"id"} == set(PERSON_FIELDS) == set(EMPTY)
    assert {field.name for field in fields(Appointment)} - {"id", "person"} == set(APPOINTMENT_FIELDS)


def test_who_sees_which_group() -> None:
    c, a, k, b = FieldGroup
    assert {role: set(groups) for role, groups in FIELD_GROUPS.items()} == {
        Role.ADMINISTRATOR: {c, a, k, b},
        Role.MANAGER: {c, a, k, b},
        Role.FRONT_DESK: {c, a},
        Role.CLINICIAN: {c, a, k},
        Role.BILLING: {c, b},
        Role.AUDITOR: set(),
    }


def test_what_a_role_does_not_see_is_empty_and_named() -> None:
    person = Person(
        PersonId("p" * 32),
        Kind.PATIENT,
        "Zoraida",
        "Canaryfield",
        None,
        "zoraida@example.org",
        "es",
        Detail.FULL,
        Status.ACTIVE,
        Consent.GIVEN,
        external_id="1001",
    )
    assert visible(person, Role.FRONT_DESK) == person
    assert visible(person, Role.BILLING).detail is Detail.MINIMAL
    assert visible(person, Role.BILLING).email == "zoraida@example.org"
    assert hidden(Role.BILLING) == ("appointment", "clinical")
    nobody = visible(person, Role.AUDITOR)
    assert (nobody.name, nobody.email, nobody.external_id, nobody.consent) == ("", "", "", Consent.UNKNOWN)
    assert hidden(Role.AUDITOR) == tuple(FieldGroup)
