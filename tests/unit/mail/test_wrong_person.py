"""What reached somebody else: stopped once, on record once, and never at an address that a mail names."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from desktop.compliance import alerts as watching
from desktop.mail.suppressed import stopped_addresses
from desktop.mail.wrong_person import TASK, report
from desktop.models import alerts, suppressions, tasks
from desktop.models.accounts import UserId
from desktop.models.records import Message
from desktop.models.tables_mail import incident
from desktop.models.tasks import TaskState
from tests.practice.office import Practice
from tests.support.mailbox import letter

Report = Callable[..., bool]


@pytest.fixture
def told(office: Practice) -> Report:
    def tell(row: Message, by: UserId | None = None) -> bool:
        now = office.clock.now()
        return office.db.write(lambda tx: report(tx, office.audit, row, now, by))

    return tell


def incidents(office: Practice) -> list[tuple[str, str, str]]:
    return [
        tuple(row)
        for row in office.db.read(
            lambda tx: tx.connection.execute(
                select(incident.c.kind, incident.c.source, incident.c.state)
            ).all()
        )
    ]


def test_the_address_is_stopped_and_an_incident_alert_and_task_are_opened(
    office: Practice, told: Report
) -> None:
    row = letter(office)
    assert told(row)
    assert office.db.read(lambda tx: stopped_addresses(tx, [row.address]))
    assert incidents(office) == [("wrong-recipient", row.id, "open")]
    (alert,) = office.db.read(alerts.listing)
    assert (alert.rule, alert.severity, alert.subject, bool(alert.incident)) == (
        *("wrong-recipient", "urgent"),
        row.id,
        True,
    )
    (task,) = office.db.read(lambda tx: tasks.open_ones(tx, TASK))
    assert (task.source, task.person) == (row.id, row.person)
    assert {"address.suppressed", "person.wrong", "incident.opened", "alert.raised"} <= set(office.acts())


def test_saying_it_again_changes_nothing(office: Practice, told: Report) -> None:
    row = letter(office)
    told(row)
    acts = office.acts()
    assert not told(row)
    assert not told(row, office.session.user)
    assert office.acts() == acts


def test_another_message_to_the_same_address_is_an_incident_of_its_own(
    office: Practice, told: Report
) -> None:
    person = office.person()
    first, other = letter(office, person), letter(office, person)
    assert told(first)
    assert told(other)
    assert len(incidents(office)) == 2
    assert len(office.db.read(suppressions.listing)) == 1


def test_after_it_was_settled_the_same_can_happen_again(office: Practice, told: Report) -> None:
    row, now, user = letter(office), office.clock.now(), office.session.user
    told(row)
    (stop,) = office.db.read(suppressions.listing)
    (alert,) = office.db.read(alerts.listing)
    (task,) = office.db.read(lambda tx: tasks.open_ones(tx, TASK))
    office.db.write(lambda tx: suppressions.lift(tx, stop.id, now, user, "phone"))
    office.db.write(lambda tx: alerts.close_incident(tx, alert.incident, now))
    office.db.write(lambda tx: tasks.close(tx, task.id, TaskState.DONE, now, user))
    assert told(row)
    assert [state for *_, state in incidents(office)].count("open") == 1
    assert len(office.db.read(lambda tx: tasks.open_ones(tx, TASK))) == 1


def test_who_said_so_here_is_on_record(office: Practice, told: Report) -> None:
    told(letter(office), office.session.user)
    (line,) = [line for line in office.log() if '"act":"person.wrong"' in line]
    assert f'"actor":"{office.session.user}"' in line


def test_the_security_officer_hears_of_it_like_of_every_alert(office: Practice, told: Report) -> None:
    row, now = letter(office), office.clock.now()
    office.db.write(lambda tx: watching.look(tx, office.audit, now))
    told(row)
    looked = office.db.write(lambda tx: watching.look(tx, office.audit, now))
    assert [one.rule for one in looked.raised] == ["wrong-recipient"]
    assert office.db.write(lambda tx: watching.look(tx, office.audit, now)).raised == ()
