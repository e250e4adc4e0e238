"""Linux's answers, from trees laid out like /proc and /sys."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from desktop.access.computer_linux import LinuxProbe
from desktop.access.computer_run import run

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="paths and device names of Linux")

HOME = Path("/home/ana")
FOLDER = HOME / "practice"
ROOT = "27 1 254:0 / / rw,relatime - ext4 /dev/vda rw"


class Tree:
    """A /proc and a /sys below `root`."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def mounts(self, *lines: str) -> Tree:
        file = self.root / "proc" / "self" / "mountinfo"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("\n".join((ROOT, *lines)) + "\n")
        return self

    def device(
        self, number: str, name: str, uuid: str = "", over: tuple[str, ...] = (), backing: str = ""
    ) -> Tree:
        """A block device, with the names of those it lies on."""
        place = self.root / "sys" / "class" / "block" / name
        (place / "slaves").mkdir(parents=True)
        if uuid:
            (place / "dm").mkdir()
            (place / "dm" / "uuid").write_text(f"{uuid}\n")
            (place / "dm" / "name").write_text(f"named-{name}\n")
        if backing:
            (place / "loop").mkdir()
            (place / "loop" / "backing_file").write_text(f"{backing}\n")
        for below in over:
            (place / "slaves" / below).symlink_to(self.root / "sys" / "class" / "block" / below)
        by_number = self.root / "sys" / "dev" / "block"
        by_number.mkdir(parents=True, exist_ok=True)
        (by_number / number).symlink_to(place)
        return self

    def probe(self) -> LinuxProbe:
        return LinuxProbe(self.root, HOME, {})


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path).mounts().device("254:0", "vda")


# ── network shares ─────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "kind_and_source",
    [
        "nfs4 server:/export",
        "nfs server:/export",
        "cifs //server/share",
        "smb3 //server/share",
        "fuse.sshfs ana@server:/srv",
        "fuse.rclone remote:",
        "fuse https://dav.example.com/",
        "9p C:\\134",
        "vboxsf share",
    ],
)
def test_a_folder_on_another_computers_disk_is_found(tree: Tree, kind_and_source: str) -> None:
    probe = tree.mounts(f"90 27 0:50 / /home/ana rw shared:5 - {kind_and_source} rw").probe()
    assert probe.network_share(FOLDER) is True
    assert probe.network_share(Path("/srv")) is False
    assert probe.disk_encrypted(FOLDER) is None


def test_the_deepest_mount_holds_the_folder(tree: Tree) -> None:
    probe = tree.mounts(
        "90 27 0:50 / /home rw - nfs server:/home rw", "91 90 254:0 /x /home/ana rw - ext4 /dev/vda rw"
    ).probe()
    assert probe.network_share(FOLDER) is False
    assert probe.network_share(Path("/home/bo")) is True


def test_of_two_mounts_at_one_place_the_last_counts(tree: Tree) -> None:
    probe = tree.mounts(
        "90 27 254:0 /x /home/ana rw - ext4 /dev/vda rw", "91 27 0:50 / /home/ana rw - cifs //s/share rw"
    ).probe()
    assert probe.network_share(FOLDER) is True


def test_a_name_that_only_begins_alike_is_another_folder(tree: Tree) -> None:
    probe = tree.mounts("90 27 0:50 / /home/ana/pract rw - nfs server:/x rw").probe()
    assert probe.network_share(FOLDER) is False


def test_blanks_in_names_are_read_as_mountinfo_writes_them(tree: Tree) -> None:
    probe = tree.mounts("90 27 0:50 / /home/ana/my\\040share rw - cifs //s/share rw").probe()
    assert probe.network_share(HOME / "my share" / "practice") is True


def test_a_link_to_a_share_is_the_share(tree: Tree, tmp_path: Path) -> None:
    share, link = tmp_path / "share", tmp_path / "link"
    share.mkdir()
    link.symlink_to(share)
    probe = tree.mounts(f"90 27 0:50 / {share} rw - nfs4 server:/x rw").probe()
    assert probe.network_share(link / "practice") is True


def test_without_a_mount_table_nothing_is_known(tmp_path: Path) -> None:
    probe = LinuxProbe(tmp_path, HOME, {})
    assert probe.network_share(FOLDER) is None
    assert probe.disk_encrypted(FOLDER) is None


def test_lines_of_another_form_are_passed_over(tree: Tree) -> None:
    probe = tree.mounts("", "nonsense", "1 2 3 - x").probe()
    assert probe.network_share(FOLDER) is False


# ── encryption ─────────────────────────────────────────────────────────────────


def test_a_plain_disk_is_not_encrypted(tree: Tree) -> None:
    assert tree.probe().disk_encrypted(FOLDER) is False


def test_a_cryptsetup_device_is_encrypted(tree: Tree) -> None:
    probe = (
        tree.device("253:1", "dm-1", "CRYPT-LUKS2-0123-home", over=("vda",))
        .mounts("90 27 253:1 / /home rw - ext4 /dev/mapper/home rw")
        .probe()
    )
    assert probe.disk_encrypted(FOLDER) is True
    assert probe.disk_encrypted(Path("/srv")) is False


def test_a_volume_on_an_encrypted_disk_is_encrypted(tree: Tree) -> None:
    probe = (
        tree.device("253:0", "dm-0", "CRYPT-LUKS1-0123-disk", over=("vda",))
        .device("253:1", "dm-1", "LVM-abc", over=("dm-0",))
        .mounts("90 27 253:1 / /home rw - xfs /dev/mapper/vg-home rw")
        .probe()
    )
    assert probe.disk_encrypted(FOLDER) is True


