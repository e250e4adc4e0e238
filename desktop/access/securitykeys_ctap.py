"""A security key spoken to directly (CTAP 2.0 to 2.2), by USB on Linux and macOS.

Commands go out one by one instead of through python-fido2's WebAuthn client: that one
has no `hmac-secret` with a salt per key, and falls back to U2F where a key is unclear.
"""

from __future__ import annotations

import secrets
import threading
import unicodedata
from collections.abc import Mapping, Sequence
from contextlib import suppress
from hashlib import sha256
from typing import Any

from fido2 import cbor
from fido2.ctap import STATUS, CtapDevice, CtapError
from fido2.ctap2.base import Ctap2, args
from fido2.ctap2.pin import ClientPin
from fido2.webauthn import AuthenticatorData

from desktop.access.securitykeys_errors import check_person, check_signature, talking
from desktop.access.securitykeys_values import (
    HMAC,
    PRF,
    SALT_BYTES,
    SECRET_BYTES,
    Choice,
    Enrolled,
    Known,
    Turn,
)
from desktop.errors import Refused
from desktop.frozen import dataclass
from desktop.texts import clean

_ERR = CtapError.ERR
_MAKE, _GET = ClientPin.PERMISSION.MAKE_CREDENTIAL, ClientPin.PERMISSION.GET_ASSERTION
_PUBLIC_KEY = "public-key"
_KINDS: list[Mapping[str, Any]] = [{"type": _PUBLIC_KEY, "alg": -7}]
"""ES256: the one algorithm that every CTAP2 key has."""
_NAME = 60


@dataclass(frozen=True)
class _Proof:
    """That the person is the key's: a token for the next command, or its own sensor during it."""

    token: bytes | None

    @property
    def options(self) -> dict[str, bool] | None:
        return None if self.token else {"uv": True}


@dataclass(frozen=True)
class _Answer:
    data: AuthenticatorData
    signature: bytes
    challenge: bytes


