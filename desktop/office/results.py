"""What came of reminders and campaigns: numbers of letters, looked at and handed out.

No name of a person is in any of it, so that each look is one record without a list. What small numbers
would tell is left out of the report of each month or campaign by `campaigns/smallgroups.py`, and longer
reports are added up from those.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from desktop.access.roles import Action
from desktop.audit.events import Act, Event
from desktop.campaigns import adding
from desktop.campaigns import results as reports
from desktop.campaigns.results import Named
from desktop.campaigns.subtracting import LEAST
from desktop.clock import Clock
from desktop.errors import InputError, SealwellError
from desktop.frozen import dataclass
from desktop.models import results, settings
from desktop.models.accounts import Session
from desktop.models.campaigning import DAY_BEFORE, CampaignId
from desktop.models.database import Tx
from desktop.models.documents import Printer
from desktop.models.outcomes import By, Figure, Kind, Measure, Report, Row, Shown, Sort, Span
from desktop.models.results import Counted
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

MOST_BACK = {Span.MONTH: 120, Span.YEAR: 10}
UNKNOWN = "unknown"
"""A letter that is not written yet has no domain."""
PLAIN = "plain"


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
        if not 0 <= query.back <= MOST_BACK[query.span]:
            raise InputError("results-span")
        zone = settings.zone(tx)
        today = self._clock.now().astimezone(zone).date()
        since, until = reports.period(query.span, query.back, today)
        report_of = _MADE[query.sort, query.span]
        calendar = Calendar(zone, today)
        shown = report_of(tx, calendar, since, until)
        earlier = reports.period(query.span, query.back + 1, today)
        before = report_of(tx, replace(calendar, brief=True), *earlier)
        return ResultsShown(
            query.sort,
            shown.total,
            shown.tables,
            query.span,
            since,
            until - timedelta(days=1),
            _beside("", earlier[0], shown, before),
            _is_reported(shown),
        )


def _of_campaign(tx: Tx, one: CampaignId) -> CampaignResults:
    head = results.head(tx, one)
    if head is None:
        raise InputError("campaign-unknown")
    earlier = results.before(tx, one)
    both = _of_each(tx, [one] if earlier is None else [one, earlier])
    shown, before = both[one], None
    if earlier is not None:
        before = _beside(results.names_of(tx, [earlier])[earlier], None, shown, both[earlier])
    left_out = results.excluded(tx, one)
    small = 0 < left_out < LEAST
    return CampaignResults(
        one,
        *head,
        ResultsShown(Sort.CAMPAIGNS, shown.total, shown.tables, before=before, reported=_is_reported(shown)),
        Figure(Measure.PLANNED, Shown.FEW if small else Shown.EXACT, 0 if small else left_out),
    )


def _beside(name: str, since: date | None, now: Report, before: Report) -> BeforeShown | None:
    if before.total[0] == Figure(Measure.PLANNED, Shown.EXACT):
        return None
    return BeforeShown(name, since, reports.compared(now.total, before.total))


def _is_reported(shown: Report) -> bool:
    return any(one.measure is Measure.OPENED for one in shown.total)


# --- reminders: a month is one report -------------------------------------------------------


@dataclass(frozen=True)
class Calendar:
    """The practice's own days."""

    zone: ZoneInfo
    today: date
    brief: bool = False
    """The sum is enough, without tables."""

    def moment(self, day: date) -> datetime:
        return datetime.combine(day, time(), self.zone)

    def month_of(self, at: datetime) -> date:
        return reports.month(at.astimezone(self.zone).date())


def _reminders_of_month(tx: Tx, calendar: Calendar, since: date, until: date) -> Report:
    if calendar.brief:
        return reports.report(_reminders(tx, calendar, [since], until)[0], {})
    starts = [day for day in reports.days(since, until) if day <= calendar.today or day == since]
    moments = [calendar.moment(day) for day in starts]
    counted, by_day = results.of_days(tx, moments, calendar.moment(until))
    month = _month(tx, counted)
    if not month.tables:
        return month
    days = reports.by_day(dict(zip(starts, by_day, strict=True)))
    return Report(month.total, (days, *month.tables))


