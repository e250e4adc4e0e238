"""Words of `imports`, `mappings`, `folders` and `people export`."""

from __future__ import annotations

from collections.abc import Callable

from desktop.cli.arguments_followup import Family
from desktop.office.values_imports import GONE, KEPT, PEOPLE, REMOVED, VISITS


def taking_in(family: Callable[[str, str], Family]) -> None:
    """What was taken in, and what stands for files to come."""
    taken = family("imports", "files that were taken in")
    listed = taken.verb("list", "newest first")
    listed.add_argument("--limit", type=int, default=50, metavar="N")
    listed.add_argument("--skip", type=int, default=0, metavar="N")
    for verb, about in (
        ("show", "one import with its problems"),
        ("undo", "what it brought goes, what it changed comes back; refusals stay"),
    ):
        taken.verb(verb, about).add_argument("import_id", metavar="ID")
    rejected = taken.verb("rejected", "write the rows that were left out to a file")
    rejected.add_argument("import_id", metavar="ID")
    rejected.add_argument("--to", required=True, metavar="FILE")
    file = taken.verb("file", "say what became of the file in clear text")
    file.add_argument("import_id", metavar="ID")
    file.add_argument("what", choices=(REMOVED, KEPT, GONE))

    saved = family("mappings", "saved answers to what the columns of files mean")
    saved.verb("list", "all of them")
    saved.verb("forget", "use one no more").add_argument("mapping", metavar="ID")

    folders = family("folders", "folders that are looked into for new lists")
    add = folders.verb("add", "take in what is put there")
    add.add_argument("folder", metavar="FOLDER")
    add.add_argument("--kind", required=True, choices=(PEOPLE, VISITS))
    add.add_argument("--mapping", default="", metavar="ID")
    add.add_argument("--minutes", type=int, default=15, metavar="N")
    folders.verb("list", "all of them")
    folders.verb("forget", "look there no more").add_argument("folder", metavar="ID")


def handing_out(people: Family) -> None:
    export = people.verb("export", "write the list of people to a file")
    export.add_argument("--format", required=True, choices=("csv", "xlsx"))
    export.add_argument("--to", required=True, metavar="FILE")
    export.add_argument("--reason", required=True, metavar="TEXT")
    export.add_argument("--approval", default="", metavar="ID", help="a second person's, where one is needed")
