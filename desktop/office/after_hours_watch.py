"""Once a minute: who wrote while nobody was in the office gets an answer (`mail/after_hours.py`)."""

from __future__ import annotations

from desktop.errors import SealwellError
from desktop.mail.after_hours import Answers
from desktop.mail.letters import Letters
from desktop.models.afterhours import Unanswered
from desktop.models.database import Database
from desktop.models.delivery import ReceivedId
from desktop.office.ownkeys import OwnKeys

_REMEMBERED = 1000


class AfterHoursWatch:
    """Hangs on the watch of the open practice, behind the screen lock too.

    A mail that gets no answer, or to whose writer no safe way is open, is not asked about again
    while the practice is open: nothing leaves, and nothing is said.
    """

    def __init__(self, database: Database, answers: Answers, own: OwnKeys) -> None:
        self._database = database
        self._answers = answers
        self._own = own
        self._settled: dict[ReceivedId, None] = {}

    def look(self) -> None:
        """Raises VaultError("locked") once the database is closed."""
        for one in self._database.read(lambda tx: self._answers.due(tx, self._settled)):
            self._settled[one.received] = None
            self._answer(one)
        for old in list(self._settled)[:-_REMEMBERED]:
            del self._settled[old]

    def _answer(self, one: Unanswered) -> None:
        try:
            worded = self._database.read(lambda tx: self._answers.worded(tx, one))
            if worded is None:
                return
            frozen = Letters.seal(worded.prepared, self._own.sealer())
        except SealwellError as error:
            if error.code == "locked":
                raise
            return
        self._database.write(lambda tx: self._answers.queue(tx, worded, frozen))
