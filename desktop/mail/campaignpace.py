"""The hours and the pace that a campaign has of its own, inside those of the practice."""

from __future__ import annotations

from datetime import time

from desktop.mail.headers import domain_of
from desktop.mail.sealing import CAMPAIGN
from desktop.models import campaigns
from desktop.models.campaigning import CampaignId, CampaignSchedule
from desktop.models.database import Tx
from desktop.models.delivery import Hours
from desktop.models.records import Message, Reason

BY_CAMPAIGN, BY_DOMAIN = "campaign-hour", "campaign-domain-hour"
_EVERY_DAY = (0, 1, 2, 3, 4, 5, 6)


def own_hours(schedule: CampaignSchedule) -> Hours | None:
    """None where the practice's hours alone count. Public holidays are the practice's rule."""
    if schedule.first is None and schedule.last is None and not schedule.days:
        return None
    return Hours(schedule.first or time(), schedule.last or time(), schedule.days or _EVERY_DAY)


class Schedules:
    """What the campaigns of some messages ask for, read once per transaction."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self._known: dict[str, CampaignSchedule | None] = {}

    def of(self, row: Message) -> CampaignSchedule | None:
        if row.kind != CAMPAIGN:
            return None
        if row.source not in self._known:
            one = campaigns.get(self._tx, CampaignId(row.source))
            self._known[row.source] = one.schedule if one is not None else None
        return self._known[row.source]

    def hours(self, row: Message) -> Hours | None:
        schedule = self.of(row)
        return own_hours(schedule) if schedule is not None else None

    def per_hour(self, row: Message) -> list[tuple[str, int, Reason]]:
        """Limits by the hour: the name of each, how many, and why a row waits for it."""
        schedule = self.of(row)
        if schedule is None:
            return []
        found: list[tuple[str, int, Reason]] = []
        if schedule.per_hour:
            reason = Reason(BY_CAMPAIGN, {"count": schedule.per_hour})
            found.append((f"campaign:{row.source}", schedule.per_hour, reason))
        if schedule.per_domain_hour:
            domain = domain_of(row.address)
            reason = Reason(BY_DOMAIN, {"count": schedule.per_domain_hour, "domain": domain})
            found.append((f"campaign:{row.source}:{domain}", schedule.per_domain_hour, reason))
        return found
