"""A letter behind a link: sealed, put into real storage, announced by a real relay, fetched and opened."""

from __future__ import annotations

import re
import ssl
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import httpx
import pytest
import trustme

from desktop.crypto.envelope import open_envelope
from desktop.errors import InputError
from desktop.models.records import Label, Method, State
from desktop.office.values_protection import PickupLine
from tests.servers.storages import S3, WebDav
from tests.support.working import BAA, Work, at_work

Server = S3 | WebDav
BORN = date(1961, 4, 2)


@pytest.fixture(scope="module", params=["s3", "webdav"])
def storage(request: pytest.FixtureRequest) -> Iterator[Server]:
    with (S3 if request.param == "s3" else WebDav)(trustme.CA()) as started:
        yield started


@pytest.fixture(scope="module")
def webdav() -> Iterator[WebDav]:
    with WebDav(trustme.CA()) as started:
        yield started


@pytest.fixture
def work(tmp_path: Path) -> Iterator[Work]:
    with at_work(tmp_path) as made:
        made.add_relay()
        yield made


def the_pickup(work: Work) -> PickupLine:
    (only,) = work.office.list_pickups(work.session).pickups
    return only


def link_in(work: Work) -> str:
    """What the patient clicks."""
    _, message = work.arrived()
    assert message.get_content_type() == "text/plain"
    text = message.get_payload(decode=True)
    assert isinstance(text, bytes)
    (found,) = re.findall(r"https://\S+", text.decode("utf-8"))
    return str(found)


def fetched(link: str, storage: Server) -> httpx.Response:
    """As a browser would, without signing in."""
    trust = ssl.create_default_context(cafile=str(storage.ca_file))
    with httpx.Client(verify=trust, trust_env=False) as browser:
        return browser.get(link)


def code_of_opening(page: bytes, words: str, born: date | None = None) -> str:
    with pytest.raises(InputError) as caught:
        open_envelope(page, words, born)
    return caught.value.code


def test_a_letter_behind_a_link_is_fetched_and_opened_with_the_words(work: Work, storage: Server) -> None:
    work.add_storage(storage)
    maria = work.person()
    words = work.card(maria)
    queued = work.write(maria)
    assert queued.method is Method.ENVELOPE
    waiting = the_pickup(work)
    assert (waiting.state, waiting.pickup.put_at) == ("waiting", None)
    assert work.server.received == []
    work.run()
    assert work.line(queued.id).state is State.ACCEPTED
    received, message = work.arrived()
    assert received.recipients == ("zoraida@example.org",)
    assert message["Subject"] == "Message from Elm Street"
    answer = fetched(link_in(work), storage)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/html")
    content = open_envelope(answer.content, words)
    assert (content.subject, content.text) == ("Results", "All is well.")
    assert b"All is well" not in answer.content + received.wire
    assert code_of_opening(answer.content, "acid bamboo cactus delta eagle fabric") == (
        "envelope-wrong-passphrase"
    )
    there = the_pickup(work)
    assert (there.state, there.pickup.put_at is None) == ("not-known", False)
    assert work.office.verify_audit(work.session).ok


def test_after_its_days_the_link_leads_nowhere(work: Work, storage: Server) -> None:
    work.add_storage(storage, days=2)
    maria = work.person()
    work.card(maria)
    work.write(maria)
    work.run()
    link = link_in(work)
    work.later(days=1)
    work.run()
    assert fetched(link, storage).status_code == 200
    work.later(days=1)
    work.run()
    until = time.monotonic() + 10
    while (over := the_pickup(work)).pickup.deleted_at is None and time.monotonic() < until:
        time.sleep(0.05)  # whoever signs in is not kept waiting: the watch deletes it
    assert over.state == "expired"
    assert fetched(link, storage).status_code in (403, 404)


def test_a_revoked_link_leads_nowhere_at_once(work: Work, storage: Server) -> None:
    work.add_storage(storage)
    maria = work.person()
    work.card(maria)
    work.write(maria)
    work.run()
    link = link_in(work)
    one = the_pickup(work)
    (after,) = work.office.revoke_pickup(work.session, one.pickup.id).pickups
    assert after.state == "revoked"
    assert after.pickup.deleted_at is not None
    assert fetched(link, storage).status_code in (403, 404)


