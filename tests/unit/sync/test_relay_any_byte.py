"""Whatever a relay says, at whatever byte: the side of the dot is right, and nothing hangs or grows.

A scripted relay over plain sockets of the loop, without TLS: the connection is made by hand, since
only what follows the sign-in is looked at here.
"""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop.sync.letters import Letter
from desktop.sync.outcomes import Phase
from desktop.sync.relay import Answer, Offer, RelayConnection, Timeouts, TransferError
from desktop.sync.relay_protocol import RelayClient

WIRE = b"Subject: x\r\n\r\nwords\r\n.\r\nmore\r\n"
SOON = Timeouts(connect=2, command=0.3, data=0.3, body=0.3, dot=0.3)
END = b"\r\n.\r\n"
GOOD = (b"250 ok\r\n", b"250 ok\r\n", b"354 go\r\n", b"250 2.0.0 queued as A1\r\n")


class Script:
    """Replies to MAIL, RCPT, DATA and the dot by `replies`; None hangs up, b'' is silence.

    `cut` splits each reply into pieces of that size; `dies` hangs up after so many octets of content.
    """

    def __init__(self, *replies: bytes | None, cut: int = 0, dies: int | None = None) -> None:
        self.replies, self.cut, self.dies = list(replies), cut, dies
        self.heard = bytearray()
        self.over = asyncio.Event()

    @property
    def dot_came(self) -> bool:
        """With content before it: a transaction without a recipient is ended by an empty one."""
        return b"words" in self.heard and END in bytes(self.heard)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 relay\r\n")
        try:
            for number, reply in enumerate(self.replies):
                if number == 3:
                    await self._content(reader)
                else:
                    self.heard += await reader.readuntil(b"\r\n")
                if reply is None:
                    return
                await self._say(writer, reply)
            await reader.read()
        except (OSError, EOFError):
            pass
        finally:
            writer.transport.abort()
            self.over.set()

    async def _content(self, reader: asyncio.StreamReader) -> None:
        body = bytearray()
        while not body.endswith(END):
            piece = await reader.read(1)
            if not piece or (self.dies is not None and len(body) >= self.dies):
                raise EOFError
            body += piece
            self.heard += piece

    async def _say(self, writer: asyncio.StreamWriter, reply: bytes) -> None:
        if not self.cut:
            writer.write(reply)
            return
        for start in range(0, len(reply), self.cut):
            writer.write(reply[start : start + self.cut])
            await writer.drain()
            await asyncio.sleep(0)


class Marks:
    """What was written down of the one letter."""

    def __init__(self) -> None:
        self.past_dot = False

    async def before_data(self, _letter: Letter) -> bool:
        return True

    def dot_written(self, _letter: Letter) -> None:
        self.past_dot = True

    def reply(self, _letter: Letter, _answer: Answer) -> None:
        """Not asked about here."""


