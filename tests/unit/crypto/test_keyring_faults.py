"""G37: what goes wrong with the computer's password store, on each system, and what is said.

The table of SECURITY.md 5.1.4: none, locked, missing, mismatch, hijacked. Linux asks a real
Secret Service; for Windows and macOS the keyring library runs as it is over a made
Credential Manager and a made Security framework. In no row does the share, or anything
in its place, reach a file: 0 plain-text fallbacks.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SERVICE = ROOT / "tests" / "servers" / "keyring.py"

FIRST = """
import ctypes, ctypes.util, fcntl, os, platform, sys, types
from pathlib import Path
import keyring.backend
from desktop.crypto.vault import create_vault, unlock
from desktop.crypto.kdf import FLOOR
from desktop.crypto.slots import DeviceSecret
from desktop.errors import VaultError
fault = sys.argv[1]
items, state = {}, {"down": False}
"""

LINUX = ""

WINDOWS = """
class WindowsError_(Exception):
    def __init__(self, winerror, funcname):
        super().__init__(winerror, funcname)
        self.winerror, self.funcname = winerror, funcname

def refused(call):
    if fault == "none" or state["down"]:
        raise WindowsError_(1312, call)  # ERROR_NO_SUCH_LOGON_SESSION: no credential set for this logon

def read(Type, TargetName):
    refused("CredRead")
    if TargetName not in items:
        raise WindowsError_(1168, "CredRead")  # ERROR_NOT_FOUND
    return {**items[TargetName], "CredentialBlob": items[TargetName]["CredentialBlob"].encode("utf-16-le")}

def write(credential, flags):
    refused("CredWrite")
    items[credential["TargetName"]] = credential

def remove(Type, TargetName):
    refused("CredDelete")
    del items[TargetName]

shim = types.ModuleType("win32ctypes.pywin32")
shim.pywintypes, shim.win32cred = types.SimpleNamespace(error=WindowsError_), types.SimpleNamespace(
    __name__="win32cred", CRED_TYPE_GENERIC=1, CRED_PERSIST_ENTERPRISE=3,
    CredRead=read, CredWrite=write, CredDelete=remove)
sys.modules["win32ctypes"], sys.modules["win32ctypes.pywin32"] = types.ModuleType("win32ctypes"), shim
sys.platform = "win32"
platform.system = lambda: "Windows"
os.environ["LOCALAPPDATA"] = os.environ["HOME"]
"""

MACOS = """
class Framework:
    def __getattr__(self, name):
        function = types.SimpleNamespace()
        setattr(self, name, function)
        return function

loaded, ctypes.CDLL = ctypes.CDLL, lambda name, **given: Framework()
sys.platform = "darwin"
platform.system = lambda: "Darwin"
import keyring.backends.macOS.api as api
ctypes.CDLL = loaded
statuses = {"locked": -25308, "denied": -128, "wrong-password": -25293, "none": -25307}
found = []

def status():
    return -25307 if state["down"] else statuses.get(fault, 0)  # errSecNoDefaultKeychain

def key(query):
    return query["kSecAttrService"], query["kSecAttrAccount"]

def add(query, result):
    if not status():
        items[key(query)] = query["kSecValueData"]
    return status()

def match(query, result):
    if not status() and key(query) not in items:
        return -25300
    found[:] = [items.get(key(query))]
    return status()

def remove(query):
    if status():
        return status()
    return 0 if items.pop(key(query), None) else -25300

api.k_ = lambda name: name
api.create_query = lambda **query: query
api.cfstr_to_str = lambda data: found[0]
api.SecItemAdd, api.SecItemCopyMatching, api.SecItemDelete = add, match, remove
"""

LAST = """
import base64
if fault == "hijacked":
    from keyring.util import platform_
    place = Path(platform_.config_root())
    place.mkdir(parents=True, exist_ok=True)
    trap = os.environ["TRAP"]
    (place / "keyringrc.cfg").write_text(
        f"[backend]\\ndefault-keyring=recorder.Keyring\\nkeyring-path={trap}\\n")
    if os.environ["WAY"] == "environment":
        os.environ["PYTHON_KEYRING_BACKEND"] = "recorder.Keyring"
    os.environ["KEYCHAIN_PATH"] = os.environ["KEYRING_PROPERTY_KEYCHAIN"] = "/no/such/keychain"
    os.environ["KEYRING_PROPERTY_PREFERRED_COLLECTION"] = "/no/such/collection"
    sys.path.append(trap)
from desktop.crypto.devicekey import device_share, system_store
folder, vault_id, share = Path(os.environ["FOLDER"]), bytes(range(16)), os.urandom(32)
other = os.urandom(32)
path, password = folder / "vault.keys", "quiet harbour lanterns"
create_vault(path, "ana", password, DeviceSecret(share), FLOOR, vault_id).vault.close()
name = f"share-{vault_id.hex()}"
try:
    store = system_store()
    print("store" if store else "no-store")
    if store:
        store.set(name, {"mismatch": other, "garbled": b"short"}.get(fault, share))
        if fault == "missing":
            store.delete(name)
        if fault == "stops":
            state["down"] = True
            os.environ["DBUS_SESSION_BUS_ADDRESS"] = "unix:path=/nonexistent/bus"
    kept = device_share(store, vault_id)
    unlock(path, "ana", password, kept).close()
    print("opened")
