"""What is built when the vault opens: database, own keys, outbox, dispatcher."""

from __future__ import annotations

from desktop.audit.log import AuditLog
from desktop.campaigns.gate import Gate
from desktop.campaigns.making import Making
from desktop.campaigns.reminders import Reminders
from desktop.campaigns.running import Runs
from desktop.clock import Clock
from desktop.compliance.hours import opens
from desktop.crypto.vault import OpenVault
from desktop.errors import Refused, VaultError
from desktop.mail import checkmail, replies, testletters
from desktop.mail.after_hours import Answers
from desktop.mail.checkmail import CHECK
from desktop.mail.letters import Letters
from desktop.mail.optout_answers import OptOutAnswers
from desktop.mail.outbox import Outbox
from desktop.mail.pacing import RulesPacer
from desktop.mail.sealing import AUTO_ANSWER, CAMPAIGN, LETTER, REMINDER
from desktop.mail.testletters import TEST
from desktop.mail.unsealing import Unsealer
from desktop.models import settings, vaultkeys
from desktop.models.database import Database
from desktop.models.migrate import upgrade
from desktop.office import emergency_record, program, segments
from desktop.office.after_hours_watch import AfterHoursWatch
from desktop.office.backup_watch import BackupWatch
from desktop.office.campaign_cut import RunMark
from desktop.office.campaign_watch import CampaignWatch
from desktop.office.desk import Opened
from desktop.office.drill_watch import DrillWatch
from desktop.office.duplicate_watch import DuplicateWatch
from desktop.office.feeds import FeedWatch
from desktop.office.folder_watch import FolderWatch
from desktop.office.guardian_watch import GuardianWatch
from desktop.office.intake import Intake
from desktop.office.logwatch import LogWatch
from desktop.office.looks import Looks
from desktop.office.names import NameBook
from desktop.office.officer import OfficerMail
from desktop.office.outbox_watch import OutboxWatch
from desktop.office.ownkeys import OwnKeys
from desktop.office.silence import SilenceWatch
from desktop.office.update_facts import Judge, this_program
from desktop.office.update_watch import UpdateWatch
from desktop.office.watch import Watch
from desktop.paths import PracticeFolder
from desktop.sync.dispatcher import Dispatcher
from desktop.sync.loop import NetworkLoop
from desktop.sync.mailbox_poll import Reader
from desktop.sync.mailbox_watch import MailboxWatch
from desktop.sync.oauth import SignIns
from desktop.sync.pickups import Pickups
from desktop.sync.wires import Wires

SAMPLE = "sample"
"""Setting that marks a practice of invented people."""


