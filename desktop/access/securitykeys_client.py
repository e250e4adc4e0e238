"""A security key behind the operating system's own dialog: Windows hands out no raw access.

Windows 10 (1903) and newer keep keys for `webauthn.dll`; it asks for PIN and touch
itself, so that the prompt stays silent here. What it offers is WebAuthn's `prf`.
Secrets that were enrolled as `hmac-secret` are not reached this way.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from fido2 import cbor
from fido2.client import ClientError, DefaultClientDataCollector, PinRequiredError, WebAuthnClient
from fido2.ctap import CtapError
from fido2.utils import websafe_encode
from fido2.webauthn import (
    AuthenticationResponse,
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialCreationOptions,
    PublicKeyCredentialDescriptor,
    PublicKeyCredentialParameters,
    PublicKeyCredentialRequestOptions,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialType,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from desktop.access.securitykeys_errors import check_person, check_signature, said, talking
from desktop.access.securitykeys_values import PRF, SALT_BYTES, SECRET_BYTES, Choice, Enrolled, Known, Turn
from desktop.errors import Refused, SealwellError

_CANCELLED, _TIMEOUT, _UNSUPPORTED = 0x800704C7, 0x800705B4, 0x80070032
_EXISTS, _NOT_FOUND, _NO_DEVICE, _USER_CANCELLED = 0x8009000F, 0x80090011, 0x80090035, 0x80090036
_NTE_UNSUPPORTED = 0x80090029
_WINDOWS = {
    _CANCELLED: "security-key-cancelled",
    _USER_CANCELLED: "security-key-cancelled",
    _TIMEOUT: "security-key-timeout",
    _EXISTS: "security-key-already-enrolled",
    _NOT_FOUND: "security-key-not-enrolled",
    _NO_DEVICE: "security-key-none",
    _UNSUPPORTED: "security-key-unsuitable",
    _NTE_UNSUPPORTED: "security-key-unsuitable",
}
"""HRESULTs as `WebAuthNGetErrorName` groups them (webauthn.h, winerror.h)."""
_TYPE = PublicKeyCredentialType.PUBLIC_KEY
_ES256 = -7


def collector(rp_id: str) -> DefaultClientDataCollector:
    """The origin that the dialog signs: the relying party itself, by https."""
    return DefaultClientDataCollector(f"https://{rp_id}")


class ClientKey:
    """Whichever key the person takes in the dialog of `client`."""

    def __init__(self, client: WebAuthnClient) -> None:
        self._client = client

    def open(self, turn: Turn) -> None:
        """The dialog looks for keys by itself."""

    def close(self) -> None:
        """Nothing is held."""

    def select(self, turn: Turn, stop: threading.Event) -> None:
        """The dialog lets the person choose."""

    def enrol(
        self, turn: Turn, rp_id: str, user_id: bytes, user_name: str, exclude: Sequence[bytes]
    ) -> Enrolled:
        salt = secrets.token_bytes(SALT_BYTES)
        options = PublicKeyCredentialCreationOptions(
            rp=PublicKeyCredentialRpEntity(id=rp_id, name=rp_id),
            user=PublicKeyCredentialUserEntity(id=user_id, name=user_name, display_name=user_name),
            challenge=secrets.token_bytes(32),
            pub_key_cred_params=[PublicKeyCredentialParameters(type=_TYPE, alg=_ES256)],
            exclude_credentials=[_descriptor(cred_id) for cred_id in exclude],
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.DISCOURAGED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
            # Without a salt the Windows client takes the extension for not wanted.
            extensions={PRF: {"eval": {"first": salt}}},
        )
        with self._asking(turn, "security-key-already-enrolled") as stop:
            made = self._client.make_credential(options, event=stop)
            credential = made.response.attestation_object.auth_data.credential_data
            offered = made.client_extension_results.prf
            if credential is None or not offered or not offered.enabled:
                raise Refused("security-key-unsuitable")
            public_key = cbor.encode(credential.public_key)
        turn.went_on()
        choice = Choice(credential.credential_id, salt, PRF)
        answer = self._answer(turn, rp_id, [choice.cred_id], _salts([choice]))
        _check(answer, public_key)
        secret = _secret(answer)
        return Enrolled(choice.cred_id, rp_id, choice.salt, PRF, secret, public_key, name="")

    def secret(self, turn: Turn, rp_id: str, choices: Sequence[Choice]) -> tuple[bytes, bytes]:
        ours = [choice for choice in choices if choice.api == PRF]
        if not ours:
            raise Refused("security-key-not-enrolled")
        answer = self._answer(turn, rp_id, [choice.cred_id for choice in ours], _salts(ours))
        if answer.raw_id not in {choice.cred_id for choice in ours}:
            raise Refused("security-key-not-enrolled")
        return answer.raw_id, _secret(answer)

    def touch(self, turn: Turn, rp_id: str, known: Sequence[Known]) -> bytes:
        answer = self._answer(turn, rp_id, [one.cred_id for one in known], {})
        one = next((one for one in known if one.cred_id == answer.raw_id), None)
        if one is None:
            raise Refused("security-key-not-enrolled")
        _check(answer, one.public_key)
        return one.cred_id

    def _answer(
        self, turn: Turn, rp_id: str, cred_ids: Sequence[bytes], extensions: Mapping[str, Any]
    ) -> AuthenticationResponse:
        challenge = secrets.token_bytes(32)
        options = PublicKeyCredentialRequestOptions(
            challenge=challenge,
            rp_id=rp_id,
            allow_credentials=[_descriptor(cred_id) for cred_id in cred_ids],
            user_verification=UserVerificationRequirement.REQUIRED,
            extensions=dict(extensions) or None,
        )
        with self._asking(turn, "security-key-not-enrolled") as stop:
            answer = self._client.get_assertion(options, event=stop).get_response(0)
        if answer.response.client_data.challenge != challenge:
            raise Refused("security-key-unproven")
        check_person(rp_id, answer.response.authenticator_data)
        return answer

    @contextmanager
    def _asking(self, turn: Turn, ineligible: str) -> Iterator[threading.Event]:
        with turn.signal() as stop, talking(turn):
            try:
                yield stop
            except ClientError as error:
                raise _known(error, turn, ineligible) from error


def _known(error: ClientError, turn: Turn, ineligible: str) -> SealwellError:
    if turn.code:
        return Refused(turn.code)
    if isinstance(error, PinRequiredError):
        return Refused("security-key-cancelled")
    if isinstance(error.cause, CtapError):
        return said(error.cause, turn)
    windows = getattr(error.cause, "winerror", None)
    if windows is not None:
        return Refused(_WINDOWS.get(windows & 0xFFFFFFFF, "security-key-failed"))
    kinds = {
        ClientError.ERR.DEVICE_INELIGIBLE: ineligible,
        ClientError.ERR.TIMEOUT: "security-key-timeout",
        ClientError.ERR.CONFIGURATION_UNSUPPORTED: "security-key-no-pin",
    }
    return Refused(kinds.get(error.code, "security-key-failed"))


def _descriptor(cred_id: bytes) -> PublicKeyCredentialDescriptor:
    return PublicKeyCredentialDescriptor(type=_TYPE, id=cred_id)


def _salts(choices: Sequence[Choice]) -> dict[str, Any]:
    """A salt per key: whichever of them the person takes."""
    each = {websafe_encode(choice.cred_id): {"first": choice.salt} for choice in choices}
    return {PRF: {"evalByCredential": each}}


def _secret(answer: AuthenticationResponse) -> bytes:
    given = answer.client_extension_results.prf
    secret = given.results.first if given and given.results else b""
    if len(secret) != SECRET_BYTES:
        raise Refused("security-key-unsuitable")
    return bytes(secret)


def _check(answer: AuthenticationResponse, public_key: bytes) -> None:
    response = answer.response
    check_signature(public_key, response.authenticator_data, response.client_data.hash, response.signature)
