"""`people household|mailbox` and `people duplicates|merge|apart|unmerge`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from desktop.cli import shapes
from desktop.cli.commands import Call, read_file
from desktop.cli.facts import wrong
from desktop.cli.relays import chosen, maybe_word, only, word
from desktop.cli.sending import flag
from desktop.config import LIMITS
from desktop.models.records import PersonId
from desktop.models.standing import MergeId, Reader
from desktop.office.values_household import (
    DuplicatesShown,
    HouseholdShown,
    LinkRequest,
    PairLine,
    Side,
)
from desktop.texts import clean


def people_household(call: Call) -> None:
    _household(call, call.office.show_household(call.session(), PersonId(call.args.person)))


def people_mailbox(call: Call) -> None:
    """`{address, reader, …}` sets one, `{address, end: true}` ends it, `{family}` says how its letters go."""
    session, person, given = call.session(), PersonId(call.args.person), call.console.document()
    try:
        if "family" in given:
            only(given, "family")
            shown = call.office.set_family(session, person, maybe_word(given, "family"))
        elif "end" in given:
            only(given, "address", "end")
            if not flag(given, "end"):
                raise ValueError("end")
            shown = call.office.end_link(session, person, word(given, "address"))
        else:
            shown = call.office.set_link(session, _request(person, given))
    except (KeyError, TypeError, ValueError) as error:
        raise wrong(call, error) from error
    _household(call, shown)


def people_duplicates(call: Call) -> None:
    session = call.session()
    if call.args.look:
        call.office.find_duplicates(session, call.console.progress())
    _duplicates(call, call.office.list_duplicates(session, call.args.limit))


def people_apart(call: Call) -> None:
    first, second = PersonId(call.args.first), PersonId(call.args.second)
    _duplicates(call, call.office.two_people(call.session(), first, second))


def people_merge(call: Call) -> None:
    done = call.office.merge_people(call.session(), PersonId(call.args.kept), PersonId(call.args.gone))
    call.console.emit(
        {
            "merge": done.id,
            "kept": done.kept,
            "gone": done.gone,
            "moved": done.moved,
            "consent": list(done.consent),
            "cancelled": done.cancelled,
        }
    )


def people_unmerge(call: Call) -> None:
    done = call.office.unmerge_people(call.session(), MergeId(call.args.merge))
    call.console.emit({"merge": done.id, "kept": done.kept, "restored": done.restored, "stayed": done.stayed})


def _request(person: PersonId, given: dict[str, Any]) -> LinkRequest:
    only(given, "address", "reader", "reader_name", "reader_person", "confidential", "document")
    whole = {"reader": Reader.SELF.value, "confidential": False, **given}
    other, paper = maybe_word(given, "reader_person"), maybe_word(given, "document")
    data = read_file(paper, LIMITS.attachment_bytes)[0] if paper else b""
    return LinkRequest(
        person=person,
        address=word(whole, "address"),
        reader=chosen(Reader, whole, "reader"),
        reader_name=maybe_word(given, "reader_name"),
        reader_person=PersonId(other) if other else None,
        confidential=flag(whole, "confidential"),
        document_name=Path(paper).name,
        document=data,
    )


def _household(call: Call, shown: HouseholdShown) -> None:
    say, texts = call.console.texts.say, call.console.texts
    human = [
        f"{link.address}  {say(f'ui.household.reader-{link.reader.value}')}"
        + (f"  ({say('ui.household.counts')})" if link.counts else "")
        for link in shown.links
    ]
    human += [f"{member.id}  {clean(member.name)}" for member in shown.members]
    if shown.why is not None:
        human.append(texts.say(f"reason.{shown.why.code}", **shown.why.params))
    call.console.emit(
        {
            "person": shown.person,
            "mailboxes": [
                {
                    "address": link.address,
                    "reader": link.reader.value,
                    "reader_name": link.reader_name,
                    "reader_person": link.reader_person,
                    "document": link.document,
                    "confidential": link.confidential,
                    "counts": link.counts,
                    "since": shapes.moment(link.since),
                    "until": shapes.moment(link.until),
                    "ended": shapes.moment(link.ended_at),
                }
                for link in shown.links
            ],
            "members": [
                {"id": one.id, "name": clean(one.name), "reader": one.reader.value} for one in shown.members
            ],
            "family": shown.family,
            "why": shapes.maybe_reason(call.console, shown.why),
        },
        human or [say("ui.household.nothing")],
    )


def _duplicates(call: Call, shown: DuplicatesShown) -> None:
    say = call.console.texts.say
    human = [
        "  ".join((str(pair.score), *(f"{one.id}  {clean(one.name)}" for one in (pair.first, pair.second))))
        for pair in shown.pairs
    ]
    call.console.emit(
        {
            "pairs": [_pair(call, pair) for pair in shown.pairs],
            "total": shown.total,
            "merges": [
                {
                    "merge": one.id,
                    "kept": one.kept,
                    "name": clean(one.kept_name),
                    "other": clean(one.gone_name),
                    "at": shapes.moment(one.at),
                    "undo": one.undo,
                    "undone": shapes.moment(one.undone_at),
                }
                for one in shown.merges
            ],
        },
        human or [say("ui.duplicates.none")],
    )


def _pair(call: Call, pair: PairLine) -> dict[str, Any]:
    return {
        "first": _side(pair.first),
        "second": _side(pair.second),
        "score": pair.score,
        "reasons": shapes.reasons(call.console, pair.reasons),
        "differences": list(pair.differences),
    }


def _side(side: Side) -> dict[str, Any]:
    return {
        "id": side.id,
        "name": clean(side.name),
        "birth_date": shapes.moment(side.birth_date),
        "email": clean(side.email),
        "phone": clean(side.phone),
        "external_id": clean(side.external_id),
        "visits": side.visits,
        "messages": side.messages,
    }
