"""Days, times and words as people write them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.models.records import Consent, Detail, Kind, Reason, Status, VisitStatus
from desktop.people import values
from desktop.people.walltime import moment_of

IDES = date(1980, 3, 15)
NEW_YORK = ZoneInfo("America/New_York")
wall = datetime.fromisoformat


@pytest.mark.parametrize(
    "text",
    [
        *("1980-03-15", "1980/3/15", "19800315", "3/15/1980", "03-15-1980", "15 Mar 1980", "15-MAR-1980"),
        *(
            "Mar 15, 1980",
            "March 15th, 1980",
            "15 de marzo de 1980",
            "1980-03-15 00:00:00",
            "1980-03-15T00:00:00Z",
        ),
        *("3/15/1980 12:00 AM".replace("12:00 AM", "0:00"), " 1980-03-15 "),
    ],
)
def test_one_day_is_read_in_each_usual_form(text: str) -> None:
    assert values.read_day(text) == IDES


def test_numbers_follow_the_practices_own_order() -> None:
    assert values.read_day("3/4/1980") == date(1980, 3, 4)
    assert values.read_day("3/4/1980", day_first=True) == date(1980, 4, 3)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("15/03/1980", "date-impossible"),
        ("1980-02-30", "date-impossible"),
        ("0000-01-01", "date-impossible"),
        ("3/4/61", "date-short-year"),
        ("15-Mar-80", "date-short-year"),
        ("29295", "date-unreadable"),
        ("1980-03/15", "date-unreadable"),
        ("15 Foo 1980", "date-unreadable"),
        ("1980-03-15 14:30", "date-unreadable"),
        ("١٩٨٠-٠٣-١٥", "date-unreadable"),
        ("yesterday", "date-unreadable"),
    ],
)
def test_a_day_that_is_not_certain_is_never_guessed(text: str, code: str) -> None:
    assert values.read_day(text) == Reason(code)


def test_a_birth_date_lies_in_the_past_of_a_living_person() -> None:
    today = date(2026, 11, 21)

    assert values.read_birth_date("2026-11-21", today) == today
    assert values.read_birth_date("2026-11-22", today) == Reason("birth-date-in-future")
    assert values.read_birth_date("1895-12-31", today) == Reason("birth-date-too-old", {"years": 130})
    assert values.read_birth_date("1896-01-01", today) == date(1896, 1, 1)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("14:30", time(14, 30)),
        ("2:30 PM", time(14, 30)),
        ("2:30pm", time(14, 30)),
        ("2:30 p. m.", time(14, 30)),
        ("2:30\u202fPM", time(14, 30)),
        ("2 pm", time(14)),
        ("1430", time(14, 30)),
        ("14h30", time(14, 30)),
        ("09:05:00", time(9, 5)),
        ("12:00 am", time(0)),
        ("12 pm", time(12)),
    ],
)
def test_one_time_is_read_in_each_usual_form(text: str, wanted: time) -> None:
    assert values.read_time(text) == (wanted, None)


@pytest.mark.parametrize(
    ("text", "hours"), [("01:30-05:00", -5), ("01:30Z", 0), ("1:30 am +0200", 2), ("01:30:00-0400", -4)]
)
def test_an_offset_beside_the_time_is_kept(text: str, hours: int) -> None:
    assert values.read_time(text) == (time(1, 30), timezone(timedelta(hours=hours)))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "14",
        "25:00",
        "24:00",
        "9:60",
        "13:00 pm",
        "0:30 am",
        "2:30 m",
        "2:30 x",
        "noon",
        "٣:30",
        "9:30+99:00",
    ],
)
def test_a_time_that_is_not_certain_is_never_guessed(text: str) -> None:
    assert values.read_time(text) == Reason("time-unreadable")


def test_words_of_the_closed_lists_are_read_in_both_languages() -> None:
    assert values.read_status("Fallecida") is Status.DECEASED
    assert values.read_status("Activo") is Status.ACTIVE
    assert values.read_kind("Provider") is Kind.PROFESSIONAL
    assert values.read_detail("mínimo") is Detail.MINIMAL
    assert values.read_consent("Sí") is Consent.GIVEN
    assert values.read_consent("opt-out") is Consent.REFUSED
    assert values.read_language("Español") == "es"
    assert values.read_language("en-US") == "en"
    assert values.read_visit_status("No show") is VisitStatus.MISSED
    assert values.read_visit_status("Confirmada") is VisitStatus.BOOKED


def test_an_unknown_word_names_the_allowed_ones() -> None:
    assert values.read_status("gone") == Reason(
        "status-unknown", {"allowed": "active, moved, deceased, discharged"}
    )
    assert values.read_language("fr") == Reason("language-unknown", {"allowed": "en, es"})
    assert isinstance(values.read_kind("robot"), Reason)
    assert isinstance(values.read_detail("some"), Reason)
    assert isinstance(values.read_consent("perhaps"), Reason)
    assert isinstance(values.read_visit_status("lost"), Reason)


def test_text_is_one_composed_line_without_double_blanks() -> None:
    assert values.read_text("  Jose\u0301   Luis\u00a0Peña ") == "José Luis Peña"
    assert values.read_text("+1 555 0100") == "+1 555 0100"
    assert values.read_text("-") == "-"
    assert values.read_text("") == ""


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("=1+1", "formula"),
        ('=HYPERLINK("http://x")', "formula"),
        ("@SUM(A1)", "formula"),
        ("\uff1d1+1", "formula"),
        (" =1+1", "formula"),
        ("Ana\nMaria", "control-character"),
        ("Ana\x07", "control-character"),
        ("Ana\u202eairaM", "hidden-character"),
        ("Ana\u200b", "hidden-character"),
        ("Ana\u2028", "control-character"),
        ("x" * 201, "field-too-long"),
    ],
)
def test_text_that_could_do_something_is_refused(text: str, code: str) -> None:
    if text.endswith(("\u2028", "\x07")):
        text += "a"
    reason = values.read_text(text)

    assert isinstance(reason, Reason)
    assert reason.code == code


def test_the_missing_hour_of_spring_is_no_time() -> None:
    assert moment_of(wall("2026-03-08T02:30"), NEW_YORK) == Reason(
        "no-such-time", {"zone": "America/New_York"}
    )


def test_the_double_hour_of_autumn_needs_its_offset() -> None:
    twice = wall("2026-11-01T01:30")

    assert moment_of(twice, NEW_YORK) == Reason("ambiguous-time", {"zone": "America/New_York"})
    for hours in (-4, -5):
        offset = timezone(timedelta(hours=hours))
        assert moment_of(twice, NEW_YORK, offset) == (twice, twice.replace(tzinfo=offset).astimezone(UTC))


def test_another_zones_offset_gives_the_practices_wall_time() -> None:
    read = moment_of(wall("2026-11-24T19:30"), NEW_YORK, UTC)

    assert read == (wall("2026-11-24T14:30"), datetime(2026, 11, 24, 19, 30, tzinfo=UTC))


@pytest.mark.parametrize("text", ["1899-12-31T23:59", "2201-01-01T00:00"])
def test_a_year_far_from_any_visit_is_no_day(text: str) -> None:
    assert moment_of(wall(text), NEW_YORK) == Reason("date-impossible")


@given(st.datetimes())
def test_a_wall_time_and_its_moment_agree(start: datetime) -> None:
    read = moment_of(start, NEW_YORK)

    if not isinstance(read, Reason):
        assert read[1].astimezone(NEW_YORK).replace(tzinfo=None, fold=0) == start


@given(st.text(max_size=30))
def test_any_text_is_a_value_or_a_reason(text: str) -> None:
    assert isinstance(values.read_day(text), (date, Reason))
    assert isinstance(values.read_time(text), (tuple, Reason))
    assert isinstance(values.read_text(text), (str, Reason))
    assert isinstance(values.read_birth_date(text, IDES), (date, Reason))