class Opener:
    """Builds one `Opened` per unlock; holds nothing secret itself."""

    def __init__(
        self,
        clock: Clock,
        audit: AuditLog,
        folder: PracticeFolder,
        log_watch: LogWatch,
        intake: Intake,
        sample: Wires | None = None,
        judge: Judge | None = None,
    ) -> None:
        """`sample`: what opens here is the sample practice and nothing else."""
        self._sample = sample
        self._judge = judge or this_program(asks=sample is None)
        self._intake = intake
        self._log_watch = log_watch
        self._clock = clock
        self._audit = audit
        self._folder = folder

    def database(self, vault: OpenVault) -> Database:
        """Open suspiciously, migrating an older schema after a copy; see `Database.open`.

        Then, before anything else is read or recorded, the log is held against its witnesses.
        """
        key, salt = vault.database_key()
        without_log = self._log_watch.log_was_lost()
        database = Database.open(self._folder.database, key, salt, vault.vault_id, vault.epoch, upgrade)
        try:
            self._refuse_other_kind(database)
            self._log_watch.enter(vault, database, without_log=without_log)
            emergency_record.fold(self._folder, vault, database, self._audit, self._clock.now())
        except BaseException:  # the file is not kept open; then it goes on up
            database.close()
            raise
        return database

    def _refuse_other_kind(self, database: Database) -> None:
        """Invented people never meet the network, nor real ones a program that sends nothing."""
        marked = database.read(lambda tx: settings.get(tx, SAMPLE)) is not None
        if marked != (self._sample is not None):
            raise Refused("sample-practice" if marked else "no-sample-practice")

    def open(self, vault: OpenVault, database: Database) -> Opened:
        if database.read(replies.means) is None:
            database.write(replies.make_keys)
        program.note(database, self._audit, self._judge.version)
        own = OwnKeys(database, self._clock)
        outbox = Outbox(self._clock, self._audit)
        outbox_watch = OutboxWatch(database, outbox, self._audit, self._clock)
        outbox_watch.begin(self._folder, self._log_watch.gap)
        reminders = Reminders(self._clock, outbox, own.sealer)
        letters = Letters(self._clock)
        network = NetworkLoop()
        answers = Answers(self._clock, letters, outbox, self._audit, opens)
        making = Making(self._clock, outbox, self._audit, Gate(self._clock), own.sealer)
        runs = Runs(self._clock, outbox, self._audit)
        mark = RunMark(self._clock, outbox, runs)
        campaigns = CampaignWatch(database, self._audit, self._clock, runs, making, mark, self._has_gap)
        campaigns.opened()
        rechecks = {
            REMINDER: reminders.recheck,
            LETTER: letters.recheck,
            CAMPAIGN: making.recheck,
            CHECK: checkmail.recheck,
            TEST: testletters.recheck,
            AUTO_ANSWER: answers.recheck,
        }
        token_key, field_key = database.read(
            lambda tx: (vaultkeys.get(tx, "token"), vaultkeys.get(tx, "field"))
        )
        if token_key is None or field_key is None:
            raise VaultError("database-damaged")
        looks = Looks(database, self._audit, self._clock, network)
        pickups = Pickups(database, self._audit, self._clock)
        officer = OfficerMail(database, letters, outbox, own, self._audit, self._clock)
        watch = Watch(database, self._audit, self._clock, officer, pickups)
        watch.also(outbox_watch.look)
        watch.also(GuardianWatch(database, self._audit, self._clock, outbox).look)
        watch.also(SilenceWatch(database, self._audit, self._clock).look)
        watch.also(FeedWatch(database, self._audit, self._clock).look)
        watch.also(AfterHoursWatch(database, answers, own).look)
        watch.also(FolderWatch(database, self._audit, self._clock, self._intake, outbox, self._has_gap).look)
        watch.also(lambda: None if self._has_gap() else segments.refresh(database, self._clock))
        watch.later(campaigns.look)
        watch.later(OptOutAnswers(database, letters, outbox, own.sealer, self._clock).look)
        watch.later(DuplicateWatch(database, self._audit, self._clock, self._has_gap).look)
        watch.also(DrillWatch(database, self._audit, self._clock, self._folder).look)
        watch.also(UpdateWatch(database, self._audit, self._clock, self._judge, self._has_gap).look)
        signins = SignIns(database, self._audit, self._clock)
        wires = self._sample or Wires()

        def ahead(background: bool) -> None:
            campaigns.look()
            pickups.before_run(background)

        read_mail = MailboxWatch(database, self._reader(database, signins, wires))
        watch.also(read_mail.start)
        backups = BackupWatch(self._folder, vault, database, self._audit, self._clock, self._has_gap)
        watch.also(backups.start)
        return Opened(
            vault=vault,
            database=database,
            own=own,
            outbox=outbox,
            reminders=reminders,
            campaigns=campaigns,
            letters=letters,
            dispatcher=Dispatcher(
                database,
                outbox,
                rechecks,
                self._audit,
                self._clock,
                network,
                before=looks.at_due,
                ahead=ahead,
                pacer=RulesPacer(self._audit),
                signins=signins,
                wires=wires,
            ),
            network=network,
            names=NameBook(database),
            looks=looks,
            watch=watch,
            pickups=pickups,
            signins=signins,
            mailboxes=read_mail,
            backups=backups,
            token_key=token_key,
            field_key=field_key,
        )

    def _has_gap(self) -> bool:
        return self._log_watch.gap is not None

    def _reader(self, database: Database, signins: SignIns, wires: Wires) -> Reader:
        unsealer = Unsealer(database)
        return Reader(database, self._audit, self._clock, unsealer, signins.access_token, wires.open_mailbox)
