"""Words of `reminders`: what is written about visits, and when."""

from __future__ import annotations

from collections.abc import Callable

from desktop.cli.arguments_followup import Family


def reminding(family: Callable[[str, str], Family]) -> None:
    reminders = family("reminders", "what is written about visits, and when")
    for verb, words in (("preview", "who gets one, how and why"), ("send", "freeze and queue them")):
        reminders.verb(verb, words).add_argument(
            "--date", metavar="D", help="YYYY-MM-DD of the visits; else what is due next"
        )
    calls = reminders.verb("call-list", "whom to phone because no reminder reached them")
    calls.add_argument("--date", metavar="D", help="YYYY-MM-DD of the visits; else today and tomorrow")
    calls.add_argument("--to", metavar="FILE", help="as a paper (PDF)")
    reminders.verb("windows", "how long before and after visits something is written")
    reminders.verb("set-window", "set such a time, or change it (reads a document)")
    reminders.verb(
        "families", "one letter for the visits of a family on one day, or each apart"
    ).add_argument("way", choices=("merge", "apart"))
    reminders.verb("retire-window", "write nothing at this time any more").add_argument(
        "window", metavar="ID"
    )
