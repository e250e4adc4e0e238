"""Words of `messages`, of `snippets` and of `after-hours`."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from desktop.cli.arguments_followup import Family
from desktop.models.correspondence import ConversationState, FilingForm
from desktop.models.records import Label
from desktop.office.values_messages import INBOX, PLACES

_MOST = 1_000_000_000


def messages(family: Callable[[str, str], Family]) -> None:
    """The practice's mailbox: what is there, what was said, and what of it goes to the chart."""
    mail = family("messages", "conversations of the practice's mailbox")
    listed = mail.verb("list", "the conversations of one place")
    listed.add_argument("--place", choices=PLACES, default=INBOX)
    _page(listed, 50)
    show = mail.verb("show", "what was said; it counts as seen")
    show.add_argument("conversation", metavar="ID")
    show.add_argument("--limit", type=int, default=50, metavar="N", help="the newest N entries")
    export = mail.verb("export", "write a conversation, or one received file, to a file")
    export.add_argument("conversation", metavar="ID")
    export.add_argument("--form", required=True, choices=tuple(FilingForm))
    export.add_argument("--to", required=True, metavar="FILE")
    export.add_argument("--person", metavar="ID", help="file it to this person's record")
    export.add_argument("--entry", metavar="ID", help="with --form file: of this message")
    export.add_argument("--part", type=int, default=0, metavar="N", help="with --form file: this file of it")
    search = mail.verb("search", "what was said, and what is to do")
    search.add_argument("text", metavar="TEXT")
    search.add_argument("--person", metavar="ID")
    search.add_argument("--since", metavar="DATE")
    search.add_argument("--until", metavar="DATE", help="this day included")
    search.add_argument("--label", choices=tuple(Label))
    search.add_argument("--state", choices=tuple(ConversationState))
    _page(search, 50)


def standing(family: Callable[[str, str], Family]) -> None:
    """What stands ready: words for letters, and the answer while nobody is there."""
    blocks = family("snippets", "text blocks, whole letters and signatures")
    blocks.verb("list", "one's own and the practice's")
    blocks.verb("keep", "write one, or change it")
    blocks.verb("retire", "offer it no more").add_argument("snippet", metavar="ID")
    fill = blocks.verb("fill", "with the fields of one person")
    fill.add_argument("snippet", metavar="ID")
    fill.add_argument("person", metavar="PERSON")
    hours = family("after-hours", "the answer while nobody is in the office")
    hours.verb("show", "what is sent, and when the tray may tell of mail")
    hours.verb("set", "change some of it")


def _page(verb: argparse.ArgumentParser, limit: int) -> None:
    verb.add_argument("--limit", type=int, default=limit, metavar="N")
    verb.add_argument("--offset", type=_so_many, default=0, metavar="N")


def _so_many(given: str) -> int:
    """More than there ever are is a mistake, and more than the database can count."""
    number = int(given)
    if not 0 <= number <= _MOST:
        raise ValueError(given)
    return number
