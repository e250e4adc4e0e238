"""Reports through the door: whose they are, what they show, files without a formula cell."""

from __future__ import annotations

import csv
import random
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from desktop.access.roles import Action, may
from desktop.errors import SealwellError
from desktop.models.accounts import Role, Session
from desktop.models.campaigning import CampaignId
from desktop.models.database import Tx
from desktop.models.outcomes import By, Measure, Shown, Sort, Span
from desktop.office.api import Office
from desktop.office.values_audit import LogQuery
from desktop.office.values_results import ResultsExport, ResultsQuery
from tests.made_practice import Practice
from tests.made_staff import desk_of
from tests.support import histories
from tests.support.histories import Letter

Desk = tuple[Office, Session]
EVIL = "=1+1"


def code_of(work: Callable[[], object]) -> str:
    with pytest.raises(SealwellError) as caught:
        work()
    return caught.value.code


def letters(practice: Practice, campaign: str, number: int, state: str = "accepted") -> list[Letter]:
    rng = random.Random(7)
    return [
        Letter(
            "campaign",
            practice.clock.now(),
            state,
            "tls" if at % 2 else "envelope",
            rng.choice(histories.DOMAINS),
            source=campaign,
            told=frozenset({"replied"} if at % 3 == 0 else ()),
        )
        for at in range(number)
    ]


@pytest.fixture
def desk(practice: Practice) -> Desk:
    return practice.signed_in()


def kept(practice: Practice, desk: Desk, number: int = 60, returned: int = 3, name: str = EVIL) -> CampaignId:
    def make(tx: Tx) -> str:
        made = histories.a_campaign(
            tx,
            name,
            by=desk[1].user,
            made_at=practice.clock.now(),
            changed_at=practice.clock.now(),
            started_at=practice.clock.now(),
        )
        histories.keep(tx, letters(practice, made, number))
        histories.keep(tx, letters(practice, made, returned, "bounced"))
        return made

    return CampaignId(desk_of(desk[0]).opened().database.write(make))


def test_a_month_of_campaigns_shows_what_is_large_and_says_of_the_rest_that_it_is_small(
    practice: Practice, desk: Desk
) -> None:
    kept(practice, desk)
    shown = desk[0].show_results(desk[1], ResultsQuery(Sort.CAMPAIGNS))
    total = {one.measure: one for one in shown.total}
    assert (total[Measure.PLANNED].value, total[Measure.ACCEPTED].value) == (63, 63)
    assert total[Measure.BOUNCED].shown is Shown.FEW
    assert total[Measure.ARRIVED].shown is Shown.MOST
    assert total[Measure.ANSWERED].value == 20
    assert Measure.OPENED not in total
    assert Measure.KEPT not in total
    assert {one.by for one in shown.tables} == set(By) - {By.WINDOW, By.TIME}


def test_nothing_written_is_no_report_of_anybody(desk: Desk) -> None:
    shown = desk[0].show_results(desk[1], ResultsQuery(Sort.REMINDERS, Span.YEAR))
    assert shown.total[0].value == 0
    assert shown.before is None


def test_ten_letters_are_too_few_to_say_anything(practice: Practice, desk: Desk) -> None:
    kept(practice, desk, 10, 0)
    shown = desk[0].show_results(desk[1], ResultsQuery(Sort.CAMPAIGNS))
    assert {one.shown for one in shown.total} == {Shown.FEW}
    for table in shown.tables:
        for row in table.rows:
            assert all(one.shown is not Shown.EXACT for one in row.figures)


def test_one_campaign_by_itself(practice: Practice, desk: Desk) -> None:
    one = kept(practice, desk)
    shown = desk[0].show_campaign_results(desk[1], one)
    assert shown.name == EVIL
    assert shown.results.total[0].value == 63
    assert shown.excluded.value == 0
    assert code_of(lambda: desk[0].show_campaign_results(desk[1], CampaignId("0" * 32))) == "campaign-unknown"


def test_a_span_that_is_not_is_refused(desk: Desk) -> None:
    for back in (-1, 121):
        query = ResultsQuery(back=back)
        assert code_of(lambda query=query: desk[0].show_results(desk[1], query)) == "results-span"  # type: ignore[misc]


def test_files_have_no_cell_that_a_spreadsheet_would_run(
    practice: Practice, desk: Desk, tmp_path: Path
) -> None:
    kept(practice, desk)
    query = ResultsQuery(Sort.CAMPAIGNS)
    table, book = tmp_path / "report.csv", tmp_path / "report.xlsx"
    for form, to in (("csv", table), ("xlsx", book)):
        desk[0].export_results(desk[1], ResultsExport(form, str(to), query))
    with table.open(encoding="utf-8", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert f"'{EVIL}" in cells
    assert not [cell for cell in cells if cell[:1] in ("=", "+", "-", "@")]
    sheets = CalamineWorkbook.from_path(str(book))
    found = [
        cell
        for name in sheets.sheet_names
        for row in sheets.get_sheet_by_name(name).to_python()
        for cell in row
    ]
    assert EVIL in found
    assert 63.0 in found


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not here")
def test_libre_office_opens_the_workbook_and_runs_nothing(
    practice: Practice, desk: Desk, tmp_path: Path
) -> None:
    kept(practice, desk, name="=6*7")
    book = tmp_path / "report.xlsx"
    desk[0].export_results(desk[1], ResultsExport("xlsx", str(book), ResultsQuery(Sort.CAMPAIGNS)))
    command = ["soffice", f"-env:UserInstallation=file://{tmp_path}/office", "--headless", "--convert-to"]
    form = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
    subprocess.run(
        [*command, form, "--outdir", str(tmp_path), str(book)], check=True, capture_output=True, timeout=120
    )
    text = "\n".join(one.read_text(encoding="utf-8") for one in tmp_path.glob("report-*.csv"))
    assert "=6*7" in text
    assert "42" not in text


def test_an_export_refused_or_stopped_leaves_nothing_but_its_record(
    practice: Practice, desk: Desk, tmp_path: Path
) -> None:
    kept(practice, desk)
    to = tmp_path / "report.csv"
    office, session = desk

    def export(form: str, target: Path) -> Callable[[], object]:
        return lambda: office.export_results(session, ResultsExport(form, str(target)))

    assert code_of(export("doc", to)) == "format-unknown"
    assert code_of(export("csv", tmp_path / "no" / "where.csv")) == "file-not-written"
    assert code_of(export("pdf", to)) == "printing-unavailable"
    request = ResultsExport("csv", str(to))
    assert code_of(lambda: office.export_results(session, request, lambda _done, _of: False)) == "cancelled"
    assert not to.exists()
    to.write_text("mine")
    assert code_of(export("csv", to)) == "file-exists"
    assert to.read_text() == "mine"
    lines = office.query_log(session, LogQuery(limit=50)).lines
    refused = [one.why for one in lines if one.act == "results.exported"]
    assert set(refused) == {"file-not-written", "printing-unavailable", "cancelled", "file-exists"}


def test_a_locked_practice_shows_nothing(desk: Desk) -> None:
    office, session = desk
    office.sign_out(session)
    assert code_of(lambda: office.show_results(session, ResultsQuery())) == "signed-out"


def test_reports_are_the_manager_s(desk: Desk) -> None:
    for action in (Action.SHOW_RESULTS, Action.EXPORT_RESULTS):
        assert {role for role in Role if may(role, action)} == {Role.ADMINISTRATOR, Role.MANAGER}