def carry(script: Script, *, pipelining: bool, wire: bytes = WIRE) -> tuple[Answer | TransferError, Marks]:
    marks = Marks()

    async def run() -> Answer | TransferError:
        server = await asyncio.start_server(script.serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        client = RelayClient(hostname="127.0.0.1", port=port, use_tls=False, start_tls=False, timeout=2)
        await client.connect()
        offer = Offer(tls="", pipelining=pipelining, dsn=False, requiretls=False, size=0)
        connection = RelayConnection(client, offer, SOON)
        try:
            return await connection.send(Letter("a@b.example", "c@d.example", wire), marks)
        except TransferError as error:
            return error
        finally:
            connection.abort()
            await client.gone()
            server.close()
            await script.over.wait()

    return asyncio.run(run()), marks


def sound(script: Script, ended: Answer | TransferError, marks: Marks) -> None:
    """The rule: whoever saw no dot certainly took nothing; whoever saw it is believed or in doubt."""
    if isinstance(ended, TransferError):
        assert ended.after_dot is marks.past_dot
        if not ended.after_dot:
            assert not script.dot_came
    else:
        assert 200 <= ended.reply.code <= 599
        assert ended.reply.text.isprintable()
        if ended.phase is Phase.DOT and ended.reply.code < 400:
            assert script.dot_came


PLACES = pytest.mark.parametrize("place", range(4))
PIPED = pytest.mark.parametrize("pipelining", [True, False])


@PIPED
@PLACES
@pytest.mark.parametrize(
    "said",
    [
        None,
        b"",
        b"250",
        b"\r\n",
        b"\xff\xfe\x00\x01\r\n",
        b"250-a\r\n" * 20_000,
        b"250 " + b"x" * 1_000_000 + b"\r\n",
        b"x" * 1_000_000,
        b"99 low\r\n",
        b"999 high\r\n",
        b"-25 minus\r\n",
        b"2x0 letters\r\n",
        b"250-one\r\n550 two\r\n",
        b"421 4.3.2 closing\r\n",
        b"250 \x1b[2J\xc2\x85\xe2\x80\xae\r\n",
    ],
    ids=lambda said: repr(said[:20]) if said is not None else "hangs up",
)
def test_every_kind_of_nonsense_at_every_place(said: bytes | None, place: int, pipelining: bool) -> None:
    script = Script(*GOOD[:place], said, *GOOD[place + 1 :])
    ended, marks = carry(script, pipelining=pipelining)
    sound(script, ended, marks)


@PIPED
@pytest.mark.parametrize("dies", [0, 1, 5, 13, 20, len(WIRE), len(WIRE) + 2])
def test_hanging_up_within_the_content(dies: int, pipelining: bool) -> None:
    """The whole content was handed over before the end was seen: nobody knows, and it says so."""
    script = Script(*GOOD, dies=dies)
    ended, marks = carry(script, pipelining=pipelining)
    sound(script, ended, marks)
    assert isinstance(ended, TransferError)


@pytest.mark.parametrize("early", [b"250 2.0.0 queued\r\n", b"552 5.3.4 too big\r\n"])
def test_a_reply_that_came_along_with_the_354_is_no_receipt(early: bytes) -> None:
    """Nobody asked for it yet: it is dropped, and what follows the dot is waited for."""
    script = Script(GOOD[0], GOOD[1], GOOD[2] + early, b"")
    ended, marks = carry(script, pipelining=False)
    assert isinstance(ended, TransferError)
    assert (ended.after_dot, marks.past_dot, script.dot_came) == (True, True, True)


_CODE = st.sampled_from([b"250", b"354", b"421", b"451", b"550", b"554", b"220", b"235", b"000", b"777"])
_REPLY = st.one_of(
    st.none(),
    st.binary(max_size=60),
    st.builds(lambda code, text: code + b" " + text + b"\r\n", _CODE, st.binary(max_size=30)),
    st.builds(lambda code, n: (code + b"-more\r\n") * n + code + b" end\r\n", _CODE, st.integers(0, 5)),
    st.sampled_from(GOOD),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(
    replies=st.lists(_REPLY, min_size=4, max_size=4),
    cut=st.sampled_from([0, 1, 2, 3, 7]),
    dies=st.one_of(st.none(), st.none(), st.integers(0, 40)),
    pipelining=st.booleans(),
)
def test_anything_at_any_byte(replies: list[Any], cut: int, dies: int | None, pipelining: bool) -> None:
    script = Script(*replies, cut=cut, dies=dies)
    ended, marks = carry(script, pipelining=pipelining)
    sound(script, ended, marks)


@PIPED
@pytest.mark.parametrize("cut", [1, 2, 3, 5])
def test_good_replies_in_pieces_are_good_replies(cut: int, pipelining: bool) -> None:
    script = Script(*GOOD, cut=cut)
    ended, _ = carry(script, pipelining=pipelining)
    assert isinstance(ended, Answer)
    assert (ended.phase, ended.reply.code) == (Phase.DOT, 250)
    content = bytes(script.heard).partition(b"DATA\r\n")[2]
    assert re.sub(rb"\r\n\.\.", b"\r\n.", content[:-3]) == WIRE
