"""Signs the list that tells installed programs of a new version: `python -m installers.release.manifest`.

    new-key FILE                     a key pair; the private half under a password, the public one printed
    sign --key FILE DIST             the list of every package in DIST, signed, beside them
    verify LIST [--files DIR]        with the program's own reader, and the packages beside it

Runs on a computer without a network. The password is typed, or read from standard input where that
is no terminal; it is never an argument. `docs/releasing.md` says who keeps what, `docs/formats/
update-manifest.md` what is in the list.
"""

from __future__ import annotations

import argparse
import base64
import getpass
import json
import os
import re
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PrivateFormat,
    load_ssh_private_key,
)

from desktop import __version__
from desktop.clock import SystemClock
from desktop.crypto.updatekeys import key_id, keys_of, opened, public_bytes, signed
from desktop.errors import SealwellError
from desktop.models.schema import HEAD
from desktop.paths import resource
from desktop.sync.update_list import (
    INSTALL_WITHIN,
    File,
    Known,
    UpdateList,
    believe,
    content_of,
    numbers,
    read,
)
from desktop.sync.updates import LIST_NAME, check, measure, shipped

NAMES = {
    "debian": "sealwell_{version}_amd64.deb",
    "rpm": "sealwell-{version}.x86_64.rpm",
    "linux": "sealwell-{version}-linux-x86_64.tar.xz",
    "windows": "sealwell-{version}-windows-x64-setup.exe",
    "windows-all-users": "sealwell-{version}-windows-x64.msi",
    "macos-arm64": "sealwell-{version}-macos-arm64.dmg",
    "macos-x86_64": "sealwell-{version}-macos-x86_64.dmg",
}
"""The package for each system that a program can be installed on."""
DAYS = 45
"""How long a list counts: longer than a month's release, shorter than a held-back one stays unnoticed."""
_KDF_ROUNDS = 128
"""bcrypt rounds over the password of a private key: about a second."""
_PASSWORD = 16


class Mistake(Exception):
    """What was asked for makes no release; the text says why."""


def main(argv: Sequence[str]) -> int:
    args = _parser().parse_args(argv)
    try:
        args.run(args)
    except Mistake as mistake:
        sys.stderr.write(f"{mistake}\n")
        return 1
    except SealwellError as error:
        sys.stderr.write(f"refused: {error.code}\n")
        return 1
    return 0


def new_key(args: argparse.Namespace) -> None:
    """The public half is for `resources/updates/keys.json`, the private one for a safe."""
    password = _password("Password of the new key: ")
    if len(password) < _PASSWORD:
        raise Mistake(f"a password of at least {_PASSWORD} characters, please")
    if sys.stdin.isatty() and password != _password("Once more: "):
        raise Mistake("these were two passwords")
    key = Ed25519PrivateKey.generate()
    protection = PrivateFormat.OpenSSH.encryption_builder().kdf_rounds(_KDF_ROUNDS).build(password)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, protection)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    with os.fdopen(os.open(args.file, flags, 0o600), "wb") as file:
        file.write(pem)
    public = public_bytes(key)
    entry = {"id": key_id(public), "public": base64.b64encode(public).decode("ascii")}
    sys.stdout.write(f"{json.dumps(entry)}\n")


def sign(args: argparse.Namespace) -> None:
    """Raises Mistake where the program would not believe what came of it."""
    now = SystemClock().now().replace(microsecond=0)
    folder = Path(args.dist)
    before = _previous(args)
    one = UpdateList(
        channel=shipped().channel,
        sequence=before.sequence + 1 if before is not None else 1,
        version=__version__,
        released=_released(args.released, now),
        expires=now + timedelta(days=args.days),
        schema=int(HEAD),
        upgrade_from=args.upgrade_from,
        severity=args.severity,
        notes={"en": _notes(args.notes_en), "es": _notes(args.notes_es)},
        files=tuple(_files(folder, __version__)),
    )
    if before is not None and numbers(one.version) < numbers(before.version):
        raise Mistake(f"{one.version} is older than {before.version}: programs would refuse it")
    key = private_key(Path(args.key))
    document = signed(content_of(one), key)
    read(opened(document, {key_id(public_bytes(key)): public_bytes(key)}))
    target = folder / LIST_NAME
    target.write_bytes(document)
    if key_id(public_bytes(key)) not in public_keys(args.keys):
        sys.stderr.write("warning: no program knows this key yet (resources/updates/keys.json)\n")
    sys.stdout.write(f"{target}: {one.version}, number {one.sequence}, {len(one.files)} files\n")


