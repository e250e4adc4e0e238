"""The one door to the work: every use case, its request, and its answer.

The window and the command line know this protocol and nothing behind it. The first
argument of a person's use case is their session; the guard checks it each time. All
calls block and may be made from any thread but the window's. Known situations are
raised as `desktop.errors.SealwellError`. Nothing heavy is imported here, because the
sign-in and the lock page show before the rest is loaded.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Protocol

from desktop.models.accounts import Session
from desktop.models.records import MessageId, PersonId, Reason, RelayId, State
from desktop.office.api_access import SecurityDoor, UsersDoor
from desktop.office.api_answers import AnswerDoor
from desktop.office.api_audit import AlertDoor, LogDoor, RetentionDoor
from desktop.office.api_backups import (
    BackupDoor,
    DrillDoor,
    EmergencyDoor,
    MovingDoor,
    RestoreDoor,
    TargetDoor,
)
from desktop.office.api_calendar import CalendarDoor
from desktop.office.api_campaigns import CampaignDoor
from desktop.office.api_consent import ConsentDoor
from desktop.office.api_delivery import (
    DeliveryCheckDoor,
    FailureDoor,
    FeedDoor,
    GrantDoor,
    MailboxDoor,
    OutboxDoor,
    SendingDoor,
)
from desktop.office.api_duplicates import DuplicatesDoor
from desktop.office.api_household import HouseholdDoor
from desktop.office.api_imports import ExportDoor, FolderDoor, ImportDoor, MappingDoor
from desktop.office.api_messages import AfterHoursDoor, MessagesDoor, ReadingDoor, SnippetsDoor, TasksDoor
from desktop.office.api_person import PersonDoor
from desktop.office.api_practice import AddressesDoor, FieldsDoor, PracticeDoor, VisitsDoor
from desktop.office.api_protection import CardDoor, ContentDoor, HelpDoor, KeysDoor, ReachDoor, StorageDoor
from desktop.office.api_reminders import WindowDoor
from desktop.office.api_results import ResultDoor
from desktop.office.api_running import RunDoor
from desktop.office.api_segments import SegmentDoor
from desktop.office.api_templates import TemplateDoor, TemplateFileDoor
from desktop.office.api_updates import UpdateDoor
from desktop.office.values import (
    AppointmentsImport,
    AppointmentsImported,
    CallOpened,
    Cancelled,
    Explained,
    ImportRequest,
    KeyImport,
    KeyLine,
    LetterRequest,
    OutboxShown,
    PassphraseMade,
    PassphraseRequest,
    PeopleFound,
    PeopleImported,
    PersonShown,
    Queued,
    ReminderPlan,
)
from desktop.office.values_entry import (
    Credentials,
    DutyState,
    EntryNeeds,
    Join,
    Joined,
    JoinRequest,
    JoinStarted,
    NewPractice,
    PracticeMade,
    QuickUnlock,
    Recovered,
    Recovery,
    SignedIn,
)
from desktop.office.values_mailbox import MailClassified
from desktop.office.values_parsed import AppointmentsParsed, PeopleParsed
from desktop.office.values_posture import PostureRequest, PostureShown
from desktop.office.values_practice import (
    AddressChecked,
    ContentChecked,
    DoctorReport,
    EnvelopeOpened,
    EvidenceRequest,
    KeyInspected,
    PasswordChecked,
    Preset,
    RelayChange,
    RelayLine,
    RelayRequest,
    RelayTested,
    TodayShown,
)
from desktop.office.values_problem import ProblemFacts

Progress = Callable[[int, int], bool]
"""Called with (done, of); answers False to cancel."""


class Door(Protocol):
    """What the sign-in, set-up and lock pages need."""

    def practice_exists(self) -> bool: ...
    def create_practice(self, request: NewPractice) -> PracticeMade: ...
    def sign_in(self, request: Credentials) -> SignedIn: ...
    def recover(self, request: Recovery) -> Recovered:
        """With the printed recovery key: a new password and a new recovery key; the code stays."""
        ...

    def entry_needs(self, user: str) -> EntryNeeds: ...
    def start_join(self, request: JoinRequest) -> JoinStarted: ...
    def join(self, request: Join) -> Joined:
        """An invitation becomes an account, or an account's way in on a further computer."""
        ...

    def quick_unlock(self, request: QuickUnlock) -> SignedIn:
        """An idle lock of the same person within the day, by PIN or touch; never a first sign-in."""
        ...

    def unlock(self, request: Credentials) -> SignedIn:
        """As `sign_in`, for the screen lock: the database may still be open on duty."""
        ...

    def lock(self) -> DutyState:
        """Screen lock: sessions end for the screen, approved work stays on duty."""
        ...

    def issue_token(self, session: Session) -> SignedIn:
        """Write the session file for following commands; the token opens nothing without it."""
        ...

    def resume(self, token: str) -> SignedIn:
        """A following command: the session of `token`, its idle clock started anew."""
        ...

    def duty(self) -> DutyState: ...
    def sign_out(self, session: Session) -> None: ...
    def touch(self, session: Session) -> None:
        """The person moved: the idle clock starts anew."""
        ...

    def idle_seconds(self) -> float: ...
    def close(self) -> None:
        """Vault lock: stop sending after the current message, close the database, drop the keys."""
        ...


