"""Words of `reports`."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from desktop.cli.arguments_followup import Family, how_many
from desktop.models.outcomes import Sort, Span
from desktop.office.values_results import FORMS


def reports(family: Callable[[str, str], Family], campaigns: Family) -> None:
    made = family("reports", "what came of reminders and campaigns")
    _which(made.verb("show", "numbers of letters; small ones are not shown"))
    export = made.verb("export", "the same as a file")
    _which(export)
    export.add_argument("--campaign", metavar="ID", help="of one campaign instead")
    export.add_argument("--format", required=True, choices=FORMS)
    export.add_argument("--to", required=True, metavar="FILE")
    campaigns.verb("report", "what came of one campaign").add_argument("campaign", metavar="ID")


def _which(one: argparse.ArgumentParser) -> None:
    letters = [sort.value for sort in Sort]
    one.add_argument("--letters", choices=letters, default=Sort.REMINDERS.value)
    one.add_argument("--span", choices=[span.value for span in Span], default=Span.MONTH.value)
    one.add_argument("--back", type=how_many, default=0, metavar="N", help="so many spans before this one")
