"""Words of `templates`: letters that are written once and filled for each person."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from desktop.cli.arguments_followup import Family
from desktop.models.purposes import MailPurpose
from desktop.texts import LANGUAGES


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
        one.add_argument("--purpose", default="treatment", choices=[purpose.value for purpose in MailPurpose])


def _language(one: argparse.ArgumentParser) -> None:
    one.add_argument("--language", default=LANGUAGES[0], choices=LANGUAGES)
