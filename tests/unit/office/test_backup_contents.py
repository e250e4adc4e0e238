"""A backup of a practice at work: its log's head signed in it, nobody's name anywhere outside the seals."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from desktop.access.signin import slot_uid
from desktop.audit.note import origin_of, read_checkpoint
from desktop.audit.witness import tree_at
from desktop.crypto.container import container_key, open_container, read_clear
from desktop.crypto.keyslots import read_slots
from desktop.crypto.vault import OpenVault, unlock
from desktop.errors import VaultError
from desktop.models import audit, people
from desktop.models.backupcheck import looking
from desktop.models.database import Database
from desktop.models.lanes import Tx
from desktop.models.rekey import DatabaseKeys
from desktop.office.proof import log_vkey
from desktop.office.values import ImportRequest
from desktop.paths import PracticeFolder
from desktop.sync.backup_chain import assemble, check_assembled
from desktop.sync.backup_make import Made, make
from tests.made_practice import PASSWORD, PEOPLE, USER, Practice

NAMES = (b"Zoraida", b"Canaryfield", b"zoraida@example.org", b"Elm Street")


class Held:
    """A practice that its own program has closed, with its vault and database in hand."""

    def __init__(self, practice: Practice) -> None:
        office, session = practice.signed_in()
        office.import_people(session, ImportRequest("people.csv", data=PEOPLE))
        office.close()
        self.folder, self.clock = practice.folder, practice.clock
        uid = slot_uid(read_slots(self.folder.keys).vault_id, USER)
        self.vault: OpenVault = unlock(self.folder.keys, uid, PASSWORD, None)
        keys = self.vault.database_key()
        self.database = Database.open(self.folder.database, *keys, self.vault.vault_id, 1)

    @property
    def keys(self) -> DatabaseKeys:
        return DatabaseKeys(*self.vault.database_key(), 1)

    def backed_up(self) -> Made:
        self.clock.move(60)
        made = make(self.folder, self.vault, self.database, self.clock.now(), lambda _d, _o: True)
        assert made is not None
        return made


@pytest.fixture
def held(practice: Practice) -> Iterator[Held]:
    found = Held(practice)
    yield found
    found.database.close()


def put_together(held: Held, made: Made, to: Path) -> Path:
    to.mkdir()
    sealed = assemble([made.path], partial(container_key, held.vault), to, lambda _d, _o: True)
    check_assembled(to, held.keys, sealed)
    return PracticeFolder(to).database


def test_the_logs_head_is_signed_in_it(held: Held, tmp_path: Path) -> None:
    one = held.backed_up().backup
    head, tree, vkey = held.database.read(lambda tx: (audit.last(tx), tree_at(tx), log_vkey(tx, held.vault)))
    assert head is not None
    assert (one.records, one.root) == (head.seq, tree.root().hex())
    seen = read_checkpoint(one.note, vkey)
    assert (seen.origin, seen.size, seen.root.hex()) == (
        origin_of(held.vault.vault_id),
        one.records,
        one.root,
    )


def test_everybody_is_in_it_and_nobody_can_be_read_from_outside(held: Held, tmp_path: Path) -> None:
    made = held.backed_up()
    for path in held.folder.backups.iterdir():
        data = path.read_bytes()
        assert not [name for name in NAMES if name in data or name.hex().encode() in data]
    with looking(put_together(held, made, tmp_path / "again"), held.keys) as tx:
        assert people.count(tx) == 3
    with made.path.open("rb") as file:
        opened = open_container(file, container_key(held.vault, read_clear(file)))
    assert opened.header.counts["person"] == 3


def test_what_is_put_together_opens_as_the_practice(held: Held, tmp_path: Path) -> None:
    path = put_together(held, held.backed_up(), tmp_path / "again")
    database = Database.open(path, *held.vault.database_key(), held.vault.vault_id, 1)
    assert database.read(people.count) == 3
    database.close()


def test_a_log_with_a_gap_is_no_reason_to_keep_no_backup(held: Held, tmp_path: Path) -> None:
    """Nothing is signed over it then; the log's own check names what is missing."""

    def cut(tx: Tx) -> None:
        gap = "INSERT INTO audit_record (seq, body, hash) SELECT max(seq) + 2, '{}', '00' FROM audit_record"
        tx.connection.exec_driver_sql(gap)

    held.database.write(cut)
    made = held.backed_up()
    assert (made.backup.root, made.backup.note) == ("", "")
    put_together(held, made, tmp_path / "again")


def test_an_emptied_vault_makes_none(held: Held) -> None:
    held.vault.close()
    with pytest.raises(VaultError, match="vault-locked"):
        held.backed_up()
    assert {path.name for path in held.folder.backups.iterdir()} == {".lock"}
