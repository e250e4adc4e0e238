"""The practice's own keys: renewed, imported, withdrawn, published; the next letter uses the new one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12

from desktop.crypto.keyfacts import inspect_key
from desktop.crypto.smime import make_identity
from desktop.errors import InputError, Refused, SealwellError
from desktop.models.accounts import Session
from desktop.models.protection import OwnKeyState
from desktop.models.records import KeyKind
from desktop.office.api import Office
from desktop.office.values_practice import RelayRequest
from desktop.office.values_protection import IdentityFile, OwnKeyLine
from tests.made_practice import Practice
from tests.made_staff import desk_of
from tests.practice.readers import Readers

US = "office@elmstreet.example.com"
Work = tuple[Office, Session]


@pytest.fixture
def work(at_work: Work, relay_request: Callable[..., RelayRequest]) -> Work:
    office, session = at_work
    office.add_relay(session, relay_request())
    return at_work


@pytest.fixture
def web(tmp_path: Path) -> Path:
    folder = tmp_path / "web"
    folder.mkdir()
    return folder


@pytest.fixture
def readers() -> Iterator[Readers]:
    readers = Readers()
    yield readers
    readers.close()


def used(work: Work, kind: KeyKind) -> OwnKeyLine:
    (line,) = [one for one in own(work, kind) if one.state is OwnKeyState.CURRENT]
    return line


def own(work: Work, kind: KeyKind) -> list[OwnKeyLine]:
    return [one for one in work[0].list_keys(work[1]).own if one.kind is kind]


def refused(code: str, kind: type[SealwellError] = InputError) -> pytest.RaisesExc[SealwellError]:
    return pytest.RaisesExc(kind, check=lambda error: error.code == code)


def p12(practice: Practice, address: str, password: str = "quiet") -> IdentityFile:
    made = make_identity("Elm Street", address, practice.clock.now())
    key = serialization.load_der_private_key(made.key_der, None)
    data = pkcs12.serialize_key_and_certificates(
        b"own",
        key,  # type: ignore[arg-type]
        x509.load_der_x509_certificate(made.cert_der),
        None,
        serialization.BestAvailableEncryption(password.encode()),
    )
    return IdentityFile(data, password=password)


@pytest.mark.parametrize("kind", KeyKind)
def test_a_renewed_key_is_used_at_once_and_the_old_one_kept(work: Work, kind: KeyKind) -> None:
    office, session = work
    before, sealer = used(work, kind), desk_of(office).opened().own.sealer()
    made = office.rotate_own_key(session, kind)
    assert made.fingerprint != before.fingerprint
    assert used(work, kind) == made
    assert {one.fingerprint: one.state for one in own(work, kind)} == {
        made.fingerprint: OwnKeyState.CURRENT,
        before.fingerprint: OwnKeyState.RETIRED,
    }
    assert desk_of(office).opened().own.sealer() is not sealer


def test_own_keys_want_a_fresh_proof(practice: Practice, work: Work) -> None:
    office, session = work
    practice.clock.move(400)
    with refused("step-up-needed", Refused):
        office.rotate_own_key(session, KeyKind.SMIME)


def test_without_a_mail_service_there_is_no_key_to_make(at_work: Work, web: Path) -> None:
    office, session = at_work
    with refused("no-relay", Refused):
        office.rotate_own_key(session, KeyKind.OPENPGP)
    with refused("own-keys-none"):
        office.publish_own_keys(session, str(web))


def test_a_certificate_from_a_file_is_used(practice: Practice, work: Work) -> None:
    office, session = work
    line = office.import_identity(session, p12(practice, US))
    assert used(work, KeyKind.SMIME).fingerprint == line.fingerprint
    desk_of(office).opened().own.sealer()


def test_a_certificate_that_does_not_fit_changes_nothing(practice: Practice, work: Work) -> None:
    office, session = work
    before = used(work, KeyKind.SMIME)
    file = p12(practice, US)
    with refused("identity-foreign"):
        office.import_identity(session, p12(practice, "else@elmstreet.example.com"))
    with refused("p12-password-wrong"):
        office.import_identity(session, IdentityFile(file.data, password="wrong"))
    with refused("p12-unreadable"):
        office.import_identity(session, IdentityFile(b"hello", password=""))
    assert used(work, KeyKind.SMIME) == before
    office.import_identity(session, file)
    with refused("identity-known"):
        office.import_identity(session, file)


def test_a_withdrawn_key_is_replaced_and_published_with_its_end(
    work: Work, web: Path, readers: Readers
) -> None:
    office, session = work
    old = used(work, KeyKind.OPENPGP)
    assert office.revoke_own_key(session, old.fingerprint.lower()).state is OwnKeyState.REVOKED
    new = used(work, KeyKind.OPENPGP)
    assert new.fingerprint != old.fingerprint
    with refused("own-key-revoked", Refused):
        office.revoke_own_key(session, old.fingerprint)
    with refused("own-key-unknown"):
        office.revoke_own_key(session, "0" * 40)
    files = office.publish_own_keys(session, str(web)).files
    (revoked,) = [name for name in files if "-revoked-" in name]
    (directory,) = [name for name in files if "/hu/" in name and "elmstreet.example.com" not in name]
    for name in (revoked, directory):
        readers.gpg("--import", feed=(web / name).read_bytes())
    listed = readers.gpg("--list-keys", "--with-colons").decode()
    validity = [line.split(":")[1] for line in listed.splitlines() if line.startswith("pub:")]
    assert sorted(validity) == ["-", "r"]


def test_what_is_published_can_be_imported_by_others(practice: Practice, work: Work, web: Path) -> None:
    office, session = work
    files = office.publish_own_keys(session, str(web)).files
    assert {f"{US}.asc", f"{US}.crt"} < set(files)
    assert any(name.endswith("policy") for name in files)
    now = practice.clock.now()
    for name, kind in ((f"{US}.asc", KeyKind.OPENPGP), (f"{US}.crt", KeyKind.SMIME)):
        facts = inspect_key((web / name).read_bytes(), now)
        assert (facts.usable, facts.fingerprint) == (True, used(work, kind).fingerprint)
    assert office.publish_own_keys(session, str(web)).files == files


def test_a_file_of_somebody_else_is_never_written_over(practice: Practice, work: Work, web: Path) -> None:
    office, session = work
    theirs = make_identity("Else", US, practice.clock.now()).cert_der
    for content in (b"our own page", theirs):
        (web / f"{US}.crt").write_bytes(content)
        with refused("file-exists"):
            office.publish_own_keys(session, str(web))
        assert [file.name for file in web.iterdir()] == [f"{US}.crt"]
        assert (web / f"{US}.crt").read_bytes() == content
    (web / f"{US}.crt").unlink()
    office.publish_own_keys(session, str(web))
    office.rotate_own_key(session, KeyKind.SMIME)
    before = (web / f"{US}.crt").read_bytes()
    office.publish_own_keys(session, str(web))  # our own older one gives way
    assert (web / f"{US}.crt").read_bytes() != before


def test_a_key_that_was_withdrawn_in_another_process_signs_nothing_here(
    practice: Practice, work: Work
) -> None:
    own = desk_of(work[0]).opened().own
    before = own.sealer()
    assert own.sealer() is before
    other, theirs = practice.signed_in()
    other.revoke_own_key(theirs, used(work, KeyKind.SMIME).fingerprint)
    after = own.sealer()
    assert after is not before
    assert own.sealer() is after
