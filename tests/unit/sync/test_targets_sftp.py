"""SFTP with a real OpenSSH: the key that was confirmed or none, and each trouble by its name."""

from __future__ import annotations

import hashlib
import logging
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization

from desktop.errors import InputError, Refused
from desktop.models.safekeeping import Place, TargetKind
from desktop.sync.targets.base import TargetError, folder_of
from desktop.sync.targets.pieces import Pieced
from desktop.sync.targets.reach import fingerprint_of, host_key, practices, reach
from tests.servers.programs import free_port
from tests.servers.sftp import Sshd, make_key
from tests.servers.sftp_password import PASSWORD, PasswordSftp
from tests.support.namespace import in_a_namespace
from tests.support.targets import MARKER, NAME, TAG, Scene, scene_of


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with scene_of("sftp", tmp_path) as made:
        yield made


def sshd_of(scene: Scene) -> Sshd:
    assert isinstance(scene.server, Sshd)
    return scene.server


def refused(place: Place, secret: str) -> str:
    with pytest.raises(TargetError) as caught:
        reach(place, secret, TAG, None)
    assert caught.value.params == {}
    return caught.value.code


def test_the_key_is_shown_as_openssh_prints_it_and_nobody_signs_in(scene: Scene) -> None:
    shown = host_key(replace(scene.place, host_key="", user=""))
    assert shown.key == scene.place.host_key
    said = subprocess.run(
        ["ssh-keygen", "-l", "-f", str(sshd_of(scene).folder / "host.pub")],
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    ).stdout.split()
    assert shown.fingerprint == said[1] == fingerprint_of(shown.key)


def test_a_key_that_nobody_confirmed_is_never_added(scene: Scene) -> None:
    assert refused(replace(scene.place, host_key=""), scene.secret) == "target-host-key-unknown"
    assert sshd_of(scene).files.is_dir()


def test_a_changed_key_ends_it_before_anything_is_sent(scene: Scene, tmp_path: Path) -> None:
    scene.claimed()
    other = make_key(tmp_path / "other", "rsa", "-b", "3072")
    assert refused(replace(scene.place, host_key=other), scene.secret) == "target-host-key-changed"
    sshd_of(scene).another_key()
    assert refused(scene.place, scene.secret) == "target-host-key-changed"
    confirmed = replace(scene.place, host_key=host_key(scene.place).key)
    reach(confirmed, scene.secret, TAG, MARKER).close()


@pytest.mark.parametrize(
    "line", ["x", "ssh-ed25519", "ssh-ed25519 !!", "ssh-ed25519 AAAA", "ssh-dss AAAAB3Nz"]
)
def test_what_is_no_key_is_said_so(scene: Scene, line: str) -> None:
    with pytest.raises(InputError) as caught:
        reach(replace(scene.place, host_key=line), scene.secret, TAG, None)
    assert caught.value.code == "target-host-key-wrong"


@pytest.mark.parametrize("kind", [("ed25519",), ("ecdsa",), ("rsa", "-b", "3072")])
@pytest.mark.parametrize("form", ["OpenSSH", "PKCS8"])
def test_private_keys_in_every_usual_form_sign_in(
    scene: Scene, tmp_path: Path, kind: tuple[str, ...], form: str
) -> None:
    public = make_key(tmp_path / "mine", *kind)
    (sshd_of(scene).folder / "authorized").write_text(public, "ascii")
    secret = (tmp_path / "mine").read_text("ascii")
    if form == "PKCS8":
        loaded = serialization.load_ssh_private_key(secret.encode("ascii"), None)
        secret = loaded.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode("ascii")
    with_spaces = f"\r\n {secret.strip()} \n\n"
    reach(scene.place, with_spaces, TAG, None).close()


def test_keys_that_open_nothing_are_told_from_keys_that_are_none(scene: Scene, tmp_path: Path) -> None:
    make_key(tmp_path / "stranger")
    assert refused(scene.place, (tmp_path / "stranger").read_text("ascii")) == "target-refused"
    assert refused(scene.place, "a password") == "target-refused"
    assert refused(replace(scene.place, user="nobody-here"), scene.secret) == "target-refused"
    assert refused(scene.place, scene.secret.replace("A", "B")) == "target-key-wrong"
    command = ["ssh-keygen", "-q", "-p", "-N", "secret", "-P", "", "-f", str(tmp_path / "stranger")]
    subprocess.run(command, check=True, timeout=30, stdout=subprocess.DEVNULL)
    assert refused(scene.place, (tmp_path / "stranger").read_text("ascii")) == "target-key-wrong"


@pytest.mark.parametrize("interactive", [False, True], ids=["password", "question"])
def test_a_password_signs_in_and_a_server_that_knows_the_standard_only_is_enough(
    interactive: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Pieced, "portion", 64 * 1024)
    source = tmp_path / "source"
    source.write_bytes(os.urandom(300_000))
    with PasswordSftp(tmp_path, interactive=interactive) as server:
        assert refused(server.place, "wrong") == "target-refused"
        with closing(reach(server.place, PASSWORD, TAG, None)) as reached:
            assert reached.claim(MARKER) == MARKER
            assert reached.free_bytes() is None
            with pytest.raises(Refused):
                reached.put(NAME, source, lambda done, of: done < 200_000)
            reached.put(NAME, source)
            assert reached.sha256(NAME) == hashlib.sha256(source.read_bytes()).hexdigest()
            for content in (b"one", b"two"):
                reached.write_small("checkpoint.txt", content)
            assert reached.read_small("checkpoint.txt") == b"two"
            reached.remove(NAME)
            assert reached.names() == []
        assert practices(server.place, PASSWORD) == [TAG]


