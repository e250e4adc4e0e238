"""How the practice's letters look, when somebody reads mail, and where letters may lead to."""

from __future__ import annotations

from desktop.access.roles import Action, may
from desktop.audit.events import Act, Event
from desktop.clock import Clock
from desktop.mail.letterhead import Look, keep_look, load_letterhead, own_hosts
from desktop.models.accounts import Session
from desktop.models.database import Tx
from desktop.office.desk import Desk, Recorder
from desktop.office.template_lines import today
from desktop.office.values_templates import BrandChange, BrandShown


class BrandDesk:
    """Part of what fulfils `TemplateDoor`."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock

    def show_brand(self, session: Session) -> BrandShown:
        return self._desk.read(
            session,
            Action.LIST_TEMPLATES,
            lambda tx: self._shown(tx, session),
            lambda shown: Event(Act.TEMPLATES_LISTED, det={"count": len(shown.hosts)}),
        )

    def set_brand(self, session: Session, change: BrandChange) -> BrandShown:
        """From now on in every letter that is made. Raises InputError as `letterhead.keep_look`."""

        def keep(tx: Tx, record: Recorder) -> BrandShown:
            keep_look(tx, Look(change.colour, change.logo, change.mail_hours, change.sites))
            record(Event(Act.BRAND_CHANGED))
            return self._shown(tx, session)

        return self._desk.write(session, Action.SET_BRAND, keep)

    def _shown(self, tx: Tx, session: Session) -> BrandShown:
        head = load_letterhead(tx, today(tx, self._clock))
        look = head.look
        return BrandShown(
            brand=BrandChange(look.colour, look.logo, dict(look.mail_hours), look.sites),
            practice=head.practice,
            address=head.facts.address,
            phone=head.phone,
            hosts=own_hosts(head.facts),
            can_change=may(session.role, Action.SET_BRAND),
        )
