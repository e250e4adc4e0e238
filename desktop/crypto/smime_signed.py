"""The certificates in a received signed mail, with its signature verified (RFC 5652 5.4, 5.6).

`cryptography` cannot verify CMS, so the structure is read with asn1crypto and the
signature checked here. What comes out is what the holder of the signing key said: which
certificate to seal to, and which ciphers their program reads. Whether that certificate
is fit and whose it is, is looked at afterwards (`inspect_certificate`, a person).
"""

from __future__ import annotations

import hmac
from dataclasses import field
from typing import Any

from asn1crypto import cms
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from desktop.crypto.smime_chain import signed_by
from desktop.crypto.smime_facts import UNREADABLE, addresses_of, load_der
from desktop.crypto.smime_parts import signed_part
from desktop.errors import InputError
from desktop.frozen import dataclass

MOST_CERTIFICATES = 32
_MOST_CAPABILITIES = 100
_HASHES: dict[str, type[hashes.SHA256 | hashes.SHA384 | hashes.SHA512]] = {
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}
"""SHA-1 and MD5 prove nothing any more (RFC 8551 B.1)."""
_CIPHERS = {
    "aes256_gcm": "aes-256-gcm",
    "aes128_gcm": "aes-128-gcm",
    "aes256_cbc": "aes-256-cbc",
    "aes128_cbc": "aes-128-cbc",
}
_PLAIN_ECDSA = ("ecdsa", "1.2.840.10045.2.1")
"""Written by some programs, which name the hash in the digest algorithm only."""


@dataclass(frozen=True)
class SignedMail:
    """What a verified signature says; DER certificates, the one to seal to first.

    That is the signer's, or the one that the signature names for encryption
    (RFC 8551 2.5.3) if it is for the same address. `capabilities` are the ciphers that
    are known here (`aes-256-gcm` …) in the sender's order. `addresses` are those of the
    signer's certificate.
    """

    certificates: tuple[bytes, ...] = field(repr=False)
    capabilities: tuple[str, ...]
    addresses: tuple[str, ...]
    signer: bytes = field(repr=False)
    """The certificate whose key signed, which may be another than the one to seal to."""


def read_signed(data: bytes) -> SignedMail:
    """Verify a whole mail (or a saved DER `smime.p7m`) and give what its signer said.

    Raises InputError `signed-mail-none`, `signed-mail-too-large`, `signed-mail-unreadable`,
    `signed-mail-altered` (the signature does not fit) or `signed-mail-unsupported` (old or
    unknown algorithms, several signers, no certificate inside: nothing to rely on).
    """
    part = signed_part(data)
    return read_parts(part.cms, part.content)


def read_parts(der: bytes, content: bytes | None) -> SignedMail:
    """As `read_signed`, of parts that somebody else has cut out: who shows them has those verified
    that are shown, whatever another reader of the same mail would take for its parts.

    `content` is what stands beside the signature, None where it stands inside.
    """
    try:
        info = cms.ContentInfo.load(der)
        if info["content_type"].native != "signed_data":
            raise InputError("signed-mail-none")
        return _read(info["content"], content)
    except InvalidSignature as problem:
        raise InputError("signed-mail-altered") from problem
    # Nested deeper than any program writes: asn1crypto goes down step by step.
    except (*UNREADABLE, KeyError, AttributeError, RecursionError) as problem:
        raise InputError("signed-mail-unreadable") from problem


def content_of(der: bytes) -> bytes | None:
    """What an opaque signature holds, whether that is good or not; None where it holds nothing."""
    try:
        info = cms.ContentInfo.load(der)
        if info["content_type"].native != "signed_data":
            return None
        inside = info["content"]["encap_content_info"]["content"]
        return bytes(inside) if inside.native is not None else None
    except (*UNREADABLE, KeyError, AttributeError, RecursionError):
        return None


def der_of(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.DER)


def _read(signed: Any, outside: bytes | None) -> SignedMail:
    if len(signed["signer_infos"]) != 1 or len(signed["certificates"]) > MOST_CERTIFICATES:
        raise InputError("signed-mail-unsupported")
    signer_info = signed["signer_infos"][0]
    found = _certificates(signed["certificates"])
    signer = _named(found, signer_info["sid"])
    if signer is None:
        raise InputError("signed-mail-unsupported")
    inside = signed["encap_content_info"]
    if outside is None and inside["content"].native is None:
        raise InputError("signed-mail-none")
    content: bytes = outside if outside is not None else bytes(inside["content"])
    attributes = _attributes(signer_info["signed_attrs"])
    _verify(signer, signer_info, content, inside["content_type"].dump(), attributes)
    # The signature covers the key, not the certificate around it: its own one does.
    if signer.issuer == signer.subject and not signed_by(signer, signer):
        raise InvalidSignature
    own = addresses_of(signer)
    first = _named(found, attributes["encrypt_key_pref"]) if "encrypt_key_pref" in attributes else None
    if first is None or addresses_of(first) != own:
        first = signer
    rest = [certificate for certificate in found if certificate != first]
    ders = tuple(der_of(certificate) for certificate in (first, *rest))
    return SignedMail(ders, _capabilities(attributes.get("smime_capabilities")), own, der_of(signer))


