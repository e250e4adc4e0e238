"""What a report says of its numbers, for window, command line and files alike."""

from __future__ import annotations

from desktop.models.campaigning import DAY_BEFORE
from desktop.models.outcomes import GOAL_DAYS, By, Figure, Measure, Row, Shown, Sort
from desktop.office.values_results import BeforeShown, CampaignResults, ResultsShown
from desktop.texts import Texts, clean

_NAME = 60
_HOUR, _DAY = 60, 24 * 60
_OURS = frozenset({"others", "unknown", "plain"})


def figure_words(texts: Texts, figure: Figure) -> str:
    """The number, or in words why it is not there."""
    if figure.shown is Shown.EXACT:
        return str(figure.value)
    return texts.say(f"results.shown.{figure.shown.value}", count=figure.value)


def percent_words(texts: Texts, figure: Figure) -> str:
    """Such as "81.2 % of the letters that arrived"; '' where nothing may be said."""
    if figure.percent is None or figure.of is None:
        return ""
    return texts.say("results.percent", percent=share(figure), of=texts.say(f"results.of.{figure.of.value}"))


def share(figure: Figure) -> str:
    """The percentage alone, such as "81.2 %"; '' where there is none."""
    return "" if figure.percent is None else f"{figure.percent:g} %"


def row_words(texts: Texts, by: By, row: Row) -> str:
    """What a row is about."""
    say = texts.say
    if row.code in _OURS:
        return say(f"results.row.{row.code}")
    match by:
        case By.OUTCOME:
            return say(f"results.outcome.{row.code}")
        case By.METHOD:
            return say(f"ui.method.{row.code or 'none'}")
        case By.WINDOW:
            return _window(texts, row.code)
        case By.TEMPLATE:
            version = row.code.rpartition(":")[2]
            name = clean(row.name, _NAME)
            return say("results.row.version", name=name, version=version) if version.isdigit() else name
        case _:
            return clean(row.name, _NAME) or row.code


def notes(texts: Texts, shown: ResultsShown | CampaignResults) -> list[str]:
    """What has to be said beside the numbers, a sentence or two each."""
    results = shown.results if isinstance(shown, CampaignResults) else shown
    rows = [results.total, *(row.figures for table in results.tables for row in table.rows)]
    ways = {figure.shown for row in rows for figure in row}
    visits = any(one.measure is Measure.VISITS for one in results.total)
    found = [texts.say("results.small")]
    if Shown.AT_LEAST in ways:
        found.append(texts.say("results.at-least"))
    if visits and results.sort is Sort.CAMPAIGNS:
        found.append(texts.say("results.goal", days=GOAL_DAYS))
    if results.reported:
        found.append(texts.say("results.reported"))
    if isinstance(shown, CampaignResults) and shown.excluded != Figure(Measure.PLANNED, Shown.EXACT):
        found.append(texts.say("results.excluded", count=figure_words(texts, shown.excluded)))
    return found


def before_lines(texts: Texts, before: BeforeShown) -> list[str]:
    """What is said beside the earlier one, a sentence each."""
    than = clean(before.name) or texts.say(
        "results.before.since", since=before.since.isoformat() if before.since else ""
    )
    return [
        texts.say(
            f"results.verdict.{one.verdict.value}",
            measure=texts.say(f"results.measure.{one.measure.value}"),
            before=share(one.before) or figure_words(texts, one.before),
            than=than,
        )
        for one in before.lines
    ]


def _window(texts: Texts, code: str) -> str:
    if code == DAY_BEFORE:
        return texts.say("results.window.day-before")
    kind, _, minutes = code.partition(":")
    number = int(minutes)
    for unit, size in (("days", _DAY), ("hours", _HOUR)):
        if number and number % size == 0:
            return texts.count(f"results.window.{kind}.{unit}", number // size)
    return texts.count(f"results.window.{kind}.minutes", number)
