from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyotp
import pytest

from desktop.access.guard import Guard
from desktop.access.roles import Action, Purpose
from desktop.access.securitykeys import SecurityKeys
from desktop.access.signin import Factors, SignedIn, SignIn, slot_uid, start_tries
from desktop.access.typedpin import TypedPin
from desktop.audit.log import AuditLog
from desktop.audit.verify import verify
from desktop.crypto.kdf import FLOOR
from desktop.crypto.vault import OpenVault, create_vault, new_vault_id
from desktop.errors import SealwellError, VaultError
from desktop.models import audit as kept
from desktop.models import settings, users
from desktop.models.accounts import Role, User, UserId, UserState
from desktop.models.database import Database, Tx
from desktop.paths import PracticeFolder

PASSWORD = "tulip-harbor-seven-lamps"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def open_database(folder: PracticeFolder, vault: OpenVault) -> Database:
    key, salt = vault.database_key()
    return Database.open(folder.database, key, salt, vault.vault_id, vault.epoch)


def no_keys(pin: str) -> SecurityKeys:
    return SecurityKeys(TypedPin(pin), lambda _: ())


@dataclass
class Practice:
    """A real practice with one administrator, and the way into it."""

    folder: PracticeFolder
    clock: Any
    vault_key: bytes
    uid: UserId
    guard: Guard = field(init=False)
    opened: list[Database] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.guard = Guard(self.clock)

    def way(self) -> SignIn:
        """As a new process would make it."""

        def opening(vault: OpenVault) -> Database:
            self.opened.append(open_database(self.folder, vault))
            return self.opened[-1]

        log = AuditLog("0.1", self.clock)
        return SignIn(self.folder, self.clock, lambda: None, opening, log, self.guard, no_keys)

    def code(self, off: int = 0) -> str:
        return pyotp.TOTP(SECRET).at(self.clock.now() + timedelta(seconds=30 * off))

    def enter(self, user: str = "Maria", password: str = PASSWORD, code: str | None = None) -> SignedIn:
        return self.way().sign_in(user, password, Factors(self.code() if code is None else code))

    def refusal(self, **given: str) -> str:
        try:
            self.enter(**given).database.close()
        except SealwellError as error:
            return error.code
        return "ok"

    def inside(self, work: Callable[[Tx], Any]) -> Any:
        vault = OpenVault.from_vault_key(self.folder.keys, self.vault_key, self.uid)
        database = open_database(self.folder, vault)
        try:
            return database.write(work)
        finally:
            database.close()

    def acts(self) -> list[tuple[str, str]]:
        bodies = self.inside(lambda tx: [json.loads(r.body) for r in kept.records(tx)])
        return [(body["act"], body["why"]) for body in bodies]


@pytest.fixture
def practice(tmp_path: Path, clock: Any) -> Iterator[Practice]:
    folder = PracticeFolder(tmp_path)
    vault_id = new_vault_id()
    uid = slot_uid(vault_id, "maria")
    vault = create_vault(folder.keys, uid, PASSWORD, None, FLOOR, vault_id).vault
    database = Database.create(folder.database, *vault.database_key(), vault.vault_id, vault.epoch)

    def set_up(tx: Tx) -> None:
        users.add(tx, User(uid, "Maria", Role.ADMINISTRATOR), SECRET)
        start_tries(tx, folder, clock)

    database.write(set_up)
    database.close()
    made = Practice(folder, clock, vault.vault_key(), uid)
    yield made
    for left in made.opened:
        left.close()


def test_password_and_code_open_vault_database_and_session(practice: Practice) -> None:
    entered = practice.enter()
    practice.guard.check(entered.session, Action.LIST_AUDIT)
    assert entered.session.user == practice.uid
    assert entered.vault.vault_key() == practice.vault_key
    record = entered.database.read(kept.last)
    assert record is not None
    body = json.loads(record.body)
    assert (body["act"], body["sess"], body["actor"]) == ("signin.ok", entered.session.id, practice.uid)
    entered.database.close()


def test_the_name_counts_without_case_and_blanks(practice: Practice) -> None:
    assert practice.refusal(user="  MARIA ") == "ok"


