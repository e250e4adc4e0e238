"""What stands out, and what must not: no cry of wolf on a Monday morning."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from desktop.audit.events import Act, Event
from desktop.audit.fields import FIELDS
from desktop.audit.rules import RULES
from desktop.compliance.hours import Hours, load_hours, put_hours
from desktop.errors import InputError
from desktop.models import alerts, audit, messages, people
from desktop.models.accounts import UserId
from desktop.models.alerts import Threshold
from desktop.models.records import (
    Consent,
    Detail,
    Kind,
    Label,
    Message,
    MessageId,
    Method,
    Person,
    PersonId,
    State,
    Status,
)
from tests.support.logbook import ANA, BO, MONDAY, PERSON, Book, failed, open_book, queued

SHOWN = Event(Act.PEOPLE_SHOWN, obj=PERSON)


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    with open_book(tmp_path) as opened:
        yield opened


def many(event: Event, times: int) -> tuple[Event, ...]:
    return (event,) * times


def refused(why: str = "not-allowed") -> Event:
    return Event(Act.GUARD_REFUSED, obj="audit.export", outcome="refused", why=why)


# --- an ordinary Monday --------------------------------------------------------------------


def test_three_mistyped_passwords_on_the_first_monday_raise_nothing(book: Book) -> None:
    book.write(*(failed(MONDAY - timedelta(minutes=number)) for number in range(3)), actor="system")
    assert book.rules() == []


def test_the_whole_team_mistyping_twice_raises_nothing(book: Book) -> None:
    for number in range(9):
        book.write(*many(failed(MONDAY, f"{number:032x}"), 2), actor="system")
    assert book.rules() == []


def test_sixty_reminders_on_a_monday_morning_raise_nothing(book: Book) -> None:
    book.write(*many(queued(), 60))
    assert book.rules() == []


def test_a_busy_morning_at_the_desk_raises_nothing(book: Book) -> None:
    book.write(*many(SHOWN, 200), *many(Event(Act.PEOPLE_SEARCHED, det={"count": 50, "ids": "a" * 64}), 50))
    assert book.rules() == []


@pytest.mark.parametrize("why", ["locked", "step-up-needed", "signed-out"])
def test_refusals_that_belong_to_ordinary_work_raise_nothing(book: Book, why: str) -> None:
    book.write(*many(refused(why), 40))
    assert book.rules() == []


# --- what stands out ------------------------------------------------------------------------


def test_eight_failures_within_an_hour_are_one_alert_about_that_user(book: Book) -> None:
    book.write(*(failed(MONDAY + timedelta(minutes=number), BO) for number in range(8)), actor="system")
    (alert,) = book.look()
    assert (alert.rule, alert.subject, alert.count) == ("signin-failures", BO, 8)
    assert (alert.first, alert.last) == (MONDAY, MONDAY + timedelta(minutes=7))
    assert len(alert.seqs) == 8


def test_failures_spread_over_a_weekend_and_written_at_once_are_none(book: Book) -> None:
    book.write(*(failed(MONDAY - timedelta(hours=6 * number)) for number in range(9)), actor="system")
    assert book.rules() == []


def test_a_stopped_sign_in_is_one_by_itself(book: Book) -> None:
    at = int(MONDAY.timestamp() * 1000)
    det: dict[str, str | int] = {"at": at, "tries": 100}
    book.write(Event(Act.SIGNIN_STOPPED, obj=BO, outcome="refused", why="sign-in-stopped", det=det))
    assert book.rules() == ["signin-failures"]


@pytest.mark.parametrize(
    ("event", "times", "rule"),
    [
        (SHOWN, 30, "off-hours-views"),
        (Event(Act.PEOPLE_SEARCHED, det={"count": 50, "ids": "a" * 64}), 6, "off-hours-views"),
        (Event(Act.APPOINTMENTS_SHOWN, det={"count": 300, "ids": "a" * 64}), 1, "off-hours-views"),
        (
            Event(
                Act.AUDIT_EXPORTED,
                det={"format": "csv", "records": 9, "reason": "a" * 32, "reason-hash": "b" * 64},
            ),
            1,
            "off-hours-export",
        ),
    ],
)
def test_bulk_at_night_stands_out_and_by_day_does_not(
    book: Book, event: Event, times: int, rule: str
) -> None:
    book.write(*many(event, times))
    assert book.rules() == []
    book.clock.advance(hours=14)
    book.write(*many(event, times))
    (alert,) = book.look()
    assert (alert.rule, alert.subject) == (rule, ANA)


def test_less_than_bulk_at_night_does_not(book: Book) -> None:
    book.clock.advance(hours=14)
    book.write(*many(SHOWN, 29))
    assert book.rules() == []


def test_outbound_volume_is_held_against_the_practices_own_four_weeks(book: Book) -> None:
    book.write(*many(queued(), 80))
    book.look()
    book.clock.advance(days=2)
    book.write(*many(queued(), 230))
    assert book.rules() == []  # more than 200, not more than three times 80
    book.clock.advance(days=40)
    book.write(*many(queued(), 230))
    assert book.rules() == ["outbound-volume"]


def test_many_refusals_by_one_person(book: Book) -> None:
    book.write(*many(refused(), 9), actor=BO)
    book.write(*many(refused(), 9))
    assert book.rules() == []
    book.write(refused(), actor=BO)
    (alert,) = book.look()
    assert (alert.rule, alert.subject, alert.count) == ("many-refusals", BO, 10)


def test_sending_that_stopped_by_itself_is_urgent_and_a_pause_by_a_person_is_nothing(book: Book) -> None:
    book.write(Event(Act.SENDING_PAUSED, "all", why="paused-by-person"))
    assert book.rules() == []
    book.write(Event(Act.SENDING_PAUSED, "relay." + "a" * 32, why="relay-sign-in-failed"), actor="system")
    (alert,) = book.look()
    assert (alert.rule, alert.severity) == ("sending-stopped", "urgent")
    book.write(Event(Act.SENDING_WARNED, "kind.reminder", why="too-many-bounces"), actor="system")
    assert book.rules() == ["much-came-back"]


def test_a_mail_service_that_refused_the_sign_in_is_told_of_while_another_stands_in(book: Book) -> None:
    book.write(Event(Act.RELAY_CHANGED, "b" * 32, why="standby-took-over"), actor="system")
    assert book.rules() == []
    book.write(Event(Act.RELAY_CHANGED, "b" * 32, why="standby-after-refusal"), actor="system")
    (alert,) = book.look()
    assert (alert.rule, alert.severity) == ("first-relay-refuses", "warning")


def test_a_log_that_does_not_agree_is_urgent(book: Book) -> None:
    det: dict[str, str | int] = {"records": 4, "class": "edited"}
    book.write(Event(Act.AUDIT_VERIFIED, det=det | {"class": "ok"}))
    assert book.rules() == []
    book.write(Event(Act.AUDIT_VERIFIED, outcome="failed", why="edited", det=det))
    (alert,) = book.look()
    assert (alert.rule, alert.severity) == ("audit-mismatch", "urgent")


def test_emergency_access_is_urgent_and_a_failed_one_is_not_it(book: Book) -> None:
    book.write(Event(Act.VAULT_RECOVERED, outcome="failed", why="recovery-key-wrong"), actor="system")
    assert book.rules() == []
    book.write(Event(Act.VAULT_RECOVERED, obj=ANA), actor="system")
    assert book.rules() == ["emergency-access"]


def test_a_clock_that_goes_back_twice_a_day(book: Book) -> None:
    anomaly = Event(Act.CLOCK_ANOMALY, det={"before": 2, "after": 1})
    book.write(anomaly, actor="system")
    assert book.rules() == []
    book.write(anomaly, actor="system")
    assert book.rules() == ["clock-anomaly"]


def test_backups_are_silent_until_there_has_been_one(book: Book) -> None:
    book.clock.advance(days=30)
    assert book.rules() == []
    book.put("backup-last-at", book.clock.now().isoformat())
    book.clock.advance(days=2)
    assert book.rules() == []
    book.clock.advance(days=2)
    assert book.rules() == ["backup-old"]
    book.clock.advance(hours=1)
    assert book.rules() == []  # said once a day
    book.clock.advance(days=1)
    assert book.rules() == ["backup-old"]


# --- mail to personal domains -----------------------------------------------------------------


def letter(book: Book, number: int, kind: Kind, address: str, actor: str = ANA) -> None:
    person = Person(
        PersonId(f"{number:032x}"),
        kind,
        "",
        "Contact",
        date(1970, 1, 1),
        address,
        "en",
        Detail.STANDARD,
        Status.ACTIVE,
        Consent.UNKNOWN,
    )
    message = Message(
        id=MessageId(f"{number + 100:032x}"),
        kind="letter",
        source=f"{number}",
        occurrence=0,
        generation=1,
        person=person.id,
        address=address,
        method=Method.TLS,
        state=State.QUEUED,
        label=Label.ROUTINE,
        relay=None,
        message_id=f"<{number}@example.org>",
        sha256="",
        decision_hash="",
        reasons=(),
        queued_at=MONDAY,
        not_before=MONDAY,
        useless_after=None,
    )
    book.db.write(lambda tx: people.insert(tx, person))
    book.db.write(lambda tx: messages.insert(tx, message, b"", "{}"))
    book.write(queued("letter", message.id), actor=actor)


def test_letters_to_professionals_at_private_providers_stand_out(book: Book) -> None:
    for number in range(3):
        letter(book, number, Kind.PROFESSIONAL, f"lab{number}@Gmail.com")
    (alert,) = book.look()
    assert (alert.rule, alert.count, alert.subject) == ("personal-mail", 3, ANA)


@pytest.mark.parametrize(
    ("kind", "address", "actor"),
    [
        (Kind.PATIENT, "maria@gmail.com", ANA),
        (Kind.PROFESSIONAL, "lab@northlab.example", ANA),
        (Kind.PROFESSIONAL, "officer@gmail.com", "system"),
    ],
)
def test_letters_to_patients_to_own_domains_and_by_the_program_do_not(
    book: Book, kind: Kind, address: str, actor: str
) -> None:
    for number in range(5):
        letter(book, number, kind, f"{number}{address}", actor)
    assert book.rules() == []


# --- grouping, looking on, thresholds -------------------------------------------------------------


def test_more_of_the_same_within_a_day_is_the_same_alert_and_unseen_again(book: Book) -> None:
    book.write(*many(refused(), 10))
    (first,) = book.look()
    assert book.db.write(lambda tx: alerts.see(tx, first.id, ANA, book.clock.now()))
    book.clock.advance(minutes=5)
    book.write(*many(refused(), 4))
    assert book.look() == ()
    (same,) = book.all()
    assert (same.id, same.count, same.seen_at) == (first.id, 14, None)
    assert same.last == book.clock.now()
    book.clock.advance(days=1, hours=1)
    book.write(*many(refused(), 10))
    assert len(book.look()) == 1
    assert len(book.all()) == 2


def test_nothing_is_counted_twice_by_looking_twice(book: Book) -> None:
    book.write(*many(refused(), 10))
    assert len(book.look()) == 1
    assert book.look() == ()
    assert [one.count for one in book.all()] == [10]


def test_a_raised_alert_is_a_record_without_names(book: Book) -> None:
    book.write(*many(refused(), 10))
    (alert,) = book.look()
    head = book.db.read(audit.last)
    assert head is not None
    assert '"act":"alert.raised"' in head.body
    assert alert.id in head.body
    assert '"rule":"many-refusals"' in head.body


def test_it_counts_from_the_last_change_of_its_rule(book: Book) -> None:
    book.write(*many(refused(), 6))
    book.look()
    book.clock.advance(minutes=1)
    chosen = Threshold("many-refusals", 5, 60, book.clock.now())
    book.db.write(lambda tx: alerts.put_threshold(tx, chosen, ANA))
    book.write(*many(refused(), 4))
    assert book.rules() == []  # ten in all, four since the change
    book.write(refused())
    assert [one.count for one in book.look()] == [5]


def test_it_counts_from_the_last_change_of_the_hours(book: Book) -> None:
    book.clock.advance(hours=14)
    book.write(*many(SHOWN, 29))
    book.look()
    book.clock.advance(seconds=1)
    book.db.write(lambda tx: put_hours(tx, 8, 18, (1, 2, 3, 4, 5), book.clock.now()))
    book.clock.advance(seconds=1)
    book.write(*many(SHOWN, 29))
    assert book.rules() == []


def test_hours_follow_the_practices_own_zone(book: Book) -> None:
    hours = book.db.read(load_hours)
    assert not hours.closed(MONDAY)
    assert replace(hours, zone=Hours().zone).closed(MONDAY - timedelta(hours=9))
    assert hours.closed(MONDAY - timedelta(days=1))  # a Sunday
    assert hours.closed(MONDAY - timedelta(hours=2))  # six in the morning in Denver


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [(9, 9, (1,)), (-1, 5, (1,)), (7, 25, (1,)), (7, 19, ()), (7, 19, (0,)), (7, 19, (1, 1))],
)
def test_hours_that_make_no_sense_are_refused(
    book: Book, first: int, last: int, days: tuple[int, ...]
) -> None:
    with pytest.raises(InputError, match="opening-hours-wrong"):
        book.db.write(lambda tx: put_hours(tx, first, last, days, MONDAY))


def test_the_cost_does_not_follow_the_size_of_the_log(book: Book) -> None:
    def taken() -> float:
        began = time.perf_counter()
        for _ in range(5):
            book.write(*many(refused(), 2), actor=UserId(f"{time.perf_counter_ns():032x}"))
            book.look()
        return time.perf_counter() - began

    few = min(taken() for _ in range(3))
    for _ in range(20):
        book.write(*many(SHOWN, 1000))
    book.look()
    book.clock.advance(days=2)
    assert min(taken() for _ in range(3)) < 5 * few + 0.05


def test_the_closed_list_of_fields_knows_every_rule() -> None:
    assert [code for code in RULES if not FIELDS["rule"](code)] == []