def _certificates(choices: Any) -> list[x509.Certificate]:
    """Those that can be read; something strange beside the signer's own is left out."""
    found: list[x509.Certificate] = []
    for choice in choices:
        if choice.name != "certificate":
            continue
        try:
            certificate = load_der(choice.chosen.dump())
            addresses_of(certificate)
        except UNREADABLE:
            continue
        if certificate not in found:
            found.append(certificate)
    return found


def _named(certificates: list[x509.Certificate], name: Any) -> x509.Certificate | None:
    """By issuer and serial number or by subject key identifier; a whole preference is a choice too."""
    chosen = name.chosen
    for certificate in certificates:
        if name.name == "issuer_and_serial_number":
            same = (
                chosen["serial_number"].native == certificate.serial_number
                and chosen["issuer"].dump() == certificate.issuer.public_bytes()
            )
        elif name.name == "subject_key_identifier":
            same = chosen.native == _key_identifier(certificate)
        else:
            return None
        if same:
            return certificate
    return None


def _key_identifier(certificate: x509.Certificate) -> bytes | None:
    try:
        return certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    except x509.ExtensionNotFound:
        return None


def _attributes(signed_attributes: Any) -> dict[str, Any]:
    """The signed attributes by name; one that stands there twice is no signature of ours to trust."""
    found: dict[str, Any] = {}
    for attribute in signed_attributes:
        name, values = attribute["type"].native, attribute["values"]
        if name in found or len(values) != 1:
            raise ValueError("an attribute is there twice")
        found[name] = values[0]
    return found


def _verify(
    signer: x509.Certificate,
    signer_info: Any,
    content: bytes,
    content_type: bytes,
    attributes: dict[str, Any],
) -> None:
    digest = _hash(signer_info["digest_algorithm"]["algorithm"].native)
    signed = content
    if attributes:
        counted = hashes.Hash(digest)
        counted.update(content)
        if attributes["content_type"].dump() != content_type or not hmac.compare_digest(
            attributes["message_digest"].native, counted.finalize()
        ):
            raise InvalidSignature
        # RFC 5652 5.4: signed as the SET OF that it is, not with the tag that it travels under.
        signed = b"\x31" + signer_info["signed_attrs"].dump()[1:]
    _check(
        signer.public_key(),
        signer_info["signature_algorithm"],
        digest,
        signer_info["signature"].native,
        signed,
    )


def _check(
    key: object, algorithm: Any, digest: hashes.HashAlgorithm, signature: bytes, signed: bytes
) -> None:
    name = algorithm["algorithm"].native
    if isinstance(key, rsa.RSAPublicKey) and name == "rsassa_pss":
        parameters = algorithm["parameters"]
        used = _hash(parameters["hash_algorithm"]["algorithm"].native)
        mask = _hash(parameters["mask_gen_algorithm"]["parameters"]["algorithm"].native)
        scheme = padding.PSS(padding.MGF1(mask), parameters["salt_length"].native)
        key.verify(signature, signed, scheme, used)
    elif isinstance(key, rsa.RSAPublicKey) and (name == "rsassa_pkcs1v15" or name.endswith("_rsa")):
        used = digest if name == "rsassa_pkcs1v15" else _hash(name.removesuffix("_rsa"))
        key.verify(signature, signed, padding.PKCS1v15(), used)
    elif isinstance(key, ec.EllipticCurvePublicKey) and (name in _PLAIN_ECDSA or name.endswith("_ecdsa")):
        used = digest if name in _PLAIN_ECDSA else _hash(name.removesuffix("_ecdsa"))
        key.verify(signature, signed, ec.ECDSA(used))
    else:
        raise InputError("signed-mail-unsupported")


def _hash(name: str) -> hashes.HashAlgorithm:
    if name not in _HASHES:
        raise InputError("signed-mail-unsupported")
    return _HASHES[name]()


def _capabilities(sets: Any) -> tuple[str, ...]:
    if sets is None:
        return ()
    names = [capability["capability_id"].native for capability in list(sets)[:_MOST_CAPABILITIES]]
    return tuple(dict.fromkeys(_CIPHERS[name] for name in names if name in _CIPHERS))
