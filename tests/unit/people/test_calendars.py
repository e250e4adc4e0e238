"""iCalendar files: single visits, series with their exceptions, and rules that never end."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from desktop.errors import InputError
from desktop.models.records import VisitStatus
from desktop.people.calendar_series import FILE_MOST, SERIES_MOST
from desktop.people.calendars import is_calendar, read_calendar
from desktop.people.schedules import ParsedAppointments, parse_appointments

TODAY = date(2026, 11, 22)
ZONE = "America/New_York"
START = "DTSTART;TZID=America/New_York:20261124T143000"


def event(*lines: str, uid: str = "a1@pms.example") -> str:
    own = (f"UID:{uid}",) if uid else ()
    return "\r\n".join(["BEGIN:VEVENT", *own, "DTSTAMP:20261120T101500Z", *lines, "END:VEVENT", ""])


def calendar(*events: str, head: str = "") -> bytes:
    body = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//PMS//EN\r\n" + head + "".join(events)
    return (body + "END:VCALENDAR\r\n").encode()


def visits(data: bytes, today: date | None = TODAY) -> ParsedAppointments:
    return parse_appointments(read_calendar(data, "appointments", today), ZONE)


def starts(found: ParsedAppointments) -> list[str]:
    return [f"{row.start:%m-%d %H:%M}" for row in found.rows if row.status is not VisitStatus.CANCELLED]


def reasons(found: ParsedAppointments) -> list[tuple[int, str]]:
    return [(one.line, one.reason.code) for one in found.rejected]


def test_an_event_is_a_visit() -> None:
    data = calendar(
        event(
            START,
            "DURATION:PT30M",
            "SUMMARY:Lopez\\, Maria (10442) - Check-up",
            "LOCATION:North Street",
            "ORGANIZER;CN=Dr. Anita Shah:mailto:shah@practice.example",
            "STATUS:CONFIRMED",
            "BEGIN:VALARM",
            "TRIGGER:-PT15M",
            "DESCRIPTION:MRN: 99",
            "END:VALARM",
        )
    )
    (row,) = visits(data).rows

    assert (row.external_id, row.patient_id, row.last_name, row.first_name) == (
        *("a1@pms.example", "10442", "Lopez", "Maria"),
    )
    assert (row.visit_type, row.provider, row.location) == ("Check-up", "Dr. Anita Shah", "North Street")
    assert row.start_utc == datetime(2026, 11, 24, 19, 30, tzinfo=UTC)
    assert row.status is VisitStatus.BOOKED


@pytest.mark.parametrize(
    "lines",
    [
        ("SUMMARY:Check-up", "DESCRIPTION:Patient: Lopez\\, Maria\\nMRN: 10442\\nDOB: 1961-03-04"),
        ("SUMMARY:Check-up", "X-PATIENT-NAME:Lopez, Maria", "X-PATIENT-ID:10442", "X-DOB:1961-03-04"),
        ("SUMMARY:Check-up", "DESCRIPTION:Paciente: Lopez\\, Maria\\nExpediente: 10442", "X-DOB:1961-03-04"),
    ],
)
def test_the_patient_may_stand_in_the_description_or_in_fields_of_its_own(lines: tuple[str, ...]) -> None:
    (row,) = visits(calendar(event(START, *lines))).rows
    assert (row.patient_id, row.last_name, row.birth_date) == ("10442", "Lopez", date(1961, 3, 4))
    assert row.visit_type == "Check-up"


@pytest.mark.parametrize(
    ("line", "utc_hour"),
    [
        ("DTSTART:20261124T193000Z", 19),
        ("DTSTART:20261124T143000", 19),
        ("DTSTART;TZID=Eastern Standard Time:20261124T143000", 19),
        ("DTSTART;TZID=/freeassociation.sourceforge.net/America/Denver:20261124T123000", 19),
        ("DTSTART;TZID=America/Argentina/Buenos_Aires:20261124T163000", 19),
    ],
)
def test_zones_are_known_by_their_usual_names(line: str, utc_hour: int) -> None:
    (row,) = visits(calendar(event(line, "SUMMARY:Maria Lopez"))).rows
    assert row.start_utc == datetime(2026, 11, 24, utc_hour, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("DTSTART;TZID=Customized Time Zone:20261124T143000", "zone-unknown"),
        ("DTSTART;TZID=../../etc/passwd:20261124T143000", "zone-unknown"),
        ("DTSTART;VALUE=DATE:20261124", "time-missing"),
        ("DTSTART:20261324T143000", "ics-broken"),
        ("DTSTART:99991124T143000", "date-impossible"),
        ("SUMMARY:no start", "ics-broken"),
        (START + "\r\n" + START, "ics-broken"),
        ("NOT A PROPERTY\r\n" + START, "patient-missing"),
    ],
)
def test_an_event_that_is_not_certain_is_left_out_with_its_line(line: str, code: str) -> None:
    found = visits(calendar(event(START, "SUMMARY:Ana Ruiz (1)", uid="1"), event(line, uid="2")))
    assert [row.patient_id for row in found.rows][:1] == ["1"]
    assert reasons(found)[:1] == [(10, code)]


def test_a_series_goes_on_for_eighteen_months_and_no_longer() -> None:
    found = visits(calendar(event(START, "RRULE:FREQ=WEEKLY", "SUMMARY:Maria Lopez (1)")))

    assert found.rejected == ()
    assert len(found.rows) == 79
    assert max(row.start.date() for row in found.rows) <= TODAY + timedelta(days=548)
    assert {f"{row.start:%H:%M}" for row in found.rows} == {"14:30"}  # on either side of summer time
    assert found.rows[0].external_id == "a1@pms.example#20261124T1430"
    assert len({row.external_id for row in found.rows}) == 79


def test_an_old_series_begins_a_month_back() -> None:
    old = event("DTSTART;TZID=America/New_York:20100105T090000", "RRULE:FREQ=DAILY", "SUMMARY:x (1)")
    first = visits(calendar(old)).rows[0].start.date()
    assert first == TODAY - timedelta(days=31)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("FREQ=WEEKLY;COUNT=3", ["11-24 14:30", "12-01 14:30", "12-08 14:30"]),
        ("FREQ=WEEKLY;UNTIL=20261201T193000Z", ["11-24 14:30", "12-01 14:30"]),
        ("FREQ=WEEKLY;UNTIL=20261201T193000Z;COUNT=1", ["11-24 14:30"]),
        ("FREQ=WEEKLY;UNTIL=20261201", ["11-24 14:30", "12-01 14:30"]),
        ("FREQ=MONTHLY;BYDAY=-1TU;COUNT=2", ["11-24 14:30", "12-29 14:30"]),
        ("FREQ=WEEKLY;BYDAY=TU,TH;WKST=MO;COUNT=3", ["11-24 14:30", "11-26 14:30", "12-01 14:30"]),
        ("FREQ=DAILY;UNTIL=20200101T000000Z", ["11-24 14:30"]),
    ],
)
def test_a_rule_ends_where_it_says(rule: str, expected: list[str]) -> None:
    assert starts(visits(calendar(event(START, f"RRULE:{rule}", "SUMMARY:x (1)")))) == expected


def test_days_taken_out_and_put_in_and_moved_are_so() -> None:
    zone = "TZID=America/New_York"
    master = event(
        *(START, "RRULE:FREQ=WEEKLY;COUNT=4", "SUMMARY:Maria Lopez (1)"),
        *(f"EXDATE;{zone}:20261201T143000", f"RDATE;{zone}:20261203T100000"),
    )
    moved = event(
        "RECURRENCE-ID:20261208T193000Z", f"DTSTART;{zone}:20261209T090000", "SUMMARY:Maria Lopez (1)"
    )
    off = event(
        f"RECURRENCE-ID;{zone}:20261215T143000",
        START.replace("1124", "1215"),
        "STATUS:CANCELLED",
        "SUMMARY:x (1)",
    )
    found = visits(calendar(moved, master, off))

    assert found.rejected == ()
    assert sorted(starts(found)) == ["11-24 14:30", "12-03 10:00", "12-09 09:00"]
    by_number = {row.external_id.split("#")[1]: row for row in found.rows}
    assert by_number["20261201T1430"].status is VisitStatus.CANCELLED
    assert by_number["20261215T1430"].status is VisitStatus.CANCELLED
    assert by_number["20261208T1430"].start == datetime.fromisoformat("2026-12-09T09:00")


def test_the_newest_version_of_an_event_counts_and_a_called_off_calendar_is_called_off() -> None:
    newer = event(START.replace("1124", "1125"), "SEQUENCE:3", "SUMMARY:x (1)")
    older = event(START, "SEQUENCE:1", "SUMMARY:x (1)")
    assert starts(visits(calendar(newer, older))) == ["11-25 14:30"]
    gone = visits(calendar(newer, head="METHOD:CANCEL\r\n"))
    assert gone.rows[0].status is VisitStatus.CANCELLED


def test_two_events_without_a_number_are_two_visits() -> None:
    other = event(START.replace("1124", "1125"), "SUMMARY:Maria Lopez (1)", uid="")
    assert len(visits(calendar(event(START, "SUMMARY:Maria Lopez (1)", uid=""), other)).rows) == 2


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ("FREQ=SECONDLY", "recurrence-dense"),
        ("FREQ=HOURLY;INTERVAL=24", "recurrence-dense"),
        ("FREQ=DAILY;BYHOUR=1,2,3,4,5;BYMINUTE=0,10,20,30,40", "recurrence-dense"),
        ("FREQ=DAILY;BYSECOND=0,1", "recurrence-unread"),
        ("FREQ=DAILY;BYDAY=2MO", "recurrence-unread"),
        ("FREQ=DAILY;BYDAY=XX", "recurrence-unread"),
        ("FREQ=MONTHLY;BYMONTHDAY=0", "recurrence-unread"),
        ("FREQ=DAILY;INTERVAL=0", "recurrence-unread"),
        ("FREQ=DAILY;RSCALE=CHINESE", "recurrence-unread"),
        ("FREQ=DAILY\r\nRRULE:FREQ=WEEKLY", "recurrence-unread"),
        ("FREQ=DAILY\r\nEXRULE:FREQ=WEEKLY", "recurrence-unread"),
        ("INTERVAL=2", "recurrence-unread"),
    ],
)
def test_a_rule_that_no_visits_follow_is_refused_rather_than_followed(rule: str, code: str) -> None:
    found = visits(calendar(event(START, f"RRULE:{rule}", "SUMMARY:x (1)")))
    assert reasons(found) == [(4, code)]


def test_a_change_from_one_day_on_is_refused() -> None:
    ranged = event("RECURRENCE-ID;RANGE=THISANDFUTURE:20261201T193000Z", START, "SUMMARY:x (1)")
    assert reasons(visits(calendar(ranged))) == [(4, "recurrence-unread")]


def test_a_rule_that_never_comes_true_and_many_old_ones_end_soon() -> None:
    never = event(START, "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "SUMMARY:x (1)")
    assert starts(visits(calendar(never))) == ["11-24 14:30"]
    rule = "RRULE:FREQ=DAILY;COUNT=9999;BYMONTH=2;BYMONTHDAY=30"
    old = [event("DTSTART:19010101T090000", rule, "SUMMARY:x (1)", uid=str(n)) for n in range(10)]
    found = read_calendar(calendar(*old), "appointments", TODAY)
    assert {one.reason.code for one in found.rejected} == {"recurrence-long"}


def test_a_series_and_a_file_hold_so_many_visits_at_most() -> None:
    hours = ",".join(map(str, range(24)))
    many = [
        event(START, f"RRULE:FREQ=DAILY;BYHOUR={hours}", "SUMMARY:x (1)", uid=str(n))
        for n in range(FILE_MOST // SERIES_MOST + 1)
    ]
    assert len(visits(calendar(many[0])).rows) == SERIES_MOST
    with pytest.raises(InputError) as caught:
        visits(calendar(*many))
    assert caught.value.code == "rows-too-many"


def test_without_todays_date_the_files_own_stamp_stands_for_it() -> None:
    found = visits(calendar(event(START, "RRULE:FREQ=MONTHLY", "SUMMARY:x (1)")), None)
    assert max(row.start.date() for row in found.rows) <= date(2026, 11, 20) + timedelta(days=548)


def test_a_calendar_that_breaks_off_keeps_what_came_before() -> None:
    whole = calendar(event(START, "SUMMARY:x (1)", uid="1"), event(START, "SUMMARY:y (2)", uid="2"))
    found = visits(whole[: whole.rindex(b"END:VEVENT")])
    assert (len(found.rows), reasons(found)) == (1, [(10, "ics-broken")])


@pytest.mark.parametrize(
    ("body", "kind"), [("BEGIN:VTODO\r\nEND:VTODO\r\n", "appointments"), (event(START), "people")]
)
def test_other_entries_are_nobodys_rows(body: str, kind: str) -> None:
    with pytest.raises(InputError) as caught:
        read_calendar(calendar(body), kind, TODAY)
    assert caught.value.code == "nothing-of-kind"


def test_it_is_known_by_its_first_line() -> None:
    assert is_calendar(b"\xef\xbb\xbfBEGIN:VCALENDAR\n")
    assert is_calendar(calendar().decode().encode("utf-16"))
    assert not is_calendar(b"BEGIN:VCARD\n")
