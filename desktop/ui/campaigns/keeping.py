"""What is on the pages and not kept yet, kept before a lock or on the way to the list.

A signature is not undone by this: what nobody confirmed is kept beside what was signed, and beside what
somebody else changed or started meanwhile.
"""

from __future__ import annotations

from dataclasses import replace

from desktop.errors import SealwellError
from desktop.models.accounts import Session
from desktop.office.values_campaigns import CampaignShown
from desktop.texts import clean
from desktop.ui.base import Ui
from desktop.ui.campaigns import draft as drafts
from desktop.ui.campaigns.draft import Draft
from desktop.ui.campaigns.words import SIGNED
from desktop.ui.gate.gate import Work

CHANGED, RUNNING = "campaign-changed", "campaign-running"
_NAMED = 60
"""Characters of a name that begin the name of what is kept beside it."""


def stands_signed(shown: CampaignShown | None) -> bool:
    """Whether it is kept as a campaign of its own."""
    return shown is not None and shown.line.state in SIGNED


def keeping(ui: Ui, session: Session, draft: Draft, shown: CampaignShown | None) -> Work:
    """What keeps `draft`, which began from `shown`; called off the window's thread."""
    name = draft.name or ui.say("ui.campaigns.unnamed")
    request = drafts.named(draft, name).request(shown)
    beside = ui.say("ui.campaigns.beside", name=clean(name, _NAMED))
    apart = replace(request, id=None, version=0, name=beside)
    first = apart if stands_signed(shown) else request
    office = ui.open_office

    def keep() -> None:
        try:
            office().keep_campaign(session, first)
        except SealwellError as error:
            if error.code not in (CHANGED, RUNNING):
                raise
            office().keep_campaign(session, apart)

    return keep
