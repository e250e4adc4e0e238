"""A mail server that does anything: silence, garbage, no end. It ends in a named trouble, soon and small."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta, timezone

import pytest

from demo.authority import Authority
from desktop.sync import mailbox_imap
from desktop.sync.mailbox_imap import Access, Mailbox, MailboxError, _fetched

Script = Callable[[ssl.SSLSocket, bytes, bytes], None]
GREETING = b"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR IDLE UIDPLUS] ready\r\n"


class Rogue:
    """Answers each command by `script(line, tag, command)`; what it does not answer is silence."""

    def __init__(
        self, context: ssl.SSLContext, script: Script, greeting: bytes = GREETING, *, tls: bool = True
    ) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._context = context
        self._script = script
        self._greeting = greeting
        self._tls = tls
        self.heard: list[bytes] = []
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        with suppress(OSError, ValueError):
            plain, _ = self._listener.accept()
            with plain, self._context.wrap_socket(plain, server_side=True) if self._tls else plain as line:
                line.sendall(self._greeting)
                for words in line.makefile("rb"):
                    self.heard.append(words)
                    tag, _, command = words.strip().partition(b" ")
                    self._script(line, tag, command)  # type: ignore[arg-type]

    def close(self) -> None:
        self._listener.close()
        self._thread.join(5)


@pytest.fixture
def rogue(authority: Authority) -> Iterator[Callable[..., Rogue]]:
    made: list[Rogue] = []

    def start(script: Script, greeting: bytes = GREETING, *, tls: bool = True) -> Rogue:
        made.append(Rogue(authority.server_context(), script, greeting, tls=tls))
        return made[-1]

    yield start
    for one in made:
        one.close()


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CONNECT", "COMMAND", "TRANSFER"):
        monkeypatch.setattr(mailbox_imap, name, 0.7)


def access(authority: Authority, rogue: Rogue, security: str = "implicit") -> Access:
    return Access("localhost", rogue.port, security, str(authority.ca_file), "office", "secret")


def honest(line: ssl.SSLSocket, tag: bytes, command: bytes) -> None:
    """Signs in, has an inbox with one mail."""
    verb = command.upper()
    if verb == b"CAPABILITY":
        line.sendall(b"* CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR IDLE UIDPLUS\r\n")
    if verb.startswith(b"EXAMINE"):
        line.sendall(b"* 1 EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n")
    if verb.startswith(b"UID SEARCH"):
        line.sendall(b"* SEARCH 1\r\n")
    if verb.startswith(b"UID FETCH") and b"SIZE" in verb:
        line.sendall(b"* 1 FETCH (UID 1 RFC822.SIZE 30)\r\n")
    line.sendall(tag + b" OK done\r\n")


def scripted(answer: Callable[[ssl.SSLSocket, bytes], None], to: bytes) -> Script:
    """Honest, but for what it answers to commands that begin with `to`."""

    def script(line: ssl.SSLSocket, tag: bytes, command: bytes) -> None:
        if command.upper().startswith(to):
            answer(line, tag)
        else:
            honest(line, tag, command)

    return script


def drip(line: ssl.SSLSocket, tag: bytes) -> None:
    for _ in range(200):
        line.sendall(b"*")
        time.sleep(0.1)


def endless(line: ssl.SSLSocket, tag: bytes) -> None:
    while True:
        line.sendall(b"* 1 EXISTS\r\n" * 10_000)


def saying(*words: bytes) -> Callable[[ssl.SSLSocket, bytes], None]:
    def say(line: ssl.SSLSocket, tag: bytes) -> None:
        for each in words:
            line.sendall(each.replace(b"TAG", tag))

    return say


def read_all(access: Access) -> list[bytes]:
    mailbox = Mailbox.open(access)
    try:
        mailbox.select("INBOX")
        return [one.raw for portion in mailbox.fetch(mailbox.new(0)) for one in portion]
    finally:
        mailbox.close()


@pytest.mark.parametrize("to", [b"AUTHENTICATE", b"EXAMINE", b"UID SEARCH", b"UID FETCH"])
@pytest.mark.parametrize(
    "answer",
    [
        saying(),
        drip,
        saying(b"\x00\xff\xfe\r\n"),
        saying(b"TAG OK\r\n" * 3, b"* FETCH ((((((\r\n"),
        saying(b"* 1 FETCH (UID 1 BODY[] {99999999999}\r\n"),
        saying(b"* 1 FETCH (UID 1 BODY[] {20}\r\nshort\r\n"),
        saying(b"x" * 2_000_000),
        saying(b"other OK done\r\n"),
    ],
    ids=["silence", "drip", "binary", "garbage", "huge-literal", "short-literal", "long-line", "wrong-tag"],
)
def test_whatever_a_server_answers_ends_in_a_named_trouble(
    rogue: Callable[..., Rogue],
    authority: Authority,
    to: bytes,
    answer: Callable[[ssl.SSLSocket, bytes], None],
) -> None:
    server = rogue(scripted(answer, to))
    begun = time.monotonic()
    trouble, read = "", list[bytes]()
    try:
        read = read_all(access(authority, server))
    except MailboxError as error:
        trouble = error.code
    assert read == []
    assert trouble in (
        "",
        "mailbox-dropped",
        "mailbox-garbage",
        "mailbox-sign-in-failed",
        "mailbox-no-folder",
    )
    assert time.monotonic() - begun < 12


@pytest.mark.parametrize("words", [b"", b"* BYE restarting\r\n"], ids=["silently", "with a word"])
def test_a_line_that_drops_while_signing_in_refuses_no_password(
    rogue: Callable[..., Rogue], authority: Authority, words: bytes
) -> None:
    def drop(line: ssl.SSLSocket, tag: bytes) -> None:
        line.sendall(words)
        line.shutdown(socket.SHUT_RDWR)

    server = rogue(scripted(drop, b"AUTHENTICATE"))
    with pytest.raises(MailboxError) as caught:
        Mailbox.open(access(authority, server))
    assert (caught.value.code, caught.value.lasting) == ("mailbox-dropped", False)


def test_a_server_that_never_ends_is_left(
    rogue: Callable[..., Rogue], authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailbox_imap._Bounded, "left", 1_000_000)
    monkeypatch.setattr(mailbox_imap, "ANSWER", 1_000_000)
    server = rogue(scripted(endless, b"UID SEARCH"))
    with pytest.raises(MailboxError) as caught:
        read_all(access(authority, server))
    assert caught.value.code in ("mailbox-dropped", "mailbox-garbage")


@pytest.mark.parametrize(
    "greeting",
    [
        b"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] no secrets here\r\n",
        b"* PREAUTH [CAPABILITY IMAP4rev1 STARTTLS] hi\r\n",
    ],
    ids=["stripped", "preauth"],
)
def test_without_encryption_no_password_is_said(
    rogue: Callable[..., Rogue], authority: Authority, greeting: bytes
) -> None:
    server = rogue(honest, greeting, tls=False)
    with pytest.raises(MailboxError) as caught:
        Mailbox.open(access(authority, server, "starttls"))
    assert caught.value.code == "mailbox-no-tls"
    assert not [
        words for words in server.heard if b"LOGIN" in words.upper() or b"AUTHENTICATE" in words.upper()
    ]


def test_words_before_the_encryption_count_for_nothing(
    rogue: Callable[..., Rogue], authority: Authority
) -> None:
    """What is pushed in behind STARTTLS in clear is not taken for an answer (CVE-2021-38371's kind)."""

    def script(line: ssl.SSLSocket, tag: bytes, command: bytes) -> None:
        if command.upper().startswith(b"STARTTLS"):
            line.sendall(tag + b" OK begin\r\n* CAPABILITY IMAP4rev1 LOGINDISABLED\r\n")
        else:
            line.sendall(b"* CAPABILITY IMAP4rev1 STARTTLS\r\n" + tag + b" OK\r\n")

    server = rogue(script, b"* OK ready\r\n", tls=False)
    with pytest.raises(MailboxError):
        Mailbox.open(access(authority, server, "starttls"))
    assert not [words for words in server.heard if b"secret" in words]


def test_the_password_is_in_no_trouble_and_no_log(
    rogue: Callable[..., Rogue], authority: Authority, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(10)
    server = rogue(scripted(saying(b"TAG NO [AUTHENTICATIONFAILED] office secret\r\n"), b"AUTHENTICATE"))
    with pytest.raises(MailboxError) as caught:
        Mailbox.open(access(authority, server))
    assert caught.value.code == "mailbox-sign-in-failed"
    assert "secret" not in str(caught.value) + str(caught.value.params)
    assert "secret" not in caplog.text


def test_mail_that_comes_while_it_searches_is_not_waited_for(
    authority: Authority, rogue: Callable[..., Rogue]
) -> None:
    """The server tells of it once, beside an answer that does not have it yet."""

    def script(line: ssl.SSLSocket, tag: bytes, command: bytes) -> None:
        verb = command.upper()
        if verb.startswith(b"UID SEARCH"):
            line.sendall(b"* SEARCH\r\n* 2 EXISTS\r\n" + tag + b" OK done\r\n")
        elif verb == b"IDLE":
            idling.append(tag)
            line.sendall(b"+ idling\r\n")
        elif verb == b"" and tag == b"DONE":
            line.sendall(idling[-1] + b" OK done\r\n")
        else:
            honest(line, tag, command)

    idling: list[bytes] = []
    mailbox = Mailbox.open(access(authority, rogue(script)))
    mailbox.select("INBOX")
    assert mailbox.new(0) == []
    began = time.monotonic()
    assert mailbox.idle(5, threading.Event())
    assert time.monotonic() - began < 2
    mailbox.close()


def test_a_mail_of_the_last_day_that_there_is_stops_no_mailbox() -> None:
    at = datetime.max.replace(tzinfo=timezone(timedelta(hours=-12)))
    found = _fetched(1, {b"BODY[]<0>": b"x", b"INTERNALDATE": at}, 1)
    assert (found.at.year, found.raw) == (9999, b"x")
