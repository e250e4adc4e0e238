"""`reports`: its forms, its files, small numbers, refusals and wrong use."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from desktop.cli.arguments import WrongUse, parser
from tests.made_practice import VISITS
from tests.support.shell import Shell

NOBODY = "0" * 32
FORM = {"letters", "since", "until", "results", "tables", "compared", "reported"}
FIGURE = {"shown", "count", "percent", "of"}


def refused(desk: Shell, *words: str) -> str:
    answer = desk(*words)
    assert desk.code == 1, (words, answer, desk.err)
    return str(answer["error"]["code"])


def test_small_numbers_are_in_no_form_and_no_name_in_any(
    desk: Shell, relay: Callable[[], dict[str, Any]], tmp_path: Path
) -> None:
    desk("relay", "add", given=relay())
    (tmp_path / "visits.csv").write_bytes(VISITS)
    desk("appointments", "import", str(tmp_path / "visits.csv"), "--whole", "--confirm")
    desk("reminders", "send")
    desk.clock.move(11)
    desk("outbox", "run")
    shown = desk("reports", "show")
    assert set(shown) == FORM
    assert (shown["letters"], shown["since"], shown["until"]) == ("reminders", "2026-11-01", "2026-11-30")
    assert all(set(one) == FIGURE for one in shown["results"].values())
    assert shown["results"]["planned"] == {"shown": "few", "count": None, "percent": None, "of": None}
    assert "example.org" not in desk.out, "two letters are too few to tell of a domain"
    desk.print_papers()
    for form, begins in (("csv", b""), ("xlsx", b"PK"), ("pdf", b"%PDF")):
        to = tmp_path / f"report.{form}"
        words = ("reports", "export", "--format", form, "--to", str(to))
        assert desk(*words) == {"file": str(to)}
        data = to.read_bytes()
        assert data.startswith(begins)
        assert not any(name in data for name in (b"Zoraida", b"Nightingale", b"example.org"))
        assert refused(desk, *words) == "file-exists"
    rows = list(csv.reader((tmp_path / "report.csv").read_text("utf-8-sig").splitlines()))
    assert any("fewer than 11" in row for row in rows)


def test_spans_are_the_practice_s_own_and_what_cannot_be_is_refused(desk: Shell, tmp_path: Path) -> None:
    year = desk("reports", "show", "--letters", "campaigns", "--span", "year", "--back", "1")
    assert (year["letters"], year["since"], year["until"]) == ("campaigns", "2025-01-01", "2025-12-31")
    assert refused(desk, "reports", "show", "--back", "99999") == "results-span"
    to = ("--format", "csv", "--to", str(tmp_path / "r.csv"))
    assert refused(desk, "reports", "export", *to, "--campaign", NOBODY) == "campaign-unknown"
    far = ("--format", "csv", "--to", str(tmp_path / "no folder" / "r.csv"))
    assert refused(desk, "reports", "export", *far) == "file-not-written"
    assert list(tmp_path.glob("r.csv")) == []


@pytest.mark.parametrize(
    "words",
    [
        ("show", "--letters", "newsletters"),
        ("show", "--span", "week"),
        ("show", "--back", "-1"),
        ("show", "--back", "1" * 30),
        ("export", "--format", "csv"),
        ("export", "--format", "docx", "--to", "x"),
    ],
)
def test_another_form_is_wrong_use(words: tuple[str, ...]) -> None:
    with pytest.raises(WrongUse):
        parser().parse_args(("reports", *words))
