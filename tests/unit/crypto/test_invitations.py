"""Invitations: a code lets one person in, once, and until then."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import rfc8785

from desktop.crypto import invitations
from desktop.crypto.invitations import accept_invitation, invite, open_invitation, withdraw_invitations
from desktop.crypto.kdf import FLOOR
from desktop.crypto.keyslots import DeviceSecret, Fido, read_slots
from desktop.crypto.members import enrol_user, remove_user, users_of
from desktop.crypto.vault import KeyAnswer, NewKey, OpenVault, create_vault, unlock, unlock_with_recovery
from desktop.errors import VaultError

ANA, PASSWORD, SHARE = "ana-id", "correct horse battery staple", b"d" * 32
EVA, EVA_PASSWORD = "eva-id", "her own very long sentence"
UNTIL, BEFORE = 2_000, 1_000
KEY = NewKey(Fido(b"key", "sealwell.local", b"1" * 32, "prf"), b"a" * 32)
Tree = dict[str, Any]
Made = tuple[bytes, bytes, str]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    path = tmp_path_factory.mktemp("made") / "vault.keys"
    created = create_vault(path, ANA, PASSWORD, DeviceSecret(SHARE), FLOOR)
    return path.read_bytes(), created.vault.vault_key(), created.recovery_key


@pytest.fixture
def path(made: Made, tmp_path: Path) -> Path:
    path = tmp_path / "vault.keys"
    path.write_bytes(made[0])
    return path


@pytest.fixture
def vault(made: Made, path: Path) -> OpenVault:
    return OpenVault.from_vault_key(path, made[1], ANA)


def code_of(work: Callable[[], object]) -> str:
    with pytest.raises(VaultError) as refused:
        work()
    return refused.value.code


def opening(path: Path, code: str, user: str = EVA, now: int = BEFORE) -> str:
    return code_of(lambda: open_invitation(path, user, code, now))


def test_the_code_opens_and_lets_in_with_a_password_of_one_s_own(path: Path, vault: OpenVault) -> None:
    code = invite(path, vault, EVA, UNTIL)
    opened = open_invitation(path, EVA, code.lower().replace("-", " "), BEFORE)
    assert (opened.vault_key(), opened.user_id, opened.signing_key()) == (vault.vault_key(), EVA, b"")
    assert users_of(path) == {ANA}
    accept_invitation(path, opened, EVA, EVA_PASSWORD, DeviceSecret(SHARE), FLOOR)
    eva = unlock(path, EVA, EVA_PASSWORD, SHARE)
    assert eva.vault_key() == vault.vault_key()
    assert len(eva.signing_key()) == 32
    assert users_of(path) == {ANA, EVA}


def test_it_has_at_least_128_bits_in_eight_groups(path: Path, vault: OpenVault) -> None:
    codes = {invite(path, vault, EVA, UNTIL) for _ in range(5)}
    assert len(codes) == 5
    assert {tuple(map(len, code.split("-"))) for code in codes} == {(4,) * 8}
    assert invitations.CODE_BYTES * 8 >= 128
    assert invitations.GROUPS == 8


def test_it_cannot_be_used_twice_not_even_with_an_older_copy(path: Path, vault: OpenVault) -> None:
    code = invite(path, vault, EVA, UNTIL)
    one, two = (open_invitation(path, EVA, code, BEFORE) for _ in range(2))
    accept_invitation(path, one, EVA, EVA_PASSWORD, None, FLOOR)
    again = lambda: accept_invitation(path, two, EVA, "a second person's try", None, FLOOR)  # noqa: E731
    assert code_of(again) == "invitation-wrong"
    files = [file for file in path.parent.iterdir() if file.suffix != ".lock"]
    assert sorted(file.name for file in files) == ["vault.keys", "vault.keys.1"]
    assert {opening(file, code) for file in files} == {"invitation-wrong"}
    assert unlock(path, EVA, EVA_PASSWORD, None).vault_key() == vault.vault_key()


def test_of_two_at_the_same_moment_one_gets_in(path: Path, vault: OpenVault) -> None:
    code = invite(path, vault, EVA, UNTIL)
    opened = [open_invitation(path, EVA, code, BEFORE) for _ in range(2)]

    def accept(number: int) -> str:
        try:
            accept_invitation(path, opened[number], EVA, f"{EVA_PASSWORD} {number}", None, FLOOR)
        except VaultError as error:
            return error.code
        return "in"

    with ThreadPoolExecutor(2) as both:
        assert sorted(both.map(accept, range(2))) == ["in", "invitation-wrong"]
    assert len(read_slots(path).of_user(EVA)) == 1


@pytest.mark.parametrize("again", [True, False], ids=["replaced", "withdrawn"])
def test_a_code_replaced_or_withdrawn_while_its_person_joins_does_not_finish(
    path: Path, vault: OpenVault, again: bool
) -> None:
    opened = open_invitation(path, EVA, invite(path, vault, EVA, UNTIL), BEFORE)
    following = invite(path, vault, EVA, UNTIL)
    if not again:
        withdraw_invitations(path, vault, user_id=EVA)
    before = path.read_bytes()
    late = lambda: accept_invitation(path, opened, EVA, EVA_PASSWORD, None, FLOOR)  # noqa: E731
    assert code_of(late) == "invitation-wrong"
    assert path.read_bytes() == before
    if again:
        accept_invitation(path, open_invitation(path, EVA, following, BEFORE), EVA, EVA_PASSWORD, None, FLOOR)


def test_it_is_for_one_person(path: Path, vault: OpenVault) -> None:
    code = invite(path, vault, EVA, UNTIL)
    assert opening(path, code, "ben-id") == "invitation-wrong"
    opened = open_invitation(path, EVA, code, BEFORE)
    other = lambda: accept_invitation(path, opened, "ben-id", EVA_PASSWORD, None, FLOOR)  # noqa: E731
    assert code_of(other) == "invitation-wrong"
    assert users_of(path) == {ANA}


@pytest.mark.parametrize("now", [UNTIL, UNTIL + 1, 10**15])
def test_afterwards_it_has_expired(path: Path, vault: OpenVault, now: int) -> None:
    code = invite(path, vault, EVA, UNTIL)
    assert opening(path, code, now=now) == "invitation-expired"
    assert open_invitation(path, EVA, code, UNTIL - 1).vault_key() == vault.vault_key()


def test_a_slip_of_the_pen_is_told_from_a_code_of_something_else(
    path: Path, vault: OpenVault, made: Made, tmp_path: Path
) -> None:
    code = invite(path, vault, EVA, UNTIL)
    for at, digit in enumerate(code):
        slip = code[:at] + ("7" if digit != "7" else "8") + code[at + 1 :]
        assert opening(path, slip) == "invitation-mistyped"
    for wrong in ("", code[:-1], code + "0", made[2], "U" * 32):
        assert opening(path, wrong) == "invitation-mistyped"
    stranger = create_vault(tmp_path / "stranger", ANA, PASSWORD, None, FLOOR).vault
    assert opening(path, invite(tmp_path / "stranger", stranger, EVA, UNTIL)) == "invitation-wrong"


def test_a_new_invitation_ends_the_earlier_one_of_that_person_only(path: Path, vault: OpenVault) -> None:
    first, bens = invite(path, vault, EVA, UNTIL), invite(path, vault, "ben-id", UNTIL)
    second = invite(path, vault, EVA, UNTIL)
    assert opening(path, first) == "invitation-wrong"
    assert open_invitation(path, EVA, second, BEFORE).user_id == EVA
    assert open_invitation(path, "ben-id", bens, BEFORE).user_id == "ben-id"
    older = [
        copy for copy in path.parent.glob("vault.keys.[0-9]") if opening(copy, first) != "invitation-wrong"
    ]
    assert older == []


def test_withdrawn_by_person_or_by_time(path: Path, vault: OpenVault) -> None:
    codes = {
        user: invite(path, vault, user, until) for user, until in ((EVA, 1), ("ben-id", 5), ("ida-id", 9))
    }
    assert withdraw_invitations(path, vault) == frozenset()
    assert withdraw_invitations(path, vault, user_id="nobody", now=0) == frozenset()
    assert withdraw_invitations(path, vault, now=5) == {EVA, "ben-id"}
    assert opening(path, codes["ben-id"], "ben-id", 0) == "invitation-wrong"
    assert withdraw_invitations(path, vault, user_id="ida-id") == {"ida-id"}
    assert opening(path, codes["ida-id"], "ida-id", 0) == "invitation-wrong"
    assert read_slots(path).version == 1
    files = sorted(file.name for file in path.parent.iterdir() if file.suffix != ".lock")
    assert files == ["vault.keys", "vault.keys.1"]


def test_a_removed_person_s_invitation_goes_too(path: Path, vault: OpenVault) -> None:
    code = invite(path, vault, EVA, UNTIL)
    remove_user(path, vault, EVA)
    assert opening(path, code) == "invitation-wrong"


def test_a_second_computer_joins_by_invitation_and_the_first_stays(path: Path, vault: OpenVault) -> None:
    code = invite(path, vault, ANA, UNTIL)
    opened = open_invitation(path, ANA, code, BEFORE)
    accept_invitation(path, opened, ANA, EVA_PASSWORD, DeviceSecret(b"e" * 32), FLOOR)
    assert unlock(path, ANA, EVA_PASSWORD, b"e" * 32).vault_key() == vault.vault_key()
    assert unlock(path, ANA, PASSWORD, SHARE).vault_key() == vault.vault_key()


def test_it_is_no_way_around_a_security_key(path: Path, vault: OpenVault) -> None:
    enrol_user(path, vault, EVA, EVA_PASSWORD, None, FLOOR, KEY)
    opened = open_invitation(path, EVA, invite(path, vault, EVA, UNTIL), BEFORE)
    device = DeviceSecret(SHARE)
    without = lambda: accept_invitation(path, opened, EVA, EVA_PASSWORD, device, FLOOR)  # noqa: E731
    assert code_of(without) == "security-key-needed"
    accept_invitation(path, opened, EVA, EVA_PASSWORD, device, FLOOR, KEY)
    answer = KeyAnswer(KEY.fido.cred_id, KEY.secret)
    assert unlock(path, EVA, EVA_PASSWORD, SHARE, answer).vault_key() == vault.vault_key()


@pytest.mark.parametrize(("user", "until"), [("", UNTIL), (EVA, 0), (EVA, -1), (EVA, 2**53)])
def test_without_a_person_or_an_end_it_is_a_bug(path: Path, vault: OpenVault, user: str, until: int) -> None:
    with pytest.raises(ValueError, match="needs a user and an end"):
        invite(path, vault, user, until)


def test_who_has_no_vault_key_can_neither_invite_nor_withdraw(
    path: Path, vault: OpenVault, tmp_path: Path
) -> None:
    stranger = create_vault(tmp_path / "stranger", ANA, PASSWORD, None, FLOOR).vault
    code = invite(path, vault, EVA, UNTIL)
    before = path.read_bytes()
    assert code_of(lambda: invite(path, stranger, "ben-id", UNTIL)) == "vault-altered"
    assert code_of(lambda: withdraw_invitations(path, stranger, now=UNTIL)) == "vault-altered"
    assert path.read_bytes() == before
    assert open_invitation(path, EVA, code, BEFORE).user_id == EVA


# ── tampering ──────────────────────────────────────────────────────────────────


def forge(path: Path, change: Callable[[Tree], object]) -> None:
    """As somebody who knows the format, but not the vault key."""
    tree = json.loads(path.read_bytes())
    change(next(slot for slot in tree["slots"] if slot["type"] == "invite"))
    body = {name: value for name, value in tree.items() if name != "sum"}
    path.write_bytes(rfc8785.dumps({**body, "sum": hashlib.sha256(rfc8785.dumps(body)).hexdigest()}))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda slot: slot.update(until=UNTIL * 2), "slot-damaged"),
        (lambda slot: slot.update(slot_id="00" * 16), "slot-damaged"),
        (lambda slot: slot.update(pk="09" + "00" * 31), "slot-damaged"),
        (lambda slot: slot.update(nonce="00" * 12), "slot-damaged"),
        (lambda slot: slot.update(wrapped_sk="00" * 48), "slot-damaged"),
        (lambda slot: slot.update(sealed_vk={}), "slot-damaged"),
        (lambda slot: slot["kdf"].update(salt="00" * 16), "slot-damaged"),
        (lambda slot: slot.update(device_id="x", factors={"device": True, "fido": None}), "slot-damaged"),
        (lambda slot: slot.update(uid="ben-id"), "invitation-wrong"),
        (lambda slot: slot.update(commit="00" * 32), "invitation-wrong"),
        (lambda slot: slot.update(until=0), "vault-damaged"),
        (lambda slot: slot.update(until="2000"), "vault-damaged"),
        (lambda slot: slot.pop("until"), "vault-damaged"),
        (lambda slot: slot.update(sign_pk="00" * 32), "vault-damaged"),
        (lambda slot: slot.update(wrapped_sk="00" * 80), "vault-damaged"),
        (
            lambda slot: slot.update(kdf={"alg": "argon2id", "m": 65536, "p": 4, "t": 3, "salt": "0" * 32}),
            "vault-damaged",
        ),
        (lambda slot: slot["factors"].update(fido=KEY.fido.whole()), "vault-damaged"),
    ],
)
def test_each_field_of_an_invitation_is_bound(
    path: Path, vault: OpenVault, change: Callable[[Tree], object], code: str
) -> None:
    typed = invite(path, vault, EVA, UNTIL)
    forge(path, change)
    assert opening(path, typed) == code


def test_an_invitation_made_a_recovery_slot_or_the_reverse_opens_nothing(
    path: Path, vault: OpenVault, made: Made
) -> None:
    typed = invite(path, vault, EVA, UNTIL)
    kept = path.with_name("kept")
    shutil.copy(path, kept)

    def as_recovery(slot: Tree) -> None:
        slot.update(type="recovery", uid="")
        del slot["until"]

    forge(path, as_recovery)
    assert opening(path, typed) in {"invitation-wrong", "vault-damaged"}
    with pytest.raises(VaultError):
        unlock_with_recovery(path, typed)
    assert unlock_with_recovery(kept, made[2]).vault_key() == made[1]
