"""Mail that ends its reader ends a process that holds nothing, and the next mail is read."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.errors import DeliveryError
from desktop.mail.parsing_worker import ParsingWorker
from desktop.mail.returned_reading import from_json, to_json, understand
from desktop.mail.returned_values import Kind, Understood
from desktop.mail.worker import CPU_SECONDS
from desktop.program import Started, start

if sys.platform != "win32":
    import resource


def hostile(data: bytes) -> Understood:
    """Stands for a parser with a fault; in the worker."""
    if b"exit" in data:
        os._exit(3)
    if b"memory" in data:
        len(bytearray(4 * 1024**3))
    while b"forever" in data:
        pass
    if b"late" in data:
        _late(Path(data.split()[-1].decode()))
    if b"fault" in data:
        raise ValueError(data)
    if b"write" in data:
        with open("/tmp/written-by-a-mail", "wb") as file:
            file.write(b"x")
    return understand(data)


_HOSTILE = """
import sys
from desktop.mail.parsing_worker import work
from desktop.program import own_end
from tests.unit.mail.test_parsing_worker import hostile
work(own_end(sys.argv[1]), hostile)
"""


def start_hostile(_: str) -> Started:
    return start([sys.executable, "-c", _HOSTILE])


def _late(mark: Path) -> None:
    """Ends the first process after a while, and the second where it was given as much again."""
    if not mark.exists():
        mark.mkdir()
        time.sleep(1.2)
        os._exit(3)
    used = resource.getrusage(resource.RUSAGE_SELF)
    left = resource.getrlimit(resource.RLIMIT_CPU)[0] - int(used.ru_utime + used.ru_stime) - 1
    if left > CPU_SECONDS - 1:
        os._exit(3)


@pytest.fixture
def worker() -> Iterator[ParsingWorker]:
    made = ParsingWorker(seconds=1.5, start=start_hostile)
    yield made
    made.close()


def test_mail_is_read_in_another_process(worker: ParsingWorker) -> None:
    assert worker.read(b"From: a@b.example\r\nSubject: Out of office\r\n\r\nhi").found.kind is Kind.AUTO_REPLY
    assert worker.ended == 0


@pytest.mark.parametrize("how", [b"exit", b"write"])
def test_a_mail_that_ends_two_workers_is_unreadable_and_the_next_is_read(
    worker: ParsingWorker, how: bytes
) -> None:
    begun = time.monotonic()
    assert worker.read(b"Subject: x\r\n\r\n" + how).broken
    assert worker.ended == 2
    assert time.monotonic() - begun < 30
    assert not worker.read(b"Subject: x\r\n\r\nhello").broken


def test_a_mail_that_takes_all_its_time_gets_none_from_a_second_worker(worker: ParsingWorker) -> None:
    assert worker.read(b"Subject: x\r\n\r\nforever").broken
    assert worker.ended == 1
    assert not worker.read(b"Subject: x\r\n\r\nhello").broken


@pytest.mark.skipif(sys.platform == "win32", reason="no such limit there")
def test_a_second_worker_has_only_the_time_that_the_first_left(tmp_path: Path) -> None:
    worker = ParsingWorker(start=start_hostile)
    try:
        assert not worker.read(f"Subject: x\r\n\r\nlate {tmp_path / 'mark'}".encode()).broken
        assert worker.ended == 1
        assert not worker.read(b"Subject: x\r\n\r\nhello").broken
    finally:
        worker.close()


_ASKED = """
from desktop.mail.parsing_worker import ParsingWorker
from tests.unit.mail.test_parsing_worker import start_hostile
worker = ParsingWorker(start=start_hostile)
print(worker.read(b"Subject: x\\r\\n\\r\\nCANARY fault").broken, worker.ended)
worker.close()
"""


def test_a_fault_in_the_reader_writes_no_words_of_the_mail_anywhere() -> None:
    """A traceback would name them on the screen of whoever started the program, or in a journal."""
    command = [sys.executable, "-c", _ASKED]
    ran = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert (ran.stdout.strip(), ran.stderr) == ("True 2", "")


def test_memory_has_an_end(worker: ParsingWorker) -> None:
    assert worker.read(b"Subject: x\r\n\r\nmemory").broken
    assert not worker.read(b"Subject: x\r\n\r\nhello").broken


def test_a_closed_worker_reads_no_more_and_blames_no_mail(worker: ParsingWorker) -> None:
    worker.close()
    with pytest.raises(DeliveryError, match="mail-worker-failed"):
        worker.read(b"Subject: x\r\n\r\nhello")


@pytest.mark.parametrize(
    "mail",
    [
        b"",
        b"\x00" * 1000,
        b"Content-Type: multipart/mixed; boundary=" + b"a" * 5000 + b"\r\n\r\n",
        b"Content-Type: message/rfc822\r\n\r\n" * 500 + b"hello",
        b"".join(
            b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(500)
        ),
        b"From: =?utf-8?q?=00=ff?= <@@@>\r\nContent-Type: text/plain; charset=*'\r\n\r\n\xff\xfe",
        b"Subject: x\r\n\r\n" + b"x" * 50_000_000,
    ],
)
def test_broken_and_huge_mail_is_read_as_far_as_it_goes(mail: bytes) -> None:
    worker = ParsingWorker()
    try:
        assert worker.read(mail).found.kind is Kind.MESSAGE
        assert worker.ended == 0
    finally:
        worker.close()


def test_only_the_known_form_comes_back() -> None:
    good = understand(b"From: a@b.example\r\n\r\nyes")
    assert from_json(to_json(good)) == good
    for bad in (b"", b"{}", b"[]", b'{"found": 3}', to_json(good).replace(b'"message"', b'"other"')):
        with pytest.raises((ValueError, KeyError, TypeError)):
            from_json(bad)