class CtapKey:
    """One device; `name` is what it calls itself."""

    def __init__(self, device: CtapDevice, name: str = "") -> None:
        self._device = device
        self._name = clean(name, _NAME)
        self._ctap: Ctap2 | None = None

    def open(self, turn: Turn) -> None:
        """Raises Refused "security-key-unsuitable" for a key of the older kind (U2F only)."""
        with talking(turn):
            try:
                # Keys in the field do not all sort their maps: no reason to refuse them.
                self._ctap = Ctap2(self._device, strict_cbor=False)
            except ValueError as error:
                raise Refused("security-key-unsuitable") from error

    def close(self) -> None:
        with suppress(OSError):  # it may be gone already
            self._device.close()

    def select(self, turn: Turn, stop: threading.Event) -> None:
        with talking(turn):
            ctap = self._opened()
            if "FIDO_2_1" in ctap.info.versions:
                ctap.selection(event=stop)
                return
            try:  # CTAP 2.0, 5.5.1: an empty PIN parameter asks for a touch and does nothing else
                rp, user = {"id": "touch.invalid", "name": ""}, {"id": b"\0", "name": ""}
                ctap.make_credential(b"\0" * 32, rp, user, _KINDS, pin_uv_param=b"", event=stop)
            except CtapError as error:
                if error.code not in (_ERR.PIN_NOT_SET, _ERR.PIN_INVALID, _ERR.PIN_AUTH_INVALID):
                    raise

    def enrol(
        self, turn: Turn, rp_id: str, user_id: bytes, user_name: str, exclude: Sequence[bytes]
    ) -> Enrolled:
        with talking(turn):
            self._need_secrets()
            proof = self._proof(turn, rp_id, _MAKE | _GET)
            if self._held(rp_id, exclude, proof) is not None:
                raise Refused("security-key-already-enrolled")
            data = self._make(turn, rp_id, {"id": user_id, "name": user_name}, proof)
            made = data.credential_data
            if made is None or not (data.extensions or {}).get(HMAC):
                raise Refused("security-key-unsuitable")
            public_key = cbor.encode(made.public_key)
        turn.went_on()
        choice = Choice(made.credential_id, secrets.token_bytes(SALT_BYTES), HMAC)
        answer, secret = self._secret_of(turn, rp_id, choice)
        check_signature(public_key, answer.data, answer.challenge, answer.signature)
        return Enrolled(choice.cred_id, rp_id, choice.salt, HMAC, secret, public_key, self._name)

    def secret(self, turn: Turn, rp_id: str, choices: Sequence[Choice]) -> tuple[bytes, bytes]:
        with talking(turn):
            self._need_secrets()
            proof = self._proof(turn, rp_id, _GET)
            held = self._held(rp_id, [choice.cred_id for choice in choices], proof)
        choice = next((choice for choice in choices if choice.cred_id == held), None)
        if choice is None:
            raise Refused("security-key-not-enrolled")
        return choice.cred_id, self._secret_of(turn, rp_id, choice, proof)[1]

    def touch(self, turn: Turn, rp_id: str, known: Sequence[Known]) -> bytes:
        with talking(turn):
            proof = self._proof(turn, rp_id, _GET)
            held = self._held(rp_id, [one.cred_id for one in known], proof)
            one = next((one for one in known if one.cred_id == held), None)
            if one is None:
                raise Refused("security-key-not-enrolled")
            answer = self._assertion(turn, rp_id, one.cred_id, proof)
        check_person(rp_id, answer.data)
        check_signature(one.public_key, answer.data, answer.challenge, answer.signature)
        return one.cred_id

    # ── the commands ───────────────────────────────────────────────────────────

    def _opened(self) -> Ctap2:
        if self._ctap is None:
            raise Refused("security-key-none")
        return self._ctap

    def _need_secrets(self) -> None:
        info = self._opened().info
        speaks = any(one.VERSION in info.pin_uv_protocols for one in ClientPin.PROTOCOLS)
        if HMAC not in info.extensions or not speaks:
            raise Refused("security-key-unsuitable")

    def _proof(self, turn: Turn, rp_id: str, allowed: ClientPin.PERMISSION) -> _Proof:
        """The key's own sensor where it has one, else (or when that fails) its PIN; never nothing."""
        info = self._opened().get_info()
        if info.options.get("uv"):
            if not info.options.get("pinUvAuthToken"):
                return _Proof(None)
            try:
                return _Proof(self._finger(turn, rp_id, allowed))
            except CtapError as error:
                if error.code not in (_ERR.UV_INVALID, _ERR.UV_BLOCKED) or not info.options.get("clientPin"):
                    raise
        if not info.options.get("clientPin"):
            raise Refused("security-key-no-pin")
        pins = ClientPin(self._opened())
        while True:
            pin = unicodedata.normalize("NFC", turn.pin(self._name))
            try:
                return _Proof(pins.get_pin_token(pin, allowed, rp_id))
            except CtapError as error:
                if error.code != _ERR.PIN_INVALID:
                    raise
            turn.pin_wrong(pins.get_pin_retries()[0])

    def _finger(self, turn: Turn, rp_id: str, allowed: ClientPin.PERMISSION) -> bytes:
        with turn.signal() as stop:
            return ClientPin(self._opened()).get_uv_token(allowed, rp_id, stop, _teller(turn))

    def _signed(self, proof: _Proof, challenge: bytes) -> tuple[bytes | None, int | None]:
        if proof.token is None:
            return None, None
        protocol = ClientPin(self._opened()).protocol
        return protocol.authenticate(proof.token, challenge), protocol.VERSION

    def _make(self, turn: Turn, rp_id: str, user: Mapping[str, Any], proof: _Proof) -> AuthenticatorData:
        challenge = secrets.token_bytes(32)
        rp = {"id": rp_id, "name": rp_id}
        param, version = self._signed(proof, challenge)
        with turn.signal() as stop:
            made = self._opened().make_credential(
                challenge,
                rp,
                user,
                _KINDS,
                extensions={HMAC: True},
                options=proof.options,
                pin_uv_param=param,
                pin_uv_protocol=version,
                event=stop,
                on_keepalive=_teller(turn),
            )
        return made.auth_data

    def _held(self, rp_id: str, cred_ids: Sequence[bytes], proof: _Proof) -> bytes | None:
        """Which of these the key holds; asked silently, with the proof, as some hide without it."""
        longest = self._opened().info.max_cred_id_length
        challenge = b"\0" * 32
        for cred_id in cred_ids:
            if longest and len(cred_id) > longest:
                continue
            listed = [{"type": _PUBLIC_KEY, "id": cred_id}]
            sent = args(rp_id, challenge, listed, None, {"up": False}, *self._signed(proof, challenge))
            try:
                self._opened().send_cbor(Ctap2.CMD.GET_ASSERTION, sent)
            except CtapError as error:
                if error.code not in (_ERR.NO_CREDENTIALS, _ERR.INVALID_CREDENTIAL):
                    raise
            else:
                return cred_id
        return None

    def _assertion(
        self,
        turn: Turn,
        rp_id: str,
        cred_id: bytes,
        proof: _Proof,
        extensions: Mapping[str, Any] | None = None,
    ) -> _Answer:
        challenge = secrets.token_bytes(32)
        listed = [{"type": _PUBLIC_KEY, "id": cred_id}]
        sent = args(rp_id, challenge, listed, extensions, proof.options, *self._signed(proof, challenge))
        with turn.signal() as stop:
            command = Ctap2.CMD.GET_ASSERTION
            got = self._opened().send_cbor(command, sent, event=stop, on_keepalive=_teller(turn))
        # The credential may be left out of an answer about one only (CTAP 2.0, 5.2).
        return _Answer(AuthenticatorData(got[2]), bytes(got[3]), challenge)

    def _secret_of(
        self, turn: Turn, rp_id: str, choice: Choice, proof: _Proof | None = None
    ) -> tuple[_Answer, bytes]:
        """The extension `hmac-secret`: the salt goes in and the secret comes back, both encrypted."""
        salt = sha256(b"WebAuthn PRF\0" + choice.salt).digest() if choice.api == PRF else choice.salt
        with talking(turn):
            proof = proof or self._proof(turn, rp_id, _GET)
            pins = ClientPin(self._opened())
            protocol = pins.protocol
            peer = self._opened().client_pin(protocol.VERSION, ClientPin.CMD.GET_KEY_AGREEMENT)
            ours, shared = protocol.encapsulate(peer[ClientPin.RESULT.KEY_AGREEMENT])
            sealed = protocol.encrypt(shared, salt)
            asked = {1: ours, 2: sealed, 3: protocol.authenticate(shared, sealed), 4: protocol.VERSION}
            answer = self._assertion(turn, rp_id, choice.cred_id, proof, {HMAC: asked})
            given = (answer.data.extensions or {}).get(HMAC)
            secret = protocol.decrypt(shared, given) if given else b""
        check_person(rp_id, answer.data)
        if len(secret) != SECRET_BYTES:
            raise Refused("security-key-unsuitable")
        return answer, secret


def _teller(turn: Turn) -> Any:
    """Says that a finger is wanted, as soon as the key says so."""

    def told(status: int) -> None:
        if status == STATUS.UPNEEDED:
            turn.touch()

    return told
