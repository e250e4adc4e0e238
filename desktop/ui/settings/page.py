"""Settings: mail services, keys, users, roles, the access review, contents, the practice's rules."""

from __future__ import annotations

from desktop.models.accounts import Session
from desktop.ui.backups.page import BackupsSection
from desktop.ui.base import Page, Ui
from desktop.ui.keys.page import KeysSection
from desktop.ui.moving.page import ComputerSection
from desktop.ui.navigation import Navigation
from desktop.ui.sections import Sections
from desktop.ui.settings.after_hours import AfterHoursSection
from desktop.ui.settings.content import ContentSection
from desktop.ui.settings.fields import OwnFieldsSection
from desktop.ui.settings.health import HealthSection
from desktop.ui.settings.mailboxes import MailboxSection
from desktop.ui.settings.policy import PolicySection
from desktop.ui.settings.posture import PostureSection
from desktop.ui.settings.practice import PracticeSection
from desktop.ui.settings.relays import RelaySection
from desktop.ui.settings.sending import SendingSection
from desktop.ui.settings.storage import StorageSection
from desktop.ui.settings.times import TimesSection
from desktop.ui.settings.updates import UpdateSection
from desktop.ui.snippets.page import BlocksSection
from desktop.ui.users.matrix import MatrixSection
from desktop.ui.users.page import UsersSection
from desktop.ui.users.review import ReviewSection


class SettingsPage(Page):
    """Opens on the section that was open last."""

    def __init__(self, ui: Ui, session: Session, navigation: Navigation) -> None:
        super().__init__(ui, ui.say("ui.settings.title"))
        self.head.addStretch()
        self.sections = Sections(
            ui.say("ui.settings.title"),
            (
                ("relay", ui.say("ui.settings.relay"), lambda: RelaySection(ui, session)),
                ("mailbox", ui.say("ui.settings.mailbox"), lambda: MailboxSection(ui, session)),
                ("sending", ui.say("ui.settings.sending"), lambda: SendingSection(ui, session)),
                ("times", ui.say("ui.settings.times"), lambda: TimesSection(ui, session)),
                ("after-hours", ui.say("ui.settings.after-hours"), lambda: AfterHoursSection(ui, session)),
                ("practice", ui.say("ui.settings.practice"), lambda: PracticeSection(ui, session)),
                ("fields", ui.say("ui.settings.fields"), lambda: OwnFieldsSection(ui, session)),
                ("blocks", ui.say("ui.settings.blocks"), lambda: BlocksSection(ui, session)),
                ("storage", ui.say("ui.settings.storage"), lambda: StorageSection(ui, session)),
                ("health", ui.say("ui.settings.health"), lambda: HealthSection(ui, session)),
                ("posture", ui.say("ui.settings.posture"), lambda: PostureSection(ui, session)),
                ("keys", ui.say("ui.settings.keys"), lambda: KeysSection(ui, session, navigation.letter)),
                (
                    "backups",
                    ui.say("ui.settings.backups"),
                    lambda: BackupsSection(ui, session, navigation),
                ),
                (
                    "computer",
                    ui.say("ui.settings.computer"),
                    lambda: ComputerSection(ui, session, navigation),
                ),
                ("updates", ui.say("ui.settings.updates"), lambda: UpdateSection(ui, session)),
                ("users", ui.say("ui.settings.users"), lambda: UsersSection(ui, session)),
                ("roles", ui.say("ui.settings.roles"), lambda: MatrixSection(ui, session)),
                ("review", ui.say("ui.settings.review"), lambda: ReviewSection(ui, session)),
                ("content", ui.say("ui.settings.content"), lambda: ContentSection(ui, session)),
                ("policy", ui.say("ui.settings.policy"), lambda: PolicySection(ui, session)),
            ),
        )
        self.outer.addWidget(self.sections, 1)

    def refresh(self) -> None:
        self.sections.open(self.sections.current or "relay")
