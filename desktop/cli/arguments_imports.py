"""Words of `imports`, `mappings`, `folders` and `people export`."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from desktop.cli.arguments_followup import Family, how_many
from desktop.office.values_imports import GONE, KEPT, PEOPLE, REMOVED, VISITS

_ORDERS = ("month-first", "day-first")


def import_options(made: argparse.ArgumentParser) -> None:
    made.add_argument("file", metavar="FILE")
    made.add_argument("--strict", action="store_true", help="refuse the file if any row fails")
    made.add_argument("--dry-run", action="store_true", help="say what would happen, store nothing")
    made.add_argument("--mapping", default="", metavar="NAME", help="read it as these saved answers say")
    made.add_argument(
        "--date-order", default="", choices=_ORDERS, help="which comes first in days such as 3/4/2026"
    )
    made.add_argument("--remove", action="store_true", help="remove the file once it is taken in")


def taking_in(family: Callable[[str, str], Family]) -> None:
    """What was taken in, and what stands for files to come."""
    taken = family("imports", "files that were taken in")
    _file_of(taken.verb("look", "what its columns are taken for, and what has to be said; stores nothing"))
    listed = taken.verb("list", "newest first")
    listed.add_argument("--limit", type=how_many, default=50, metavar="N")
    listed.add_argument("--skip", type=how_many, default=0, metavar="N")
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
    _file_of(saved.verb("keep", "for files with the columns of this one (reads a document)"))
    saved.verb("forget", "use one no more").add_argument("mapping", metavar="ID")

    folders = family("folders", "folders that are looked into for new lists")
    add = folders.verb("add", "take in what is put there")
    add.add_argument("folder", metavar="FOLDER")
    add.add_argument("--kind", required=True, choices=(PEOPLE, VISITS))
    add.add_argument("--mapping", default="", metavar="ID")
    add.add_argument("--minutes", type=how_many, default=15, metavar="N")
    folders.verb("list", "all of them")
    folders.verb("forget", "look there no more").add_argument("folder", metavar="ID")


def handing_out(people: Family) -> None:
    export = people.verb("export", "write the list of people to a file")
    export.add_argument("--format", required=True, choices=("csv", "xlsx"))
    export.add_argument("--to", required=True, metavar="FILE")
    export.add_argument("--reason", required=True, metavar="TEXT")
    export.add_argument("--approval", default="", metavar="ID", help="a second person's, where one is needed")


def _file_of(made: argparse.ArgumentParser) -> None:
    made.add_argument("file", metavar="FILE")
    made.add_argument("--kind", required=True, choices=(PEOPLE, VISITS))
