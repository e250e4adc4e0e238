"""`messages …`: conversations listed, shown, searched, and put into a file for the chart."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from desktop.cli import shapes
from desktop.cli.arguments import WrongUse
from desktop.cli.commands import Call, day_of, free_file, write_file
from desktop.models.correspondence import (
    ConversationId,
    ConversationState,
    EntryId,
    FilingForm,
    MailQuery,
)
from desktop.models.records import Label, PersonId
from desktop.office.values_messages import (
    ConversationLine,
    ConversationQuery,
    ConversationShown,
    EntryShown,
    MailHit,
    TaskLine,
    ToChart,
)


def messages_list(call: Call) -> None:
    query = ConversationQuery(call.args.place, call.args.limit, call.args.offset)
    shown = call.office.list_conversations(call.session(), query)
    lines = [_line(call, one) for one in shown.lines]
    call.console.emit({"counts": shown.counts, "conversations": lines})


def messages_show(call: Call) -> None:
    """`turn` goes into `message send` with an answer."""
    id_ = ConversationId(call.args.conversation)
    shown = call.office.show_conversation(call.session(), id_, call.args.limit)
    call.console.emit(_whole(call, shown))


def messages_export(call: Call) -> None:
    args, target = call.args, free_file(call.args.to)
    request = ToChart(
        ConversationId(args.conversation),
        FilingForm(args.form),
        PersonId(args.person) if args.person else None,
        EntryId(args.entry) if args.entry else None,
        args.part,
    )
    made = call.office.export_conversation(call.session(), request)
    file = write_file(target, made.data)
    call.console.emit({"file": file, "name": made.name, "person": args.person})


def messages_search(call: Call) -> None:
    args = call.args
    query = MailQuery(
        text=args.text,
        person=PersonId(args.person) if args.person else None,
        since=_midnight(call, args.since),
        until=_midnight(call, args.until, after=1),
        label=Label(args.label) if args.label else None,
        state=ConversationState(args.state) if args.state else None,
        limit=args.limit,
        offset=args.offset,
    )
    found = call.office.search_mail(call.session(), query)
    call.console.emit(
        {
            "hits": [_hit(one) for one in found.hits],
            "tasks": [_task(call, one) for one in found.tasks],
            "more": found.more,
            "hidden": found.hidden,
        }
    )


def _midnight(call: Call, day: str | None, after: int = 0) -> datetime | None:
    """The beginning of that day, on this computer's clock."""
    read = day_of(call.console, day)
    try:
        return datetime.combine(read + timedelta(days=after), time()).astimezone() if read else None
    except (OverflowError, ValueError) as error:  # at either end of the calendar
        raise WrongUse(call.console.texts.say("cli.not-a-date")) from error


def _line(call: Call, one: ConversationLine) -> shapes.Doc:
    return {
        "id": one.id,
        "person": one.person,
        "name": one.name,
        "subject": one.subject,
        "snippet": one.snippet,
        "state": one.state.value,
        "label": one.label.value,
        "urgency": one.urgency.name.lower(),
        "ask": shapes.maybe_reason(call.console, one.ask),
        "changed_at": shapes.moment(one.changed_at),
        "last": one.last.value,
        "unseen": one.unseen,
        "owner": one.owner_name or None,
        "answering": one.answering or None,
        "hidden": one.hidden,
    }


def _whole(call: Call, shown: ConversationShown) -> shapes.Doc:
    return {
        **_line(call, shown.line),
        "turn": shown.turn,
        "retention": shown.retention.value,
        "reply_to": shown.reply_to,
        "writers": list(shown.writers),
        "birth_date": shapes.moment(shown.birth_date),
        "number": shown.external_id or None,
        "earlier": shown.earlier,
        "entries": [_entry(call, one) for one in shown.entries],
        "tasks": [_task(call, one) for one in shown.tasks],
        "filings": [
            {"form": one.form.value, "name": one.name, "at": shapes.moment(one.at), "by": one.by}
            for one in shown.filings
        ],
    }


def _entry(call: Call, one: EntryShown) -> shapes.Doc:
    return {
        "id": one.id,
        "at": shapes.moment(one.at),
        "direction": one.direction.value,
        "kind": one.kind,
        "name": one.name,
        "address": one.address,
        "subject": one.subject,
        "text": one.own,
        "rest": one.rest,
        "files": [
            {"name": file.name, "type": file.type, "size": file.size, "part": file.part} for file in one.files
        ],
        "sealed": one.sealed or None,
        "opened": one.opened,
        "trouble": shapes.maybe_reason(call.console, one.trouble),
        "signature": one.signature.value or None,
        "message": one.message,
        "state": one.state.value if one.state else None,
        "about": one.about or None,
    }


def _hit(one: MailHit) -> shapes.Doc:
    return {
        "conversation": one.conversation,
        "entry": one.entry,
        "at": shapes.moment(one.at),
        "person": one.person,
        "name": one.name,
        "subject": one.subject,
        "snippet": one.snippet,
        "direction": one.direction.value,
        "state": one.state.value,
        "label": one.label.value,
    }


def _task(call: Call, one: TaskLine) -> shapes.Doc:
    """In short; `tasks list` says more."""
    return {
        "id": one.id,
        "kind": one.kind,
        "title": call.console.reason(one.title)["words"],
        "person": one.person,
        "owner": one.owner_name or None,
        "due_at": shapes.moment(one.due_at),
    }
