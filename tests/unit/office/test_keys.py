"""Keys of people: found, kept, confirmed, tried out, withdrawn, and what ends soon."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from desktop.clock import Clock
from desktop.crypto.keyfacts import inspect_key
from desktop.crypto.smime import make_identity
from desktop.errors import InputError, Refused, SealwellError
from desktop.models import keylives, keys, messages, tasks
from desktop.models.accounts import Session
from desktop.models.database import Tx
from desktop.models.protection import KeyLife, KeySource, KeyTrust
from desktop.models.records import KeyId, Label, Method, PersonId, Reason, State
from desktop.office.api import Office
from desktop.office.keys import Keys
from desktop.office.keys_expiry import KEY_EXPIRING, OWN_KEY_EXPIRING
from desktop.office.values import KeyImport, KeyLine, LetterRequest, PassphraseRequest
from desktop.office.values_practice import RelayRequest
from desktop.office.values_protection import KeyConfirm, KeyKept, KeySearch
from desktop.sync.wkd import WkdAnswer
from tests.made_practice import Practice, person_named
from tests.made_staff import desk_of
from tests.practice.readers import OLD, Readers

ZOE = "zoraida@example.org"
Work = tuple[Office, Session]


@pytest.fixture(scope="module")
def openpgp() -> bytes:
    with closing(Readers()) as zoe:
        return zoe.openpgp(ZOE)[1]


@pytest.fixture(scope="module")
def newer() -> bytes:
    with closing(Readers()) as zoe:
        return zoe.openpgp(ZOE)[1]


@pytest.fixture(scope="module")
def growing() -> Iterator[tuple[bytes, bytes]]:
    """One key before and after its owner gave it another part that lasts longer."""
    with tempfile.TemporaryDirectory(prefix="zoe-", ignore_cleanup_errors=True) as home:
        gpg = ("gpg", "--homedir", home, "--batch", "--pinentry-mode", "loopback", "--passphrase", "", OLD)

        def run(*arguments: str) -> bytes:
            return subprocess.run((*gpg, *arguments), capture_output=True, check=True, timeout=60).stdout

        run("--quick-gen-key", f"Zoraida <{ZOE}>", "ed25519", "default", "never")
        listed = run("--with-colons", "--list-keys").decode("ascii").splitlines()
        fingerprint = next(line.split(":")[9] for line in listed if line.startswith("fpr"))
        copies = []
        for end in ("20280101T000000", "20300101T000000"):
            run("--quick-add-key", fingerprint, "cv25519", "encr", end)
            copies.append(run("--export", fingerprint))
        yield copies[0], copies[1]
        subprocess.run(("gpgconf", "--homedir", home, "--kill", "all"), check=True, timeout=30)


@pytest.fixture
def writing(at_work: Work, relay_request: Callable[..., RelayRequest]) -> Work:
    office, session = at_work
    office.add_relay(session, relay_request())
    return at_work


def zoe(work: Work) -> PersonId:
    return person_named(*work, "Zoraida")


def prints(work: Work, data: bytes) -> str:
    return work[0].inspect_key(data).fingerprint


def keep(work: Work, data: bytes, *, compared: bool, source: KeySource = KeySource.FILE) -> KeyLine:
    office, session = work
    found = prints(work, data)
    return office.keep_key(session, KeyKept(zoe(work), source, data, fingerprint=found, compared=compared))


def trusts(work: Work) -> list[KeyTrust]:
    return [key.trust for key in work[0].show_person(work[1], zoe(work)).keys]


def refused(code: str, kind: type[SealwellError] = InputError) -> pytest.RaisesExc[SealwellError]:
    return pytest.RaisesExc(kind, check=lambda error: error.code == code)


def later(practice: Practice, work: Work) -> Session:
    """The sign-in is no fresh proof any more."""
    practice.clock.move(400)
    return work[1]


# --- finding ----------------------------------------------------------------------------


def test_what_a_file_holds_is_shown_with_whom_it_is_for(at_work: Work, openpgp: bytes) -> None:
    office, session = at_work
    (one,) = office.find_keys(session, KeySearch(zoe(at_work), KeySource.FILE, openpgp)).candidates
    assert (one.fits, one.usable, one.addresses) == (True, True, (ZOE,))
    bo = person_named(office, session, "Bo")
    (other,) = office.find_keys(session, KeySearch(bo, KeySource.PASTE, openpgp)).candidates
    assert not other.fits
    assert office.show_person(session, zoe(at_work)).keys == ()


def test_what_is_no_key_is_refused_and_that_is_recorded(at_work: Work) -> None:
    office, session = at_work
    with refused("key-unreadable"):
        office.find_keys(session, KeySearch(zoe(at_work), KeySource.PASTE, b"hello"))
    assert office.query_log(session).lines[0].act == "key.refused"


def test_the_domain_is_asked_on_request_only(at_work: Work, openpgp: bytes, practice: Practice) -> None:
    office, session = at_work
    asked: list[str] = []

    def directory(address: str, clock: Clock) -> WkdAnswer:
        asked.append(address)
        return WkdAnswer((openpgp,), None, clock.now())

    room = Keys(desk_of(office), practice.clock, directory)
    (one,) = room.find_keys(session, KeySearch(zoe(at_work), KeySource.WKD)).candidates
    kept = KeyKept(zoe(at_work), KeySource.WKD, one.data, fingerprint=one.fingerprint)
    assert room.keep_key(session, kept).source == "wkd"
    assert asked == [ZOE]


def test_a_domain_without_a_key_says_why(at_work: Work, practice: Practice) -> None:
    office, session = at_work
    why = Reason("wkd-none", {"domain": "example.org"})
    room = Keys(desk_of(office), practice.clock, lambda _, clock: WkdAnswer((), why, clock.now()))
    found = room.find_keys(session, KeySearch(zoe(at_work), KeySource.WKD))
    assert (found.candidates, found.reason) == ((), why)


def test_nobody_is_asked_about_somebody_without_address(at_work: Work) -> None:
    office, session = at_work
    ned = person_named(office, session, "Ned")
    with refused("key-needs-address"):
        office.find_keys(session, KeySearch(ned, KeySource.WKD))


# --- keeping and confirming -------------------------------------------------------------


def test_a_compared_key_is_used_at_once_and_a_found_one_waits(
    writing: Work, openpgp: bytes, newer: bytes
) -> None:
    office, session = writing
    letter = LetterRequest(zoe(writing), "Results", "Please call us.", label=Label.SENSITIVE)
    keep(writing, openpgp, compared=False, source=KeySource.WKD)
    assert office.explain_letter(session, letter).method is Method.NONE
    assert keep(writing, openpgp, compared=True).trust is KeyTrust.CHECKED
    assert office.explain_letter(session, letter).method is Method.OPENPGP
    assert trusts(writing) == [KeyTrust.CHECKED]


def test_a_found_key_never_takes_the_place_of_a_confirmed_one(
    at_work: Work, openpgp: bytes, newer: bytes
) -> None:
    keep(at_work, openpgp, compared=True)
    keep(at_work, newer, compared=False)
    assert sorted(trusts(at_work)) == [KeyTrust.CHECKED, KeyTrust.FOUND]
    keep(at_work, openpgp, compared=False)  # the same key once more, such as with a later end
    assert trusts(at_work).count(KeyTrust.CHECKED) == 1


def test_replacing_a_confirmed_key_wants_a_fresh_proof(
    practice: Practice, at_work: Work, openpgp: bytes, newer: bytes
) -> None:
    office, _ = at_work
    keep(at_work, openpgp, compared=True)
    session = later(practice, at_work)
    with refused("step-up-needed", Refused):
        keep(at_work, newer, compared=True)
    waiting = keep(at_work, newer, compared=False)
    with refused("step-up-needed", Refused):
        office.confirm_key(session, KeyConfirm(waiting.id, "fingerprint", waiting.fingerprint))
    assert sorted(trusts(at_work)) == [KeyTrust.CHECKED, KeyTrust.FOUND]


def test_an_old_copy_that_somebody_sends_never_takes_back_what_its_owner_changed(
    at_work: Work, growing: tuple[bytes, bytes]
) -> None:
    old, new = growing
    keep(at_work, old, compared=True)
    assert keep(at_work, new, compared=False, source=KeySource.WKD).trust is KeyTrust.CHECKED
    stays = keep(at_work, old, compared=False, source=KeySource.AUTOCRYPT)
    person, desk = zoe(at_work), desk_of(at_work[0])
    stored = desk.opened().database.read(lambda tx: keys.live(tx, person))
    assert [(key.id, key.data) for key in stored] == [(stays.id, inspect_key(new, desk.clock.now()).data)]


def test_a_read_out_fingerprint_confirms_in_any_spelling_and_another_does_not(
    at_work: Work, openpgp: bytes
) -> None:
    office, session = at_work
    waiting = keep(at_work, openpgp, compared=False)
    with refused("fingerprint-differs"):
        office.confirm_key(session, KeyConfirm(waiting.id, "fingerprint", "0" * 40))
    words = office.show_fingerprint(session, waiting.fingerprint).words.lower()
    shown = office.confirm_key(session, KeyConfirm(waiting.id, "fingerprint", words))
    assert shown.trust is KeyTrust.CHECKED
    assert trusts(at_work) == [KeyTrust.CHECKED]


def test_a_test_letter_is_sealed_to_the_waiting_key_and_counts_once_it_left(
    writing: Work, openpgp: bytes, newer: bytes
) -> None:
    office, session = writing
    keep(writing, openpgp, compared=True)
    waiting = keep(writing, newer, compared=False)
    with refused("key-test-not-sent", Refused):
        office.confirm_key(session, KeyConfirm(waiting.id, "test"))
    queued = office.test_key(session, waiting.id)
    assert queued.method is Method.OPENPGP
    with refused("key-test-not-sent", Refused):
        office.confirm_key(session, KeyConfirm(waiting.id, "test"))

    def leave(tx: Tx) -> None:
        before = State.QUEUED
        for state in (State.CLAIMED, State.CONNECTING, State.ENVELOPE, State.DATA, State.DOT_SENT):
            messages.move(tx, queued.id, before, state)
            before = state
        messages.move(tx, queued.id, before, State.ACCEPTED)

    desk_of(office).opened().database.write(leave)
    shown = office.confirm_key(session, KeyConfirm(waiting.id, "test"))
    assert (shown.trust, trusts(writing)) == (KeyTrust.TESTED, [KeyTrust.TESTED])


def test_a_locked_file_in_place_of_the_test_letter_confirms_no_key(writing: Work, newer: bytes) -> None:
    office, session = writing
    office.make_passphrase(session, PassphraseRequest(zoe(writing), "Ana", "in-person"))
    office.set_person(session, zoe(writing), {"preferred_method": "envelope"})
    waiting = keep(writing, newer, compared=False, source=KeySource.MAIL)
    assert office.test_key(session, waiting.id).method is Method.OPENPGP


def test_a_copy_that_its_owner_revoked_ends_the_key_that_is_kept(writing: Work) -> None:
    office, session = writing
    with closing(Readers()) as zoes:
        fingerprint, key = zoes.openpgp(ZOE)
        revoked = zoes.revoked(fingerprint)
    kept = keep(writing, key, compared=True)
    bo = person_named(office, session, "Bo")
    office.find_keys(session, KeySearch(bo, KeySource.PASTE, revoked))
    assert trusts(writing) == [KeyTrust.CHECKED]
    office.find_keys(session, KeySearch(zoe(writing), KeySource.PASTE, revoked))
    assert trusts(writing) == []
    letter = LetterRequest(zoe(writing), "Results", "Please call us.", label=Label.SENSITIVE)
    assert office.explain_letter(session, letter).method is Method.NONE
    line = next(one for one in office.query_log(session).lines if one.act == "key.revoked")
    assert line.obj == kept.id


def test_a_key_for_another_address_is_not_kept(at_work: Work) -> None:
    made = make_identity("Other", "other@example.org", datetime.fromisoformat("2026-11-01T00:00:00+00:00"))
    with refused("key-foreign"):
        keep(at_work, made.cert_der, compared=True)


def test_the_domain_may_be_written_in_capitals_but_not_the_name_before_it(at_work: Work) -> None:
    now = datetime.fromisoformat("2026-11-01T00:00:00+00:00")
    keep(at_work, make_identity("Zoe", "zoraida@EXAMPLE.org", now).cert_der, compared=True)
    with refused("key-foreign"):
        keep(at_work, make_identity("Zoe", "Zoraida@example.org", now).cert_der, compared=True)


def test_a_withdrawn_key_is_gone_and_cannot_be_confirmed(at_work: Work, openpgp: bytes) -> None:
    office, session = at_work
    waiting = keep(at_work, openpgp, compared=False)
    assert office.revoke_key(session, waiting.id).usable is False
    assert trusts(at_work) == []
    for gone in (waiting.id, KeyId("nonsense")):
        with refused("key-unknown"):
            office.confirm_key(session, KeyConfirm(gone, "fingerprint", waiting.fingerprint))


def test_the_request_is_in_the_language_of_the_person(at_work: Work, openpgp: bytes) -> None:
    office, session = at_work
    key = keep(at_work, openpgp, compared=True)
    english = office.request_key(session, key.id)
    office.set_person(session, zoe(at_work), {"language": "es"})
    spanish = office.request_key(session, key.id)
    assert english.person == zoe(at_work)
    assert (english.subject, spanish.subject) == (
        "We need your new key: Elm Street",
        "Necesitamos su nueva llave: Elm Street",
    )


def test_a_fingerprint_is_shown_in_groups_and_as_a_picture(at_work: Work) -> None:
    office, session = at_work
    shown = office.show_fingerprint(session, "ab" * 20)
    assert shown.words.split() == ["ABAB"] * 10
    assert "<svg" in shown.svg
    for wrong in ("", "ab", "zz" * 20):
        with refused("fingerprint-unreadable"):
            office.show_fingerprint(session, wrong)


# --- what ends --------------------------------------------------------------------------


def ending(work: Work, days: int, now: datetime) -> KeyLine:
    """A certificate of Zoraida's that ends in so many days."""
    office, session = work
    made = make_identity("Zoraida", ZOE, now)
    line = office.import_key(session, KeyImport(zoe(work), prints(work, made.cert_der), made.cert_der))

    def shorten(tx: Tx) -> None:
        key = keys.get(tx, line.id)
        assert key is not None
        keys.revoke(tx, key.id, now)
        moved = replace(key, id=KeyId("e" * 32), expires=now + timedelta(days=days), revoked_at=None)
        keys.add(tx, moved)
        keylives.put(tx, moved.id, KeyLife())

    desk_of(office).opened().database.write(shorten)
    return line


