"""Words of a person's mailboxes, and of records of the same person."""

from __future__ import annotations

from desktop.cli.arguments_followup import Family, how_many


def of_household(people: Family) -> None:
    """Verbs that stand beside those of contacts."""
    shown = people.verb("household", "mailboxes of one contact, who reads them, and who shares them")
    shown.add_argument("person", metavar="ID")
    mailbox = people.verb("mailbox", "set or end one mailbox of a contact (reads a document)")
    mailbox.add_argument("person", metavar="ID")
    twice = people.verb("duplicates", "contacts that may be on file twice")
    twice.add_argument("--look", action="store_true", help="compare everybody anew first")
    twice.add_argument("--limit", type=how_many, default=50, metavar="N")
    for verb, words in (
        ("merge", "two records are one person: the first is kept"),
        ("apart", "two records are two people, and are not offered again"),
    ):
        one = people.verb(verb, words)
        one.add_argument("kept" if verb == "merge" else "first", metavar="ID")
        one.add_argument("gone" if verb == "merge" else "second", metavar="ID")
    people.verb("unmerge", "two records again").add_argument("merge", metavar="MERGE")
