"""Words of `practice`, `fields`, and of visits and addresses by hand."""

from __future__ import annotations

from collections.abc import Callable

from desktop.cli.arguments_followup import Family, how_many
from desktop.models.records import VisitStatus

_MARKS = tuple(status.value for status in (VisitStatus.KEPT, VisitStatus.MISSED, VisitStatus.BOOKED))


def facts(family: Callable[[str, str], Family]) -> None:
    """What the practice says of itself once, and which fields its records have beyond ours."""
    practice = family("practice", "name, telephone, places, hours, and what holds for types of visits")
    practice.verb("show", "all of it")
    practice.verb("set", "change some of it (reads a document)")
    practice.verb("place", "add a place, or with its id change it (reads a document)")
    practice.verb("remove-place", "name it in letters no more").add_argument("location", metavar="ID")
    practice.verb("visit-type", "what holds for a type of visit (reads a document)")
    fields = family("fields", "fields of the practice's own")
    fields.verb("list", "which there are")
    fields.verb("set", "make one, change it or retire it (reads a document)")


def of_people(people: Family) -> None:
    """Verbs that stand beside those of contacts."""
    own = people.verb("fields", "further fields of one contact; with --stdin they are changed")
    own.add_argument("person", metavar="ID")
    doubtful = people.verb("addresses", "e-mail addresses that deserve a look")
    doubtful.add_argument("--reason", default="", metavar="CODE", help="only these")
    doubtful.add_argument("--limit", type=how_many, default=200, metavar="N")


def visits(schedule: Family) -> None:
    """Visits by hand."""
    listed = schedule.verb("list", "a day's visits, or all of one contact")
    listed.add_argument("--date", metavar="D", help="YYYY-MM-DD; else today")
    listed.add_argument("--days", type=how_many, default=1, metavar="N")
    listed.add_argument("--person", metavar="ID")
    schedule.verb("add", "one visit (reads a document)")
    schedule.verb("move", "to another time (reads a document)").add_argument("visit", metavar="ID")
    schedule.verb("cancel", "it does not take place").add_argument("visit", metavar="ID")
    mark = schedule.verb("mark", "the patient came, or did not; booked takes it back")
    mark.add_argument("visit", metavar="ID")
    mark.add_argument("status", choices=_MARKS)
