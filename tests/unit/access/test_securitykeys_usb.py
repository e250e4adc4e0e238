"""From the list of devices to the frames on the cable; and whether the software key is honest."""

from __future__ import annotations

import hmac
import threading
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from fido2.client import Fido2Client, UserInteraction
from fido2.cose import ES256
from fido2.ctap import CtapError
from fido2.ctap2.base import Ctap2
from fido2.ctap2.extensions import HmacSecretExtension
from fido2.ctap2.pin import ClientPin, PinProtocol, PinProtocolV1, PinProtocolV2
from fido2.hid.base import HidDescriptor

from desktop.access import securitykeys_attached
from desktop.access.securitykeys import HMAC, RP_ID, Choice, Known, SecurityKeys, user_handle
from desktop.access.securitykeys_attached import attached
from desktop.access.securitykeys_client import collector
from desktop.errors import Refused
from tests.support.software_key import ERR, SoftwareKey
from tests.support.software_key_hand import Hand, meanwhile
from tests.support.software_key_usb import Cable, descriptor

USER = user_handle(b"v" * 16, "maria")
SALT = b"s" * 32


class Ports:
    """The operating system's list of devices, and what opening each gives."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.found: list[tuple[HidDescriptor, SoftwareKey | OSError]] = []
        self.cables: list[Cable] = []
        monkeypatch.setattr(securitykeys_attached, "list_descriptors", lambda: [one for one, _ in self.found])
        monkeypatch.setattr(securitykeys_attached, "open_connection", self.open)

    def open(self, wanted: HidDescriptor) -> Cable:
        there = next(there for one, there in self.found if one is wanted)
        if isinstance(there, OSError):
            raise there
        self.cables.append(Cable(there))
        return self.cables[-1]


@pytest.fixture
def ports(monkeypatch: pytest.MonkeyPatch) -> Iterator[Ports]:
    ports = Ports(monkeypatch)
    yield ports
    assert all(cable.closed for cable in ports.cables)


def test_by_cable_the_same_secret_again_and_a_touch_that_counts(ports: Ports) -> None:
    ports.found = [(descriptor("YubiKey\u202e 5\n"), SoftwareKey())]
    keys = SecurityKeys(Hand())
    enrolled = keys.enrol(RP_ID, USER, "Maria")
    assert keys.secret(RP_ID, [Choice(enrolled.cred_id, enrolled.salt, HMAC)])[1] == enrolled.secret
    assert keys.touch(RP_ID, [Known(enrolled.cred_id, enrolled.public_key)]) == enrolled.cred_id
    assert enrolled.name == "YubiKey 5"


def test_by_cable_the_person_may_stop_it(ports: Ports) -> None:
    hand, device, cancel = Hand(), SoftwareKey(touched=False), threading.Event()
    ports.found = [(descriptor(), device)]
    meanwhile(hand, cancel.set)
    with pytest.raises(Refused, match="security-key-cancelled"):
        SecurityKeys(hand).enrol(RP_ID, USER, "Maria", cancel=cancel)
    assert (device.cancelled, hand.touches) == (1, 1)


def test_a_key_without_a_name_has_none(ports: Ports) -> None:
    ports.found = [(descriptor(None), SoftwareKey())]
    assert SecurityKeys(Hand()).enrol(RP_ID, USER, "Maria").name == ""


def test_no_right_to_the_only_key_is_none(ports: Ports) -> None:
    ports.found = [(descriptor(), PermissionError(13, "Permission denied"))]
    with pytest.raises(PermissionError):
        attached(RP_ID)
    assert not SecurityKeys(Hand()).available()
    with pytest.raises(Refused, match="security-key-none"):
        SecurityKeys(Hand()).enrol(RP_ID, USER, "Maria")


def test_no_right_to_one_key_leaves_the_other(ports: Ports) -> None:
    ports.found = [
        (descriptor(), PermissionError(13, "Permission denied")),
        (descriptor("Mine"), SoftwareKey()),
    ]
    assert SecurityKeys(Hand()).available()
    assert SecurityKeys(Hand()).enrol(RP_ID, USER, "Maria").name == "Mine"


def test_nothing_plugged_in_is_none(ports: Ports) -> None:
    assert not SecurityKeys(Hand()).available()


def test_something_that_does_not_answer_its_greeting_is_passed_over(
    ports: Ports, monkeypatch: pytest.MonkeyPatch
) -> None:
    ports.found = [(descriptor(), SoftwareKey())]
    monkeypatch.setattr(Cable, "read_packet", lambda self: b"\0" * 64)
    assert not SecurityKeys(Hand()).available()


# ── the software key itself, against python-fido2's client ─────────────────────


class Types(UserInteraction):
    def request_pin(self, permissions: Any, rp_id: str | None) -> str | None:
        return "2468"


def client(device: SoftwareKey) -> Fido2Client:
    return Fido2Client(device, collector(RP_ID), Types(), [HmacSecretExtension(allow_hmac_secret=True)])


def made(device: SoftwareKey, user_verification: str = "required") -> Any:
    options = {
        "rp": {"id": RP_ID, "name": RP_ID},
        "user": {"id": USER, "name": "maria"},
        "challenge": b"c" * 32,
        "pubKeyCredParams": [{"type": "public-key", "alg": ES256.ALGORITHM}],
        "authenticatorSelection": {"userVerification": user_verification},
        "extensions": {"hmacCreateSecret": True},
    }
    return client(device).make_credential(options)  # type: ignore[arg-type]


def asked(device: SoftwareKey, cred_id: bytes, user_verification: str) -> Any:
    options = {
        "challenge": b"c" * 32,
        "rpId": RP_ID,
        "allowCredentials": [{"type": "public-key", "id": cred_id}],
        "userVerification": user_verification,
        "extensions": {"hmacGetSecret": {"salt1": SALT, "salt2": b"t" * 32}},
    }
    return client(device).get_assertion(options).get_response(0)  # type: ignore[arg-type]


@pytest.mark.parametrize("protocols", [(1,), (2,)])
def test_with_and_without_the_person_the_software_key_has_two_secrets(protocols: tuple[int, ...]) -> None:
    """CTAP 2.1, 12.5: credRandomWithUV and credRandomWithoutUV."""
    device = SoftwareKey(protocols=protocols)
    cred_id = made(device).raw_id
    inside = device.credentials[cred_id]
    for wanted, secret in (
        ("required", inside.secret_with_person),
        ("discouraged", inside.secret_without),
    ):
        answer = asked(device, cred_id, wanted)
        outputs = answer.client_extension_results.hmac_get_secret
        assert outputs.output1 == hmac.digest(secret, SALT, "sha256")
        assert outputs.output2 == hmac.digest(secret, b"t" * 32, "sha256")
        assert answer.response.authenticator_data.is_user_verified() == (wanted == "required")


def test_the_software_key_signs_what_a_relying_party_verifies() -> None:
    device = SoftwareKey()
    registered = made(device)
    answer = asked(device, registered.raw_id, "required").response
    public = registered.response.attestation_object.auth_data.credential_data.public_key
    public.verify(answer.authenticator_data + answer.client_data.hash, answer.signature)


@pytest.mark.parametrize("protocol", [PinProtocolV1(), PinProtocolV2()], ids=["one", "two"])
def test_a_pin_is_set_once_and_then_asked_for(protocol: PinProtocol) -> None:
    device = SoftwareKey(pin=None)
    pins = ClientPin(Ctap2(device), protocol)
    pins.set_pin("9753")
    assert Ctap2(device).info.options["clientPin"]
    fresh = ClientPin(Ctap2(device), protocol)
    assert fresh.get_pin_token("9753", ClientPin.PERMISSION.GET_ASSERTION, RP_ID)
    with pytest.raises(CtapError) as refused:
        fresh.get_pin_token("2468", ClientPin.PERMISSION.GET_ASSERTION, RP_ID)
    assert refused.value.code == ERR.PIN_INVALID
    assert fresh.get_pin_retries()[0] == 7
    with pytest.raises(CtapError):
        fresh.set_pin("8642")


def test_a_token_counts_for_one_confirmed_command_and_one_relying_party() -> None:
    device = SoftwareKey()
    cred_id = made(device).raw_id
    ctap = Ctap2(device)
    pins = ClientPin(ctap)
    listed: list[Mapping[str, Any]] = [{"type": "public-key", "id": cred_id}]

    def assertion(token: bytes, rp_id: str) -> None:
        param = pins.protocol.authenticate(token, b"h" * 32)
        ctap.get_assertion(
            rp_id,
            b"h" * 32,
            listed,
            pin_uv_param=param,
            pin_uv_protocol=pins.protocol.VERSION,
        )

    token = pins.get_pin_token("2468", ClientPin.PERMISSION.GET_ASSERTION, RP_ID)
    with pytest.raises(CtapError, match="PIN_AUTH_INVALID"):
        assertion(token, "elsewhere.invalid")
    assertion(token, RP_ID)
    with pytest.raises(CtapError, match="PIN_AUTH_INVALID"):
        assertion(token, RP_ID)


def test_without_a_pin_typed_a_protected_key_makes_nothing() -> None:
    device = SoftwareKey()
    with pytest.raises(CtapError, match="PUAT_REQUIRED"):
        Ctap2(device).make_credential(
            b"h" * 32,
            {"id": RP_ID, "name": ""},
            {"id": USER, "name": ""},
            [{"type": "public-key", "alg": -7}],
        )
    assert not device.credentials
