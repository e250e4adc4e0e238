"""Builds the office and everything behind it, once per process; the only place that does.

Imported late by the window (while the password is typed) and at once by the command
line. Nothing here opens a vault: that is what signing in does.
"""

from __future__ import annotations

from collections.abc import Callable

from desktop import __version__
from desktop.access.computer import system_probe
from desktop.access.guard import Guard
from desktop.access.securitykeys import SecurityKeys
from desktop.access.signin import KeysFor, SignIn
from desktop.access.typedpin import TypedPin
from desktop.audit.log import AuditLog
from desktop.campaigns.gate import Gate
from desktop.clock import Clock
from desktop.config import LIMITS, Limits
from desktop.crypto.devicekey import DeviceStore, system_store
from desktop.crypto.kdf import DEFAULT, FLOOR, KdfParams, calibrate
from desktop.models.documents import Printer
from desktop.office.adding import Adding
from desktop.office.after_hours import AfterHoursDesk
from desktop.office.alerts import Alerts
from desktop.office.approvals import Approvals
from desktop.office.backups import Backups
from desktop.office.brand import BrandDesk
from desktop.office.calendar import CalendarDesk
from desktop.office.call_list import CallLists
from desktop.office.campaign_check import CampaignChecks
from desktop.office.campaign_paper import CampaignPapers
from desktop.office.campaign_run import CampaignRuns
from desktop.office.campaigns import Campaigns
from desktop.office.cards import Cards
from desktop.office.consent import ConsentDesk
from desktop.office.consent_asking import ConsentAsking
from desktop.office.consent_batches import ConsentBatches
from desktop.office.consent_proving import ConsentProving
from desktop.office.content import ContentDesk
from desktop.office.delivery_checks import DeliveryChecks
from desktop.office.desk import Desk
from desktop.office.doctor import Doctor
from desktop.office.drafts import Drafts
from desktop.office.drill import Drills
from desktop.office.duplicates import Duplicates
from desktop.office.emergency import Emergency
from desktop.office.entry import Entry
from desktop.office.failures import Failures
from desktop.office.feeds import Feeds
from desktop.office.fields import Fields
from desktop.office.filereading import FileReading, file_worker
from desktop.office.files import Files
from desktop.office.folders import Folders
from desktop.office.grants import Grants
from desktop.office.help import Help
from desktop.office.household import Households
from desktop.office.hygiene import Hygiene
from desktop.office.imports import Imports
from desktop.office.intake import Intake
from desktop.office.keys import Keys
from desktop.office.keys_own import OwnKeyDesk
from desktop.office.keys_shown import KeyLists
from desktop.office.kit import Kits
from desktop.office.letters import Letters
from desktop.office.local import LocalOffice
from desktop.office.local_backups import BackupRooms
from desktop.office.local_campaigns import CampaignRooms
from desktop.office.local_consent import ConsentRooms
from desktop.office.local_imports import ImportRooms
from desktop.office.local_people import PeopleRooms
from desktop.office.local_running import RunRooms
from desktop.office.local_schedule import ScheduleRooms
from desktop.office.local_templates import TemplateRooms
from desktop.office.log_export import LogExports
from desktop.office.log_files import LatePrinter
from desktop.office.log_reports import LogReports
from desktop.office.logwatch import LogWatch
from desktop.office.mail_found import MailSearch
from desktop.office.mailbox import Mailboxes
from desktop.office.mapping_desk import MappingDesk
from desktop.office.marks import Marks
from desktop.office.messages import Messages
from desktop.office.messages_filed import Charts
from desktop.office.moving import Moving
from desktop.office.notices import Notices
from desktop.office.offboarding import Offboarding
from desktop.office.onward import OnwardDesk
from desktop.office.opening import SAMPLE, Opener
from desktop.office.opt_outs import OptOuts
from desktop.office.outbox import OutboxDesk
from desktop.office.outbox_pauses import Pauses
from desktop.office.outbox_settle import Settling
from desktop.office.outbox_shown import MessageDesk
from desktop.office.people import People
from desktop.office.people_export import PeopleExports
from desktop.office.permissions import Permissions
from desktop.office.pictures import Pictures
from desktop.office.policy import PolicyDesk
from desktop.office.posture import OwnPosture, Posture
from desktop.office.practice import Practice
from desktop.office.proof import Proof
from desktop.office.reach import Reach
from desktop.office.reading import Reading
from desktop.office.relays import Relays
from desktop.office.reminders import Reminders
from desktop.office.replies import Replies
from desktop.office.restore import Restore
from desktop.office.results import Results
from desktop.office.retention import Retention
from desktop.office.retire import Retiring
from desktop.office.review import Review
from desktop.office.schedule_answers import ScheduleAnswers
from desktop.office.security import Security
from desktop.office.segments import Segments
from desktop.office.sending import Sending
from desktop.office.snippets import Snippets
from desktop.office.storage import Storages
from desktop.office.targets import Targets
from desktop.office.tasks import Tasks
from desktop.office.template_preview import TemplatePreviews
from desktop.office.templates import Templates
from desktop.office.timeline import Timelines
from desktop.office.update_facts import Judge, this_program
from desktop.office.updates import Updates
from desktop.office.users import Users
from desktop.office.users_join import Joining
from desktop.office.visits import Visits
from desktop.office.windows import Windows
from desktop.office.witness import Witnesses
from desktop.paths import PracticeFolder
from desktop.sync.wires import Wires
from desktop.texts import Texts

_FILES = file_worker()
"""One process reads the files of every office of this one; it ends with it."""


