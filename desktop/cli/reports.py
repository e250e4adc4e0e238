"""`reports …`: numbers of letters, never names; what is small is said in words and has no value."""

from __future__ import annotations

from pathlib import Path

from desktop.cli.commands import Call
from desktop.cli.shapes import Doc
from desktop.models.campaigning import CampaignId
from desktop.models.outcomes import Figure, Shown, Sort, Span
from desktop.office.results_words import row_words
from desktop.office.values_results import ResultsExport, ResultsQuery, ResultsShown


def reports_show(call: Call) -> None:
    shown = call.office.show_results(call.session(), _query(call))
    day = {name: one.isoformat() for name, one in (("since", shown.since), ("until", shown.until)) if one}
    call.console.emit({"letters": shown.sort.value, **day, **results(call, shown)})


def reports_export(call: Call) -> None:
    args = call.args
    campaign = CampaignId(args.campaign) if args.campaign else None
    request = ResultsExport(args.format, str(Path(args.to).absolute()), _query(call), campaign)
    made = call.office.export_results(call.session(), request, call.console.progress())
    call.console.emit({"file": made.file})


def results(call: Call, shown: ResultsShown) -> Doc:
    """Numbers, tables, and what stands beside an earlier one."""
    before = shown.before
    compared = [
        {"measure": one.measure.value, "verdict": one.verdict.value, "before": _figure(one.before)}
        for one in (before.lines if before is not None else ())
    ]
    return {
        "results": _figures(shown.total),
        "tables": {
            table.by.value: [
                {
                    "code": row.code,
                    "words": row_words(call.console.texts, table.by, row),
                    **_figures(row.figures),
                }
                for row in table.rows
            ]
            for table in shown.tables
        },
        "compared": {"with": before.name, "lines": compared} if before is not None else None,
        "reported": shown.reported,
    }


def _query(call: Call) -> ResultsQuery:
    args = call.args
    return ResultsQuery(Sort(args.letters), Span(args.span), args.back)


def _figures(figures: tuple[Figure, ...]) -> Doc:
    return {one.measure.value: _figure(one) for one in figures}


def _figure(one: Figure) -> Doc:
    """`shown` is `exact`, `at-least`, `few`, `most` or `hidden`; only the first two have a number."""
    if one.shown not in (Shown.EXACT, Shown.AT_LEAST):
        return {"shown": one.shown.value, "count": None, "percent": None, "of": None}
    of = one.of.value if one.of is not None else None
    return {"shown": one.shown.value, "count": one.value, "percent": one.percent, "of": of}
