"""Opening what was encrypted to one of our certificates (RFC 5652 6, RFC 5083, RFC 5753).

`cryptography` opens EnvelopedData to RSA keys alone; here are curves and AES-GCM too, as
`smime_cms.py` writes them. AES in CBC mode says nothing about whether it was altered (EFAIL, 2018):
who shows such a text must let nothing in it act, and must not believe it where a signature
in it is wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field
from typing import Any

from asn1crypto import cms, core
from cryptography import x509
from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, keywrap, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.x963kdf import X963KDF
from cryptography.hazmat.primitives.padding import PKCS7

from desktop.crypto.smime_cms import tlv
from desktop.crypto.smime_facts import UNREADABLE
from desktop.errors import InputError
from desktop.frozen import dataclass

MOST_RECIPIENTS = 500
_KEY_BYTES = {"aes128": 16, "aes192": 24, "aes256": 32}
_OAEP_HASHES: dict[str, type[hashes.SHA1 | hashes.SHA256 | hashes.SHA384 | hashes.SHA512]] = {
    "sha1": hashes.SHA1,
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}
"""SHA-1 inside OAEP is not relied on against collisions (RFC 8017 7.1), and is everybody's default."""
_AGREEMENTS: dict[str, type[hashes.SHA1 | hashes.SHA256 | hashes.SHA384 | hashes.SHA512]] = {
    "1.3.133.16.840.63.0.2": hashes.SHA1,
    "1.3.132.1.11.1": hashes.SHA256,
    "1.3.132.1.11.2": hashes.SHA384,
    "1.3.132.1.11.3": hashes.SHA512,
}
"""dhSinglePass-stdDH with each hash (RFC 5753 7.1.4)."""
_TAG_BYTES = (12, 13, 14, 15, 16)


@dataclass(frozen=True)
class OwnCertificate:
    """One of ours: PKCS#8 and certificate, both DER."""

    key: bytes = field(repr=False)
    certificate: bytes


@dataclass(frozen=True)
class Unsealed:
    """`authentic`: the cipher itself proves that nothing was altered (AES-GCM)."""

    data: bytes = field(repr=False)
    authentic: bool


def open_enveloped(der: bytes, own: Sequence[OwnCertificate]) -> Unsealed:
    """The content of a CMS structure.

    Raises InputError `message-unopenable` where it is for none of `own`, in an old cipher or no
    such structure, and `mail-altered` where it fails its integrity check.
    """
    try:
        info = cms.ContentInfo.load(der)
        kind, body = info["content_type"].native, info["content"]
        name = {"enveloped_data": "encrypted_content_info"}.get(kind, "auth_encrypted_content_info")
        if kind not in ("enveloped_data", "authenticated_enveloped_data"):
            raise InputError("message-unopenable")
        content = body[name]
        cipher = content["content_encryption_algorithm"]
        key = _content_key(body["recipient_infos"], own, _key_size(cipher["algorithm"].native))
        sealed: bytes = content["encrypted_content"].native or b""
        if kind == "enveloped_data":
            return Unsealed(_from_cbc(key, cipher, sealed), authentic=False)
        return Unsealed(_from_gcm(key, cipher, sealed, body), authentic=True)
    except InvalidTag as problem:
        raise InputError("mail-altered") from problem
    except (*UNREADABLE, KeyError, AttributeError, RecursionError, keywrap.InvalidUnwrap) as problem:
        raise InputError("message-unopenable") from problem


def _key_size(cipher: str) -> int:
    size = _KEY_BYTES.get(cipher.partition("_")[0], 0)
    if not size or cipher.partition("_")[2] not in ("cbc", "gcm"):
        raise InputError("message-unopenable")
    return size


def _from_cbc(key: bytes, cipher: Any, sealed: bytes) -> bytes:
    if not cipher["algorithm"].native.endswith("_cbc"):
        raise InputError("message-unopenable")
    decryptor = Cipher(algorithms.AES(key), modes.CBC(cipher["parameters"].native)).decryptor()
    unpadder = PKCS7(128).unpadder()
    padded = decryptor.update(sealed) + decryptor.finalize()
    return unpadder.update(padded) + unpadder.finalize()