except VaultError as error:
    print(error.code)

forms = [form for one in (share, other) for form in (one, base64.b64encode(one), one.hex().encode())]
forms += [form.decode("ascii").encode("utf-16-le") for form in forms if form.isascii()]
written = [path for root in (folder, Path(os.environ["HOME"]), Path(os.environ["TRAP"]))
           for path in root.rglob("*") if path.is_file()]
print("plaintext", sum(form in path.read_bytes() for path in written for form in forms))
if fault == "hijacked":
    mark = Path(os.environ["TRAP"], "mark")
    print("loaded" if mark.exists() else "not-loaded")
    import keyring
    keyring.get_password("a", "b")
    print("trap-works" if mark.exists() else "trap-fails")
"""

RECORDER = """
from pathlib import Path
from keyring.backend import KeyringBackend
Path(__file__).with_name("mark").touch()

class Keyring(KeyringBackend):
    priority = 99
    def get_password(self, service, username):
        return None
    set_password = delete_password = lambda self, *given: None
"""

SYSTEMS = {"linux": LINUX, "windows": WINDOWS, "macos": MACOS}
needs_linux = pytest.mark.skipif(sys.platform != "linux", reason="a Secret Service, and made systems")
pytestmark = needs_linux


def said(system: str, fault: str, folder: Path, way: str = "environment") -> list[str]:
    """What happens when a practice of this computer is opened on a system with a fault."""
    home, practice, trap = folder / "home", folder / "practice", folder / "trap"
    for place in (home, practice, trap):
        place.mkdir()
    (trap / "recorder.py").write_text(RECORDER)
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in ("DBUS_SESSION_BUS_ADDRESS", "XDG_CONFIG_HOME", "XDG_DATA_HOME")
    }
    environment |= {"PYTHONPATH": str(ROOT), "FOLDER": str(practice), "TRAP": str(trap), "WAY": way}
    before: list[str] = []
    if system == "linux" and fault != "none":
        before = [sys.executable, str(SERVICE), *(["--locked"] if fault == "locked" else [])]
    else:
        environment["HOME"] = str(home)
    ended = subprocess.run(
        [*before, sys.executable, "-c", FIRST + SYSTEMS[system] + LAST, fault],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.splitlines()


@pytest.mark.parametrize("system", SYSTEMS)
def test_g37_a_sound_store_opens_the_practice(system: str, tmp_path: Path) -> None:
    assert said(system, "sound", tmp_path) == ["store", "opened", "plaintext 0"]


@pytest.mark.parametrize("system", SYSTEMS)
def test_g37_none_no_store_is_said_to_be_none_and_opens_nothing(system: str, tmp_path: Path) -> None:
    assert said(system, "none", tmp_path) == ["no-store", "not-enrolled", "plaintext 0"]


@pytest.mark.parametrize(
    ("system", "fault"),
    [("linux", "locked"), ("macos", "locked"), ("macos", "denied"), ("macos", "wrong-password")],
)
def test_g37_locked_a_locked_store_is_never_taken_for_none(system: str, fault: str, tmp_path: Path) -> None:
    """Windows has no such row: its store opens with the account."""
    assert said(system, fault, tmp_path) == ["keyring-locked", "plaintext 0"]


@pytest.mark.parametrize("system", SYSTEMS)
def test_g37_missing_no_new_share_is_made_in_place_of_a_lost_one(system: str, tmp_path: Path) -> None:
    assert said(system, "missing", tmp_path) == ["store", "not-enrolled", "plaintext 0"]


@pytest.mark.parametrize("fault", ["mismatch", "garbled"])
@pytest.mark.parametrize("system", SYSTEMS)
def test_g37_mismatch_a_share_of_something_else_is_called_so(system: str, fault: str, tmp_path: Path) -> None:
    assert said(system, fault, tmp_path) == ["store", "device-mismatch", "plaintext 0"]


@pytest.mark.parametrize("system", SYSTEMS)
def test_g37_a_store_that_stops_answering_is_a_fault_and_not_a_loss(system: str, tmp_path: Path) -> None:
    assert said(system, "stops", tmp_path) == ["store", "keyring-failed", "plaintext 0"]


@pytest.mark.parametrize("way", ["environment", "configuration"])
@pytest.mark.parametrize("system", SYSTEMS)
def test_g37_hijacked_a_backend_named_from_outside_is_never_loaded(
    system: str, way: str, tmp_path: Path
) -> None:
    expected = ["store", "opened", "plaintext 0", "not-loaded", "trap-works"]
    assert said(system, "hijacked", tmp_path, way) == expected
