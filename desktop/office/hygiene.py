"""The list of addresses looked over: what is doubtful, and what was probably meant."""

from __future__ import annotations

from collections import Counter

from desktop.access.roles import Action
from desktop.audit.events import Act
from desktop.clock import Clock
from desktop.errors import InputError
from desktop.models.accounts import Session
from desktop.models.database import Tx
from desktop.office.desk import Desk
from desktop.office.listed import Listed
from desktop.office.values_facts import AddressesShown, AddressLine, AddressQuery
from desktop.people import hygiene
from desktop.people.hygiene import Doubt
from desktop.texts import clean

MOST = 500


class Hygiene:
    """Fulfils `AddressesDoor`."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock

    def check_addresses(self, session: Session, query: AddressQuery) -> AddressesShown:
        """At most 500 lines at a time. Raises InputError "value-not-allowed" for a reason that is none."""

        def look(tx: Tx) -> AddressesShown:
            if query.code and query.code not in hygiene.CODES:
                raise InputError("value-not-allowed", field="reason", allowed=", ".join(hygiene.CODES))
            looked = hygiene.look_over(tx, self._clock.now())
            counts = Counter(doubt.reason.code for doubt in looked.doubts)
            wanted = [doubt for doubt in looked.doubts if query.code in ("", doubt.reason.code)]
            first = max(0, query.offset)
            page = wanted[first : first + max(0, min(query.limit, MOST))]
            return AddressesShown(tuple(map(_line, page)), dict(counts), len(wanted), looked.looked_at)

        return self._desk.read(
            session,
            Action.CHECK_ADDRESSES,
            look,
            lambda shown: Listed(
                Act.ADDRESSES_CHECKED,
                tuple(dict.fromkeys(line.person for line in shown.lines)),
                {"count": shown.looked_at},
            ),
        )


def _line(doubt: Doubt) -> AddressLine:
    one = doubt.mailing
    name = " ".join(part for part in (one.first_name, one.last_name) if part) or one.organisation
    return AddressLine(one.person, name, clean(one.address), doubt.reason, doubt.suggestion)