class PeopleDoor(Protocol):
    def search_people(self, session: Session, text: str, limit: int = 50, offset: int = 0) -> PeopleFound: ...
    def show_person(self, session: Session, person: PersonId) -> PersonShown: ...
    def set_person(self, session: Session, person: PersonId, changes: dict[str, str]) -> PersonShown: ...
    def import_people(
        self, session: Session, request: ImportRequest, progress: Progress | None = None
    ) -> PeopleImported: ...
    def make_passphrase(self, session: Session, request: PassphraseRequest) -> PassphraseMade: ...
    def import_key(self, session: Session, request: KeyImport) -> KeyLine: ...
    def import_appointments(
        self, session: Session, request: AppointmentsImport, progress: Progress | None = None
    ) -> AppointmentsImported: ...


class MailDoor(Protocol):
    def today(self, session: Session) -> TodayShown: ...
    def explain_letter(self, session: Session, request: LetterRequest) -> Explained: ...
    def send_letter(self, session: Session, request: LetterRequest) -> Queued | CallOpened:
        """Queued; with the label `do-not-email` a task to phone instead, and nothing leaves."""
        ...

    def preview_reminders(self, session: Session, day: date | None = None) -> ReminderPlan: ...
    def send_reminders(
        self, session: Session, day: date | None = None, progress: Progress | None = None
    ) -> ReminderPlan: ...
    def list_outbox(
        self,
        session: Session,
        limit: int = 200,
        offset: int = 0,
        states: tuple[State, ...] = (),
        known: str = "",
    ) -> OutboxShown:
        """Newest first, of `states` (all where empty). With `known`, the `mark` of an earlier look,
        nobody's name is read and nothing is recorded unless something has changed since.
        """
        ...

    def run_outbox(self, session: Session, progress: Progress | None = None) -> OutboxShown:
        """Wait out holds that end within a minute, send what is due, answer when each has an end."""
        ...

    def start_sending(self, session: Session) -> None:
        """The window's way: send in the background as rows fall due, until closed."""
        ...

    def cancel_messages(self, session: Session, messages: tuple[MessageId, ...]) -> Cancelled: ...


class RelayDoor(Protocol):
    def relay_presets(self) -> tuple[Preset, ...]: ...
    def sender_warnings(self, address: str) -> tuple[Reason, ...]:
        """Where an address tells the field of medicine to everybody on the way."""
        ...

    def add_relay(self, session: Session, request: RelayRequest) -> RelayLine: ...
    def list_relays(self, session: Session) -> tuple[RelayLine, ...]: ...
    def test_relay(self, session: Session, relay: RelayId) -> RelayTested: ...
    def try_relay(self, session: Session, request: RelayRequest) -> RelayTested:
        """Test a relay before it is stored; nothing is kept."""
        ...

    def record_evidence(self, session: Session, request: EvidenceRequest) -> RelayLine: ...
    def update_relay(self, session: Session, change: RelayChange) -> RelayLine: ...
    def retire_relay(self, session: Session, relay: RelayId) -> tuple[RelayLine, ...]: ...


class DoctorDoor(Protocol):
    def doctor(self) -> DoctorReport:
        """Checks that need no practice, and those of the practice where one is open."""
        ...

    def report_problem(self, session: Session, words: str = "") -> ProblemFacts:
        """What the practice adds to a report about a problem: numbers, and a look at its writer's words.

        Raises Refused "not-allowed" where nothing is found in words of somebody who may not look for
        people: no name was looked for.
        """
        ...

    def look_over_computer(self) -> DoctorReport:
        """The doctor's checks of the computer alone: quick, for every start."""
        ...


class FileDoor(TemplateFileDoor, Protocol):
    """What needs no practice and no person: is this of any use?"""

    def inspect_key(self, data: bytes) -> KeyInspected: ...
    def check_address(self, text: str) -> AddressChecked: ...
    def check_password(self, text: str) -> PasswordChecked: ...
    def check_posture(self, request: PostureRequest) -> PostureShown: ...
    def open_envelope(
        self, data: bytes, passphrase: str, birth_date: date | None = None
    ) -> EnvelopeOpened: ...
    def check_file(self, name: str, data: bytes) -> ContentChecked: ...
    def classify_mail(self, data: bytes) -> MailClassified: ...
    def parse_people(self, data: bytes) -> PeopleParsed: ...
    def parse_schedule(self, data: bytes) -> AppointmentsParsed: ...


class Office(
    Door,
    PeopleDoor,
    PersonDoor,
    ImportDoor,
    MappingDoor,
    FolderDoor,
    ExportDoor,
    MailDoor,
    RelayDoor,
    DoctorDoor,
    FileDoor,
    KeysDoor,
    CardDoor,
    HelpDoor,
    ReachDoor,
    StorageDoor,
    UsersDoor,
    SecurityDoor,
    AlertDoor,
    RetentionDoor,
    LogDoor,
    ContentDoor,
    FailureDoor,
    FeedDoor,
    GrantDoor,
    DeliveryCheckDoor,
    OutboxDoor,
    SendingDoor,
    MailboxDoor,
    SnippetsDoor,
    AfterHoursDoor,
    TasksDoor,
    MessagesDoor,
    ReadingDoor,
    RestoreDoor,
    EmergencyDoor,
    MovingDoor,
    DrillDoor,
    BackupDoor,
    TargetDoor,
    PracticeDoor,
    FieldsDoor,
    VisitsDoor,
    AddressesDoor,
    SegmentDoor,
    HouseholdDoor,
    DuplicatesDoor,
    ConsentDoor,
    TemplateDoor,
    CampaignDoor,
    AnswerDoor,
    CalendarDoor,
    WindowDoor,
    RunDoor,
    ResultDoor,
    UpdateDoor,
    Protocol,
):
    """Everything."""
