"""From words to an exit code: 0 done, 1 refused or failed, 2 wrong use."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import TextIO

from desktop.cli import (
    after_hours,
    alerts,
    audit,
    backups,
    cards,
    checkpoint,
    commands,
    computer,
    content,
    drill,
    followup,
    inspect,
    joining,
    keys,
    mailbox,
    messages,
    outbox,
    parse,
    posture,
    protect,
    relays,
    restore,
    sending,
    signin,
    snippets,
    storage,
    tasks,
    users,
)
from desktop.cli.arguments import WrongUse, parser
from desktop.cli.commands import Call, Handler
from desktop.cli.console import Console
from desktop.errors import SealwellError
from desktop.office.api import Office
from desktop.paths import PracticeFolder, default_practice
from desktop.texts import Texts

HANDLERS: dict[str, Handler] = {
    "init": commands.init,
    "signin": commands.signin,
    "signout": commands.signout,
    "recover": commands.recover,
    "unlock": commands.unlock,
    "join": joining.join,
    "restore": restore.restore,
    "emergency": computer.emergency,
    "retire": computer.retire,
    "move plan": computer.move_plan,
    "move arrival": computer.move_arrival,
    "move settle": computer.move_settle,
    "doctor": commands.doctor,
    "people import": commands.people_import,
    "people parse": parse.people_parse,
    "appointments parse": parse.appointments_parse,
    "people search": commands.people_search,
    "people show": commands.people_show,
    "people set": commands.people_set,
    "people passphrase": commands.people_passphrase,
    "users list": users.users_list,
    "users invite": users.users_invite,
    "users withdraw": users.users_withdraw,
    "users add": users.users_add,
    "users role": users.users_role,
    "users suspend": users.users_suspend,
    "users reinstate": users.users_reinstate,
    "users offboard": users.users_offboard,
    "users approvals": users.users_approvals,
    "users approve": users.users_approve,
    "access review": users.access_review,
    "keys import": commands.keys_import,
    "keys inspect": inspect.keys_inspect,
    "keys list": keys.keys_list,
    "keys find": keys.keys_find,
    "keys keep": keys.keys_keep,
    "keys test": keys.keys_test,
    "keys confirm": keys.keys_confirm,
    "keys revoke": keys.keys_revoke,
    "keys request": keys.keys_request,
    "keys publish": keys.keys_publish,
    "keys rotate": keys.keys_rotate,
    "keys import-identity": keys.keys_import_identity,
    "cards print": cards.cards_print,
    "cards words": cards.cards_words,
    "cards reissue": cards.cards_reissue,
    "cards phrase": cards.cards_phrase,
    "help show": cards.help_show,
    "help check": cards.help_check,
    "help again": cards.help_again,
    "help print": cards.help_print,
    "reach": cards.reach,
    "message send": commands.message_send,
    "appointments import": commands.appointments_import,
    "relay add": relays.relay_add,
    "relay list": commands.relay_list,
    "relay test": commands.relay_test,
    "relay evidence": relays.relay_evidence,
    "relay signin": signin.relay_signin,
    "relay signout": signin.relay_signout,
    "relay onward": storage.relay_onward,
    "relay sending": sending.relay_sending,
    "sending rules": sending.sending_rules,
    "sending set": sending.sending_set,
    "storage add": storage.storage_add,
    "storage test": storage.storage_test,
    "storage list": storage.storage_list,
    "storage retire": storage.storage_retire,
    "pickups list": storage.pickups_list,
    "pickups revoke": storage.pickups_revoke,
    "reminders preview": commands.reminders_preview,
    "reminders send": commands.reminders_send,
    "reminders call-list": outbox.reminders_call_list,
    "outbox list": commands.outbox_list,
    "outbox run": commands.outbox_run,
    "outbox show": outbox.outbox_show,
    "outbox pause": outbox.outbox_pause,
    "outbox resume": outbox.outbox_resume,
    "outbox cancel": outbox.outbox_cancel,
    "outbox resolve": outbox.outbox_resolve,
    "outbox resend": outbox.outbox_resend,
    "messages list": messages.messages_list,
    "messages show": messages.messages_show,
    "messages export": messages.messages_export,
    "messages search": messages.messages_search,
    "tasks list": tasks.tasks_list,
    "tasks add": tasks.tasks_add,
    "tasks done": tasks.tasks_done,
    "snippets list": snippets.snippets_list,
    "snippets keep": snippets.snippets_keep,
    "snippets retire": snippets.snippets_retire,
    "snippets fill": snippets.snippets_fill,
    "after-hours show": after_hours.after_hours_show,
    "after-hours set": after_hours.after_hours_set,
    "failures show": followup.failures_show,
    "failures check": followup.failures_check,
    "failures phone": followup.failures_phone,
    "suppressions list": followup.suppressions_list,
    "suppressions lift": followup.suppressions_lift,
    "delivery-check accounts": followup.delivery_check_accounts,
    "delivery-check start": followup.delivery_check_start,
    "delivery-check list": followup.delivery_check_list,
    "delivery-check tick": followup.delivery_check_tick,
    "delivery-check read-back": followup.delivery_check_read_back,
    "feed set": followup.feed_set,
    "feed list": followup.feed_list,
    "feed poll": followup.feed_poll,
    "audit verify": audit.audit_verify,
    "audit export": audit.audit_export,
    "audit approve": audit.audit_approve,
    "audit access": audit.audit_access,
    "audit disclosures": audit.audit_disclosures,
    "audit checkpoint": checkpoint.audit_checkpoint,
    "audit state": checkpoint.audit_state,
    "audit witness": checkpoint.audit_witness,
    "audit explain-gap": checkpoint.audit_explain_gap,
    "audit marks": checkpoint.audit_marks,
    "audit alerts": alerts.audit_alerts,
    "audit rules": alerts.audit_rules,
    "audit hours": alerts.audit_hours,
    "audit digest": alerts.audit_digest,
    "audit retention": alerts.audit_retention,
    "audit seal": alerts.audit_seal,
    "audit purge": alerts.audit_purge,
    "protect explain": protect.protect_explain,
    "protect plan": protect.protect_plan,
    "protect rules": protect.protect_rules,
    "protect set": protect.protect_set,
    "content check": content.content_check,
    "mailbox add": mailbox.mailbox_add,
    "mailbox list": mailbox.mailbox_list,
    "mailbox test": mailbox.mailbox_test,
    "mailbox retire": mailbox.mailbox_retire,
    "mailbox signin": signin.mailbox_signin,
    "mailbox signout": signin.mailbox_signout,
    "mailbox poll": mailbox.mailbox_poll,
    "mailbox received": mailbox.mailbox_received,
    "mailbox classify": mailbox.mailbox_classify,
    "address check": inspect.address_check,
    "password check": inspect.password_check,
    "envelope open": inspect.envelope_open,
    "envelope reply": cards.envelope_reply,
    "posture": posture.posture,
    "backup create": backups.backup_create,
    "backup list": backups.backup_list,
    "backup verify": backups.backup_verify,
    "backup target": backups.backup_target,
    "backup drill": drill.backup_drill,
    "backup kit": drill.backup_kit,
    "backup new-key": drill.backup_new_key,
}

NO_PRACTICE = frozenset(
    {
        "people parse",
        "appointments parse",
        "keys inspect",
        "mailbox classify",
        "content check",
        "address check",
        "password check",
        "envelope open",
        "posture",
        "restore",
        "emergency",
    }
)
"""Their files come from strangers, or there is no practice that opens: nothing is open where they run."""


def run(
    argv: Sequence[str],
    open_office: Callable[[PracticeFolder], Office],
    language: str = "en",
    streams: tuple[TextIO, TextIO, TextIO] | None = None,
    open_alone: Callable[[PracticeFolder], Office] | None = None,
) -> int:
    """One command from start to end; bugs are left to the caller's last-resort handler.

    `open_alone` is for what concerns no open practice, wherever others go.
    """
    source, out, err = streams or (sys.stdin, sys.stdout, sys.stderr)
    try:
        args = parser().parse_args(list(argv))
    except WrongUse as wrong:
        err.write(f"{wrong}\n")
        return 2
    console = Console(
        Texts(language),
        as_json=getattr(args, "json", False),
        stdin=getattr(args, "stdin", False),
        source=source,
        out=out,
        err=err,
    )
    named = getattr(args, "practice", None)
    folder = PracticeFolder(Path(named).absolute()) if named else default_practice()
    try:
        opening = open_alone if open_alone and _is_alone(args.command) else open_office
        with closing(opening(folder)) as office:
            return HANDLERS[args.command](Call(office, console, args)) or 0
    except SealwellError as error:
        console.fail(error)
        return 1
    except WrongUse as wrong:
        console.say(str(wrong))
        return 2


def _is_alone(command: str) -> bool:
    """The doctor asks an open practice only for somebody who is signed in to it."""
    return command in NO_PRACTICE or (command == "doctor" and not os.environ.get(commands.TOKEN_VARIABLE))