def test_an_unknown_user_and_a_wrong_password_are_told_in_the_same_words(practice: Practice) -> None:
    for user in ("Maria", "Nobody"):
        answers = [practice.refusal(user=user, password="wrong horse battery staple") for _ in range(6)]
        assert answers == ["wrong-password"] * 5 + ["too-many-tries"]


def test_failures_behind_the_closed_database_are_in_the_log_after_the_next_sign_in(
    practice: Practice,
) -> None:
    practice.refusal(password="wrong horse battery staple")
    failed_at = int(practice.clock.now().timestamp() * 1000)
    practice.refusal(user="Nobody", password="wrong horse battery staple")
    practice.clock.go(3600)
    entered = practice.enter()
    records = entered.database.read(lambda tx: list(kept.records(tx)))
    bodies = [json.loads(record.body) for record in records]
    assert [body["act"] for body in bodies] == ["signin.failed", "signin.failed", "signin.ok"]
    assert bodies[0]["det"]["at"] == failed_at
    assert bodies[0]["ts"] > failed_at
    assert bodies[0]["obj"] == practice.uid != bodies[1]["obj"]
    assert bodies[2]["det"]["tries"] == 1
    assert verify(records).ok
    entered.database.close()
    practice.clock.go(60)
    assert practice.refusal() == "ok"
    assert [act for act, _ in practice.acts()].count("signin.failed") == 2, "folded once"


def test_a_wrong_code_closes_everything_again_and_counts(practice: Practice) -> None:
    for _ in range(5):
        assert practice.refusal(code="000000") == "code-wrong"
    assert all(database.closed for database in practice.opened)
    assert practice.refusal() == "too-many-tries"
    assert practice.acts() == [("signin.code-failed", "code-wrong")] * 5


def test_a_code_works_once_even_for_another_process(practice: Practice) -> None:
    code = practice.code()
    assert practice.refusal(code=code) == "ok"
    assert practice.refusal(code=code) == "code-used"
    assert practice.refusal(code=practice.code(-1)) == "code-used"
    assert practice.refusal(code=practice.code(+1)) == "ok"


@pytest.mark.parametrize("back", [timedelta(days=1), timedelta(days=365)])
def test_a_clock_turned_back_lets_nobody_in_and_is_recorded(practice: Practice, back: timedelta) -> None:
    practice.refusal()
    practice.clock.set_back(back)
    for _ in range(6):
        assert practice.refusal() == "clock-back", "it never counts as a guess"
    assert practice.acts()[-1] == ("clock.anomaly", "clock-back")
    practice.clock.go(back.total_seconds() + 60)
    assert practice.refusal() == "ok"


def test_ten_failures_lock_over_a_restart_and_are_recorded_as_a_stop(practice: Practice) -> None:
    for _ in range(10):
        practice.refusal(password="wrong horse battery staple")
        practice.clock.go(61)
    practice.clock.restart()
    assert practice.refusal() == "too-many-tries"
    practice.clock.go(15 * 60)
    assert practice.refusal() == "ok"
    assert ("signin.stopped", "too-many-tries") in practice.acts()
    assert practice.refusal(code="000000") == "code-wrong", "the count began anew"


def test_a_disabled_user_is_told_the_same_and_recorded_as_disabled(practice: Practice) -> None:
    def disable(tx: Tx) -> None:
        person = users.get(tx, practice.uid)
        assert person is not None
        users.update_user(tx, replace(person, disabled_at=practice.clock.now()))

    practice.inside(disable)
    assert practice.refusal() == "wrong-password"
    assert practice.acts()[-1] == ("signin.failed", "user-disabled")


def test_a_damaged_file_of_tries_locks_and_then_mends(practice: Practice) -> None:
    practice.folder.tries.write_bytes(b"garbage")
    assert practice.refusal() == "too-many-tries"
    practice.clock.go(15 * 60 + 1)
    assert practice.refusal() == "ok"
    assert practice.acts()[0] == ("tries.damaged", "tries-damaged")
    practice.refusal(password="wrong horse battery staple")
    practice.clock.go(60)
    practice.refusal()
    assert practice.acts()[-2] == ("signin.failed", "wrong-password"), "sealed again after mending"


def test_a_missing_database_or_vault_is_named_and_counts_against_nobody(practice: Practice) -> None:
    aside = practice.folder.root / "aside"
    practice.folder.database.rename(aside)
    for _ in range(6):
        assert practice.refusal() == "database-missing"
    aside.rename(practice.folder.database)
    assert practice.refusal() == "ok"


