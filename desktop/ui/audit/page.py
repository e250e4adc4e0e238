"""The audit log: what was done, what stands out, the weekly look, proof, and how long it is kept."""

from __future__ import annotations

from collections.abc import Callable

from desktop.models.accounts import Session
from desktop.office.values_audit import LogState
from desktop.ui.audit.alerts import AlertsSection
from desktop.ui.audit.digest import DigestSection
from desktop.ui.audit.log import LogSection
from desktop.ui.audit.requests import RequestsSection
from desktop.ui.audit.retention import RetentionSection
from desktop.ui.audit.rules import RulesSection
from desktop.ui.audit.state import StateSection
from desktop.ui.base import Page, Ui
from desktop.ui.tabs import Tabs

LOG, ALERTS, DIGEST, REQUESTS, STATE = "log", "alerts", "digest", "requests", "state"
RULES, RETENTION = "rules", "retention"
_MORE = frozenset({RULES, RETENTION})


class AuditPageView(Page):
    """Opens on the part that was open last."""

    def __init__(
        self,
        ui: Ui,
        session: Session,
        unseen: Callable[[int], None] = lambda _: None,
        state: Callable[[LogState], None] = lambda _: None,
    ) -> None:
        """`unseen` hears how many alerts nobody has looked at, `state` how the log stands."""
        super().__init__(ui, ui.say("ui.audit.title"))
        self.head.addStretch()
        self._unseen = unseen
        say = ui.say
        self.tabs = Tabs(
            say("ui.audit.title"),
            (
                (LOG, say("ui.audit.tab-log"), lambda: LogSection(ui, session, self._asked)),
                (ALERTS, say("ui.audit.tab-alerts"), lambda: AlertsSection(ui, session, self.count_alerts)),
                (DIGEST, say("ui.audit.tab-digest"), lambda: self._digest(session)),
                (REQUESTS, say("ui.audit.tab-requests"), lambda: RequestsSection(ui, session, self._count)),
                (STATE, say("ui.audit.tab-state"), lambda: StateSection(ui, session, state)),
                (RULES, say("ui.audit.tab-rules"), lambda: RulesSection(ui, session)),
                (RETENTION, say("ui.audit.tab-retention"), lambda: RetentionSection(ui, session)),
            ),
            more=_MORE,
            more_words=say("ui.audit.more"),
        )
        self.outer.addWidget(self.tabs, 1)

    def _digest(self, session: Session) -> DigestSection:
        return DigestSection(self.ui, session, self.show_group, lambda: self._open(ALERTS))

    def _open(self, code: str) -> None:
        self.tabs.open(code)

    @property
    def log(self) -> LogSection:
        """The log itself."""
        page = self.tabs.pages.get(LOG) or self.tabs.open(LOG)
        if not isinstance(page, LogSection):
            raise TypeError("the log is another page")
        return page

    def refresh(self) -> None:
        self.tabs.open(self.tabs.current or LOG)

    def open_part(self, code: str) -> None:
        """Bring one part to the front."""
        self.tabs.open(code)

    def show_group(self, group: str) -> None:
        """The records of this week behind one line of the review."""
        self.tabs.open(LOG)
        self.log.show_group(group)

    def count_alerts(self, number: int) -> None:
        """Beside the words of the tab, and on the rail."""
        self.tabs.count(ALERTS, number)
        self._unseen(number)

    def _count(self, number: int) -> None:
        self.tabs.count(REQUESTS, number)

    def _asked(self) -> None:
        """An export waits for somebody: its request stands under Requests."""
        self.tabs.count(REQUESTS, 1)
