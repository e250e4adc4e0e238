"""The signed-in window: rail on the left, one page in front, a toast at the foot.

Thrown away whole at every lock and sign-out, so that no name stays on the screen.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout

from desktop.errors import SealwellError
from desktop.models.accounts import Session
from desktop.models.campaigning import CampaignId
from desktop.models.correspondence import ConversationId
from desktop.models.records import MessageId, PersonId
from desktop.office.values import Cancelled
from desktop.office.values_access import DraftKept
from desktop.office.values_entry import DutyState
from desktop.office.values_messages import INBOX, ConversationShown, EntryShown
from desktop.office.values_protection import KeyRequest
from desktop.ui.account.page import AccountPage
from desktop.ui.audit.banner import LogBanner
from desktop.ui.audit.page import AuditPageView
from desktop.ui.backups.banner import BackupBanner
from desktop.ui.backups.kit import NewKeyDialog
from desktop.ui.backups.page import BackupsPage
from desktop.ui.base import Page, Ui
from desktop.ui.campaigns.place import CampaignsPlace
from desktop.ui.compose.page import ComposePage
from desktop.ui.gate.gate import Desk, Unfinished, Work
from desktop.ui.gate.lock import CHANGE_PERSON
from desktop.ui.messages.page import MessagesPage
from desktop.ui.moving.retire import RetireDialog
from desktop.ui.navigation import ENTRY_ROLES, UNDER
from desktop.ui.outbox.page import OutboxPage
from desktop.ui.outbox.status import StatusLine
from desktop.ui.people.page import PeoplePage
from desktop.ui.rail import Entry, Rail
from desktop.ui.reminders.page import TodayPage
from desktop.ui.results.page import ResultsPage
from desktop.ui.settings.page import SettingsPage
from desktop.ui.snippets.page import BlocksPage
from desktop.ui.toast import Toast

_PICTURES = {
    "today": "calendar-check",
    "messages": "inbox",
    "people": "users",
    "campaigns": "send",
    "results": "chart",
    "audit": "scroll-text",
    "settings": "settings",
    "account": "user",
}
"""In the rail."""
_DRAFTS = ("compose", "campaigns")
"""Pages on which something may stand that is not kept yet."""


class Workspace(Desk):
    """Implements `Navigation`, which is all that a page knows of its surroundings."""

    def __init__(self, ui: Ui, session: Session, hold: int) -> None:
        super().__init__()
        self.ui = ui
        self.session = session
        self._hold = hold
        self._toast: Toast | None = None
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._builders = self._build()
        self.entries = self._entries()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self.rail = Rail(ui, self.entries, self.open, lambda: self.leave.emit(False))
        self.stack = QStackedWidget()
        row.addWidget(self.rail)
        side = QVBoxLayout()
        side.setSpacing(0)
        self.banner = LogBanner(ui, session, self.log)
        self.banner.unseen.connect(self._count_alerts)
        side.addWidget(self.banner)
        self.backup_banner = BackupBanner(ui, session, self.backups)
        side.addWidget(self.backup_banner)
        side.addWidget(self.stack, 1)
        self._foot = QVBoxLayout()
        side.addLayout(self._foot)
        self.status = StatusLine(ui, lambda: self.open("outbox"), self.backups)
        self.status.told.connect(self._hear)
        self.status.line.setEnabled(session.role in ENTRY_ROLES["outbox"])
        self.status.backup.setEnabled(session.role in ENTRY_ROLES["backups"])
        self.backup_banner.known.connect(self.status.show_freshness)
        side.addWidget(self.status)
        row.addLayout(side, 1)
        self.pages: dict[str, Page] = {}
        for position, entry in enumerate(self.entries, 1):
            shortcut = QShortcut(QKeySequence(f"Ctrl+{position}"), self)
            shortcut.activated.connect(lambda code=entry.code: self.open(code))
        QShortcut(QKeySequence("Ctrl+K"), self).activated.connect(self.search)
        QShortcut(QKeySequence("Ctrl+N"), self).activated.connect(lambda: self.compose(None))
        QShortcut(QKeySequence(CHANGE_PERSON), self).activated.connect(lambda: self.leave.emit(True))
        self.open(self.entries[0].code)
        self.banner.look()
        self.backup_banner.look()

    def unfinished(self) -> Unfinished | None:
        works = {code: work for code in _DRAFTS if (work := self._work(code)) is not None}
        if not works:
            return None
        front = next((code for code in works if self.pages[code] is self.stack.currentWidget()), None)
        place = front or next(iter(works))
        page = self.pages[place]
        part = page.unfinished_part if isinstance(page, CampaignsPlace) else ""

        def keep() -> None:
            for work in works.values():
                with suppress(SealwellError):
                    work()

        return Unfinished(f"{place}/{part}", keep)

    def _work(self, code: str) -> Work | None:
        page = self.pages.get(code)
        return page.unfinished() if isinstance(page, ComposePage | CampaignsPlace) else None

    def lost(self) -> str:
        shown = any(one.isVisible() for one in self.findChildren(NewKeyDialog))
        return self.ui.say("ui.kit.key-lost") if shown else ""

    def take_up(self, place: str) -> None:
        code, _, part = place.partition("/")
        self.open(code)
        page = self.pages.get(code)
        if isinstance(page, ComposePage):
            page.take_up()
        elif isinstance(page, CampaignsPlace):
            page.take_up(part)

    def open(self, code: str) -> None:
        """Bring a page to the front and let it look anew."""
        if code not in self.pages:
            if self.session.role not in ENTRY_ROLES[code]:
                return
            self.pages[code] = self._builders[code]()
            self.stack.addWidget(self.pages[code])
        self.rail.show_open(UNDER.get(code, code))
        self.stack.setCurrentWidget(self.pages[code])
        self.pages[code].refresh()

    def log(self, part: str) -> None:
        """One part of the audit page, such as `alerts`."""
        self.open("audit")
        page = self.pages.get("audit")
        if isinstance(page, AuditPageView):
            page.open_part(part)

    def _count_alerts(self, number: int) -> None:
        self.rail.show_count("audit", number, self.ui.texts.count("ui.alerts.unseen", number))
        page = self.pages.get("audit")
        if isinstance(page, AuditPageView):
            page.tabs.count("alerts", number)

    def _hear(self, duty: DutyState) -> None:
        """Locked at another window of this computer: nobody's words stay on this one either."""
        if self.ending:
            return
        if duty.locked:
            self.leave.emit(False)
        else:
            self._count_mail(duty)
            self.backup_banner.hear(duty)

    def _count_mail(self, duty: DutyState) -> None:
        self.rail.show_count("messages", duty.unseen, self.ui.texts.count("ui.rail.unseen", duty.unseen))
        page = self.pages.get("today")
        if isinstance(page, TodayPage):
            page.hear(duty)

    def search(self) -> None:
        """Ctrl+K: the search field of People."""
        self.open("people")
        page = self.pages.get("people")
        if isinstance(page, PeoplePage):
            page.focus_search()

    def person(self, person: PersonId) -> None:
        """The page of one person."""
        self.open("people")
        page = self.pages.get("people")
        if isinstance(page, PeoplePage):
            page.show_one(person)

    def compose(self, person: PersonId | None) -> None:
        """A new letter, to `person` if one is chosen already."""
        self._letters(lambda page: page.start(person))

    def letter(self, prepared: KeyRequest) -> None:
        self.compose(prepared.person)
        self._letters(lambda page: page.fill(prepared.subject, prepared.text))

    def _letters(self, act: Callable[[ComposePage], None]) -> None:
        self.open("compose")
        page = self.pages.get("compose")
        if isinstance(page, ComposePage):
            act(page)

    def messages(self, place: str = INBOX) -> None:
        self.open("messages")
        page = self.pages.get("messages")
        if isinstance(page, MessagesPage):
            page.show_place(place)

    def conversation(self, conversation: ConversationId) -> None:
        self.open("messages")
        page = self.pages.get("messages")
        if isinstance(page, MessagesPage):
            page.show_conversation(conversation)

    def reply(self, shown: ConversationShown, entry: EntryShown) -> None:
        self._letters(lambda page: page.reply(shown, entry))

    def forward(self, shown: ConversationShown, entry: EntryShown) -> None:
        self._letters(lambda page: page.forward(shown, entry))

    def draft(self, draft: DraftKept) -> None:
        self.open("compose")
        page = self.pages.get("compose")
        if isinstance(page, ComposePage):
            page.continue_draft(draft)

    def undoable(self, words: str, undo: Callable[[], None]) -> None:
        self._show_toast(lambda _: words, self._hold, (self.ui.say("ui.undo"), undo))

    def tasks(self, group: str) -> None:
        self.open("today")
        page = self.pages.get("today")
        if isinstance(page, TodayPage):
            page.show_tasks(group)

    def settings(self, section: str) -> None:
        self.open("settings")
        page = self.pages.get("settings")
        if isinstance(page, SettingsPage):
            page.sections.open(section)

    def backups(self) -> None:
        if self.session.role in ENTRY_ROLES["settings"]:
            self.settings("backups")
        else:
            self.open("backups")

    def people(self, part: str) -> None:
        self.open("people")
        page = self.pages.get("people")
        if isinstance(page, PeoplePage):
            page.open_part(part)

    def campaigns(self, part: str) -> None:
        self.open("campaigns")
        page = self.pages.get("campaigns")
        if isinstance(page, CampaignsPlace):
            page.open_part(part)

    def campaign(self, campaign: CampaignId) -> None:
        self.open("campaigns")
        page = self.pages.get("campaigns")
        if isinstance(page, CampaignsPlace):
            page.open_campaign(campaign)

    def results(self, campaign: CampaignId) -> None:
        self.open("results")
        page = self.pages.get("results")
        if isinstance(page, ResultsPage):
            page.show_campaign(campaign)

    def backed_up(self) -> None:
        self.backup_banner.look()

    def retire(self) -> None:
        dialog = RetireDialog(self.ui, self.session, self)
        dialog.begun.connect(lambda: self._end_all(True))
        dialog.ended.connect(lambda: self._end_all(False))
        dialog.retired.connect(self.retired)
        dialog.open()

    def _end_all(self, ending: bool) -> None:
        self.ending = ending

    def outbox(self, group: str) -> None:
        self.open("outbox")
        page = self.pages.get("outbox")
        if isinstance(page, OutboxPage):
            page.open_group(group)

    def queued(self, messages: tuple[MessageId, ...], words: Callable[[int], str]) -> None:
        """Say what will go out and offer Undo while it is held."""
        self._show_toast(words, self._hold, (self.ui.say("ui.undo"), lambda: self._undo(messages)))

    def _undo(self, messages: tuple[MessageId, ...]) -> None:
        page = self.stack.currentWidget()
        if isinstance(page, Page):
            page.call(
                lambda _: self.ui.office.cancel_messages(self.session, messages),
                lambda answer: self._undone(messages, answer),
            )

    def _undone(self, messages: tuple[MessageId, ...], answer: Cancelled) -> None:
        code = "ui.undo.too-late" if answer.too_late else "ui.undo.done"
        words = self.ui.texts.count(code, answer.too_late or answer.cancelled)
        self._show_toast(lambda _: words, 6, None)
        letters = self.pages.get("compose")
        if answer.cancelled and isinstance(letters, ComposePage) and letters.take_back(messages):
            self.open("compose")
        page = self.stack.currentWidget()
        if isinstance(page, Page):
            page.refresh()

    def _show_toast(
        self, words: Callable[[int], str], seconds: int, action: tuple[str, Callable[[], None]] | None
    ) -> None:
        if self._toast is not None and shiboken6.isValid(self._toast):
            self._toast.replace()
        self._toast = Toast(words, seconds, action)
        self._foot.addWidget(self._toast, 0, Qt.AlignmentFlag.AlignHCenter)
        self._foot.setContentsMargins(0, 0, 0, 14)
        self._toast.destroyed.connect(self._close_strip)

    def _close_strip(self) -> None:
        if shiboken6.isValid(self) and not self._foot.count():
            self._foot.setContentsMargins(0, 0, 0, 0)

    def _build(self) -> dict[str, Callable[[], Page]]:
        """In the order of the rail."""
        ui, who = self.ui, self.session
        return {
            "today": lambda: TodayPage(ui, who, self),
            "messages": lambda: MessagesPage(ui, who, self),
            "compose": lambda: ComposePage(ui, who, self),
            "outbox": lambda: OutboxPage(ui, who, self),
            "blocks": lambda: BlocksPage(ui, who, self),
            "people": lambda: PeoplePage(ui, who, self),
            "campaigns": lambda: CampaignsPlace(ui, who, self),
            "results": lambda: ResultsPage(ui, who, self),
            "audit": lambda: AuditPageView(ui, who, self._count_alerts, self.banner.show_state),
            "settings": lambda: SettingsPage(ui, who, self),
            "backups": lambda: BackupsPage(ui, who, self),
            "account": lambda: AccountPage(ui, who),
        }

    def _entries(self) -> tuple[Entry, ...]:
        return tuple(
            Entry(
                code,
                _PICTURES[code],
                low=code in ("settings", "account"),
                words=self.session.user_name if code == "account" else "",
            )
            for code in self._builders
            if code not in UNDER and self.session.role in ENTRY_ROLES[code]
        )