def build_office(
    folder: PracticeFolder,
    clock: Clock,
    *,
    language: str = "en",
    limits: Limits = LIMITS,
    params: Callable[[], KdfParams] | None = None,
    device_store: Callable[[], DeviceStore | None] = system_store,
    security_keys: KeysFor | None = None,
    printer: Callable[[], Printer] | None = None,
    service: bool = False,
    sample: Wires | None = None,
    updates: Judge | None = None,
) -> LocalOffice:
    """An office in this process for the practice in `folder`.

    `params` gives the cost of new key slots, by default what this computer can bear
    within about a second, and never less than the floor (without a share: the default).
    `security_keys` asks the keys that are plugged in, with the PIN that was typed.
    `printer` makes papers; without one they are refused. `service`: the process goes on when
    windows and commands are gone. `sample` takes the place of every wire, for invented people.
    `updates` judges lists of new versions in the place of the program that was released.
    """
    cost = params or (lambda: calibrate(clock.mono, least=FLOOR if device_store() else DEFAULT))
    keys = security_keys or (lambda pin: SecurityKeys(TypedPin(pin), clock=clock))
    texts = Texts(language)
    paper = LatePrinter(printer)
    guard = Guard(clock, limits)
    audit = AuditLog(f"{__version__} {SAMPLE.upper()}" if sample else __version__, clock)
    log_watch = LogWatch(folder, clock, audit, device_store)
    desk = Desk(guard, audit, clock, limits, log_watch)
    read = FileReading(clock, worker=_FILES).read
    intake = Intake(clock, audit, read)
    judge = updates or this_program(asks=sample is None)
    opener = Opener(clock, audit, folder, log_watch, intake, sample, judge)

    def way_in(where: PracticeFolder) -> SignIn:
        return SignIn(where, clock, device_store, opener.database, audit, guard, keys)

    signin = way_in(folder)
    entry = Entry(
        desk, folder, clock, limits, cost, device_store, opener, audit, guard, signin, log_watch, service
    )
    outbox = OutboxDesk(desk, clock)
    people, letters = People(desk, clock), Letters(desk, clock)
    relays, posture, reading = Relays(desk, clock, texts), Posture(clock), Reading(desk)
    return LocalOffice(
        entry,
        people,
        letters,
        Reminders(desk, clock),
        outbox,
        relays,
        Proof(desk),
        Files(clock, read),
        Doctor(desk, folder, device_store, system_probe()),
        Security(desk, folder, clock, cost, device_store, signin, keys, entry.files),
        PolicyDesk(desk, entry.obey),
        Notices(desk, clock),
        Drafts(desk, clock),
        Joining(folder, clock, audit, opener, cost, device_store, keys),
        Users(desk, clock, folder, cost, device_store),
        Approvals(desk, clock),
        Offboarding(desk, clock, folder, opener, outbox, entry.quiet, log_watch),
        Review(desk, clock),
        Alerts(desk, clock),
        Retention(desk, clock, folder),
        Witnesses(desk, log_watch, clock, printer),
        Marks(desk, folder),
        LogExports(desk, clock, paper),
        LogReports(desk, clock, paper),
        posture,
        Keys(desk, clock),
        KeyLists(desk, clock),
        OwnKeyDesk(desk, clock),
        Cards(desk, clock, paper),
        Help(desk, clock, paper),
        Replies(desk),
        Reach(desk, clock),
        ContentDesk(desk, clock),
        Storages(desk, clock),
        OnwardDesk(desk, clock, relays),
        OwnPosture(desk, posture),
        Failures(desk, clock),
        Feeds(desk, clock),
        DeliveryChecks(desk, clock),
        MessageDesk(desk, clock),
        Pauses(desk, clock),
        Settling(desk, clock),
        CallLists(desk, clock, paper),
        Sending(desk, clock),
        Mailboxes(desk, clock),
        Grants(desk, clock, texts),
        Snippets(desk, clock),
        AfterHoursDesk(desk, clock),
        Messages(desk, clock),
        reading,
        Charts(desk, clock, paper, reading),
        MailSearch(desk, clock),
        Tasks(desk, clock),
        BackupRooms(
            Backups(desk, clock, folder),
            Targets(desk, clock, folder),
            Restore(folder, clock, cost, device_store, keys),
            Drills(desk, folder, clock, paper),
            Kits(desk, folder, clock, audit, opener, log_watch, paper),
            Emergency(desk, folder, clock, way_in, paper, texts),
            Moving(desk, folder, clock, device_store),
            Retiring(desk, folder, clock, device_store, paper, entry.close),
        ),
        Adding(desk, clock, people),
        Timelines(desk),
        PeopleRooms(
            Practice(desk, clock),
            Fields(desk, clock),
            Visits(desk, clock),
            Hygiene(desk, clock),
            Segments(desk, clock),
            Households(desk, clock),
            Duplicates(desk, clock),
        ),
        ImportRooms(
            Imports(desk, clock, intake),
            MappingDesk(desk, clock),
            Folders(desk, clock, folder),
            PeopleExports(desk, clock),
        ),
        ConsentRooms(
            ConsentDesk(desk, clock),
            Permissions(desk, clock, paper),
            ConsentAsking(desk, clock, letters),
            ConsentBatches(desk, clock, read),
            ConsentProving(desk, clock, paper),
        ),
        TemplateRooms(
            Templates(desk, clock),
            TemplatePreviews(desk, clock),
            Pictures(desk, clock),
            BrandDesk(desk, clock),
        ),
        CampaignRooms(
            Campaigns(desk, clock),
            CampaignChecks(desk, clock, Gate(clock)),
            CampaignPapers(desk, clock, paper),
        ),
        ScheduleRooms(ScheduleAnswers(desk, clock, paper), CalendarDesk(desk, clock), Windows(desk, clock)),
        RunRooms(CampaignRuns(desk, clock, posture), OptOuts(desk, clock)),
        Results(desk, clock, paper),
        Updates(desk, clock, audit, judge),
    )
