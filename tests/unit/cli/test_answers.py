"""`answers` and `calendar`: a day's answers into the schedule and out as files, free visits; refusals."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from desktop.cli.arguments import WrongUse, parser
from desktop.models import appointments, visitanswers
from desktop.models.campaigning import AnswerKept, VisitAnswer
from desktop.models.database import Tx
from desktop.paths import PracticeFolder
from tests.made_practice import VISITS
from tests.made_staff import desk_of
from tests.support.shell import Shell

NOBODY = "0" * 32
VISIT = {"id", "person", "name", "start", "answer", "at", "entered_at", "entered_by"}
DAY = {"day", "visits", "free", "slots", "closed", "letters"}


@pytest.fixture
def booked(desk: Shell, tmp_path: Path) -> Shell:
    """Three visits tomorrow, of which the first is confirmed."""
    file = tmp_path / "visits.csv"
    file.write_bytes(VISITS)
    desk("appointments", "import", str(file), "--whole", "--confirm")
    office = desk._office(PracticeFolder(desk.folder))
    office.resume(os.environ["SEALWELL_TOKEN"])

    def say(tx: Tx) -> None:
        visit = appointments.by_external(tx, "A1")
        assert visit is not None
        visitanswers.keep(tx, AnswerKept(visit.id, visit.occurrence, VisitAnswer.CONFIRMED, desk.clock.now()))

    desk_of(office).opened().database.write(say)
    office.close()
    return desk


def refused(desk: Shell, *words: str) -> str:
    answer = desk(*words)
    assert desk.code == 1, (words, answer, desk.err)
    return str(answer["error"]["code"])


def test_an_answer_is_entered_and_taken_back(booked: Shell) -> None:
    shown = booked("answers", "list")
    assert set(shown) == {"day", "confirmed", "declined", "silent", "left", "visits"}
    assert [set(one) for one in shown["visits"]] == [VISIT] * 3
    counts = ("day", "confirmed", "declined", "silent", "left")
    assert [shown[name] for name in counts] == ["2026-11-24", 1, 0, 2, 1]
    first, other = shown["visits"][0], shown["visits"][1]
    assert (first["answer"], first["entered_at"], other["answer"]) == ("confirmed", None, None)
    entered = booked("answers", "entered", first["id"])
    assert (entered["left"], entered["visits"][0]["answer"]) == (0, "confirmed")
    mine = next(one for one in entered["visits"] if one["id"] == first["id"])
    assert (mine["entered_by"], bool(mine["entered_at"])) == ("ana", True)
    assert booked("answers", "entered", first["id"], "--undo")["left"] == 1
    assert refused(booked, "answers", "entered", other["id"]) == "answer-none"
    assert refused(booked, "answers", "entered", NOBODY) == "visit-unknown"
    assert refused(booked, "answers", "entered", first["id"], "--date", "2026-11-25") == "visit-unknown"
    assert "Zoraida" in booked.words("answers", "list")
    assert "Zoraida" not in booked.err


def test_the_day_goes_out_in_each_form_and_nothing_is_written_over(booked: Shell, tmp_path: Path) -> None:
    booked.print_papers()
    for form, begins in (("csv", b"Appointment ID"), ("pdf", b"%PDF"), ("fhir", b"{")):
        to = tmp_path / f"day.{form}"
        words = ("answers", "file", "--form", form, "--to", str(to))
        made = booked(*words)
        assert (made["file"], made["form"], made["rows"]) == (str(to), form, 3)
        assert to.read_bytes().lstrip(b"\xef\xbb\xbf").startswith(begins)
        assert to.stat().st_mode & 0o077 == 0
        assert refused(booked, *words) == "file-exists"
    assert json.loads((tmp_path / "day.fhir").read_bytes())["resourceType"] == "Bundle"
    other = ("--to", str(tmp_path / "new.csv"))
    assert refused(booked, "answers", "file", "--date", "2026-11-29", *other) == "answers-none"
    far = ("--to", str(tmp_path / "no folder" / "day.csv"))
    assert refused(booked, "answers", "file", *far) == "file-not-written"


def test_a_month_shows_visits_free_ones_and_the_season(booked: Shell) -> None:
    shown = booked("calendar", "show")
    assert set(shown) == {"first", "days", "seasons"}
    assert (shown["first"], len(shown["days"])) == ("2026-11-01", 30)
    assert all(set(one) == DAY for one in shown["days"])
    assert [one["visits"] for one in shown["days"] if one["day"] == "2026-11-24"] == [3]
    kept = booked("calendar", "slots", "2026-11-25", "6", "--type", "Flu")
    (slots,) = [one["slots"] for one in kept["days"] if one["day"] == "2026-11-25"]
    assert slots == [{"type": "flu", "free": 6}]
    forgotten = booked("calendar", "slots", "2026-11-25", "--type", "Flu")
    assert [one["free"] for one in forgotten["days"] if one["day"] == "2026-11-25"] == [None]
    assert refused(booked, "calendar", "slots", "2026-11-20", "6") == "slots-days", "it is over"
    assert refused(booked, "calendar", "slots", "2026-11-25", "100000") == "slots-range"
    assert refused(booked, "calendar", "show", "--date", "2099-01-01") == "calendar-range"
    for words in (("answers", "list", "--date", "tomorrow"), ("calendar", "slots", "someday", "6")):
        booked(*words)
        assert (booked.code, booked.out) == (2, "")
    assert (
        booked.words("answers", "list", "--date", "2026-11-29").strip() == "No visits are known for this day."
    )


@pytest.mark.parametrize(
    "words",
    [
        ("answers", "entered"),
        ("answers", "file"),
        ("answers", "file", "--form", "poem", "--to", "x"),
        ("calendar", "slots", "2026-11-25", "many"),
        ("calendar", "slots", "2026-11-25", "1" * 30),
    ],
)
def test_another_form_is_wrong_use(words: tuple[str, ...]) -> None:
    with pytest.raises(WrongUse):
        parser().parse_args(words)


def test_whoever_is_not_signed_in_is_told_no_more_than_that(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SEALWELL_TOKEN", raising=False)
    lines: list[tuple[str, ...]] = [
        *(("answers", "list"), ("calendar", "show"), ("campaigns", "list"), ("campaigns", "rules")),
        *(("reports", "show"), ("templates", "own"), ("reminders", "windows"), ("reminders", "preview")),
        ("campaigns", "start", NOBODY),
    ]
    for words in lines:
        answer: Any = shell(*words)
        assert (shell.code, answer["error"]["code"]) == (1, "no-token"), words
