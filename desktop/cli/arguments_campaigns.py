"""Words of `campaigns`: a letter to a group of people, until it is approved."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from desktop.cli.arguments_followup import Family, how_many
from desktop.models.records import Method


def campaigns(family: Callable[[str, str], Family]) -> Family:
    made = family("campaigns", "one letter to a group of people")
    made.verb("list", "every campaign and how far it is")
    made.verb("purpose", "the next question about what a letter is for (reads the answers so far)")
    create = made.verb("create", "make one, or change it with --id (reads a document)")
    create.add_argument("--id", metavar="ID")
    for verb, words in (
        ("show", "one campaign with who does not get it, and why"),
        ("check", "settle who gets it, and practise every letter; nothing is sent"),
        ("rehearse", "the same as check"),
        ("ask", "ask somebody else to sign"),
    ):
        made.verb(verb, words).add_argument("campaign", metavar="ID")
    approve = made.verb("approve", "sign what was checked, or refuse to")
    approve.add_argument("campaign", metavar="ID")
    approve.add_argument("--refuse", action="store_true", help="say no")
    as_seen(approve)
    audience = made.verb("audience", "who gets it and who does not")
    audience.add_argument("campaign", metavar="ID")
    which = audience.add_mutually_exclusive_group()
    which.add_argument("--included", action="store_true", help="only who gets it")
    which.add_argument("--excluded", action="store_true", help="only who does not")
    audience.add_argument("--reason", default="", metavar="CODE", help="only who is left out for this")
    audience.add_argument("--method", choices=[one.value for one in Method], help="only this way")
    audience.add_argument("--text", default="", metavar="TEXT", help="only names with this in them")
    audience.add_argument("--limit", type=how_many, default=100, metavar="N")
    audience.add_argument("--offset", type=how_many, default=0, metavar="N")
    preview = made.verb("preview", "the letter of one person")
    preview.add_argument("campaign", metavar="ID")
    preview.add_argument("--person", metavar="ID", help="else the first by name")
    excluded = made.verb("excluded", "those who do not get it as a PDF")
    excluded.add_argument("campaign", metavar="ID")
    excluded.add_argument("--form", required=True, choices=("call-list", "labels", "letters"))
    excluded.add_argument("--reason", default="", metavar="CODE", help="only who is left out for this")
    excluded.add_argument("--to", required=True, metavar="FILE")
    made.verb("rules", "from how many people on somebody else signs, and how many letters are enough")
    made.verb("set-rules", "change some of these rules (reads a document)")
    return made


def as_seen(one: argparse.ArgumentParser) -> None:
    """What somebody looked at before: anything else is refused."""
    one.add_argument("--content", metavar="HASH", help="as `campaigns show` printed it; else what stands now")
    one.add_argument("--audience", metavar="HASH", help="likewise")