def test_a_volume_that_is_half_on_a_plain_disk_is_not_encrypted(tree: Tree) -> None:
    probe = (
        tree.device("253:0", "dm-0", "CRYPT-LUKS1-0123-disk", over=("vda",))
        .device("254:16", "vdb")
        .device("253:1", "dm-1", "LVM-abc", over=("dm-0", "vdb"))
        .mounts("90 27 253:1 / /home rw - xfs /dev/mapper/vg-home rw")
        .probe()
    )
    assert probe.disk_encrypted(FOLDER) is False


@pytest.mark.parametrize("source", ["/dev/mapper/named-dm-0", "/dev/dm-0"])
def test_a_file_system_with_numbers_of_its_own_is_found_by_its_source(tree: Tree, source: str) -> None:
    probe = (
        tree.device("253:0", "dm-0", "CRYPT-LUKS2-0123-disk")
        .mounts(f"90 27 0:44 /@home /home rw - btrfs {source} rw,subvol=/@home")
        .probe()
    )
    assert probe.disk_encrypted(FOLDER) is True


def test_a_file_as_a_disk_is_as_encrypted_as_what_it_lies_on(tree: Tree) -> None:
    probe = (
        tree.device("253:0", "dm-0", "CRYPT-LUKS2-0123-disk")
        .device("7:0", "loop0", backing="/srv/disk.img")
        .mounts("90 27 7:0 / /home rw - ext4 /dev/loop0 rw", "91 27 253:0 / /srv rw - ext4 /dev/dm-0 rw")
        .probe()
    )
    assert probe.disk_encrypted(FOLDER) is True


@pytest.mark.parametrize("kind", ["fuse.gocryptfs", "ecryptfs", "fuse.cryfs"])
def test_an_encrypting_file_system_is_known_by_its_kind(tree: Tree, kind: str) -> None:
    probe = tree.mounts(f"90 27 0:44 / /home/ana rw - {kind} /home/.ana rw").probe()
    assert probe.disk_encrypted(FOLDER) is True


@pytest.mark.parametrize("mount", ["tmpfs tmpfs", "zfs pool/home", "overlay overlay"])
def test_what_lies_on_no_known_device_is_not_guessed(tree: Tree, mount: str) -> None:
    assert tree.mounts(f"90 27 0:44 / /home rw - {mount} rw").probe().disk_encrypted(FOLDER) is None


def test_devices_that_go_in_a_circle_end_in_no_answer(tree: Tree) -> None:
    tree.device("253:0", "dm-0", "LVM-a", over=("dm-1",)).device("253:1", "dm-1", "LVM-b", over=("dm-0",))
    probe = tree.mounts("90 27 253:0 / /home rw - ext4 /dev/dm-0 rw").probe()
    assert probe.disk_encrypted(FOLDER) is None


# ── the screen lock ────────────────────────────────────────────────────────────


def gnome(tmp_path: Path, desktop: str, **answers: str) -> LinuxProbe:
    def ask(command: Sequence[str]) -> str | None:
        return answers.get(command[-1].replace("-", "_"))

    return LinuxProbe(tmp_path, tmp_path, {"XDG_CURRENT_DESKTOP": desktop}, ask)


@pytest.mark.parametrize("desktop", ["GNOME", "ubuntu:GNOME", "X-Cinnamon", "MATE", "Unity:Unity7"])
def test_gnome_and_its_kin_say_whether_they_lock(tmp_path: Path, desktop: str) -> None:
    assert gnome(tmp_path, desktop, lock_enabled="true", idle_delay="uint32 300").screen_lock() is True
    assert gnome(tmp_path, desktop, lock_enabled="false", idle_delay="uint32 300").screen_lock() is False
    assert gnome(tmp_path, desktop, lock_enabled="true", idle_delay="uint32 0").screen_lock() is False
    assert gnome(tmp_path, desktop).screen_lock() is None


@pytest.mark.parametrize(
    ("text", "locks"),
    [
        (None, True),
        ("[Daemon]\nAutolock=false\n", False),
        ("[Daemon]\nTimeout=0\n", False),
        ("[Daemon]\nTimeout=10\nAutolock=true\n", True),
        ("no section\n", None),
    ],
)
def test_kde_says_so_in_its_file(tmp_path: Path, text: str | None, locks: bool | None) -> None:
    if text is not None:
        (tmp_path / ".config").mkdir()
        (tmp_path / ".config" / "kscreenlockerrc").write_text(text)
    assert LinuxProbe(tmp_path, tmp_path, {"XDG_CURRENT_DESKTOP": "KDE"}).screen_lock() is locks


@pytest.mark.parametrize("environ", [{}, {"XDG_CURRENT_DESKTOP": "sway"}])
def test_another_desktop_says_nothing(tmp_path: Path, environ: dict[str, str]) -> None:
    assert LinuxProbe(tmp_path, tmp_path, environ).screen_lock() is None


# ── programs ───────────────────────────────────────────────────────────────────


def test_what_a_program_prints_is_its_answer() -> None:
    assert run((sys.executable, "-c", "import sys; print('one'); sys.stderr.write('two')")) is not None
    assert run((sys.executable, "-c", "print(' yes ')")) == "yes"


def test_a_program_that_is_missing_or_fails_gives_no_answer() -> None:
    assert run(("/no/such/program",)) is None
    assert run((sys.executable, "-c", "print('yes'); raise SystemExit(3)")) is None