def test_a_server_that_goes_away_in_the_middle_is_said_and_gone_on_with(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Pieced, "portion", 256 * 1024)
    source = tmp_path / "source"
    source.write_bytes(os.urandom(8 * 1024 * 1024))
    reached, server = scene.claimed(), sshd_of(scene)

    def cut(done: int, of: int) -> bool:
        if done >= 5 * 1024 * 1024:
            server.stop_now()
        return True

    with pytest.raises(TargetError) as caught:
        reached.put(NAME, source, cut)
    assert caught.value.code == "target-unreachable"
    with pytest.raises(TargetError) as again:
        reached.names()
    assert again.value.code == "target-unreachable"
    assert refused(scene.place, scene.secret) == "target-unreachable"
    server.__enter__()
    seen: list[int] = []
    anew = scene.reach(MARKER)
    assert anew.names() == []
    anew.put(NAME, source, lambda done, of: not seen.append(done))  # type: ignore[func-returns-value]
    assert seen[0] > 2 * 1024 * 1024
    assert getattr(anew, "flushes")  # noqa: B009 - OpenSSH does
    assert anew.sha256(NAME) == hashlib.sha256(source.read_bytes()).hexdigest()


def test_a_folder_that_is_not_there_or_may_not_be_written_to_is_named(scene: Scene, tmp_path: Path) -> None:
    away = replace(scene.place, address=f"{scene.place.address}/away")
    reached = reach(away, scene.secret, TAG, None)
    with pytest.raises(TargetError) as caught:
        reached.claim(MARKER)
    reached.close()
    assert caught.value.code == "target-no-folder"
    with pytest.raises(TargetError) as none:
        practices(away, scene.secret)
    assert none.value.code == "target-no-folder"


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere every name is UTF-8")
def test_a_file_of_somebody_with_an_old_name_does_not_hide_the_backups(scene: Scene) -> None:
    """Written on a computer that knew no UTF-8, beside our folder and in it."""
    reached = scene.claimed()
    assert scene.root is not None
    reached.put(NAME, Path(__file__))
    for folder in (scene.root, scene.root / folder_of(TAG)):
        (Path(os.fsdecode(os.fsencode(folder) + b"/M\xfcller.txt"))).write_text("a letter")
    assert practices(scene.place, scene.secret) == [TAG]
    assert [name for name, _ in reached.names()] == [NAME]


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_to_is_refused(scene: Scene) -> None:
    reached = scene.claimed()
    assert scene.root is not None
    (scene.root / folder_of(TAG)).chmod(0o500)
    with pytest.raises(TargetError) as caught:
        reached.put(NAME, Path(__file__))
    (scene.root / folder_of(TAG)).chmod(0o700)
    assert caught.value.code == "target-refused"


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="sshd is no root in a namespace")
def test_a_full_server_is_named(tmp_path: Path) -> None:
    assert in_a_namespace("full_server", tmp_path, "-m") == {"codes": ["target-full"] * 2, "right": True}


@pytest.mark.parametrize(
    "address",
    [
        "ssh://127.0.0.1/x",
        "sftp:///x",
        "sftp://me:pw@127.0.0.1/x",
        "sftp://127.0.0.1/x?y",
        "sftp://127.0.0.1:99999/x",
        "127.0.0.1:/x",
        "sftp://127.0.0.1/%00",
    ],
)
def test_only_plain_sftp_addresses_are_reached(address: str) -> None:
    with pytest.raises(InputError) as caught:
        reach(Place(TargetKind.SFTP, address, "me", "ssh-ed25519 AAAA"), "x", TAG, None)
    assert caught.value.code == "target-address-wrong"


def test_what_is_no_sftp_server_is_said_and_its_words_go_nowhere(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody at the port; and one that says something else and hangs up."""
    place = Place(TargetKind.SFTP, f"sftp://127.0.0.1:{free_port()}/x", "me", "")
    with pytest.raises(TargetError) as caught:
        host_key(place)
    assert caught.value.code == "target-unreachable"
    caplog.set_level(logging.DEBUG, "desktop")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        code = (
            "import socket,sys\n"
            "s=socket.socket(fileno=int(sys.argv[1]))\n"
            "c,_=s.accept()\n"
            "c.sendall(b'220 Maria Lopez\\r\\n'*2000)\nc.close()\n"
        )
        child = subprocess.Popen(
            [sys.executable, "-c", code, str(listener.fileno())], pass_fds=[listener.fileno()]
        )
        with pytest.raises(TargetError) as odd:
            host_key(replace(place, address=f"sftp://127.0.0.1:{port}/x"))
        child.wait(20)
    assert odd.value.code == "target-unreachable"
    assert "Lopez" not in caplog.text
    assert "Lopez" not in repr(odd.value)
