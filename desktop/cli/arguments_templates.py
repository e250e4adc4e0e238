"""Words of `templates`: letters that are written once and filled for each person."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from desktop.cli.arguments_followup import Family, how_many
from desktop.models.purposes import MailPurpose
from desktop.texts import LANGUAGES

_PURPOSES = [purpose.value for purpose in MailPurpose]


def templates(family: Callable[[str, str], Family]) -> None:
    made = family("templates", "letters that are written once and filled for each person")
    made.verb("list", "the templates that come with the program")
    show = made.verb("show", "the words of one of them, to begin with")
    show.add_argument("code", metavar="CODE")
    _language(show)
    check = made.verb("check", "what stops these files, and what their writer should know")
    check.add_argument("files", nargs="+", metavar="FILE")
    render = made.verb("render", "the letter that one person would get")
    render.add_argument("file", metavar="FILE")
    render.add_argument("--person", required=True, metavar="FILE", help="JSON: {field: value}")
    for one in (check, render):
        _language(one)
        one.add_argument("--purpose", default="treatment", choices=_PURPOSES)
    _own(made)
    _pictures(made)


def _own(made: Family) -> None:
    own = made.verb("own", "the practice's own templates")
    own.add_argument("--retired", action="store_true", help="those that are no longer offered too")
    opened = made.verb("open", "one of the practice's own with what was found in it")
    opened.add_argument("template", metavar="ID")
    opened.add_argument("--number", type=how_many, default=0, metavar="N", help="else the newest version")
    keep = made.verb("keep", "keep a file as a template of the practice, or as one language of it")
    keep.add_argument("file", metavar="FILE")
    keep.add_argument("--id", metavar="ID", help="of a template that is there; its other languages stay")
    keep.add_argument("--name", metavar="NAME")
    keep.add_argument("--from", dest="code", default="", metavar="CODE", help="the one of the library")
    keep.add_argument("--group", metavar="GROUP")
    keep.add_argument("--purpose", choices=_PURPOSES)
    keep.add_argument("--answer", action="append", default=[], metavar="QUESTION=ANSWER")
    keep.add_argument("--payer", metavar="NAME")
    approve = made.verb("approve", "sign a version; then letters are made from it")
    approve.add_argument("template", metavar="ID")
    approve.add_argument("--number", type=how_many, required=True, metavar="N")
    made.verb("retire", "no longer offer one").add_argument("template", metavar="ID")
    test = made.verb("test", "a letter to a professional contact, with made-up values")
    test.add_argument("template", metavar="ID")
    test.add_argument("--to", required=True, metavar="ID")
    for one in (keep, test):
        _language(one)


def _pictures(made: Family) -> None:
    made.verb("pictures", "what letters can show")
    add = made.verb("add-picture", "a PNG, JPEG or GIF of at most 2 MB")
    add.add_argument("file", metavar="FILE")
    add.add_argument("--name", required=True, metavar="NAME")
    add.add_argument("--alt", required=True, metavar="WORDS", help="what it shows, in words")
    add.add_argument("--permission", metavar="ID", help="of the patient who is in it")
    made.verb("retire-picture", "no longer show one").add_argument("name", metavar="NAME")
    brand = made.verb("brand", "how letters look; with an option it is changed")
    brand.add_argument("--colour", metavar="#RRGGBB")
    brand.add_argument("--logo", metavar="NAME", help="of a picture; '' for none")
    brand.add_argument("--hours", action="append", default=[], metavar="LANGUAGE=WORDS")
    brand.add_argument("--site", action="append", default=[], metavar="HOST", help="links may lead there")
    brand.add_argument("--no-site", action="append", default=[], metavar="HOST")


def _language(one: argparse.ArgumentParser) -> None:
    one.add_argument("--language", default=LANGUAGES[0], choices=LANGUAGES)
