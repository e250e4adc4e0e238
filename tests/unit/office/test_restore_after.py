"""After a restore: the same places for backups, the same second factor, a second computer that notices."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from desktop.config import TARGET_LIMITS
from desktop.errors import SealwellError
from desktop.models import targets
from desktop.models.safekeeping import TargetKind
from desktop.office.values_backups import VerifyRequest
from tests.made_practice import PASSWORD, Practice
from tests.made_staff import Keyring, desk_of
from tests.support.backed import NEW_PASSWORD, Bare, by_password, by_recovery_key, place_of, shelf_of
from tests.support.keeping import Kept


@pytest.fixture
def kept(practice: Practice, tmp_path: Path) -> Kept:
    (tmp_path / "places").mkdir()
    return Kept(practice, tmp_path / "places")


def refused(work: Callable[[], object]) -> str:
    with pytest.raises(SealwellError) as caught:
        work()
    return caught.value.code


def test_it_goes_on_with_the_same_place_and_a_second_computer_does_not_push_it_out(
    kept: Kept, tmp_path: Path
) -> None:
    usb = kept.target("drive", kind=TargetKind.USB)
    first = kept.office.create_backup(kept.session).backup
    kept.practice.close()
    assert first is not None
    shelf = shelf_of(Path(usb.place.address), kept.practice)
    shutil.copytree(shelf.root, tmp_path / "copy")
    computers = [Bare(shelf, tmp_path / name) for name in ("one", "two")]
    for bare in computers:
        bare.office().restore(by_password(place_of(tmp_path / "copy"), bare.to))
    one, two = computers

    office, session = one.signed_in()
    made = office.create_backup(session)
    assert (made.copied, made.failed) == ((usb.id,), ())
    assert made.backup is not None
    assert made.backup.whole, "what it went on from lies on another computer"
    assert desk_of(office).opened().database.read(lambda tx: targets.get(tx, usb.id)) == usb
    assert office.verify_backup(session, VerifyRequest(target=usb.id)).name == made.backup.name
    assert office.freshness(session).state == "fresh"
    one.close()

    two.clock.move(7200)
    office, session = two.signed_in()
    gap = office.log_state(session).gap
    assert gap is not None, "the drive has seen records that this computer never had"
    assert refused(lambda: office.create_backup(session)) == "log-gap"
    assert not desk_of(office).opened().backups.wanted_at_close()
    assert (shelf.folder / made.backup.name).is_file()
    two.close()


@pytest.mark.parametrize("by_key", [False, True])
def test_a_restore_asks_for_the_second_factor_as_before(bare: Bare, by_key: bool) -> None:
    """Neither the password nor the paper stands in for the authenticator."""
    keyring, password = Keyring(), NEW_PASSWORD if by_key else PASSWORD
    request = by_password(bare.shelf.where, bare.to)
    if by_key:
        request = by_recovery_key(bare.shelf.where, bare.to, bare.shelf.recovery_key)
    bare.office(keyring).restore(request)
    assert refused(lambda: bare.signed_in(keyring, password, code=False)) == "code-needed"
    assert bare.signed_in(keyring, password)


@pytest.mark.parametrize("where", ["restore_place._stored", "restore.assemble"])
def test_a_share_that_hangs_while_it_is_looked_at_or_read(
    bare: Bare, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    over = threading.Event()

    def hang(*_: object) -> None:
        over.wait(60)

    for module in ("restore", "restore_place"):
        short = replace(TARGET_LIMITS, answer=1, transfer=1)
        monkeypatch.setattr(f"desktop.office.{module}.TARGET_LIMITS", short)
    request = by_password(bare.shelf.where, bare.to)
    with monkeypatch.context() as hanging:
        hanging.setattr(f"desktop.office.{where}", hang)
        office = bare.office()
        work = office.restore if where == "restore.assemble" else lambda _: office.find_backups(request.where)
        assert refused(lambda: work(request)) == "target-slow"
    over.set()
    assert not bare.to.exists()
    assert bare.office().restore(request).records


@pytest.mark.skipif(not hasattr(Path, "symlink_to"), reason="no links")
def test_a_link_as_the_folder_never_leads_over_a_practice(bare: Bare, tmp_path: Path) -> None:
    there, empty = tmp_path / "there", tmp_path / "empty"
    bare.office().restore(by_password(bare.shelf.where, there))
    before = {path.name: path.read_bytes() for path in there.iterdir() if path.is_file()}
    empty.mkdir()
    for name, to in (("link", there), ("inside", there / "sub"), ("loop", tmp_path / "loop")):
        (tmp_path / name).symlink_to(to, target_is_directory=True)
    code = refused(lambda: bare.office().restore(by_password(bare.shelf.where, tmp_path / "link")))
    assert code == "restore-in-place"
    code = refused(lambda: bare.office().restore(by_password(bare.shelf.where, tmp_path / "loop")))
    assert code == "folder-not-writable"
    assert {path.name: path.read_bytes() for path in there.iterdir() if path.is_file()} == before
    (tmp_path / "good").symlink_to(empty, target_is_directory=True)
    assert bare.office().restore(by_password(bare.shelf.where, tmp_path / "good")).records
    assert (empty / "vault.keys").is_file()
