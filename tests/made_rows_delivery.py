"""As `made_rows.py`, for the use cases of delivery: what each needs, and how it is called with sense."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from desktop.models import messages, suppressions
from desktop.models.accounts import Session
from desktop.models.database import Tx
from desktop.models.delivery import Suppression, SuppressionKind
from desktop.models.ids import new_id
from desktop.models.records import Label, MessageId, Reason, State
from desktop.office.values import LetterRequest
from desktop.office.values_delivery import AddressCheck, LiftRequest
from tests.made_staff import desk_of
from tests.support.queued import queued

Call = Callable[[Any, Session], object]


def a_failed_letter(world: Any) -> MessageId:
    """One that the mail service refused because the address does not exist; it is stopped now."""
    asked = LetterRequest(world.person, "Hours", "We open at nine.", label=Label.ROUTINE)
    message = queued(world.office.send_letter(world.session, asked)).id
    database, now = desk_of(world.office).opened().database, world.staff.clock.now()

    def refused(tx: Tx) -> None:
        why, reply = Reason("address-refused"), "550 5.1.1 no such user"
        messages.move(tx, message, State.QUEUED, State.FAILED, reason=why, reply=reply)
        kind = SuppressionKind.HARD_BOUNCE
        world.kept["stopped"] = new_id()
        stopped = Suppression(world.kept["stopped"], "old@example.org", kind, message, now)
        suppressions.add(tx, stopped)

    database.write(refused)
    return message


FAILURES: dict[str, Call] = {
    "show_failure": lambda w, s: w.office.show_failure(s, w.kept["failed"]),
    "check_failed_address": lambda w, s: w.office.check_failed_address(
        s, AddressCheck(w.kept["failed"], "phone", "changed", "zoraida.new@example.org", "She spelled it")
    ),
    "phone_instead": lambda w, s: w.office.phone_instead(s, w.kept["failed"]),
    "list_suppressions": lambda w, s: w.office.list_suppressions(s),
    "lift_suppression": lambda w, s: w.office.lift_suppression(s, LiftRequest(w.kept["stopped"], "phone")),
}
