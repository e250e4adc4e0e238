"""Words of `campaigns`: what leaves, and who wants no more of it."""

from __future__ import annotations

from desktop.cli.arguments_campaigns import as_seen
from desktop.cli.arguments_followup import Family, how_many
from desktop.office.values_consent import HOW


def running(made: Family) -> None:
    start = made.verb("start", "what was approved leaves, at its hour or now")
    start.add_argument("campaign", metavar="ID")
    as_seen(start)
    for verb, words in (
        ("pause", "nothing more leaves for now"),
        ("resume", "go on after a pause"),
        ("stop", "what has not left never will"),
        ("progress", "how far it is"),
    ):
        made.verb(verb, words).add_argument("campaign", metavar="ID")
    differs = made.verb("differences", "letters that were not made as in the practice run")
    differs.add_argument("campaign", metavar="ID")
    differs.add_argument("--limit", type=how_many, default=100, metavar="N")
    differs.add_argument("--offset", type=how_many, default=0, metavar="N")
    leave = made.verb("opt-out", "somebody wants no more news, offers or requests for gifts")
    whose = leave.add_mutually_exclusive_group(required=True)
    whose.add_argument("--person", metavar="ID")
    whose.add_argument("--address", metavar="ADDRESS", help="everybody who is written to there")
    leave.add_argument("--how", required=True, choices=HOW, help="how they said so")