def steps(work: Work) -> list[int]:
    database = desk_of(work[0]).opened().database
    kinds = (KEY_EXPIRING, OWN_KEY_EXPIRING)
    return [
        int(task.details["days"])
        for kind in kinds
        for task in database.read(lambda tx, kind=kind: tasks.open_ones(tx, kind))  # type: ignore[misc]
    ]


def look(practice: Practice, work: Work, days: float) -> list[int]:
    practice.clock.move(days * 86400)
    desk_of(work[0]).opened().watch.look_at_keys()
    return steps(work)


def test_an_end_is_a_task_at_sixty_thirty_and_seven_days_once_each(practice: Practice, at_work: Work) -> None:
    ending(at_work, 61, practice.clock.now())
    seen = [look(practice, at_work, days) for days in (0.1, 1, 1, 29, 23, 10)]
    assert seen == [[], [60], [60], [30], [7], [7]]  # when it has ended it is still somebody's task
    database = desk_of(at_work[0]).opened().database
    assert len(database.read(lambda tx: tasks.sources(tx, KEY_EXPIRING))) == 3
    again = at_work[0].sign_in(practice.credentials()).session
    acts = [line.act for line in at_work[0].query_log(again).lines]
    assert acts.count("task.key-opened") == 3


def test_a_replaced_key_needs_no_task(practice: Practice, at_work: Work) -> None:
    ending(at_work, 20, practice.clock.now())
    assert look(practice, at_work, 0.1) == [30]
    again = at_work[0], at_work[0].sign_in(practice.credentials()).session
    made = make_identity("Zoraida", ZOE, practice.clock.now())
    keep(again, made.cert_der, compared=False)
    assert steps(again) == [30]
    keep(again, made.cert_der, compared=True)
    assert steps(again) == []


def test_the_practices_own_certificate_is_watched_too(practice: Practice, writing: Work) -> None:
    assert look(practice, writing, 3 * 365 - 59) == [60]


def test_what_ends_within_ninety_days_stands_in_front(practice: Practice, writing: Work) -> None:
    office, session = writing
    ending(writing, 89, practice.clock.now())
    shown = office.list_keys(session)
    assert [(one.days, one.name) for one in shown.weather] == [(89, "Zoraida Canaryfield")]
    assert [one.person for one in shown.contacts] == [zoe(writing)]
    assert {one.state for one in shown.own} == {"current"}
