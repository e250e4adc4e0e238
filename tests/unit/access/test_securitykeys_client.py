"""Where only a WebAuthn client is reached: here python-fido2's own, over the software key."""

from __future__ import annotations

import hashlib
import hmac
import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from fido2.client import AssertionSelection, ClientError, Fido2Client, UserInteraction, WebAuthnClient
from fido2.webauthn import (
    PublicKeyCredentialDescriptor,
    PublicKeyCredentialRequestOptions,
    PublicKeyCredentialType,
)

from desktop.access import securitykeys_client, securitykeys_errors
from desktop.access.securitykeys import HMAC, PRF, RP_ID, Choice, Known, SecurityKeys, user_handle
from desktop.access.securitykeys_client import ClientKey, collector
from desktop.access.securitykeys_values import Key
from desktop.errors import Refused
from desktop.texts import Texts
from tests.support.software_key import UV, SoftwareKey
from tests.support.software_key_hand import Hand, plugged

USER = user_handle(b"v" * 16, "maria")


class Dialog(UserInteraction):
    """What the operating system asks on its own."""

    def __init__(self, pin: str | None = "2468") -> None:
        self.pin = pin
        self.touch_wanted = threading.Event()

    def prompt_up(self) -> None:
        self.touch_wanted.set()

    def request_pin(self, permissions: Any, rp_id: str | None) -> str | None:
        return self.pin


