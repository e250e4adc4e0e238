"""The words of the command line; secrets are never among them."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import cache
from typing import NoReturn

from desktop.cli.arguments_answers import back
from desktop.cli.arguments_audit import log
from desktop.cli.arguments_backup import computer, keeping
from desktop.cli.arguments_campaigns import campaigns
from desktop.cli.arguments_consent import of_consent
from desktop.cli.arguments_facts import facts, of_people, visits
from desktop.cli.arguments_followup import following, how_many
from desktop.cli.arguments_household import of_household
from desktop.cli.arguments_imports import handing_out, import_options, taking_in
from desktop.cli.arguments_messages import messages, standing
from desktop.cli.arguments_reminders import reminding
from desktop.cli.arguments_reports import reports
from desktop.cli.arguments_running import running
from desktop.cli.arguments_segments import groups as of_groups
from desktop.cli.arguments_templates import templates


class WrongUse(Exception):
    """The words do not make a command: exit code 2."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise WrongUse(f"{self.format_usage().strip()}\n{message}")


def _common() -> _Parser:
    """Options that stand before or after the command."""
    common = _Parser(add_help=False, argument_default=argparse.SUPPRESS)
    common.add_argument("--practice", metavar="DIR", help="the practice's folder")
    common.add_argument("--json", action="store_true", help="one JSON document on standard output")
    common.add_argument("--stdin", action="store_true", help="read one JSON document from standard input")
    return common


@cache
def parser() -> _Parser:
    """`command` is the full name, such as `people import`. Three hundred parsers: made once a process."""
    common = _common()
    root = _Parser(
        prog="sealwell",
        parents=[common],
        description="Secure mail for a small practice. Passwords and codes are asked for, never arguments.",
        epilog="sealwell --version names the build; sealwell --self-test [--report FILE] tries all of it.",
    )
    groups = root.add_subparsers(dest="group", required=True, metavar="COMMAND", parser_class=_Parser)

    def command(name: str, words: str) -> _Parser:
        made = groups.add_parser(name, parents=[common], help=words)
        made.set_defaults(command=name)
        return made

    def family(name: str, words: str) -> _Family:
        made = groups.add_parser(name, parents=[common], help=words)
        inner = made.add_subparsers(dest="verb", required=True, metavar="VERB", parser_class=_Parser)
        return _Family(name, inner, common)

    command("init", "set up a practice")
    command("signin", "sign in and print a token for the following commands")
    command("recover", "with the recovery key: a new password and a new recovery key")
    unlock = command("unlock", "in an emergency: open the practice with the recovery key")
    by_key = "by the printed key, with a reason"
    unlock.add_argument("--recovery", action="store_true", required=True, help=by_key)
    join = command("join", "become a user, or get in on a further computer, with a one-time code")
    join.add_argument("--start", action="store_true", help="only show what the code is for")
    command("signout", "end the token's session")
    restore = command("restore", "bring a practice back out of a backup, into a folder that holds none")
    restore.add_argument("file", metavar="FILE", help="a backup, a folder of them, or a name in the target")
    restore.add_argument("--to", metavar="DIR", help="the new folder; else the practice's own")
    restore.add_argument("--newest", action="store_true", help="the newest that is complete there")
    restore.add_argument("--list", action="store_true", help="only show what is there")
    computer(command, family)
    command("doctor", "check this computer and the practice")
    problem = command("problem", "a report about the program that names nobody; nothing is sent")
    problem.add_argument("--out", metavar="FILE", help="save it there too: as JSON where the name ends so")
    posture = command("posture", "the sending domain as other mail servers see it")
    posture.add_argument("domain", metavar="DOMAIN")
    posture.add_argument("--resolver", metavar="HOST:PORT", help="ask this one, not the computer's own")
    posture.add_argument("--service", metavar="NAME", help="the mail service, such as google-workspace")
    posture.add_argument("--selector", metavar="NAME", action="append", help="of the domain's DKIM key")
    command("reach", "how many people can be reached, and what would reach more")
    _people(family("people", "contacts"))
    of_groups(family)
    back(family)
    templates(family)
    of_campaigns = campaigns(family)
    running(of_campaigns)
    reports(family, of_campaigns)
    of_consent(family)
    _users(family("users", "accounts and roles"))
    review = family("access", "who has access").verb("review", "everybody, with what deserves a look")
    review.add_argument("--sign", action="store_true", help="sign it off")
    _rest(family)
    return root


