"""The computer's share, against a real Secret Service; each body runs in a session of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import keyring.errors
import pytest
from keyring.backend import KeyringBackend

from desktop.crypto.devicekey import DeviceStore, SystemStore, device_share, enrol_device
from desktop.crypto.keyslots import DeviceSecret
from desktop.errors import VaultError

ROOT = Path(__file__).parents[3]
SERVICE = ROOT / "tests" / "servers" / "keyring.py"
VAULT = b"v" * 16
needs_linux = pytest.mark.skipif(sys.platform != "linux", reason="the Secret Service is Linux's key store")


def run(body: str, *before: str, **environment: str) -> list[str]:
    """The lines that `body` prints, in a process with the given commands before it."""
    without = {name: value for name, value in os.environ.items() if name != "DBUS_SESSION_BUS_ADDRESS"}
    ended = subprocess.run(
        [*before, sys.executable, "-c", textwrap.dedent(body)],
        cwd=ROOT,
        env={**without, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.splitlines()


def beside_keyring(body: str, *options: str, **environment: str) -> list[str]:
    return run(body, sys.executable, str(SERVICE), *options, **environment)


class Memory(dict[str, bytes]):
    """A store that keeps its promises."""

    def set(self, name: str, value: bytes) -> None:
        self[name] = value

    def delete(self, name: str) -> None:
        self.pop(name, None)


class Failing(KeyringBackend):
    """The edge of the operating system: a backend that answers with one error or one text."""

    priority = 0.1

    def __init__(self, error: Exception | None = None, text: str | None = None) -> None:
        self.error, self.text = error, text

    def get_password(self, service: str, username: str) -> str | None:
        if self.error:
            raise self.error
        return self.text

    def set_password(self, service: str, username: str, password: str) -> None:
        self.get_password(service, username)

    def delete_password(self, service: str, username: str) -> None:
        self.get_password(service, username)


# ── the real service ───────────────────────────────────────────────────────────


@needs_linux
def test_a_share_is_kept_found_again_and_removed() -> None:
    lines = beside_keyring(
        """
        from desktop.crypto.devicekey import device_share, enrol_device, system_store
        store = system_store()
        print(device_share(store, b"v" * 16))
        made = enrol_device(store, b"v" * 16)
        print(device_share(system_store(), b"v" * 16) == made.share.reveal())
        print(enrol_device(store, b"v" * 16).device_id == made.device_id)
        print(enrol_device(store, b"w" * 16).device_id == made.device_id)
        store.delete("share-" + (b"v" * 16).hex())
        store.delete("share-" + (b"v" * 16).hex())
        print(device_share(store, b"v" * 16))
        """
    )
    assert lines == ["None", "True", "True", "False", "None"]


@needs_linux
def test_one_value_is_one_item_and_no_probe_is_left() -> None:
    lines = beside_keyring(
        """
        from contextlib import closing
        import secretstorage
        from desktop.crypto.devicekey import system_store
        system_store().set("share-test", bytes(range(32)))
        with closing(secretstorage.dbus_init()) as connection:
            for item in secretstorage.search_items(connection, {"username": "sealwell"}):
                print(item.get_attributes()["service"], item.get_secret().decode())
        """
    )
    assert lines == ["sealwell/share-test AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="]


@needs_linux
def test_a_keyring_that_stays_locked_is_named_and_never_gone_around() -> None:
    lines = beside_keyring(
        """
        from desktop.crypto.devicekey import system_store
        from desktop.errors import VaultError
        try:
            print(system_store())
        except VaultError as error:
            print(error.code)
        """,
        "--locked",
    )
    assert lines == ["keyring-locked"]


@needs_linux
def test_without_a_session_bus_there_is_no_store() -> None:
    assert run("from desktop.crypto.devicekey import system_store; print(system_store())") == ["None"]


@needs_linux
def test_a_key_store_that_nobody_can_set_up_is_no_store(tmp_path: Path) -> None:
    lines = run(
        "from desktop.crypto.devicekey import system_store; print(system_store())",
        "dbus-run-session",
        "--",
        HOME=str(tmp_path),
        XDG_DATA_HOME=str(tmp_path),
        DISPLAY="",
    )
    assert lines[-1] == "None"


@needs_linux
def test_a_store_that_goes_away_is_a_known_error() -> None:
    lines = beside_keyring(
        """
        import os
        from desktop.crypto.devicekey import system_store
        from desktop.errors import VaultError
        store = system_store()
        os.environ["DBUS_SESSION_BUS_ADDRESS"] = "unix:path=/nonexistent/bus"
        for use in (lambda: store.get("x"), lambda: store.set("x", b"y"), lambda: store.delete("x")):
            try:
                print(use())
            except VaultError as error:
                print(error.code)
        """
    )
    assert lines == ["keyring-failed"] * 3


RECORDER = """
import os
from keyring.backend import KeyringBackend

