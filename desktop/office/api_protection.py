"""The part of the one door that is about protection: keys, password cards, help, content, reach, storage.

As `api.py`: protocols only, nothing heavy is imported.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Protocol

from desktop.models.accounts import Session
from desktop.models.protection import Form, PickupId, StorageId
from desktop.models.records import KeyId, KeyKind, MessageId, PersonId, RelayId
from desktop.office.values import Explained, KeyLine, PassphraseRequest, Queued
from desktop.office.values_posture import PostureShown
from desktop.office.values_practice import RelayLine, RelayTested
from desktop.office.values_protection import (
    ContentPolicyShown,
    ExplainFile,
    HelpEnd,
    HelpShown,
    IdentityCheck,
    IdentityFile,
    KeyConfirm,
    KeyKept,
    KeyRequest,
    KeySearch,
    KeysFound,
    KeysShown,
    KnownRelay,
    OnwardRequest,
    OwnKeyLine,
    Paper,
    PhraseShown,
    PickupsShown,
    PlanExplained,
    PublishedKeys,
    QrShown,
    ReachShown,
    Reissued,
    ReplyShown,
    SendAgain,
    StorageLine,
    StorageRequest,
    StoragesShown,
    StorageTested,
    WordsShown,
)

Progress = Callable[[int, int], bool]
"""Called with (done, of); answers False to cancel."""


class KeysDoor(Protocol):
    def list_keys(self, session: Session) -> KeysShown: ...
    def find_keys(self, session: Session, search: KeySearch) -> KeysFound:
        """In a file, pasted text, a received mail, or by WKD: the only one that asks the network."""
        ...

    def keep_key(self, session: Session, kept: KeyKept) -> KeyLine:
        """Keep a candidate; without a compared fingerprint it waits for its confirmation."""
        ...

    def test_key(self, session: Session, key: KeyId) -> Queued:
        """A test letter sealed to this key; the person says whether they could read it."""
        ...

    def confirm_key(self, session: Session, confirm: KeyConfirm) -> KeyLine: ...
    def revoke_key(self, session: Session, key: KeyId) -> KeyLine:
        """Use it no more; what was sealed to it stays readable for its owner."""
        ...

    def request_key(self, session: Session, key: KeyId) -> KeyRequest: ...
    def show_fingerprint(self, session: Session, fingerprint: str) -> QrShown: ...
    def rotate_own_key(self, session: Session, kind: KeyKind) -> OwnKeyLine: ...
    def import_identity(self, session: Session, file: IdentityFile) -> OwnKeyLine: ...
    def revoke_own_key(self, session: Session, fingerprint: str) -> OwnKeyLine: ...
    def publish_own_keys(self, session: Session, folder: str) -> PublishedKeys: ...


class CardDoor(Protocol):
    def show_words(self, session: Session, person: PersonId) -> WordsShown:
        """To read out on the phone: only after an identity check that was recorded today."""
        ...

    def print_card(self, session: Session, person: PersonId) -> Paper: ...
    def show_phrase(self, session: Session) -> PhraseShown: ...
    def set_phrase(self, session: Session, chosen: str) -> PhraseShown: ...
    def reissue_card(
        self, session: Session, request: PassphraseRequest, progress: Progress | None = None
    ) -> Reissued:
        """New words; what is outstanding is sealed anew under them and sent again."""
        ...

    def set_form(self, session: Session, person: PersonId, form: Form | None) -> Form | None: ...


class HelpDoor(Protocol):
    def help_patient(self, session: Session, message: MessageId) -> HelpShown: ...
    def help_person(self, session: Session, person: PersonId) -> HelpShown: ...
    def record_check(self, session: Session, check: IdentityCheck) -> None: ...
    def send_again(self, session: Session, again: SendAgain) -> Queued: ...
    def end_help(self, session: Session, end: HelpEnd) -> None: ...

    def print_message(self, session: Session, message: MessageId) -> Paper: ...
    def open_reply(self, session: Session, data: bytes) -> ReplyShown:
        """An answer that a patient wrote in a locked page: the saved file, or the mail around it."""
        ...


class ContentDoor(Protocol):
    def explain_file(self, session: Session, request: ExplainFile) -> Explained: ...
    def explain_reminders(self, session: Session, day: date | None = None) -> PlanExplained: ...
    def show_content_policy(self, session: Session) -> ContentPolicyShown: ...
    def set_content_policy(self, session: Session, rules: dict[str, str]) -> ContentPolicyShown: ...


class ReachDoor(Protocol):
    def reach(self, session: Session, progress: Progress | None = None) -> ReachShown: ...


class StorageDoor(Protocol):
    def add_storage(self, session: Session, request: StorageRequest) -> StorageLine: ...
    def test_storage(self, session: Session, request: StorageRequest) -> StorageTested: ...
    def list_storages(self, session: Session) -> StoragesShown: ...
    def retire_storage(self, session: Session, storage: StorageId) -> StoragesShown: ...
    def list_pickups(self, session: Session) -> PickupsShown: ...
    def revoke_pickup(self, session: Session, pickup: PickupId) -> PickupsShown: ...
    def set_onward(self, session: Session, request: OnwardRequest) -> RelayLine: ...
    def test_portal(self, session: Session, relay: RelayId) -> RelayTested:
        """One message to the practice itself that asks for the portal; then it is a way."""
        ...

    def known_relays(self) -> tuple[KnownRelay, ...]: ...
    def own_posture(self, session: Session) -> PostureShown:
        """Sending health of the domain in use; campaigns stay locked while it fails."""
        ...