def _reminders_of_year(tx: Tx, calendar: Calendar, since: date, until: date) -> Report:
    starts = [reports.month(since, number) for number in range(12)]
    counted = _reminders(tx, calendar, starts, until)
    months = [reports.report(one, {}) if calendar.brief else _month(tx, one) for one in counted]
    year = adding.added(months)
    if calendar.brief or not year.tables:
        return year
    rows = [
        (_month_row(start), one) for start, one in zip(starts, months, strict=True) if start <= calendar.today
    ]
    return Report(year.total, (reports.grouped(By.TIME, rows), *year.tables))


def _reminders(tx: Tx, calendar: Calendar, starts: list[date], until: date) -> list[Counted]:
    return results.of_reminders(tx, [calendar.moment(day) for day in starts], calendar.moment(until))


def _month(tx: Tx, counted: Counted) -> Report:
    """By time and by template are both made of one table by window: as two of their own they could be
    subtracted from each other, because which words a window has is no secret."""
    known = results.windows(tx)

    def window(row: Row) -> Row:
        one = known.get(row.code)
        return Row(f"{one[0]}:{one[1]}" if one else DAY_BEFORE, ())

    def template(row: Row) -> Row:
        one = known.get(row.code)
        return Row(one[3], (), one[2]) if one and one[3] else Row(PLAIN, ())

    made = reports.report(counted, {By.WINDOW: lambda kind: Named(kind.window), **_BOTH})
    if not made.tables:
        return made
    where, windows, *others = made.tables
    both = (
        reports.regrouped(by, windows, name, made.total[0])
        for by, name in ((By.WINDOW, window), (By.TEMPLATE, template))
    )
    return Report(made.total, (where, *both, *others))


def _month_row(start: date) -> Row:
    return Row(f"{start:%Y-%m}", (), since=start)


# --- campaigns: each is one report ----------------------------------------------------------


def _campaigns(tx: Tx, calendar: Calendar, since: date, until: date, months: bool) -> Report:
    """Those that began in the span, whenever their letters left."""
    begun = results.begun(tx, calendar.moment(since), calendar.moment(until))
    each = _of_each(tx, list(begun))
    sum_ = adding.added(list(each.values()))
    if calendar.brief or not each:
        return sum_
    names, groups = results.names_of(tx, list(each)), results.groups_of(tx, list(each))
    rows: dict[By, list[Row]] = {
        By.CAMPAIGN: [Row(one, (), names[one]) for one in each],
        By.GROUP: [Row(code, (), name) for code, name in (groups.get(one, (UNKNOWN, "")) for one in each)],
    }
    tables = [
        reports.grouped(by, list(zip(of, each.values(), strict=True)), sum_.total[0])
        for by, of in rows.items()
    ]
    if months:
        of_months = [_month_row(calendar.month_of(begun[one])) for one in reversed(each)]
        tables.insert(0, reports.grouped(By.TIME, list(zip(of_months, reversed(each.values()), strict=True))))
    return Report(sum_.total, (*tables, *sum_.tables))


def _of_each(tx: Tx, many: list[CampaignId]) -> dict[CampaignId, Report]:
    templates = results.templates_of(tx, many)

    def template(kind: Kind) -> Named:
        found = templates.get((kind.source, kind.variant)) or templates[kind.source, ""]
        return Named(f"{found[0]}:{found[2]}", found[1])

    counted = results.of_campaigns(tx, many)
    return {one: reports.report(counted[one], {By.TEMPLATE: template, **_BOTH}) for one in many}


_BOTH: Mapping[By, reports.Naming] = {
    By.METHOD: lambda kind: Named(kind.method),
    By.DOMAIN: lambda kind: Named(kind.domain or UNKNOWN, kind.domain),
}
_MADE: Mapping[tuple[Sort, Span], Callable[[Tx, Calendar, date, date], Report]] = {
    (Sort.REMINDERS, Span.MONTH): _reminders_of_month,
    (Sort.REMINDERS, Span.YEAR): _reminders_of_year,
    (Sort.CAMPAIGNS, Span.MONTH): partial(_campaigns, months=False),
    (Sort.CAMPAIGNS, Span.YEAR): partial(_campaigns, months=True),
}