def verify(args: argparse.Namespace) -> None:
    """As the program would believe it, but for what a computer has seen before."""
    now = SystemClock().now()
    one = read(opened(Path(args.list).read_bytes(), public_keys(args.keys)))
    believe(one, Known(shipped().channel, "0.0.0", 1), now)
    for file in one.files if args.files else ():
        check(Path(args.files) / file.name, file)
    sys.stdout.write(f"good: {one.version}, number {one.sequence}, until {one.expires:%Y-%m-%d}\n")


def _previous(args: argparse.Namespace) -> UpdateList | None:
    """The list that is published now: the next one counts on from it."""
    if args.first:
        return None
    if args.previous is None:
        raise Mistake("--previous FILE, the list that is published now; --first only for the first ever")
    return read(opened(Path(args.previous).read_bytes(), public_keys(args.keys)))


def _files(folder: Path, version: str) -> list[File]:
    found = []
    for system, pattern in NAMES.items():
        path = folder / pattern.format(version=version)
        if path.is_file():
            size, digest = measure(path)
            found.append(File(system, path.name, size, digest))
    if not found:
        raise Mistake(f"no package of version {version} in {folder}")
    return found


def _notes(path: str) -> str:
    return Path(path).read_text(encoding="utf-8").strip()


def _released(given: str | None, now: datetime) -> datetime:
    if given is None:
        return now
    if re.fullmatch(r"\d{4}-\d\d-\d\d", given) is None:
        raise Mistake("--released YYYY-MM-DD")
    return datetime.fromisoformat(given).replace(tzinfo=UTC)


def public_keys(path: str | None) -> dict[str, bytes]:
    file = Path(path) if path else resource("updates/keys.json")
    return keys_of(file.read_bytes())


def private_key(path: Path) -> Ed25519PrivateKey:
    try:
        key = load_ssh_private_key(path.read_bytes(), _password(f"Password of {path.name}: "))
    except ValueError as error:
        raise Mistake("that is not its password, or no key") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise Mistake("an Ed25519 key, please")
    return key


def _password(words: str) -> bytes:
    if sys.stdin.isatty():
        return getpass.getpass(words).encode()
    return sys.stdin.readline().rstrip("\n").encode()


def _parser() -> argparse.ArgumentParser:
    root = argparse.ArgumentParser(prog="python -m installers.release.manifest")
    verbs = root.add_subparsers(required=True, metavar="VERB")
    made = verbs.add_parser("new-key", help="a key pair under a password")
    made.add_argument("file", metavar="FILE")
    made.set_defaults(run=new_key)
    made = verbs.add_parser("sign", help="the list of a release")
    made.add_argument("dist", metavar="DIST", help="the folder of the packages")
    made.add_argument("--key", required=True, metavar="FILE")
    made.add_argument("--severity", required=True, choices=tuple(INSTALL_WITHIN))
    made.add_argument("--notes-en", required=True, metavar="FILE")
    made.add_argument("--notes-es", required=True, metavar="FILE")
    made.add_argument("--upgrade-from", default="0.1.0", metavar="VERSION", help="the oldest to go from")
    made.add_argument("--released", metavar="DAY", help="when it was, for a list that is signed again")
    made.add_argument("--days", type=int, default=DAYS, help="how long the list counts")
    made.add_argument("--previous", metavar="FILE", help="the list that is published now")
    made.add_argument("--first", action="store_true", help="there is none")
    made.add_argument("--keys", metavar="FILE", help="instead of those that are shipped")
    made.set_defaults(run=sign)
    made = verbs.add_parser("verify", help="whether programs would believe it")
    made.add_argument("list", metavar="LIST")
    made.add_argument("--files", metavar="DIR", help="and whether these are its packages")
    made.add_argument("--keys", metavar="FILE", help="instead of those that are shipped")
    made.set_defaults(run=verify)
    return root


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
