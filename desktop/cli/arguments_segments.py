"""Words of `segments`: groups of people."""

from __future__ import annotations

from collections.abc import Callable

from desktop.cli.arguments_followup import Family, how_many


def groups(family: Callable[[str, str], Family]) -> None:
    segments = family("segments", "groups of people")
    segments.verb("list", "every group with how many are in it")
    segments.verb("recipes", "rules that are made ready")
    count = segments.verb("count", "how many a rule takes in (reads a document)")
    which = count.add_mutually_exclusive_group()
    which.add_argument("--recipe", metavar="NAME", help="one of `segments recipes` instead")
    which.add_argument("--segment", metavar="ID", help="a kept group instead")
    count.add_argument("--sample", type=how_many, default=0, metavar="N", help="name the first of them")
    show = segments.verb("show", "one group, its rule and a page of its people")
    show.add_argument("segment", metavar="ID")
    show.add_argument("--limit", type=how_many, default=50, metavar="N")
    show.add_argument("--offset", type=how_many, default=0, metavar="N")
    segments.verb("keep", "write a group, or change it (reads a document)")
    segments.verb("retire", "remove a group").add_argument("segment", metavar="ID")
    for verb, words in (
        ("explain", "why somebody is in a group or not"),
        ("add", "put somebody into a list kept by hand"),
        ("remove", "take somebody out of it"),
    ):
        one = segments.verb(verb, words)
        one.add_argument("segment", metavar="ID")
        one.add_argument("person", metavar="PERSON")