class _Family:
    """Verbs of one noun."""

    def __init__(
        self,
        name: str,
        inner: argparse._SubParsersAction[_Parser],
        common: _Parser,
    ) -> None:
        self._name = name
        self._inner = inner
        self._common = common

    def verb(self, verb: str, words: str) -> _Parser:
        made = self._inner.add_parser(verb, parents=[self._common], help=words)
        made.set_defaults(command=f"{self._name} {verb}")
        return made


def _people(people: _Family) -> None:
    import_options(people.verb("import", "contacts from a file of another program"))
    people.verb("parse", "what would be made of these files").add_argument("files", nargs="+", metavar="FILE")
    people.verb("search", "find contacts").add_argument("text", metavar="TEXT")
    people.verb("show", "one contact").add_argument("person", metavar="ID")
    add = people.verb("add", "one contact by hand; those who may be the same are shown first")
    add.add_argument("--anyway", action="store_true", help="although others are alike")
    timeline = people.verb("timeline", "what happened with one contact, newest first")
    timeline.add_argument("person", metavar="ID")
    timeline.add_argument("--limit", type=how_many, default=30, metavar="N")
    timeline.add_argument("--older", default="", metavar="PLACE", help="go on behind what was printed")
    people.verb("set", "change fields of one contact").add_argument("person", metavar="ID")
    people.verb("passphrase", "make a password card").add_argument("person", metavar="ID")
    of_people(people)
    handing_out(people)
    of_household(people)


def _users(users: _Family) -> None:
    users.verb("list", "everybody who has or had an account")
    users.verb("invite", "a one-time code for somebody new, a further computer or a lost device")
    users.verb("withdraw", "an invitation ends").add_argument("user", metavar="USER")
    users.verb("add", "an account with a first password, for set-up scripts")
    role = users.verb("role", "give somebody another role")
    role.add_argument("user", metavar="USER")
    role.add_argument("role", metavar="ROLE")
    users.verb("suspend", "for leave: nothing opens until it ends").add_argument("user", metavar="USER")
    users.verb("reinstate", "back from leave").add_argument("user", metavar="USER")
    leave = users.verb("offboard", "somebody leaves: effective at once, then a new vault key")
    leave.add_argument("user", metavar="USER")
    leave.add_argument("--heir", metavar="USER", help="who takes over tasks and drafts; else you")
    leave.add_argument("--plan", action="store_true", help="say what would happen, change nothing")
    users.verb("approvals", "what waits for a second administrator")
    approve = users.verb("approve", "decide what another administrator asked for")
    approve.add_argument("approval", metavar="ID")
    approve.add_argument("--refuse", action="store_true", help="say no")


