"""A report as a file: CSV and XLSX without a cell that a spreadsheet would run, and a paper.

CSV by RFC 4180 with the mark of `audit/tables.py`. A workbook holds numbers as numbers and everything
else as text. The paper has the measures that fit its width; the other two have all of them.
"""

from __future__ import annotations

import io
from collections.abc import Sequence

from desktop.audit.report import Head
from desktop.audit.tables import csv_row
from desktop.errors import Refused
from desktop.models.documents import Block, Column, Document, Facts, Paragraph, Printer, Progress, Style
from desktop.models.documents import Table as PaperTable
from desktop.models.outcomes import By, Figure, Measure, Shown, Table
from desktop.office.results_words import (
    before_lines,
    figure_words,
    notes,
    percent_words,
    row_words,
    share,
)
from desktop.office.values_results import CampaignResults, ResultsShown
from desktop.texts import Texts, clean

_ON_PAPER = (
    *(Measure.PLANNED, Measure.ARRIVED, Measure.BOUNCED, Measure.ANSWERED, Measure.CONFIRMED),
    *(Measure.KEPT, Measure.UNSUBSCRIBED),
)
_NAME, _NUMBER = 40, 16
_SHEET = 31
"""Letters of a sheet's name that a workbook takes."""


def made(
    shown: ResultsShown | CampaignResults,
    form: str,
    head: Head,
    language: str,
    printer: Printer,
    tell: Progress,
) -> bytes:
    """The file. Raises Refused "cancelled", "printing-unavailable"."""
    texts = Texts(language)
    if not tell(0, 1):
        raise Refused("cancelled")
    if form == "pdf":
        data = printer.print_pdf(_paper(shown, head, texts), tell)
    elif form == "xlsx":
        data = _workbook(shown, texts)
    else:
        data = b"".join(csv_row(line) for line in _lines(shown, texts))
    if not tell(1, 1):
        raise Refused("cancelled")
    return data


def _results(shown: ResultsShown | CampaignResults) -> ResultsShown:
    return shown.results if isinstance(shown, CampaignResults) else shown


def title(texts: Texts, shown: ResultsShown | CampaignResults) -> str:
    """What the report is about, in one line."""
    if isinstance(shown, CampaignResults):
        return texts.say("results.title.campaign", name=clean(shown.name))
    since = shown.since.isoformat() if shown.since else ""
    until = shown.until.isoformat() if shown.until else ""
    return texts.say(f"results.title.{shown.sort.value}", since=since, until=until)


def _heads(texts: Texts, table: Table) -> list[str]:
    if table.by is By.OUTCOME:
        return [texts.say("results.letters")]
    figures = table.rows[0].figures if table.rows else ()
    return [texts.say(f"results.measure.{one.measure.value}") for one in figures]


def _lines(shown: ResultsShown | CampaignResults, texts: Texts) -> list[list[str]]:
    """Each table under its name, with an empty line before it."""
    results = _results(shown)
    lines = [[title(texts, shown)], *([one] for one in notes(texts, shown)), []]
    lines.append([texts.say(f"results.head.{one}") for one in ("measure", "letters", "share")])
    for figure in results.total:
        name = texts.say(f"results.measure.{figure.measure.value}")
        lines.append([name, figure_words(texts, figure), percent_words(texts, figure)])
    for table in results.tables:
        lines += [[], [texts.say(f"results.by.{table.by.value}"), *_heads(texts, table)]]
        lines += [
            [row_words(texts, table.by, row), *(figure_words(texts, one) for one in row.figures)]
            for row in table.rows
        ]
    if results.before is not None:
        lines += [[], [texts.say("results.before")]]
        lines += [[one] for one in before_lines(texts, results.before)]
    return lines


def _workbook(shown: ResultsShown | CampaignResults, texts: Texts) -> bytes:
    """Made in memory: its library would lay its parts aside in clear text."""
    import xlsxwriter

    results = _results(shown)
    data = io.BytesIO()
    with xlsxwriter.Workbook(data, {"in_memory": True}) as book:
        bold = book.add_format({"bold": True})

        def sheet(name: str, heads: Sequence[str], rows: Sequence[tuple[str, Sequence[Figure]]]) -> None:
            page = book.add_worksheet(clean(name, _SHEET))
            for at, words in enumerate(heads):
                page.write_string(0, at, words, bold)
            page.set_column(0, 0, _NAME)
            page.set_column(1, max(1, len(heads) - 1), _NUMBER)
            page.freeze_panes(1, 1)
            for number, (words, figures) in enumerate(rows, 1):
                page.write_string(number, 0, words)
                for at, figure in enumerate(figures, 1):
                    if figure.shown is Shown.EXACT:
                        page.write_number(number, at, figure.value)
                    else:
                        page.write_string(number, at, figure_words(texts, figure))

        first = [texts.say(f"results.head.{one}") for one in ("measure", "letters")]
        totals = [(texts.say(f"results.measure.{one.measure.value}"), (one,)) for one in results.total]
        sheet(texts.say("results.sheet"), first, totals)
        for table in results.tables:
            rows = [(row_words(texts, table.by, row), row.figures) for row in table.rows]
            name = texts.say(f"results.by.{table.by.value}")
            sheet(name, [name, *_heads(texts, table)], rows)
        about = book.add_worksheet(texts.say("results.about"))
        before = before_lines(texts, results.before) if results.before is not None else []
        for number, words in enumerate((title(texts, shown), *notes(texts, shown), *before)):
            about.write_string(number, 0, words)
    return data.getvalue()


def _paper(shown: ResultsShown | CampaignResults, head: Head, texts: Texts) -> Document:
    results = _results(shown)
    facts = tuple(
        (
            texts.say(f"results.measure.{one.measure.value}"),
            ", ".join(part for part in (figure_words(texts, one), percent_words(texts, one)) if part),
        )
        for one in results.total
    )
    blocks: list[Block] = [Facts(facts), *(Paragraph(one, Style.NOTE) for one in notes(texts, shown))]
    for table in results.tables:
        if table.rows:
            blocks += [Paragraph(texts.say(f"results.by.{table.by.value}"), Style.HEADING)]
            blocks += [_paper_table(texts, table)]
    if results.before is not None:
        blocks += [Paragraph(texts.say("results.before"), Style.HEADING)]
        blocks += [Paragraph(line) for line in before_lines(texts, results.before)]
    made_at = head.made.astimezone(head.zone).date().isoformat()
    return Document(
        title=title(texts, shown),
        language=texts.language,
        subtitle=(head.practice, texts.say("results.made", day=made_at, by=clean(head.by))),
        blocks=tuple(blocks),
        footer=head.practice,
    )


def _paper_table(texts: Texts, table: Table) -> PaperTable:
    heads = _heads(texts, table)
    fits = [
        at
        for at, one in enumerate(table.rows[0].figures)
        if table.by is By.OUTCOME or one.measure in _ON_PAPER
    ]
    columns = (
        Column(texts.say(f"results.row-of.{table.by.value}"), 2.0),
        *(Column(heads[at], 1.0, right=True) for at in fits),
    )
    rows = (
        (row_words(texts, table.by, row), *(_cell(texts, row.figures[at]) for at in fits))
        for row in table.rows
    )
    return PaperTable(columns, tuple(rows))


def _cell(texts: Texts, figure: Figure) -> str:
    part = share(figure)
    return f"{figure_words(texts, figure)} ({part})" if part else figure_words(texts, figure)
