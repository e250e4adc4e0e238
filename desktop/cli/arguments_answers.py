"""Words of `answers` and `calendar`: back to the schedule, and what there is room for."""

from __future__ import annotations

from collections.abc import Callable

from desktop.cli.arguments_followup import Family, how_many


def back(family: Callable[[str, str], Family]) -> None:
    answers = family("answers", "what patients answered about their visits")
    listed = answers.verb("list", "a day's visits with their answers")
    entered = answers.verb("entered", "an answer is in the schedule now")
    entered.add_argument("visit", metavar="ID")
    entered.add_argument("--undo", action="store_true", help="it is not, after all")
    file = answers.verb("file", "the day for the schedule's program, as paper, or as FHIR")
    file.add_argument("--form", choices=("csv", "pdf", "fhir"), default="csv")
    file.add_argument("--to", required=True, metavar="FILE")
    for one in (listed, entered, file):
        one.add_argument("--date", metavar="YYYY-MM-DD", help="without it tomorrow")
    calendar = family("calendar", "when letters go out, and how many visits are free")
    show = calendar.verb("show", "a month, day by day")
    show.add_argument("--date", metavar="YYYY-MM-DD", help="any day of the month; without it this one")
    slots = calendar.verb("slots", "say how many visits a day can still take")
    slots.add_argument("day", metavar="YYYY-MM-DD")
    slots.add_argument("free", metavar="N", nargs="?", type=how_many, help="without it, forget what was said")
    slots.add_argument("--type", default="", metavar="TYPE", help="of one type of visit only")
