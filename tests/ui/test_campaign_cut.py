"""After a power cut the campaign's page says what happened in one sentence, with Continue and Stop."""

from __future__ import annotations

from desktop.models import leases
from desktop.models.database import Tx
from desktop.office.campaign_cut import LENGTH, NAME
from tests.made_staff import desk_of
from tests.ui.campaign_pages import approved, begin, in_hand, press, send
from tests.ui.conftest import AtWork, RelayHere


def test_a_campaign_that_was_cut_off_says_so_and_goes_on_when_somebody_says_so(
    at_work: AtWork, relay: RelayHere
) -> None:
    shown = approved(at_work)
    begin(at_work, shown)
    opened = desk_of(at_work.office).opened()

    def power_fails(tx: Tx) -> None:
        """The mark of a computer that went off, as it stands on its disk."""
        before, now = leases.current(tx, NAME), desk_of(at_work.office).clock.now()
        assert before is not None
        leases.release(tx, NAME, before.holder)
        leases.take(tx, NAME, "1-x", "boot-before", now + LENGTH, now)

    opened.database.write(power_fails)
    opened.campaigns.opened()
    page = in_hand(at_work, shown)
    view = page.wizard.last.progress
    assert view.state.text().startswith("Sealwell was cut off at Mon ")
    assert "Nobody got it twice." in view.state.text()
    assert view.counts.text() == "0 sent, 2 waiting"
    assert not view.continue_button.isHidden()
    assert not view.stop_button.isHidden()
    send(at_work)
    assert relay.server.received == []
    press(at_work, view.continue_button)
    assert view.state.text() == at_work.screen.words("ui.campaigns.state-running")
    send(at_work)
    assert len(relay.server.received) == 2
