"""Words of `consent`."""

from __future__ import annotations

from collections.abc import Callable

from desktop.cli.arguments_followup import Family
from desktop.models.records import Consent
from desktop.models.standing import Use
from desktop.office.values_consent import HOW

_USES = tuple(use.value for use in Use)


def of_consent(family: Callable[[str, str], Family]) -> None:
    """What people said about mail, by purpose, and how it is known."""
    consent = family("consent", "what people said about mail, and the proof of it")
    for verb, words in (
        ("show", "where each purpose stands with one contact"),
        ("history", "every entry about one contact, newest first"),
    ):
        consent.verb(verb, words).add_argument("person", metavar="ID")
    record = consent.verb("record", "enter a yes or no (with --stdin reads a note)")
    record.add_argument("person", metavar="ID")
    record.add_argument("use", choices=_USES)
    record.add_argument("state", choices=tuple(state.value for state in Consent))
    record.add_argument("--how", choices=HOW, default="in-person")
    record.add_argument("--on", default="", metavar="DAY", help="when they said it; today if left out")
    record.add_argument("--until", default="", metavar="DAY", help="the last day on which it counts")
    record.add_argument("--file", default="", metavar="FILE", help="the signed form, as PDF or picture")
    record.add_argument("--warned", action="store_true", help="for plain mail: they know the risk")
    form = consent.verb("form", "a written permission to print and sign (reads a document)")
    form.add_argument("person", metavar="ID")
    form.add_argument("--to", required=True, metavar="FILE")
    signed = consent.verb("authorize", "keep a signed written permission (reads a document)")
    signed.add_argument("person", metavar="ID")
    signed.add_argument("--file", required=True, metavar="FILE", help="the scan")
    signed.add_argument("--how", choices=HOW, default="in-person")
    ended = consent.verb("revoke", "a written permission is taken back")
    ended.add_argument("permission", metavar="ID")
    ended.add_argument("--how", choices=HOW, default="in-person")
    ended.add_argument("--on", default="", metavar="DAY")
    asked = consent.verb("ask", "ask by mail, with a code that comes back")
    asked.add_argument("person", metavar="ID")
    asked.add_argument("use", choices=_USES)
    proved = consent.verb("prove", "what allowed one message")
    proved.add_argument("message", metavar="ID")
    proved.add_argument("--to", default="", metavar="FILE", help="the paper too, as a PDF")
    batch = consent.verb("batch", "sign an intake column (reads a document); without a file, the batches")
    batch.add_argument("file", metavar="FILE", nargs="?", default="")
    batch.add_argument("--use", choices=_USES, default=Use.CARE.value)
    batch.add_argument("--form", default="", metavar="FILE", help="the blank form that the column refers to")
    batch.add_argument("--day-first", action="store_true")
    batch.add_argument("--dry-run", action="store_true")
    consent.verb("undo", "undo a batch: a no stays").add_argument("batch", metavar="ID")
