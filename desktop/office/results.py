"""What came of reminders and campaigns: numbers of letters, looked at and handed out.

No name of a person is in any of it, so that each look is one record without a list. Spans are the
practice's own days. What small numbers would tell is left out by `campaigns/smallgroups.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from functools import partial

from desktop.access.roles import Action
from desktop.audit.events import Act, Event
from desktop.campaigns import results as reports
from desktop.campaigns.results import Named
from desktop.campaigns.subtracting import LEAST
from desktop.clock import Clock
from desktop.errors import InputError, SealwellError
from desktop.models import results, settings
from desktop.models.accounts import Session
from desktop.models.campaigning import DAY_BEFORE, CampaignId
from desktop.models.database import Tx
from desktop.models.documents import Printer
from desktop.models.outcomes import By, Counts, Figure, Kind, Measure, Shown, Sort, Span, Table
from desktop.office.api import Progress
from desktop.office.desk import Desk
from desktop.office.log_files import practice_of, refuse_existing, steps
from desktop.office.results_files import made
from desktop.office.values_audit import LogFormat
from desktop.office.values_results import (
    FORMS,
    BeforeShown,
    CampaignResults,
    ResultsExport,
    ResultsExported,
    ResultsQuery,
    ResultsShown,
)
from desktop.paths import write_private

MOST_BACK = 400
"""Spans; of days more than a year."""
UNKNOWN = "unknown"
"""A letter that is not written yet has no domain."""
Counted = dict[Kind, Counts]
Naming = Callable[[Kind], Named]


class Results:
    """Reads on the reading lane; a file is written after its record stands."""

    def __init__(self, desk: Desk, clock: Clock, printer: Printer) -> None:
        self._desk = desk
        self._clock = clock
        self._printer = printer

    def show_results(self, session: Session, query: ResultsQuery) -> ResultsShown:
        return self._desk.read(
            session,
            Action.SHOW_RESULTS,
            lambda tx: self._of_span(tx, query),
            lambda _: Event(Act.REPORT_SHOWN),
        )

    def show_campaign_results(self, session: Session, campaign: CampaignId) -> CampaignResults:
        return self._desk.read(
            session,
            Action.SHOW_RESULTS,
            lambda tx: _of_campaign(tx, campaign),
            lambda _: Event(Act.REPORT_SHOWN),
        )

    def export_results(
        self, session: Session, request: ResultsExport, progress: Progress | None = None
    ) -> ResultsExported:
        opened = self._desk.check(session, Action.EXPORT_RESULTS)
        if request.form not in FORMS:
            raise InputError("format-unknown")
        try:
            to = refuse_existing(request.to, LogFormat.PDF)
            tell = steps(opened.database, progress, 0, 1)
            practice = opened.database.read(practice_of)
            shown: ResultsShown | CampaignResults
            if request.campaign is not None:
                shown = opened.database.read(partial(_of_campaign, one=request.campaign))
            else:
                shown = opened.database.read(lambda tx: self._of_span(tx, request.query))
            by = practice.head(self._clock.now(), session.user_name)
            data = made(shown, request.form, by, practice.language, self._printer, tell)
            event = Event(Act.REPORT_EXPORTED, det={"format": request.form})
            self._desk.write(session, Action.EXPORT_RESULTS, lambda _, record: record(event))
            try:
                write_private(to, data)
            except OSError:
                raise InputError("file-not-written", file=to.name) from None
        except SealwellError as error:
            if self._desk.is_open and not opened.database.closed:
                self._desk.note_refusal(session, Act.REPORT_EXPORTED, error)
            raise
        return ResultsExported(str(to))

    def _of_span(self, tx: Tx, query: ResultsQuery) -> ResultsShown:
        _check(query)
        zone = settings.zone(tx)
        today = self._clock.now().astimezone(zone).date()
        since, until = reports.period(query.span, query.back, today)
        starts = [day for day in reports.parts(query.span, since, until) if day <= today or day == since]

        def counted(first: date, behind: date) -> Counted:
            between = (datetime.combine(day, time(), zone) for day in (first, behind))
            return results.in_span(tx, query.sort, *between)

        pieces = {day: counted(day, behind) for day, behind in zip(starts, [*starts[1:], until], strict=True)}
        together: Counted = {}
        for piece in pieces.values():
            for kind, counts in piece.items():
                together[kind] = together.get(kind, Counts()) + counts
        total = reports.sum_of(list(together.values()))
        tables = [
            reports.by_outcome(total),
            *_tables(query.sort, together, _naming(tx, query.sort, together)),
        ]
        if query.span is not Span.DAY:
            by_day = {day: reports.sum_of(list(piece.values())) for day, piece in pieces.items()}
            tables.insert(0, reports.by_time(query.sort, by_day))
        earlier = reports.period(query.span, query.back + 1, today)
        before = reports.sum_of(list(counted(*earlier).values()))
        return ResultsShown(
            sort=query.sort,
            total=reports.total(query.sort, total),
            tables=tuple(tables),
            span=query.span,
            since=since,
            until=date.fromordinal(until.toordinal() - 1),
            before=_before("", earlier[0], total, before, query.sort),
            reported=bool(total.of(Measure.OPENED)),
        )


def _of_campaign(tx: Tx, one: CampaignId) -> CampaignResults:
    head = results.head(tx, one)
    if head is None:
        raise InputError("campaign-unknown")
    counted = results.of_campaign(tx, one)
    total = reports.sum_of(list(counted.values()))
    naming = _naming(tx, Sort.CAMPAIGNS, counted)
    wanted: dict[By, Naming] = {by: name for by, name in naming.items() if by not in (By.CAMPAIGN, By.GROUP)}
    earlier = results.before(tx, one)
    before = None
    if earlier is not None:
        past = reports.sum_of(list(results.of_campaign(tx, earlier).values()))
        name = results.names_of(tx, [earlier])[earlier]
        before = _before(name, None, total, past, Sort.CAMPAIGNS)
    left_out, _ = results.excluded(tx, one)
    small = 0 < left_out < LEAST
    return CampaignResults(
        one,
        *head,
        ResultsShown(
            sort=Sort.CAMPAIGNS,
            total=reports.total(Sort.CAMPAIGNS, total),
            tables=(reports.by_outcome(total), *_tables(Sort.CAMPAIGNS, counted, wanted)),
            before=before,
            reported=bool(total.of(Measure.OPENED)),
        ),
        Figure(Measure.PLANNED, Shown.FEW if small else Shown.EXACT, 0 if small else left_out),
    )


def _check(query: ResultsQuery) -> None:
    if not 0 <= query.back <= (MOST_BACK if query.span is Span.DAY else 60):
        raise InputError("results-span")


def _before(name: str, since: date | None, now: Counts, before: Counts, sort: Sort) -> BeforeShown | None:
    if not before.of(Measure.PLANNED):
        return None
    return BeforeShown(name, since, reports.compared(now, before, sort))


def _tables(sort: Sort, counted: Counted, naming: Mapping[By, Naming]) -> list[Table]:
    return [reports.by_kind(by, sort, counted, name) for by, name in naming.items()] if counted else []


def _naming(tx: Tx, sort: Sort, counted: Counted) -> dict[By, Naming]:
    """What the rows of each table are called."""
    both: dict[By, Naming] = {
        By.METHOD: lambda kind: Named(kind.method),
        By.DOMAIN: lambda kind: Named(kind.domain or UNKNOWN, kind.domain),
    }
    if sort is Sort.REMINDERS:
        return {**_of_windows(tx), **both}
    return {**_of_campaigns(tx, sorted({kind.source for kind in counted})), **both}


def _of_windows(tx: Tx) -> dict[By, Naming]:
    known = results.windows(tx)

    def window(kind: Kind) -> Named:
        one = known.get(kind.window)
        return Named(f"{one[0]}:{one[1]}" if one else DAY_BEFORE)

    def template(kind: Kind) -> Named:
        one = known.get(kind.window)
        return Named(one[3], one[2]) if one and one[3] else Named("plain")

    return {By.WINDOW: window, By.TEMPLATE: template}


def _of_campaigns(tx: Tx, campaigns: list[str]) -> dict[By, Naming]:
    names = results.names_of(tx, campaigns)
    templates = results.templates_of(tx, campaigns)
    groups = results.groups_of(tx, campaigns)

    def template(kind: Kind) -> Named:
        found = templates.get((kind.source, kind.variant)) or templates.get((kind.source, ""), ("", "", 0))
        return Named(f"{found[0]}:{found[2]}", found[1])

    return {
        By.CAMPAIGN: lambda kind: Named(kind.source, names.get(kind.source, "")),
        By.TEMPLATE: template,
        By.GROUP: lambda kind: Named(*groups.get(kind.source, (UNKNOWN, ""))),
    }