def test_a_link_that_is_revoked_before_it_left_never_leaves(work: Work, webdav: WebDav) -> None:
    work.add_storage(webdav)
    maria = work.person()
    work.card(maria)
    queued = work.write(maria)
    one = the_pickup(work)
    work.office.revoke_pickup(work.session, one.pickup.id)
    work.run()
    assert work.line(queued.id).state is State.CANCELLED
    assert work.server.received == []
    assert not (webdav.files / "locked" / one.pickup.name).exists()


def test_while_storage_is_down_the_mail_waits_with_its_reason_and_leaves_later(work: Work) -> None:
    storage = WebDav(trustme.CA())
    work.add_storage(storage)
    maria, bo = work.person(), work.person("Bo")
    words = work.card(maria)
    behind = work.write(maria)
    plain = work.write(bo, Label.ROUTINE, Method.TLS)
    work.run()
    waiting = work.line(behind.id)
    assert waiting.state is State.QUEUED
    assert waiting.reason is not None
    assert waiting.reason.code == "storage-unreachable"
    assert work.line(plain.id).state is State.ACCEPTED
    one = the_pickup(work)
    assert one.pickup.trouble == "storage-unreachable"
    with storage:
        work.run()
        assert work.line(behind.id).state is State.ACCEPTED
        assert open_envelope(fetched(link_in(work), storage).content, words).text == "All is well."
    assert the_pickup(work).pickup.trouble == ""


def test_a_very_sensitive_letter_behind_a_link_asks_for_the_birth_date_too(
    work: Work, webdav: WebDav
) -> None:
    work.add_storage(webdav)
    maria = work.person()
    words = work.card(maria)
    work.write(maria, Label.VERY_SENSITIVE)
    work.run()
    page = fetched(link_in(work), webdav).content
    assert code_of_opening(page, words) == "envelope-needs-birth-date"
    assert code_of_opening(page, words, date(1961, 2, 4)) == "envelope-wrong-proof"
    assert open_envelope(page, words, BORN).text == "All is well."


def test_after_new_words_a_letter_that_waits_behind_a_link_stays_and_its_file_goes(
    work: Work, webdav: WebDav
) -> None:
    work.add_storage(webdav)
    maria = work.person()
    work.card(maria)
    queued = work.write(maria)
    name = the_pickup(work).pickup.name
    made = work.reissue(maria)
    assert (made.messages, made.not_again) == ((), (queued.id,))
    work.run()
    assert work.line(queued.id).state is State.CANCELLED
    assert work.server.received == []
    work.write(maria)
    work.run()
    assert open_envelope(fetched(link_in(work), webdav).content, made.passphrase).text == "All is well."
    assert not (webdav.files / "locked" / name).exists()


def test_new_words_take_the_file_behind_a_link_that_left_under_the_old_ones(
    work: Work, webdav: WebDav
) -> None:
    work.add_storage(webdav)
    maria = work.person()
    work.card(maria)
    queued = work.write(maria)
    work.run()
    link = link_in(work)
    made = work.reissue(maria)
    assert made.not_again == (queued.id,)
    assert the_pickup(work).state == "revoked"
    assert fetched(link, webdav).status_code in (403, 404)


def test_a_storage_whose_agreement_has_ended_gets_no_link(work: Work, webdav: WebDav) -> None:
    work.add_storage(webdav, baa=replace(BAA, expires=date(2026, 12, 31)))
    maria = work.person()
    work.card(maria)
    queued = work.write(maria)
    assert the_pickup(work).pickup.put_at is None
    work.later(days=60)
    work.write(maria)
    work.run()
    assert work.line(queued.id).state is State.CANCELLED
    assert the_pickup(work).pickup.put_at is None
    _, message = work.arrived()
    assert [part.get_content_type() for part in message.walk()][-1] == "application/pdf"