def _rest(family: Callable[[str, str], _Family]) -> None:
    keys = family("keys", "recipients' keys and certificates")
    add = keys.verb("import", "store a key whose fingerprint was compared")
    add.add_argument("file", metavar="FILE")
    add.add_argument("--person", required=True, metavar="ID")
    add.add_argument("--fingerprint", required=True, metavar="FPR")
    keys.verb("inspect", "what is this file good for").add_argument("files", nargs="+", metavar="FILE")
    _keys(keys)

    _cards(family)

    family("message", "single letters").verb("send", "seal and queue one letter")

    schedule = family("appointments", "the schedule")
    schedule.verb("parse", "what would be made of these files").add_argument(
        "files", nargs="+", metavar="FILE"
    )
    visits(schedule)
    taken = schedule.verb("import", "visits from a file of another program")
    import_options(taken)
    mode = taken.add_mutually_exclusive_group()
    mode.add_argument("--whole", action="store_true", help="the file is the whole schedule of its days")
    mode.add_argument("--changes", action="store_true", help="the file holds changes only")
    taken.add_argument("--confirm", action="store_true", help="take it although much is missing or it is old")

    taking_in(family)

    relay = family("relay", "relay profiles")
    relay.verb("add", "store a relay with its agreement")
    relay.verb("list", "the stored relays")
    relay.verb("test", "connect, sign in, send nothing").add_argument("relay", metavar="ID")
    relay.verb("evidence", "record what the account enforces onward").add_argument("relay", metavar="ID")
    relay.verb("onward", "record how it is told to, and its portal").add_argument("relay", metavar="ID")
    relay.verb("signin", "sign in at its provider by browser").add_argument("relay", metavar="ID")
    relay.verb("signout", "forget what its provider granted").add_argument("relay", metavar="ID")
    relay.verb("sending", "how much it may send, and how much is used").add_argument("relay", metavar="ID")
    sending = family("sending", "when something may leave")
    sending.verb("rules", "the hours, days and closed days")
    sending.verb("set", "change some of them")

    storage = family("storage", "where locked files wait")
    storage.verb("add", "store a storage with its agreement")
    storage.verb("test", "put a file, fetch it by its link, delete it")
    storage.verb("list", "the stored storages")
    storage.verb("retire", "put nothing there any more").add_argument("storage", metavar="ID")

    pickups = family("pickups", "locked files in storage")
    pickups.verb("list", "what waits, and what was picked up")
    pickups.verb("revoke", "delete a locked file now").add_argument("pickup", metavar="ID")

    reminding(family)

    outbox = family("outbox", "what goes out")
    outbox.verb("list", "every message and where it stands")
    outbox.verb("run", "send what is due")
    _steering(outbox)
    messages(family)
    standing(family)
    following(family)
    facts(family)
    keeping(family)

    log(family)

    protect = family("protect", "how would it go, and why")
    explain = protect.verb("explain", "the way of one mail to one person")
    explain.add_argument("--person", required=True, metavar="ID")
    explain.add_argument("--file", required=True, metavar="MESSAGE", help="an .eml file")
    explain.add_argument("--label", metavar="LABEL", help="routine, sensitive or very-sensitive")
    plan = protect.verb("plan", "a day's reminders by their ways")
    plan.add_argument("--date", metavar="D", help="YYYY-MM-DD; else tomorrow")
    protect.verb("rules", "what follows from what the content check finds")
    protect.verb("set", "change these rules")

    family("content", "what would give somebody away").verb(
        "check", "look through mails and files"
    ).add_argument("files", nargs="+", metavar="FILE")
    mailbox = family("mailbox", "what came back")
    mailbox.verb("classify", "look at received mails").add_argument("files", nargs="+", metavar="FILE")
    mailbox.verb("add", "store a mailbox that is to be read, with its agreement")
    mailbox.verb("list", "the stored mailboxes")
    mailbox.verb("test", "connect, sign in, change nothing").add_argument("mailbox", metavar="ID")
    mailbox.verb("retire", "read a mailbox no more").add_argument("mailbox", metavar="ID")
    mailbox.verb("signin", "sign in at its provider by browser").add_argument("mailbox", metavar="ID")
    mailbox.verb("signout", "forget what its provider granted").add_argument("mailbox", metavar="ID")
    mailbox.verb("poll", "read all mailboxes now")
    received = mailbox.verb("received", "what came in; first what waits for somebody")
    received.add_argument("--limit", type=int, default=200, metavar="N")
    family("address", "e-mail addresses").verb("check", "one a line on standard input")
    family("password", "passwords").verb("check", "one a line on standard input")
    envelope = family("envelope", "locked files")
    given = envelope.verb("open", "with {passphrase} on standard input")
    given.add_argument("files", nargs="+", metavar="FILE")
    envelope.verb("reply", "what a patient answered in a locked page").add_argument("file", metavar="FILE")