open(os.environ["RECORDER_MARK"], "a").write("loaded\\n")

class Keyring(KeyringBackend):
    priority = 99
    def get_password(self, service, username):
        open(os.environ["RECORDER_MARK"], "a").write("asked\\n")
    set_password = delete_password = lambda self, *given: None
"""


@needs_linux
@pytest.mark.parametrize("way", ["environment", "configuration"])
def test_a_backend_named_from_outside_is_never_loaded(way: str, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    (tmp_path / "recorder.py").write_text(RECORDER)
    named = {"RECORDER_MARK": str(mark), "KEYRING_PROPERTY_PREFERRED_COLLECTION": "/no/such/collection"}
    place = ""
    if way == "environment":
        named |= {"PYTHON_KEYRING_BACKEND": "recorder.Keyring", "PYTHONPATH": f"{ROOT}:{tmp_path}"}
    else:
        (tmp_path / "keyringrc.cfg").write_text(
            f"[backend]\ndefault-keyring=recorder.Keyring\nkeyring-path={tmp_path}\n"
        )
        place = f"""
        import os, pathlib, shutil
        there = pathlib.Path(os.environ["XDG_CONFIG_HOME"], "python_keyring")
        there.mkdir(parents=True)
        shutil.copy({str(tmp_path / "keyringrc.cfg")!r}, there)
        """
    ours = """
        from desktop.crypto.devicekey import enrol_device, system_store
        store = system_store()
        print(enrol_device(store, b"v" * 16).share.reveal() == store.get("share-" + (b"v" * 16).hex()))
        """
    assert beside_keyring(place + ours, **named) == ["True"]
    assert not mark.exists()
    # The trap works: the library's own way falls into it.
    beside_keyring(
        place + '\n        import keyring\n        keyring.get_password("a", "b")\n        ', **named
    )
    assert "asked" in mark.read_text()


# ── what stands on it ──────────────────────────────────────────────────────────


def test_an_existing_share_is_never_replaced() -> None:
    store: DeviceStore = Memory()
    first = enrol_device(store, VAULT)
    assert enrol_device(store, VAULT).share == first.share
    assert device_share(store, VAULT) == first.share.reveal()


def test_each_practice_has_a_share_of_its_own() -> None:
    store: DeviceStore = Memory()
    assert enrol_device(store, VAULT).share != enrol_device(store, b"w" * 16).share


def test_without_a_store_there_is_no_share() -> None:
    assert device_share(None, VAULT) is None


def test_a_store_that_forgets_at_once_does_not_get_a_slot() -> None:
    class Forgetful(Memory):
        def set(self, name: str, value: bytes) -> None:
            pass

    with pytest.raises(VaultError) as error:
        enrol_device(Forgetful(), VAULT)
    assert error.value.code == "keyring-failed"


def test_a_value_of_something_else_is_called_a_mismatch() -> None:
    with pytest.raises(VaultError) as garbled:
        device_share(SystemStore(Failing(text="not base64 é")), VAULT)
    with pytest.raises(VaultError) as short:
        DeviceSecret(b"short")
    assert garbled.value.code == short.value.code == "device-mismatch"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (keyring.errors.KeyringLocked("x"), "keyring-locked"),
        (keyring.errors.InitError("x"), "keyring-failed"),
        (ConnectionError("x"), "keyring-failed"),
    ],
)
def test_errors_of_the_system_become_known_ones(error: Exception, code: str) -> None:
    store = SystemStore(Failing(error))
    uses: list[Callable[[], object]] = [
        lambda: store.get("x"),
        lambda: store.set("x", b"y"),
        lambda: store.delete("x"),
    ]
    for use in uses:
        with pytest.raises(VaultError) as known:
            use()
        assert known.value.code == code


def test_removing_what_is_gone_is_no_error() -> None:
    SystemStore(Failing(keyring.errors.PasswordDeleteError("gone"))).delete("x")


def test_a_bug_is_not_called_a_keyring_error() -> None:
    with pytest.raises(ZeroDivisionError):
        SystemStore(Failing(ZeroDivisionError())).get("x")


def test_the_public_marks_of_a_share_do_not_change_and_do_not_show_it() -> None:
    one = DeviceSecret(bytes(range(32)))
    assert one.device_id == DeviceSecret(bytes(range(32))).device_id
    assert one.device_id != DeviceSecret(bytes(32)).device_id
    assert one.check8.hex() not in one.device_id
    assert len(one.check8) == 8