def test_a_locked_key_store_is_no_wrong_guess(practice: Practice) -> None:
    def locked() -> None:
        raise VaultError("keyring-locked")

    way = SignIn(
        practice.folder,
        practice.clock,
        locked,
        lambda vault: open_database(practice.folder, vault),
        AuditLog("0.1", practice.clock),
        practice.guard,
        no_keys,
    )
    for _ in range(6):
        with pytest.raises(VaultError, match="keyring-locked"):
            way.sign_in("Maria", PASSWORD, Factors(practice.code()))
    assert practice.refusal() == "ok"


def test_the_screen_is_unlocked_by_the_same_proof_with_the_database_left_open(practice: Practice) -> None:
    entered = practice.enter()
    practice.guard.lock()
    practice.clock.go(60)
    wrong, given = "wrong horse battery staple", Factors(practice.code())
    with pytest.raises(VaultError, match="wrong-password"):
        practice.way().unlock_screen("Maria", wrong, given, entered.database)
    again = practice.way().unlock_screen("Maria", PASSWORD, given, entered.database)
    practice.guard.check(again.session, Action.TODAY)
    assert not entered.database.closed
    entered.database.close()
    assert practice.acts()[-2:] == [("signin.failed", "wrong-password"), ("session.unlocked", "")]


def test_a_step_up_wants_the_password_and_counts_for_one_purpose(practice: Practice) -> None:
    entered = practice.enter()
    practice.clock.go(400)
    none = Factors()
    with pytest.raises(SealwellError, match="wrong-password"):
        practice.way().step_up(entered.session, "wrong", none, entered.database, Purpose.EXPORT)
    with pytest.raises(SealwellError, match="step-up-needed"):
        practice.guard.check(entered.session, Action.EXPORT_AUDIT)
    practice.way().step_up(entered.session, PASSWORD, none, entered.database, Purpose.EXPORT)
    practice.guard.check(entered.session, Action.EXPORT_AUDIT)
    with pytest.raises(SealwellError, match="step-up-needed"):
        practice.guard.check(entered.session, Action.SET_ROLE)
    entered.database.close()
    assert ("signin.failed", "wrong-password") in practice.acts(), "a wrong one counts as a try"


def test_a_wrong_code_at_a_step_up_is_wrong_though_none_was_asked_for(practice: Practice) -> None:
    entered = practice.enter()
    practice.clock.go(400)
    for _ in range(5):
        with pytest.raises(SealwellError, match="code-wrong"):
            practice.way().step_up(
                entered.session, PASSWORD, Factors("000000"), entered.database, Purpose.KEYS
            )
    with pytest.raises(SealwellError, match="too-many-tries"):
        practice.way().step_up(entered.session, PASSWORD, Factors(), entered.database, Purpose.KEYS)
    entered.database.close()


@pytest.mark.parametrize("state", [UserState.INVITED, UserState.SUSPENDED, UserState.LEFT])
def test_who_is_not_active_is_told_the_same_as_for_a_wrong_password(
    practice: Practice, state: UserState
) -> None:
    def change(tx: Tx) -> None:
        person = users.get(tx, practice.uid)
        assert person is not None
        users.update_user(tx, replace(person, state=state))

    practice.inside(change)
    assert [practice.refusal() for _ in range(6)] == ["wrong-password"] * 5 + ["too-many-tries"]


def test_the_access_review_sees_when_somebody_was_last_here(practice: Practice) -> None:
    practice.enter().database.close()
    person = practice.inside(lambda tx: users.get(tx, practice.uid))
    assert person.last_seen == practice.clock.now()


def test_without_the_record_nobody_is_let_in(practice: Practice, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_tx: Tx, _record: object) -> None:
        raise OSError("no room for the log")

    with monkeypatch.context() as edge:
        edge.setattr(kept, "append", broken)
        with pytest.raises(OSError, match="no room"):
            practice.enter()
    assert all(database.closed for database in practice.opened)
    assert practice.inside(lambda tx: settings.get(tx, "max-seen-utc")) is None
    assert practice.refusal() == "ok", "the code was not used up"
