"""Two records of one person become one, and two again if that was a mistake.

The record that is kept takes over what hangs on the other and fills its empty fields from it; a
visit that both had becomes one. Of each purpose of mail the stricter word counts (refused before
unknown before given), and whoever was never asked is unknown. Nothing becomes given here, and
undoing lifts no refusal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from desktop.errors import InputError, Refused
from desktop.frozen import dataclass
from desktop.models import consents, maillinks, merges, names, people
from desktop.models.database import Tx
from desktop.models.ids import new_id
from desktop.models.merges import Merge
from desktop.models.records import Consent, ConsentEntry, Detail, Method, PersonId, Status
from desktop.models.standing import MailLink, MergeId, Reader, Use
from desktop.people import samevisits

HOW_MERGED = "merge"
HOW_UNDONE = "undo"
_STRICTNESS = (Consent.REFUSED, Consent.UNKNOWN, Consent.GIVEN)
_LEAST = tuple(Detail)
_READERS = (Reader.SHARED, Reader.GUARDIAN, Reader.PROXY, Reader.SELF)
"""Of a mailbox, the strictest first: what only the person can open, then what ends by itself."""
_MINE = frozenset({"status", "detail", "preferred_method", "custom"})
"""Fields with a rule of their own; every other is filled where it is empty."""


@dataclass(frozen=True)
class Undone:
    """`stayed`: links, fields and visits of the merged record that somebody changed since, and that stay."""

    kept: PersonId
    restored: PersonId
    stayed: int


def merge(tx: Tx, kept: PersonId, gone: PersonId, by: str, now: datetime) -> MergeId:
    """`kept` stands for both from now on; in the caller's transaction.

    Raises InputError `person-unknown`; Refused `merge-same` for one record twice, `merge-other-kind`
    where one is a patient and the other is not.
    """
    if kept == gone:
        raise Refused("merge-same")
    both = people.get_many(tx, (kept, gone))
    if len(both) < 2:
        raise InputError("person-unknown")
    if both[kept].kind is not both[gone].kind:
        raise Refused("merge-other-kind")
    before, filled = _fields(tx, kept, gone)
    _stricter(tx, kept, gone, by, now)
    merges.set_fields(tx, kept, filled)
    earlier = merges.merged_into(tx, gone)
    links_before = maillinks.of_person(tx, kept)
    _join_links(tx, kept, gone)
    one = Merge(
        MergeId(new_id()),
        kept,
        gone,
        now,
        before={"fields": before, "links": [_link_out(link) for link in links_before]},
        after={
            "fields": filled,
            "links": [_link_out(link) for link in maillinks.of_person(tx, kept)],
            "moved": merges.hand_over(tx, gone, kept),
            "number": merges.take_number(tx, gone, kept),
            "lists": merges.join_lists(tx, gone, kept, now),
            "visits": samevisits.fold(tx, kept, now),
            "earlier": list(earlier),
            "entry": merges.last_entry(tx),
            "stops": _stops(tx, kept),
        },
    )
    merges.keep(tx, one, by)
    people.merge_into(tx, (gone, *earlier), kept)
    people.reindex(tx, (kept,))
    return one.id


def unmerge(tx: Tx, merge: MergeId, by: str, now: datetime) -> Undone:
    """Two records again. What came since stays with the one that was kept.

    A refusal that was said meanwhile counts for both, because nobody knows of whom it was, and so does
    a mailbox that was given up; a yes that was said meanwhile is unknown, and no where it stood in
    place of a no. Raises InputError `merge-unknown`; Refused `merge-undone`,
    `merge-later-first` where the record that was kept became part of another since.
    """
    one = merges.get(tx, merge)
    if one is None:
        raise InputError("merge-unknown")
    if one.undone_at is not None:
        raise Refused("merge-undone")
    if people.get(tx, one.kept) is None:
        raise Refused("merge-later-first")
    after = one.after
    merges.hand_back(tx, after["moved"], one.kept, one.gone)
    if "password_card" in after["moved"]:
        merges.drop_words(tx, one.kept)
    if after["number"]:
        merges.take_number(tx, one.kept, one.gone)
    merges.leave_lists(tx, one.kept, after["lists"])
    visits = samevisits.unfold(tx, after.get("visits", ()))
    _stopped_meanwhile(tx, one)
    _links_meanwhile(tx, one, now)
    stayed = visits + _fields_back(tx, one) + _links_back(tx, one)
    people.merge_into(tx, (one.gone,), None)
    people.merge_into(tx, [PersonId(who) for who in after["earlier"]], one.gone)
    _said_meanwhile(tx, one, by, now)
    merges.end(tx, merge, now, by)
    people.reindex(tx, (one.kept, one.gone))
    return Undone(one.kept, one.gone, stayed)


def stricter(one: Consent, other: Consent) -> Consent:
    """Refused before unknown before given."""
    return min(one, other, key=_STRICTNESS.index)


# --- the ledger --------------------------------------------------------------------


def _stricter(tx: Tx, kept: PersonId, gone: PersonId, by: str, now: datetime) -> None:
    """Enter with `kept` what is stricter with `gone`."""
    standings = consents.standing_many(tx, (kept, gone), now)
    mine, theirs = _own(standings[kept]), _own(standings[gone])
    for use, state in mine.items():
        strict = stricter(state, theirs[use])
        if strict is not state:
            _enter(tx, kept, strict, use, HOW_MERGED, by, now)


def _said_meanwhile(tx: Tx, one: Merge, by: str, now: datetime) -> None:
    mark = one.after["entry"]
    numbered = consents.numbered(tx, one.kept)
    since = [entry for seq, entry in numbered if seq > mark]
    before = {entry.scope: entry.state for seq, entry in numbered if seq <= mark}
    standings = consents.standing_many(tx, (one.kept, one.gone), now)
    mine, theirs = _own(standings[one.kept]), _own(standings[one.gone])
    for use in Use:
        said = [entry for entry in since if entry.scope == use]
        if any(entry.state is Consent.REFUSED for entry in said) and theirs[use] is not Consent.REFUSED:
            _enter(tx, one.gone, Consent.REFUSED, use, HOW_UNDONE, by, now)
        if before.get(use.value) is Consent.REFUSED and mine[use] is not Consent.REFUSED:
            _enter(tx, one.kept, Consent.REFUSED, use, HOW_UNDONE, by, now)
        elif said and mine[use] is Consent.GIVEN:
            _enter(tx, one.kept, Consent.UNKNOWN, use, HOW_UNDONE, by, now)


def _enter(tx: Tx, who: PersonId, state: Consent, use: Use, how: str, by: str, now: datetime) -> None:
    consents.enter(tx, ConsentEntry(who, state, now, how, by, scope=use.value, how=how))
    if use is Use.PLAIN:
        merges.no_plain_wish(tx, who)


def _own(standing: Any) -> dict[Use, Consent]:
    """Of each purpose by itself, without what a refusal of another takes along."""
    return {use: getattr(standing, use.value) for use in Use}


# --- fields ------------------------------------------------------------------------


def _fields(tx: Tx, kept: PersonId, gone: PersonId) -> tuple[dict[str, Any], dict[str, Any]]:
    """What `kept` has now of the fields that change, and what it gets."""
    mine, theirs = merges.fields_of(tx, kept), merges.fields_of(tx, gone)
    new = {name: theirs[name] for name in mine if name not in _MINE and not mine[name] and theirs[name]}
    if mine["status"] == Status.ACTIVE and theirs["status"] != Status.ACTIVE:
        new["status"] = theirs["status"]
    if _LEAST.index(Detail(theirs["detail"])) < _LEAST.index(Detail(mine["detail"])):
        new["detail"] = theirs["detail"]
    wishes = (mine["preferred_method"], theirs["preferred_method"])
    if Method.NONE in wishes:
        new["preferred_method"] = Method.NONE.value
    elif not wishes[0] and wishes[1]:
        new["preferred_method"] = wishes[1]
    custom = {**theirs["custom"], **mine["custom"]}
    if custom != mine["custom"]:
        new["custom"] = custom
    changed = {name: value for name, value in new.items() if value != mine[name]}
    return {name: mine[name] for name in changed}, changed


def _stops(tx: Tx, person: PersonId) -> dict[str, Any]:
    now = merges.fields_of(tx, person)
    return {name: now[name] for name in ("status", "preferred_method")}


def _stopped_meanwhile(tx: Tx, one: Merge) -> None:
    """What stopped all mail while the two were one stops it for both."""
    then, now, theirs = one.after["stops"], _stops(tx, one.kept), _stops(tx, one.gone)
    new = {}
    if now["status"] not in (then["status"], Status.ACTIVE.value) and theirs["status"] == Status.ACTIVE.value:
        new["status"] = now["status"]
    if now["preferred_method"] == Method.NONE.value != then["preferred_method"]:
        new["preferred_method"] = Method.NONE.value
    merges.set_fields(tx, one.gone, new)


def _fields_back(tx: Tx, one: Merge) -> int:
    """Put back what still stands as merged; answers how many fields somebody changed since.

    A status that stops mail stays: only a person lifts it.
    """
    now, after, before = merges.fields_of(tx, one.kept), one.after["fields"], one.before["fields"]
    back = {name: before[name] for name in after if name != "status" and now[name] == after[name]}
    merges.set_fields(tx, one.kept, back)
    return sum(now[name] != after[name] for name in after)


# --- links to mailboxes ------------------------------------------------------------


def _join_links(tx: Tx, kept: PersonId, gone: PersonId) -> None:
    """Mailboxes of `gone` become former addresses of `kept`, but where `kept` has none to write to, or
    where `gone` asked for a confidential one. A mailbox that others read stays one that others read."""
    mine = {names.address_key(link.address): link for link in maillinks.of_person(tx, kept)}
    theirs = maillinks.of_person(tx, gone)
    way = next((link for link in mine.values() if link.preferred), None)
    taken = False
    for link in theirs:  # the preferred one first
        own = mine.get(names.address_key(link.address))
        takes = link.preferred and (way is None or (link.confidential and not way.confidential))
        taken = taken or (takes and (own is None or own.ended_at is None))
        if own is None:
            fresh = replace(link, person=kept, preferred=takes, confidential=link.confidential and takes)
            maillinks.put(tx, fresh)
        elif own.ended_at is None and (takes or _tighter(own, link) != own):
            counts = takes or (own.preferred and not taken)
            confidential = counts and (own.confidential or (takes and link.confidential))
            maillinks.put(tx, replace(_tighter(own, link), preferred=counts, confidential=confidential))


def _tighter(own: MailLink, other: MailLink) -> MailLink:
    """`own`, read by whom `other` says where that is the stricter word."""
    if _READERS.index(other.reader) >= _READERS.index(own.reader):
        return own
    return replace(
        own,
        reader=other.reader,
        reader_name=other.reader_name,
        reader_person=other.reader_person,
        document=other.document,
    )


def _links_meanwhile(tx: Tx, one: Merge, now: datetime) -> None:
    """A mailbox that was given up, or found to be read by others, while the two were one is so for both."""
    then = {link["address"]: link for link in one.after["links"]}
    theirs = {names.address_key(link.address): link for link in maillinks.of_person(tx, one.gone)}
    for link in maillinks.of_person(tx, one.kept):
        other, before = theirs.get(names.address_key(link.address)), then.get(link.address)
        if other is None or other.ended_at is not None or _link_out(link) == before:
            continue
        if link.ended_at is not None:
            maillinks.end(tx, one.gone, link.address, now)
        elif _tighter(other, link) != other:
            maillinks.put(tx, _tighter(other, link))


def _links_back(tx: Tx, one: Merge) -> int:
    """As `_fields_back`, for the mailboxes of `kept`; those of `gone` were never touched."""
    now = {link.address: _link_out(link) for link in maillinks.of_person(tx, one.kept)}
    after = {link["address"]: link for link in one.after["links"]}
    before = {link["address"]: link for link in one.before["links"]}
    changed = {address for address in after if after[address] != before.get(address)}
    same = {address for address in changed if now.get(address) == after[address]}
    maillinks.drop(tx, one.kept, same - before.keys())
    back = [_link_in(one.kept, before[address]) for address in same & before.keys()]
    taken = any(link["preferred"] for address, link in now.items() if address not in same)
    for link in sorted(back, key=lambda link: link.preferred):
        maillinks.put(tx, replace(link, preferred=False, confidential=False) if taken else link)
    return len(changed) - len(same)


def _link_out(link: MailLink) -> dict[str, Any]:
    return {
        "address": link.address,
        "preferred": link.preferred,
        "reader": link.reader.value,
        "reader_name": link.reader_name,
        "reader_person": link.reader_person,
        "document": link.document,
        "confidential": link.confidential,
        "since": link.since.isoformat() if link.since else None,
        "ended_at": link.ended_at.isoformat() if link.ended_at else None,
    }


def _link_in(person: PersonId, kept: Mapping[str, Any]) -> MailLink:
    times = {
        name: datetime.fromisoformat(kept[name]) if kept[name] else None for name in ("since", "ended_at")
    }
    return MailLink(**{**kept, **times, "person": person, "reader": Reader(kept["reader"])})
