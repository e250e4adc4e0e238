"""What was written to one person and what came in, with the proof that it could be sent."""

from __future__ import annotations

from collections.abc import Callable

from desktop.models.records import MessageId
from desktop.office.values_person import Moment, TimelineLine
from desktop.ui.consent.proof import ProofDialog
from desktop.ui.people.timeline import TimelineSection


class MessagesSection(TimelineSection):
    """Newest first; each leads to its conversation."""

    KINDS = (Moment.SENT, Moment.RECEIVED)
    NOTHING = "ui.person.no-messages"

    def acts(self, line: TimelineLine) -> tuple[tuple[str, Callable[[], None]], ...]:
        proof: tuple[tuple[str, Callable[[], None]], ...] = ()
        if line.kind is Moment.SENT:
            proof = (("ui.prove.open", lambda: self._prove(MessageId(line.ref))),)
        return (*super().acts(line), *proof)

    def _prove(self, message: MessageId) -> None:
        ProofDialog(self.ui, self.session, message, self).open()
