"""A security key in software: CTAP 2.0/2.1 with a PIN, `hmac-secret` and ES256.

It stands where a USB device would (`fido2.ctap.CtapDevice`), so that everything above
the wire is what runs with a real key. It keeps the rules that hurt: two secrets per
credential, one of them only after PIN or finger (CTAP 2.1, 12.5); eight PIN tries, three
at a time; a fresh key agreement after a wrong PIN; a token that is spent by its use.

What people and accidents do is set from outside: `fingers`, `press`, `unplug_at`,
`hangs`, and the lies `forges`, `hides`, `speaks_as`, `forgets` and `garbles`.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2 import cbor
from fido2.ctap import STATUS, CtapDevice, CtapError
from fido2.hid import CAPABILITY, CTAPHID

from tests.support.software_key_pin import BadPeerKeyError, ProtocolOne, ProtocolTwo

ERR = CtapError.ERR
UP, UV, AT, ED = 0x01, 0x04, 0x40, 0x80
MAKE, GET = 0x01, 0x02
PIN_TRIES = 8
TRIES_IN_A_ROW = 3
Keepalive = Callable[[STATUS], None] | None
Command = Callable[[Any, threading.Event, Keepalive], dict[int, Any]]


class StatusError(Exception):
    """Ends a command with a status byte."""

    def __init__(self, code: CtapError.ERR) -> None:
        super().__init__(code.name)
        self.code = code


@dataclass
class Credential:
    rp_id: str
    private: ec.EllipticCurvePrivateKey
    secret_with_person: bytes = field(default_factory=lambda: os.urandom(32))
    secret_without: bytes = field(default_factory=lambda: os.urandom(32))


@dataclass
class Token:
    value: bytes
    protocol: int
    permissions: int
    rp_id: str | None


class SoftwareKey(CtapDevice):
    """`finger` is what its sensor says: None for none, else whether it knows the finger."""

    def __init__(
        self,
        pin: str | None = "2468",
        *,
        protocols: tuple[int, ...] = (2, 1),
        versions: tuple[str, ...] = ("FIDO_2_0", "FIDO_2_1"),
        extensions: tuple[str, ...] = ("hmac-secret",),
        ctap2: bool = True,
        finger: bool | None = None,
        touched: bool = True,
        blinks: float = 30.0,
    ) -> None:
        self.versions, self.extensions, self.ctap2, self.finger = versions, extensions, ctap2, finger
        self.touched, self.blinks = touched, blinks
        self.credentials: dict[bytes, Credential] = {}
        self.pin_hash = hashlib.sha256(pin.encode()).digest()[:16] if pin else b""
        self.tries = PIN_TRIES
        self.protocols = {
            one.number: one for one in (ProtocolTwo(), ProtocolOne()) if one.number in protocols
        }
        self.order = protocols
        self.calls = 0
        self.touches = 0
        self.cancelled = 0
        self.closed = False
        self.unplug_at: int | None = None
        self.unplug_at_touch = False
        self.hangs = threading.Event()
        self.forges = self.forgets = self.garbles = False
        self.hides = 0
        """Flags that it does not set though they would be due."""
        self.speaks_as = ""
        """Whom it says it answers to, instead of the one who asked."""
        self._wrong_in_a_row = 0
        self._token: Token | None = None
        self._counter = 0
        self._pressed = threading.Semaphore(0)

    # ── what people do ─────────────────────────────────────────────────────────

    def press(self, times: int = 1) -> None:
        """Touches, for a key with `touched=False`."""
        self._pressed.release(times)

    def replug(self) -> None:
        """Out and in: tokens are gone and three more PIN tries are open."""
        self._wrong_in_a_row, self._token = 0, None
        self.closed, self.unplug_at, self.unplug_at_touch = False, None, False
        for protocol in self.protocols.values():
            protocol.regenerate()

    # ── the wire ───────────────────────────────────────────────────────────────

    @property
    def capabilities(self) -> int:
        return CAPABILITY.CBOR if self.ctap2 else CAPABILITY.WINK

    @classmethod
    def list_devices(cls) -> Iterator[CtapDevice]:
        return iter(())

    def close(self) -> None:
        self.closed = True

    def call(
        self,
        cmd: int,
        data: bytes = b"",
        event: threading.Event | None = None,
        on_keepalive: Keepalive = None,
    ) -> bytes:
        self.calls += 1
        if self.closed or (self.unplug_at is not None and self.calls >= self.unplug_at):
            raise OSError(19, "No such device")
        if cmd != CTAPHID.CBOR:
            raise CtapError(ERR.INVALID_COMMAND)
        run = self._commands().get(data[0])
        try:
            if run is None:
                raise StatusError(ERR.INVALID_COMMAND)
            asked = cbor.decode(data[1:]) if data[1:] else {}
            answer = run(asked, event or threading.Event(), on_keepalive)
        except StatusError as status:
            return bytes([status.code])
        if self.garbles and data[0] in (MAKE, GET):
            return b"\x00" + cbor.encode({1: "packed", 2: b"\x01\x02", 3: 7})
        return b"\x00" + (cbor.encode(answer) if answer else b"")

    def _commands(self) -> dict[int, Command]:
        commands: dict[int, Command] = {
            0x01: self._make,
            0x02: self._assert,
            0x04: self._info,
            0x06: self._client_pin,
        }
        return {**commands, 0x0B: self._selection} if "FIDO_2_1" in self.versions else commands

    def _touch(self, event: threading.Event, told: Keepalive) -> None:
        if told is not None:
            told(STATUS.UPNEEDED)
        ends = time.monotonic() + self.blinks
        while not (self.touched or self._pressed.acquire(timeout=0.01)):
            if self.hangs.is_set():
                continue
            if self.unplug_at_touch:
                raise OSError(5, "Input/output error")
            if event.is_set():
                self.cancelled += 1
                raise StatusError(ERR.KEEPALIVE_CANCEL)
            if time.monotonic() > ends:
                raise StatusError(ERR.USER_ACTION_TIMEOUT)
        self.touches += 1

    # ── commands ───────────────────────────────────────────────────────────────

    def _info(self, asked: Any, event: threading.Event, told: Keepalive) -> dict[int, Any]:
        newer = "FIDO_2_1" in self.versions
        options = {"rk": False, "up": True, "plat": False, "clientPin": bool(self.pin_hash)}
        if self.finger is not None:
            options["uv"] = True
        if newer:
            options["pinUvAuthToken"] = True
        info: dict[int, Any] = {1: list(self.versions), 3: bytes(16), 4: options, 5: 1200, 7: 8, 8: 64}
        if self.extensions:
            info[2] = list(self.extensions)
        if self.order:
            info[6] = list(self.order)
        return info

    def _selection(self, asked: Any, event: threading.Event, told: Keepalive) -> dict[int, Any]:
        self._touch(event, told)
        return {}

    def _make(self, asked: Any, event: threading.Event, told: Keepalive) -> dict[int, Any]:
        self._only_selecting(asked.get(8), event, told)
        if all(kind["alg"] != -7 for kind in asked[4]):
            raise StatusError(ERR.UNSUPPORTED_ALGORITHM)
        rp_id = asked[2]["id"]
        person = self._person(asked, 8, MAKE, rp_id, event, told)
        if not person and (self.pin_hash or self.finger is not None):
            raise StatusError(ERR.PUAT_REQUIRED)
        held = any(self._holds(one["id"], rp_id) for one in asked.get(5, ()))
        self._touch(event, told)
        self._spend()
        if held:
            raise StatusError(ERR.CREDENTIAL_EXCLUDED)
        made = Credential(rp_id, ec.generate_private_key(ec.SECP256R1()))
        cred_id = os.urandom(48)
        self.credentials[cred_id] = made
        point = made.private.public_key().public_numbers()
        x, y = point.x.to_bytes(32, "big"), point.y.to_bytes(32, "big")
        public = cbor.encode({1: 2, 3: -7, -1: 1, -2: x, -3: y})
        attested = bytes(16) + len(cred_id).to_bytes(2, "big") + cred_id + public
        wants = self._has_secrets() and asked.get(6, {}).get("hmac-secret") is True
        data = self._data(rp_id, person, attested, {"hmac-secret": True} if wants else {})
        return {1: "packed", 2: data, 3: {"alg": -7, "sig": self._sign(made, data + asked[1])}}

    def _assert(self, asked: Any, event: threading.Event, told: Keepalive) -> dict[int, Any]:
        self._only_selecting(asked.get(6), event, told)
        rp_id, up = asked[1], asked.get(5, {}).get("up", True)
        person = self._person(asked, 6, GET, rp_id, event, told)
        cred_id = next((one["id"] for one in asked.get(3, ()) if self._holds(one["id"], rp_id)), None)
        if cred_id is None:
            raise StatusError(ERR.NO_CREDENTIALS)
        if up:
            self._touch(event, told)
            self._spend()
        credential = self.credentials[cred_id]
        extensions = {}
        wanted = asked.get(4, {}).get("hmac-secret")
        if wanted and self._has_secrets():
            if not up:
                raise StatusError(ERR.UNSUPPORTED_OPTION)
            extensions["hmac-secret"] = self._secrets(credential, wanted, person)
        data = self._data(rp_id, person, b"", extensions, up=up)
        return {1: {"type": "public-key", "id": cred_id}, 2: data, 3: self._sign(credential, data + asked[2])}

    def _secrets(self, credential: Credential, asked: Mapping[int, Any], person: bool) -> bytes:
        protocol = self._protocol(asked.get(4, 1))
        shared = self._shared(protocol, asked[1])
        if not protocol.verify(shared, asked[2], asked[3]):
            raise StatusError(ERR.PIN_AUTH_INVALID)
        salts = protocol.decrypt(shared, asked[2])
        if len(salts) not in (32, 64):
            raise StatusError(ERR.INVALID_LENGTH)
        secret = credential.secret_with_person if person else credential.secret_without
        outputs = (hmac.digest(secret, salts[at : at + 32], "sha256") for at in range(0, len(salts), 32))
        return protocol.encrypt(shared, b"".join(outputs))

    def _client_pin(self, asked: Any, event: threading.Event, told: Keepalive) -> dict[int, Any]:
        match asked[2]:
            case 0x01:
                return {3: self.tries, 4: self._wrong_in_a_row >= TRIES_IN_A_ROW}
            case 0x02:
                return {1: self._protocol(asked[1]).public()}
            case 0x03:
                return self._set_pin(asked)
            case 0x05:
                return self._token_by_pin(asked, MAKE | GET, None)
            case 0x06 if self.finger is not None:
                self._touch(event, told)
                if not self.finger:
                    raise StatusError(ERR.UV_INVALID)
                protocol = self._protocol(asked[1])
                return self._issue(protocol, self._shared(protocol, asked[3]), asked[9], asked.get(10))
            case 0x09 if "FIDO_2_1" in self.versions:
                return self._token_by_pin(asked, asked[9], asked.get(10))
        raise StatusError(ERR.INVALID_SUBCOMMAND)

    def _set_pin(self, asked: Mapping[int, Any]) -> dict[int, Any]:
        if self.pin_hash:
            raise StatusError(ERR.PIN_AUTH_INVALID)
        protocol = self._protocol(asked[1])
        shared = self._shared(protocol, asked[3])
        if not protocol.verify(shared, asked[5], asked[4]):
            raise StatusError(ERR.PIN_AUTH_INVALID)
        pin = protocol.decrypt(shared, asked[5]).rstrip(b"\0")
        if len(pin.decode()) < 4:
            raise StatusError(ERR.PIN_POLICY_VIOLATION)
        self.pin_hash, self.tries = hashlib.sha256(pin).digest()[:16], PIN_TRIES
        return {}

    def _token_by_pin(self, asked: Mapping[int, Any], permissions: int, rp_id: str | None) -> dict[int, Any]:
        if not self.pin_hash:
            raise StatusError(ERR.PIN_NOT_SET)
        if self.tries == 0:
            raise StatusError(ERR.PIN_BLOCKED)
        if self._wrong_in_a_row >= TRIES_IN_A_ROW:
            raise StatusError(ERR.PIN_AUTH_BLOCKED)
        protocol = self._protocol(asked[1])
        shared = self._shared(protocol, asked[3])
        self.tries -= 1
        if not hmac.compare_digest(protocol.decrypt(shared, asked[6]), self.pin_hash):
            self._wrong(protocol)
        self.tries, self._wrong_in_a_row = PIN_TRIES, 0
        return self._issue(protocol, shared, permissions, rp_id)

    def _wrong(self, protocol: ProtocolOne) -> NoReturn:
        protocol.regenerate()
        self._wrong_in_a_row += 1
        if self.tries == 0:
            raise StatusError(ERR.PIN_BLOCKED)
        in_a_row = self._wrong_in_a_row >= TRIES_IN_A_ROW
        raise StatusError(ERR.PIN_AUTH_BLOCKED if in_a_row else ERR.PIN_INVALID)

    def _issue(
        self, protocol: ProtocolOne, shared: bytes, permissions: int, rp_id: str | None
    ) -> dict[int, Any]:
        self._token = Token(os.urandom(32), protocol.number, permissions, rp_id)
        return {2: protocol.encrypt(shared, self._token.value)}

    # ── rules ──────────────────────────────────────────────────────────────────

    def _protocol(self, number: int) -> ProtocolOne:
        if number not in self.protocols:
            raise StatusError(ERR.INVALID_PARAMETER)
        return self.protocols[number]

    def _shared(self, protocol: ProtocolOne, peer: Mapping[int, Any]) -> bytes:
        try:
            return protocol.decapsulate(peer)
        except BadPeerKeyError as error:
            raise StatusError(ERR.INVALID_PARAMETER) from error

    def _only_selecting(self, param: bytes | None, event: threading.Event, told: Keepalive) -> None:
        """CTAP 2.0: an empty PIN parameter only asks which key is meant."""
        if param == b"":
            self._touch(event, told)
            raise StatusError(ERR.PIN_INVALID if self.pin_hash else ERR.PIN_NOT_SET)

    def _person(
        self, asked: Any, at: int, permission: int, rp_id: str, event: threading.Event, told: Keepalive
    ) -> bool:
        """Known by a token over this very request, or by the own sensor now; False when neither."""
        options = asked.get(7 if at == 8 else 5, {})
        param, challenge = asked.get(at), asked[1 if at == 8 else 2]
        if param is None:
            if options.get("uv") and self.finger is None:
                raise StatusError(ERR.INVALID_OPTION)
            if options.get("uv") and not self.finger:
                raise StatusError(ERR.UV_INVALID)
            return bool(options.get("uv"))
        protocol, token = self._protocol(asked[at + 1]), self._token
        if token is None or token.protocol != protocol.number:
            raise StatusError(ERR.PIN_AUTH_INVALID)
        if not protocol.verify(token.value, challenge, param):
            raise StatusError(ERR.PIN_AUTH_INVALID)
        if not token.permissions & permission or token.rp_id not in (None, rp_id):
            raise StatusError(ERR.PIN_AUTH_INVALID)
        token.rp_id = rp_id
        return True

    def _spend(self) -> None:
        """CTAP 2.1, 6.5.5.7: what a token allowed is gone once a touch has confirmed it."""
        if self._token is not None and "FIDO_2_1" in self.versions:
            self._token.permissions = 0

    def _has_secrets(self) -> bool:
        return "hmac-secret" in self.extensions and not self.forgets

    def _holds(self, cred_id: bytes, rp_id: str) -> bool:
        return cred_id in self.credentials and self.credentials[cred_id].rp_id == rp_id

    def _data(
        self, rp_id: str, person: bool, attested: bytes, extensions: Mapping[str, Any], *, up: bool = True
    ) -> bytes:
        self._counter += 1
        flags = (UP * up | UV * person | AT * bool(attested) | ED * bool(extensions)) & ~self.hides
        whom = hashlib.sha256((self.speaks_as or rp_id).encode()).digest()
        data = whom + bytes([flags]) + self._counter.to_bytes(4, "big")
        return data + attested + (cbor.encode(extensions) if extensions else b"")

    def _sign(self, credential: Credential, message: bytes) -> bytes:
        """With `forges`, a good signature over something else."""
        return credential.private.sign(message + b"\0" * self.forges, ec.ECDSA(hashes.SHA256()))