class Failing(WebAuthnClient):
    """A client whose every call ends in `error`."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def make_credential(self, options: Any, event: Any = None) -> Any:
        raise self.error

    def get_assertion(self, options: Any, event: Any = None) -> Any:
        raise self.error


class Patient(Failing):
    """Fails only when it is told to stop."""

    def make_credential(self, options: Any, event: Any = None) -> Any:
        event.wait(10)
        raise self.error


class Replaying(Fido2Client):
    """Gives its first answer again and again."""

    first: AssertionSelection | None = None

    def get_assertion(
        self, options: PublicKeyCredentialRequestOptions, event: threading.Event | None = None
    ) -> AssertionSelection:
        self.first = self.first or super().get_assertion(options, event)
        return self.first


class Straying(Fido2Client):
    """Asks for another credential than it was told to."""

    instead = b""

    def get_assertion(
        self, options: PublicKeyCredentialRequestOptions, event: threading.Event | None = None
    ) -> AssertionSelection:
        other = PublicKeyCredentialDescriptor(type=PublicKeyCredentialType.PUBLIC_KEY, id=self.instead)
        return super().get_assertion(replace(options, allow_credentials=[other], extensions=None), event)


def through(device: SoftwareKey, dialog: Dialog | None = None, patience: float = 20.0) -> SecurityKeys:
    def look(rp_id: str) -> Sequence[Key]:
        return [ClientKey(Fido2Client(device, collector(rp_id), dialog or Dialog()))]

    return SecurityKeys(Hand(), look, patience)


def failing(error: Exception) -> SecurityKeys:
    return SecurityKeys(Hand(), lambda rp_id: [ClientKey(Failing(error))])


def windows(code: int) -> ClientError:
    """As `webauthn.dll` refuses: an OSError with a signed HRESULT."""
    cause = OSError("refused")
    vars(cause)["winerror"] = code - 2**32
    return ClientError(ClientError.ERR.OTHER_ERROR, cause)


@pytest.mark.parametrize("protocols", [(1,), (2,)])
def test_the_same_secret_again_by_prf(protocols: tuple[int, ...]) -> None:
    device = SoftwareKey(protocols=protocols)
    keys = through(device)
    enrolled = keys.enrol(RP_ID, USER, "Maria")
    choice = Choice(enrolled.cred_id, enrolled.salt, enrolled.api)
    assert enrolled.api == PRF
    assert keys.secret(RP_ID, [Choice(b"elsewhere", b"s" * 32, PRF), choice]) == (
        enrolled.cred_id,
        enrolled.secret,
    )
    inside = device.credentials[enrolled.cred_id]
    hashed = hashlib.sha256(b"WebAuthn PRF\x00" + enrolled.salt).digest()
    assert enrolled.secret == hmac.digest(inside.secret_with_person, hashed, "sha256")


def test_what_was_enrolled_by_the_dialog_opens_by_usb() -> None:
    device = SoftwareKey()
    enrolled = through(device).enrol(RP_ID, USER, "Maria")
    by_usb = SecurityKeys(Hand(), plugged(device))
    assert by_usb.secret(RP_ID, [Choice(enrolled.cred_id, enrolled.salt, PRF)])[1] == enrolled.secret


def test_what_was_enrolled_by_usb_is_not_guessed_at_in_the_dialog() -> None:
    device = SoftwareKey()
    enrolled = SecurityKeys(Hand(), plugged(device)).enrol(RP_ID, USER, "Maria")
    device.closed = False
    with pytest.raises(Refused, match="security-key-not-enrolled"):
        through(device).secret(RP_ID, [Choice(enrolled.cred_id, enrolled.salt, HMAC)])


def test_a_touch_is_proven_by_the_signature() -> None:
    device = SoftwareKey()
    keys = through(device)
    enrolled = keys.enrol(RP_ID, USER, "Maria")
    known = Known(enrolled.cred_id, enrolled.public_key)
    assert keys.touch(RP_ID, [known]) == enrolled.cred_id
    device.forges = True
    with pytest.raises(Refused, match="security-key-unproven"):
        keys.touch(RP_ID, [known])


def test_without_a_word_for_the_person_it_proves_nothing() -> None:
    device = SoftwareKey()
    enrolled = through(device).enrol(RP_ID, USER, "Maria")
    device.hides = UV
    with pytest.raises(Refused, match="security-key-unproven"):
        through(device).secret(RP_ID, [Choice(enrolled.cred_id, enrolled.salt, PRF)])
    with pytest.raises(Refused, match="security-key-unproven"):
        through(device).enrol(RP_ID, USER, "Maria")


def test_a_key_that_signs_wrongly_is_not_even_enrolled() -> None:
    device = SoftwareKey()
    device.forges = True
    with pytest.raises(Refused, match="security-key-unproven"):
        through(device).enrol(RP_ID, USER, "Maria")


def test_a_key_that_promises_secrets_and_has_none_is_unsuitable_after_one_touch() -> None:
    device = SoftwareKey()
    device.forgets = True
    with pytest.raises(Refused, match="security-key-unsuitable"):
        through(device).enrol(RP_ID, USER, "Maria")
    assert device.touches == 1


def test_an_answer_from_earlier_proves_nothing_now() -> None:
    device = SoftwareKey()
    enrolled = through(device).enrol(RP_ID, USER, "Maria")
    replaying = Replaying(device, collector(RP_ID), Dialog())
    keys = SecurityKeys(Hand(), lambda rp_id: [ClientKey(replaying)])
    known = Known(enrolled.cred_id, enrolled.public_key)
    assert keys.touch(RP_ID, [known]) == enrolled.cred_id
    with pytest.raises(Refused, match="security-key-unproven"):
        keys.touch(RP_ID, [known])


def test_an_answer_by_a_key_that_was_not_asked_is_another_key() -> None:
    device = SoftwareKey()
    one, two = (through(device).enrol(RP_ID, USER, "Maria") for _ in range(2))
    straying = Straying(device, collector(RP_ID), Dialog())
    straying.instead = two.cred_id
    keys = SecurityKeys(Hand(), lambda rp_id: [ClientKey(straying)])
    with pytest.raises(Refused, match="security-key-not-enrolled"):
        keys.secret(RP_ID, [Choice(one.cred_id, one.salt, PRF)])
    with pytest.raises(Refused, match="security-key-not-enrolled"):
        keys.touch(RP_ID, [Known(one.cred_id, one.public_key)])


def test_a_dialog_that_is_closed_because_nobody_came_is_a_timeout() -> None:
    patient = Patient(windows(0x800704C7))
    with pytest.raises(Refused, match="security-key-timeout"):
        SecurityKeys(Hand(), lambda rp_id: [ClientKey(patient)], 0.2).enrol(RP_ID, USER, "Maria")


def test_a_key_is_not_enrolled_twice_and_another_does_not_open() -> None:
    device = SoftwareKey()
    enrolled = through(device).enrol(RP_ID, USER, "Maria")
    with pytest.raises(Refused, match="security-key-already-enrolled"):
        through(device).enrol(RP_ID, USER, "Maria", exclude=[enrolled.cred_id])
    other = through(SoftwareKey())
    with pytest.raises(Refused, match="security-key-not-enrolled"):
        other.secret(RP_ID, [Choice(enrolled.cred_id, enrolled.salt, PRF)])
    with pytest.raises(Refused, match="security-key-not-enrolled"):
        other.touch(RP_ID, [Known(enrolled.cred_id, enrolled.public_key)])


@pytest.mark.parametrize(
    ("device", "pin", "code"),
    [
        (SoftwareKey(extensions=()), "2468", "security-key-unsuitable"),
        (SoftwareKey(ctap2=False), "2468", "security-key-unsuitable"),
        (SoftwareKey(pin=None), "2468", "security-key-no-pin"),
        (SoftwareKey(), None, "security-key-cancelled"),
        (SoftwareKey(touched=False, blinks=0.05), "2468", "security-key-timeout"),
    ],
    ids=["no hmac-secret", "U2F only", "no PIN set", "no PIN given", "not touched"],
)
def test_refusals_have_the_same_codes_as_by_usb(device: SoftwareKey, pin: str | None, code: str) -> None:
    with pytest.raises(Refused, match=code):
        through(device, Dialog(pin)).enrol(RP_ID, USER, "Maria")


def test_the_dialog_is_stopped_from_outside() -> None:
    device, dialog, cancel = SoftwareKey(touched=False), Dialog(), threading.Event()

    def stop() -> None:
        dialog.touch_wanted.wait(10)
        cancel.set()

    threading.Thread(target=stop).start()
    with pytest.raises(Refused, match="security-key-cancelled"):
        through(device, dialog).enrol(RP_ID, USER, "Maria", cancel=cancel)
    assert device.cancelled == 1


@pytest.mark.parametrize(
    ("hresult", "code"),
    [
        (0x800704C7, "security-key-cancelled"),
        (0x80090036, "security-key-cancelled"),
        (0x800705B4, "security-key-timeout"),
        (0x8009000F, "security-key-already-enrolled"),
        (0x80090011, "security-key-not-enrolled"),
        (0x80090035, "security-key-none"),
        (0x80070032, "security-key-unsuitable"),
        (0x80004005, "security-key-failed"),
    ],
)
def test_what_windows_says_has_our_codes(hresult: int, code: str) -> None:
    with pytest.raises(Refused, match=code):
        failing(windows(hresult)).secret(RP_ID, [Choice(b"id", b"s" * 32, PRF)])


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ClientError(ClientError.ERR.DEVICE_INELIGIBLE), "security-key-already-enrolled"),
        (ClientError(ClientError.ERR.TIMEOUT), "security-key-timeout"),
        (ClientError(ClientError.ERR.OTHER_ERROR), "security-key-failed"),
        (OSError(5, "gone"), "security-key-failed"),
    ],
)
def test_what_a_client_says_has_our_codes(error: Exception, code: str) -> None:
    with pytest.raises(Refused, match=code):
        failing(error).enrol(RP_ID, USER, "Maria")


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_answer_that_is_translated_has_words(language: str) -> None:
    codes = {*securitykeys_errors._CODES.values(), *securitykeys_client._WINDOWS.values()}
    texts = Texts(language)
    assert len(codes) > 8
    assert [c for c in codes if not (texts.has(f"error.{c}") and texts.has(f"error.{c}.hint"))] == []
