"""The desk's button: somebody said that they want no more news, offers or requests for gifts."""

from __future__ import annotations

from desktop.access.roles import Action
from desktop.audit.events import Act, Event
from desktop.clock import Clock
from desktop.errors import InputError
from desktop.mail import optouts
from desktop.models import people
from desktop.models.accounts import Session
from desktop.models.database import Tx
from desktop.models.records import PersonId
from desktop.models.standing import Use
from desktop.office.desk import Desk, Recorder
from desktop.office.values_running import OptOutRequest, OptOutTaken
from desktop.people.consent import HOW

SOURCE = "desk"


class OptOuts:
    """`RunDoor.take_opt_out`. It asks for no proof: who wants less mail is believed at once."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock

    def take_opt_out(self, session: Session, request: OptOutRequest) -> OptOutTaken:
        self._desk.check(session, Action.TAKE_OPT_OUT)

        def take(tx: Tx, record: Recorder) -> OptOutTaken:
            if request.how not in HOW:
                raise InputError("value-not-allowed", field="how", allowed=", ".join(HOW))
            whose = _whose(tx, request)
            pulled = 0
            for who in whose:
                said = optouts.OptOut(who, self._clock.now(), SOURCE, session.user, request.how)
                taken = optouts.take(tx, said)
                pulled += taken.pulled
                for event in taken.events:
                    record(event)
                if not taken.new:
                    record(Event(Act.OPT_OUT_TAKEN, who, det={"use": Use.MARKETING}))
            return OptOutTaken(whose, pulled)

        return self._desk.write(session, Action.TAKE_OPT_OUT, take)


def _whose(tx: Tx, request: OptOutRequest) -> tuple[PersonId, ...]:
    if (request.person is None) == (not request.address):
        raise InputError("value-not-allowed", field="person", allowed="a person or an address")
    if request.person is not None:
        who = people.stands_for(tx, request.person)
        if people.get(tx, who) is None:
            raise InputError("person-unknown")
        return (who,)
    found = tuple(one.id for one in people.at_address(tx, request.address.strip()))
    if not found:
        raise InputError("address-unknown")
    return found
