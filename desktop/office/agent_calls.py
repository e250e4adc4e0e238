"""One call in the background service: whose session it is, how it goes, what came of it."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from desktop.clock import Clock
from desktop.errors import Refused, SealwellError
from desktop.logs import describe
from desktop.models.accounts import Session
from desktop.office.remote_calls import PROGRESS, Shape, pack_error, shape_of
from desktop.office.remote_link import Frame, Link, LinkLost
from desktop.office.values_entry import SignedIn
from desktop.office.wire import to_json

PROGRESS_EVERY = 0.05
"""Seconds: work that counts every row does not wait for the other end at every row."""
_GIVES_A_SESSION = frozenset({"sign_in", "unlock", "quick_unlock"})


class SessionTokens:
    """What makes a session its holder's: 256 bits that only this service could have made.

    A keyed hash of the whole session, with a key that lives and dies with this process, so that
    there is no list of them to keep; a session made up elsewhere has none.
    """

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)

    def of(self, session: Session) -> str:
        said = json.dumps(to_json(session), sort_keys=True).encode("ascii")
        return hmac.new(self._key, said, hashlib.sha256).hexdigest()

    def check(self, session: Session, token: object) -> None:
        """Raises Refused("signed-out"), in the same time whatever is wrong."""
        given = token if isinstance(token, str) else ""
        if not hmac.compare_digest(self.of(session).encode(), given.encode("utf-8", "replace")):
            raise Refused("signed-out")


class Progressing:
    """Tells the caller how it goes and brings back whether to go on; a caller who left cancels."""

    def __init__(self, link: Link, clock: Clock, *, wanted: bool) -> None:
        self._link = link
        self._clock = clock
        self._wanted = wanted
        self._told = -PROGRESS_EVERY
        self._going_on = True
        self._change = threading.Lock()

    def __call__(self, done: int, of: int) -> bool:
        with self._change:
            if not self._going_on:
                return False
            now = self._clock.mono()
            if done == of or now - self._told >= PROGRESS_EVERY:
                self._told = now
                self._going_on = self._ask(done, of) if self._wanted else self._link.is_quiet()
            return self._going_on

    def end(self) -> None:
        """The work is done: whoever still counts says nothing on this line any more."""
        with self._change:
            self._going_on = False

    def _ask(self, done: int, of: int) -> bool:
        try:
            self._link.send({"progress": [done, of]})
            return self._link.receive().get("go") is True
        except LinkLost:
            return False


class Calls:
    """Answers the frames of one connection after another; shared by all of them."""

    def __init__(self, office: object, clock: Clock) -> None:
        self._office = office
        self._clock = clock
        self._tokens = SessionTokens()

    def answer(
        self,
        link: Link,
        frame: Frame,
        given: Callable[[Session], None],
        taken: Callable[[Session], None],
    ) -> None:
        """Do what `frame` asks and send the answer.

        `given` is told of a session that its caller now has, `taken` of one that goes on without
        them. Raises `LinkLost`; whatever is a bug is told to the caller without content first.
        """
        shape, args = _understood(link, frame)
        try:
            try:
                answer = self._done(shape, args, frame, link, given, taken)
            except SealwellError as error:
                answer = {"error": pack_error(error)}
            try:
                link.send(answer)
            except SealwellError as error:  # an answer beyond all measure
                link.send({"error": pack_error(error)})
        except LinkLost:
            raise
        except BaseException as bug:  # the caller is told its kind alone; then it goes on up
            with suppress(LinkLost):
                link.send({"bug": describe(bug)})
            raise

    def _done(
        self,
        shape: Shape,
        args: list[Any],
        frame: Frame,
        link: Link,
        given: Callable[[Session], None],
        taken: Callable[[Session], None],
    ) -> Frame:
        if shape.of_a_person:
            self._tokens.check(args[0], frame.get("token"))
        progress = Progressing(link, self._clock, wanted=frame.get("progress") is True)
        if shape.has_progress:
            args.insert(list(shape.signature.parameters).index(PROGRESS), progress)
        try:
            value = getattr(self._office, shape.name)(*args)
        finally:
            progress.end()
        answer: Frame = {"value": shape.pack_answer(value)}
        if isinstance(value, SignedIn):
            answer["token"] = self._tokens.of(value.session)
            if shape.name in _GIVES_A_SESSION:
                given(value.session)
            elif shape.name == "issue_token":
                taken(value.session)
        return answer


def _understood(link: Link, frame: Frame) -> tuple[Shape, list[Any]]:
    """Raises `LinkLost` for what is no call of any use case: its caller is told, and hung up on."""
    shape = shape_of(str(frame.get("call")))
    try:
        if shape is not None:
            return shape, shape.unpack(frame.get("args"))
    except (TypeError, ValueError, RecursionError):
        shape = None
    link.send({"bug": "not understood"})
    raise LinkLost