def _cards(family: Callable[[str, str], _Family]) -> None:
    """Password cards, somebody on the phone who cannot open a message, and who can be reached."""
    cards = family("cards", "password cards")
    card = cards.verb("print", "one card as a PDF")
    card.add_argument("person", metavar="ID")
    card.add_argument("--to", required=True, metavar="FILE")
    cards.verb("words", "to read out, after `help check`").add_argument("person", metavar="ID")
    cards.verb("reissue", "new words; what is outstanding is sent again").add_argument("person", metavar="ID")
    phrase = cards.verb("phrase", "by which people know the practice's mail")
    phrase.add_argument("phrase", nargs="?", default="", metavar="TEXT")

    helping = family("help", "somebody cannot open a message")
    show = helping.verb("show", "what they see and what can be done")
    show.add_argument("message", metavar="ID")
    show.add_argument("--person", action="store_true", help="ID is a person: their last message")
    check = helping.verb("check", "how you made sure on the phone that it is this person")
    check.add_argument("person", metavar="ID")
    check.add_argument("--asked", action="append", default=[], metavar="CODE", help="two of them at least")
    again = helping.verb("again", "the same message in another form or way")
    again.add_argument("message", metavar="ID")
    again.add_argument("--step", required=True, metavar="STEP")
    paper = helping.verb("print", "the message as a PDF")
    paper.add_argument("message", metavar="ID")
    paper.add_argument("--to", required=True, metavar="FILE")


def _keys(keys: _Family) -> None:
    """People's keys from the find to the withdrawal, and the practice's own."""
    keys.verb("list", "own keys, people's keys, and what ends within 90 days")
    find = keys.verb("find", "look for a person's keys; nothing is kept")
    keep = keys.verb("keep", "keep a key that was found; it waits until it is confirmed")
    for made in (find, keep):
        made.add_argument("file", metavar="FILE", nargs="?", help="a key, a certificate, or a mail (.eml)")
        made.add_argument("--person", required=True, metavar="ID")
        made.add_argument("--wkd", action="store_true", help="ask the domain of the person's address")
    keep.add_argument("--fingerprint", required=True, metavar="FPR")
    keep.add_argument("--compared", action="store_true", help="its owner read the fingerprint out")
    keys.verb("test", "a test letter sealed to this key").add_argument("key", metavar="ID")
    confirm = keys.verb("confirm", "its owner has confirmed it")
    confirm.add_argument("key", metavar="ID")
    how = confirm.add_mutually_exclusive_group(required=True)
    how.add_argument("--fingerprint", metavar="FPR", help="as they read it out")
    how.add_argument("--test", action="store_true", help="they could read the test letter")
    revoke = keys.verb("revoke", "use a key no more")
    revoke.add_argument("key", metavar="KEY", help="id of a person's key")
    revoke.add_argument("--own", action="store_true", help="KEY is the fingerprint of an own one")
    keys.verb("request", "a prepared letter that asks for a new key").add_argument("key", metavar="ID")
    publish = keys.verb("publish", "own public keys as files, and for the web server")
    publish.add_argument("--to", required=True, metavar="DIR")
    rotate = keys.verb("rotate", "a new own key; the old one is kept to read")
    rotate.add_argument("--kind", required=True, choices=("openpgp", "smime"))
    identity = keys.verb("import-identity", "use a certificate with its key (.p12)")
    identity.add_argument("file", metavar="FILE", help="its password is asked for, or read as JSON")


def _steering(outbox: _Family) -> None:
    scope = "all, kind:K, relay:ID, source:ID or message:ID"
    outbox.verb("show", "one message and what is known of its way").add_argument("message", metavar="ID")
    pause = outbox.verb("pause", "let nothing of a scope leave")
    pause.add_argument("scope", nargs="?", metavar="SCOPE", help=f"{scope}; else all")
    pause.add_argument("--until", metavar="TIME", help="when it ends by itself")
    pause.add_argument("--list", action="store_true", help="only say what is paused")
    resume = outbox.verb("resume", "end a pause")
    resume.add_argument("scope", nargs="?", metavar="SCOPE", help=f"{scope}; else all")
    resume.add_argument("--look", action="store_true", help="only say what would leave")
    resume.add_argument("--seen", metavar="HASH", help="what --look answered")
    cancel = outbox.verb("cancel", "stop what has not left")
    cancel.add_argument("messages", nargs="*", metavar="ID")
    cancel.add_argument("--scope", metavar="SCOPE", help=scope)
    resolve = outbox.verb("resolve", "say what became of an unclear message")
    resolve.add_argument("message", metavar="ID")
    resolve.add_argument("how", choices=("arrived", "not-arrived", "called"))
    outbox.verb("resend", "send again what did not arrive").add_argument("message", metavar="ID")
