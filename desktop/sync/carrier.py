"""One connection's worker: takes marked parcels off the stream and carries them to the relay."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol

from desktop.mail.outbox import Outcome
from desktop.models.records import State
from desktop.sync.journal import Parcel, Result
from desktop.sync.letters import Letter
from desktop.sync.line import Line
from desktop.sync.outcomes import BROKEN_AFTER_DOT, BROKEN_BEFORE_DOT, Phase, Verdict, judge
from desktop.sync.points import Passing, Point
from desktop.sync.relay import Answer, HaltedError, TransferError

_FIRST_WORDS = frozenset({Phase.RESET, Phase.MAIL})


class Marks:
    """The phase recorder of one message: its row is marked on disk before it is handed over at all."""

    def __init__(self, may_leave: Callable[[], Awaitable[bool]], passing: Passing) -> None:
        self._may_leave = may_leave
        self._passing = passing
        self.past_dot = False

    async def before_data(self, _letter: Letter) -> bool:
        self._passing(Point.BEFORE_CONTENT)
        return await self._may_leave()

    def dot_written(self, _letter: Letter) -> None:
        self.past_dot = True
        self._passing(Point.BEFORE_DOT)

    def reply(self, _letter: Letter, _answer: Answer) -> None:
        """The reply is what `send` answers; nothing else is to be noted."""
        self._passing(Point.REPLIED)


class Load(Protocol):
    """What a carrier takes from and gives back to (`stream.Stream`), on the network's thread."""

    passing: Passing

    def take(self, *, following: bool) -> Parcel | None:
        """The next parcel that is marked; as the following one only what nobody else could carry now."""
        ...

    def put_back(self, parcel: Parcel) -> None:
        """To the head of the stream, unless it was withdrawn: the relay does not have its content."""
        ...

    def carried(self, result: Result, verdict: Verdict | None, seconds: float) -> None:
        """It has an end; `verdict` is None where no reply decided it."""
        ...

    def broke(self) -> bool:
        """A connection ended under a message; False when that happens too often to go on."""
        ...

    def outcome(self, parcel: Parcel, verdict: Verdict, reply: str) -> Outcome:
        """What a verdict means for this row now."""
        ...

    @property
    def reconsiders(self) -> bool:
        """Whether what is claimed is being held against what is paused; no content may leave then."""
        ...

    def leave(self, parcel: Parcel) -> bool:
        """Note that its content begins to leave; False where it must not."""
        ...


class Carrier:
    """`parcels` are those that nobody else may take: under way, and the one whose envelope goes along."""

    def __init__(self, load: Load, line: Line) -> None:
        self._load = load
        self.line = line
        self.parcels: list[Parcel] = []
        self.news = asyncio.Event()
        """Set when it should look again whether there is something to carry."""

    async def carry_next(self, waiting: int) -> bool:
        """Send one message; False when there is none to send. A connection must be open.

        Whatever ends this early, what was certainly not sent has gone back to the stream.
        """
        if not self.parcels:
            parcel = self._load.take(following=False)
            if parcel is None:
                return False
            self.parcels.append(parcel)
        self.line.prepare(waiting + 1)
        began = asyncio.get_running_loop().time()
        try:
            result, verdict = await self._deliver(self.parcels[0])
        except BaseException:  # cut: what is under way stands in `parcels`, or among the results
            self.put_back_all()
            raise
        parcel = self.parcels.pop(0)
        if result is None:
            self.put_back_all()
            self._load.put_back(parcel)
        else:
            self._load.carried(result, verdict, asyncio.get_running_loop().time() - began)
        return True

    def put_back_all(self) -> None:
        """What nobody has begun to send goes back to the head of the stream, in its order."""
        while self.parcels:
            self._load.put_back(self.parcels.pop())

    def drop_withdrawn(self) -> None:
        """Nothing is left of what was withdrawn, unless its envelope is on its way already."""
        if not self.line.open:
            self.parcels = [one for one in self.parcels if not one.withdrawn]

    async def _deliver(self, parcel: Parcel) -> tuple[Result | None, Verdict | None]:
        """What became of it; no result when it was not begun."""
        unfit = self.line.unfit(parcel.letter)
        if unfit is not None:
            return Result(parcel, Outcome(State.FAILED, reason=unfit)), None
        marks = Marks(lambda: self._may_leave(parcel), self._load.passing)
        used = self.line.used
        try:
            answer = await self.line.send(parcel.letter, marks, self._following())
            verdict = judge(answer.phase, answer.reply)
            outcome = self._load.outcome(parcel, verdict, str(answer.reply))
        except TransferError as error:
            if self._load.broke() and used and error.phase in _FIRST_WORDS:
                return None, None  # the relay had closed it after an earlier message, without a word
            verdict = BROKEN_AFTER_DOT if error.after_dot else BROKEN_BEFORE_DOT
            return Result(parcel, self._load.outcome(parcel, verdict, ""), error.after_dot), None
        except HaltedError:
            return None, None
        except BaseException:  # cut, or a bug: what may have arrived must not go out again
            if marks.past_dot:
                self.parcels.remove(parcel)
                lost = Result(parcel, self._load.outcome(parcel, BROKEN_AFTER_DOT, ""), past_dot=True)
                self._load.carried(lost, None, 0.0)
            raise
        return Result(parcel, outcome, marks.past_dot), verdict

    async def _may_leave(self, parcel: Parcel) -> bool:
        """The relay waits for the content meanwhile, as long as one transaction takes."""
        while self._load.reconsiders:
            self.news.clear()
            await self.news.wait()
        return self._load.leave(parcel)

    def _following(self) -> Letter | None:
        """The next letter, if its envelope may go along with this one's content."""
        if len(self.parcels) < 2 and not self.line.at_last:
            following = self._load.take(following=True)
            if following is not None:
                self.parcels.append(following)
        if len(self.parcels) < 2 or self.line.unfit(self.parcels[1].letter) is not None:
            return None
        return self.parcels[1].letter
