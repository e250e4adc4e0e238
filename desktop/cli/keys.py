"""`keys …`: people's keys from the find to the withdrawal, and the practice's own."""

from __future__ import annotations

from pathlib import Path

from desktop.cli import shapes
from desktop.cli.arguments import WrongUse
from desktop.cli.commands import Call, read_file, text_of
from desktop.cli.console import Console
from desktop.cli.shapes import Doc
from desktop.config import LIMITS
from desktop.models.protection import KeySource
from desktop.models.records import KeyId, KeyKind, PersonId
from desktop.office.values import KeyLine
from desktop.office.values_protection import (
    ContactKeyLine,
    IdentityFile,
    KeyCandidate,
    KeyConfirm,
    KeyKept,
    KeySearch,
    OwnKeyLine,
    WeatherLine,
)
from desktop.texts import clean

_MAIL = ".eml"


def keys_list(call: Call) -> None:
    shown = call.office.list_keys(call.session())
    document = {
        "own": [_own(one) for one in shown.own],
        "contacts": [_contact(call.console, one) for one in shown.contacts],
        "soon": [_soon(one) for one in shown.weather],
    }
    human = [f"{one.kind.value:8} {one.state.value:8} {one.fingerprint}" for one in shown.own]
    human += [
        f"{one.key.id}  {one.key.kind.value:8} {one.key.trust.value:8} {clean(one.name)}"
        for one in shown.contacts
    ]
    call.console.emit(document, human)


def keys_find(call: Call) -> None:
    """Without a file the domain is asked, and only with `--wkd`."""
    found = call.office.find_keys(call.session(), _search(call))
    candidates = [_candidate(call.console, one) for one in found.candidates]
    call.console.emit({"candidates": candidates, "reason": shapes.maybe_reason(call.console, found.reason)})


def keys_keep(call: Call) -> None:
    session = call.session()
    search = _search(call)
    kept = KeyKept(
        search.person,
        search.source,
        search.data,
        fingerprint=call.args.fingerprint,
        compared=call.args.compared,
    )
    call.console.emit(_key(call.console, call.office.keep_key(session, kept)))


def keys_test(call: Call) -> None:
    queued = call.office.test_key(call.session(), KeyId(call.args.key))
    call.console.emit({"id": queued.id, "method": queued.method.value, "state": queued.state.value})


def keys_confirm(call: Call) -> None:
    how = "test" if call.args.test else "fingerprint"
    confirm = KeyConfirm(KeyId(call.args.key), how, call.args.fingerprint or "")
    call.console.emit(_key(call.console, call.office.confirm_key(call.session(), confirm)))


def keys_revoke(call: Call) -> None:
    """A person's key by its id; with `--own` one of the practice by its fingerprint."""
    session, named = call.session(), call.args.key
    if call.args.own:
        call.console.emit(_own(call.office.revoke_own_key(session, named)))
    else:
        call.console.emit(_key(call.console, call.office.revoke_key(session, KeyId(named))))


def keys_request(call: Call) -> None:
    made = call.office.request_key(call.session(), KeyId(call.args.key))
    document = {"person": made.person, "subject": made.subject, "text": made.text}
    call.console.emit(document, [made.subject, "", made.text])


def keys_publish(call: Call) -> None:
    done = call.office.publish_own_keys(call.session(), str(Path(call.args.to).absolute()))
    call.console.emit({"files": list(done.files)}, list(done.files))


def keys_rotate(call: Call) -> None:
    call.console.emit(_own(call.office.rotate_own_key(call.session(), KeyKind(call.args.kind))))


def keys_import_identity(call: Call) -> None:
    session = call.session()
    data, _ = read_file(call.args.file, LIMITS.attachment_bytes)
    password = text_of(call.console.ask("password"), "password")
    call.console.emit(_own(call.office.import_identity(session, IdentityFile(data, password=password))))


def _search(call: Call) -> KeySearch:
    """A file, or the look-up: exactly one of them."""
    args = call.args
    person = PersonId(args.person)
    if bool(args.file) == bool(args.wkd):
        raise WrongUse(call.console.texts.say("cli.file-or-wkd"))
    if args.wkd:
        return KeySearch(person, KeySource.WKD)
    data, _ = read_file(args.file, LIMITS.attachment_bytes)
    source = KeySource.MAIL if args.file.lower().endswith(_MAIL) else KeySource.FILE
    return KeySearch(person, source, data)


def _key(console: Console, one: KeyLine) -> Doc:
    return {
        "id": one.id,
        "kind": one.kind.value,
        "fingerprint": one.fingerprint,
        "expires": shapes.moment(one.expires),
        "usable": one.usable,
        "reason": shapes.maybe_reason(console, one.reason),
        "trust": one.trust.value,
        "source": one.source,
    }


def _contact(console: Console, one: ContactKeyLine) -> Doc:
    named = {"person": one.person, "name": one.name, "issuer": one.issuer, "chain_ok": one.chain_ok}
    return {**_key(console, one.key), **named}


def _own(one: OwnKeyLine) -> Doc:
    return {
        "kind": one.kind.value,
        "fingerprint": one.fingerprint,
        "address": one.address,
        "made_at": shapes.moment(one.made_at),
        "expires": shapes.moment(one.expires),
        "state": one.state.value,
        "issuer": one.issuer,
    }


def _soon(one: WeatherLine) -> Doc:
    return {
        "id": one.key,
        "person": one.person,
        "name": one.name,
        "kind": one.kind.value,
        "fingerprint": one.fingerprint,
        "expires": shapes.moment(one.expires),
        "days": one.days,
    }


def _candidate(console: Console, one: KeyCandidate) -> Doc:
    return {
        "kind": one.kind.value,
        "fingerprint": one.fingerprint,
        "addresses": list(one.addresses),
        "expires": shapes.moment(one.expires),
        "usable": one.usable,
        "reason": shapes.maybe_reason(console, one.reason),
        "source": one.source.value,
        "fits": one.fits,
        "issuer": one.issuer,
    }