def _from_gcm(key: bytes, cipher: Any, sealed: bytes, body: Any) -> bytes:
    """RFC 5084 3.2: nonce and length of the tag, which stands apart; RFC 5083 2.2: what else it covers."""
    if not cipher["algorithm"].native.endswith("_gcm"):
        raise InputError("message-unopenable")
    parameters = core.SequenceOf.load(cipher["parameters"].dump(), spec=core.Any)
    nonce = core.OctetString.load(parameters[0].dump()).native
    size = core.Integer.load(parameters[1].dump()).native if len(parameters) > 1 else 12
    tag: bytes = body["mac"].native
    if len(tag) != size or size not in _TAG_BYTES:
        raise InputError("mail-altered")
    beside = body["auth_attrs"]
    covered = b"\x31" + beside.dump()[1:] if beside.native is not None else b""
    if size == 16:
        return AESGCM(key).decrypt(nonce, sealed + tag, covered)
    decryptor = Cipher(algorithms.AES(key), modes.GCM(nonce, tag, min_tag_length=size)).decryptor()
    decryptor.authenticate_additional_data(covered)
    return decryptor.update(sealed) + decryptor.finalize()


def _content_key(infos: Any, own: Sequence[OwnCertificate], size: int) -> bytes:
    if len(infos) > MOST_RECIPIENTS:
        raise InputError("message-unopenable")
    for one in own:
        certificate = x509.load_der_x509_certificate(one.certificate)
        key = serialization.load_der_private_key(one.key, None)
        for info in infos:
            found = _for_us(info, certificate, key)
            if found is not None and len(found) == size:
                return found
    raise InputError("message-unopenable")


def _for_us(info: Any, certificate: x509.Certificate, key: object) -> bytes | None:
    """The content key where this RecipientInfo names our certificate; None where it does not, or lies."""
    chosen = info.chosen
    try:
        if info.name == "ktri" and isinstance(key, rsa.RSAPrivateKey) and _is(chosen["rid"], certificate):
            return key.decrypt(chosen["encrypted_key"].native, _padding(chosen["key_encryption_algorithm"]))
        if info.name == "kari" and isinstance(key, ec.EllipticCurvePrivateKey):
            for each in chosen["recipient_encrypted_keys"]:
                if _is(each["rid"], certificate):
                    return _agreed(chosen, each["encrypted_key"].native, key)
    except (ValueError, UnsupportedAlgorithm, keywrap.InvalidUnwrap):
        return None
    return None


def _is(rid: Any, certificate: x509.Certificate) -> bool:
    chosen = rid.chosen
    if rid.name == "issuer_and_serial_number":
        return bool(
            chosen["serial_number"].native == certificate.serial_number
            and chosen["issuer"].dump() == certificate.issuer.public_bytes()
        )
    named = chosen["subject_key_identifier"] if rid.name == "r_key_id" else chosen
    try:
        own = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    except x509.ExtensionNotFound:
        return False
    return bool(named.native == own)


def _padding(algorithm: Any) -> padding.AsymmetricPadding:
    name = algorithm["algorithm"].native
    if name == "rsaes_pkcs1v15":
        return padding.PKCS1v15()
    if name != "rsaes_oaep":
        raise ValueError("an unknown way to send a key")
    parameters = algorithm["parameters"]
    given = parameters["hash_algorithm"]["algorithm"].native if parameters.native else "sha1"
    mask = parameters["mask_gen_algorithm"]["parameters"]["algorithm"].native if parameters.native else "sha1"
    if given not in _OAEP_HASHES or mask not in _OAEP_HASHES:
        raise ValueError("an unknown hash")
    return padding.OAEP(padding.MGF1(_OAEP_HASHES[mask]()), _OAEP_HASHES[given](), None)


def _agreed(info: Any, wrapped: bytes, key: ec.EllipticCurvePrivateKey) -> bytes:
    algorithm = info["key_encryption_algorithm"]
    scheme = _AGREEMENTS.get(algorithm["algorithm"].dotted)
    wrap = cms.KeyEncryptionAlgorithm.load(algorithm["parameters"].dump())
    size = {"aes128_wrap": 16, "aes192_wrap": 24, "aes256_wrap": 32}.get(wrap["algorithm"].native)
    if scheme is None or size is None or info["originator"].name != "originator_key":
        raise ValueError("an unknown way to agree on a key")
    # The bits of a BIT STRING stand behind a byte that counts the unused ones (X.690 8.6.2).
    point = ec.EllipticCurvePublicKey.from_encoded_point(
        key.curve, info["originator"].chosen["public_key"].contents[1:]
    )
    bits = tlv(0xA2, tlv(0x04, (size * 8).to_bytes(4, "big")))
    shared_info = tlv(0x30, wrap.dump(), _material(info["ukm"]), bits)
    kek = X963KDF(scheme(), size, shared_info).derive(key.exchange(ec.ECDH(), point))
    return keywrap.aes_key_unwrap(kek, wrapped)


def _material(material: Any) -> bytes:
    """The sender's own, under its tag in ECC-CMS-SharedInfo (RFC 5753 7.2)."""
    return tlv(0xA0, tlv(0x04, material.native)) if material.native is not None else b""
