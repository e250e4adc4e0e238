"""Keys looked up on a real web server with a certificate, found through a real name server."""

from __future__ import annotations

import asyncio
import ssl
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dns.name
import pytest
from pysequoia import Cert, Profile, Tsk

from demo.authority import Authority
from desktop.config import WkdLimits
from desktop.crypto.openpgp_facts import inspect_openpgp
from desktop.errors import InputError
from desktop.sync.dns import DnsLimits, Resolver, Server
from desktop.sync.https import Web, is_public
from desktop.sync.wkd import WkdAnswer, look_up, published_tree, wkd_path
from desktop.texts import Texts
from tests.servers.keyhost import KeyHost, Page
from tests.servers.nameserver import NameServer, build
from tests.support.clock import ManualClock

ADDRESS = "Joe.Doe@example.org"
HASH = "iy9q119eutrkn8s1mk4r39qejnbu3n5q"
"""From the draft's own example (4.1.1)."""
ADVANCED = f"/.well-known/openpgpkey/example.org/hu/{HASH}"
DIRECT = f"/.well-known/openpgpkey/hu/{HASH}"
BOTH = "@ 300 IN A 127.0.0.1\nopenpgpkey 300 IN A 127.0.0.1\n"
ONLY_DOMAIN = '@ 300 IN A 127.0.0.1\nopenpgpkey 300 IN TXT ""\n'
QUICK = WkdLimits(answer_bytes=100_000, seconds=3.0)


def made(*user_ids: str) -> bytes:
    return bytes(Tsk.generate(user_ids=list(user_ids), profile=Profile.RFC4880).extract_certificate())


@pytest.fixture(scope="module")
def key() -> bytes:
    return made("Joe Doe <Joe.Doe@example.org>", "Joe at work <joe@work.example>")


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("web"))


class Asked:
    """A world with one web server; `look` asks it."""

    def __init__(self, names: NameServer, host: KeyHost, client: ssl.SSLContext) -> None:
        self.names = names
        self.host = host
        self._client = client

    def look(self, address: str = ADDRESS, limits: WkdLimits = QUICK, everywhere: bool = True) -> WkdAnswer:
        resolver = Resolver([Server("127.0.0.1", self.names.port)], DnsLimits(answer=5, tries=1))
        fetcher = Web(self._client, self.host.port, (lambda _: True) if everywhere else is_public)
        return asyncio.run(look_up(address, resolver, fetcher, ManualClock(), limits))

    def reason(self, address: str = ADDRESS, limits: WkdLimits = QUICK, everywhere: bool = True) -> str:
        answer = self.look(address, limits, everywhere)
        assert answer.keys == ()
        assert answer.reason is not None
        for language in ("en", "es"):
            assert Texts(language).has(f"reason.{answer.reason.code}")
        return answer.reason.code


@contextmanager
def world(
    web: Authority, pages: dict[str, Page], zone: str = BOTH, shown: str = "", domain: str = "example.org"
) -> Iterator[Asked]:
    shown = shown or (f"openpgpkey.{domain}" if "openpgpkey 300 IN A" in zone else domain)
    names = NameServer(build({domain: zone}, {domain: False}, ManualClock().now()))
    with names, KeyHost(web.server_context(shown), pages) as host:
        yield Asked(names, host, ssl.create_default_context(cafile=str(web.ca_file)))


def test_the_advanced_method_is_asked_first_and_alone(web: Authority, key: bytes) -> None:
    with world(web, {ADVANCED: Page(key)}) as there:
        answer = there.look()
        assert there.host.asked == [f"openpgpkey.example.org{ADVANCED}?l=Joe.Doe"]
    assert (answer.reason, answer.host) == (None, "openpgpkey.example.org")
    (found,) = answer.keys
    facts = inspect_openpgp(found, ManualClock().now())
    assert facts.fingerprint == Cert.from_bytes(key).fingerprint.upper()
    assert facts.addresses == (ADDRESS,)
    assert b"work.example" not in found


def test_without_a_server_of_that_name_the_domain_itself_is_asked(web: Authority, key: bytes) -> None:
    with world(web, {DIRECT: Page(key)}, ONLY_DOMAIN) as there:
        answer = there.look()
        assert there.host.asked == [f"example.org{DIRECT}?l=Joe.Doe"]
    assert len(answer.keys) == 1


def test_a_server_that_says_no_is_believed(web: Authority, key: bytes) -> None:
    with world(web, {DIRECT: Page(key)}) as there:
        assert there.reason() == "wkd-none"
        assert len(there.host.asked) == 1


def test_a_domain_without_a_web_server_has_no_keys(web: Authority) -> None:
    with world(web, {}, "@ 300 IN MX 0 mail.example.org.\n") as there:
        assert there.reason() == "wkd-none"


def test_a_domain_in_other_letters_is_asked_by_its_a_label(web: Authority) -> None:
    domain = "xn--mller-kva.example"
    key = made("Jürgen <j@müller.example>")
    page = f"/.well-known/openpgpkey/{domain}/{wkd_path('j@müller.example')}"
    with world(web, {page: Page(key)}, domain=domain) as there:
        answer = there.look("j@müller.example")
        assert there.host.asked == [f"openpgpkey.{domain}{page}?l=j"]
    assert inspect_openpgp(answer.keys[0], ManualClock().now()).addresses == (f"j@{domain}",)


def test_several_keys_come_each_by_itself(web: Authority, key: bytes) -> None:
    with world(web, {ADVANCED: Page(key + made("Joe.Doe@example.org") + made("x@example.org"))}) as there:
        assert len(there.look().keys) == 2


@pytest.mark.parametrize(
    "others",
    [
        ("Joe <joe.doe@example.org>",),
        ("Joe.Doe@example.org.evil.example",),
        ("Joe.Doe@example.org <evil@example.org>", "Joe.Doe@example.org x"),
        ("nobody",),
    ],
)
def test_a_key_for_another_address_is_not_taken(web: Authority, others: tuple[str, ...]) -> None:
    with world(web, {ADVANCED: Page(made(*others))}) as there:
        assert there.reason() == "wkd-other-address"


@pytest.mark.parametrize(
    ("page", "code"),
    [
        (Page(b"<html>welcome</html>"), "wkd-unreadable"),
        (Page(b""), "wkd-unreadable"),
        (Page(b"x" * 100_001), "wkd-too-large"),
        (Page(b"x" * 1_000_000), "wkd-too-large"),
        (Page(b"xx", promised=400), "wkd-no-answer"),
        (Page(status=500), "wkd-no-answer"),
        (Page(status=404), "wkd-none"),
        (Page(status=301, location="https://evil.example/key"), "wkd-redirected"),
        (Page(status=302, location="//evil.example/key"), "wkd-redirected"),
        (Page(status=302, location="http://openpgpkey.example.org/key"), "wkd-redirected"),
        (Page(status=302, location="https://openpgpkey.example.org:22/key"), "wkd-redirected"),
        (Page(status=302, location="https://a@openpgpkey.example.org/key"), "wkd-redirected"),
        (Page(status=302, location=ADVANCED), "wkd-redirected"),
        (Page(status=302), "wkd-redirected"),
        (Page(status=302, location="https://[bad"), "wkd-no-answer"),
    ],
)
def test_each_wrong_answer_has_its_reason(web: Authority, page: Page, code: str) -> None:
    with world(web, {ADVANCED: page}) as there:
        assert there.reason() == code
        assert all(asked.startswith("openpgpkey.example.org/") for asked in there.host.asked)


def test_a_redirect_on_the_same_server_is_followed(web: Authority, key: bytes) -> None:
    with world(web, {ADVANCED: Page(status=301, location="/keys/joe"), "/keys/joe": Page(key)}) as there:
        assert len(there.look().keys) == 1


def test_a_server_that_waits_is_left(web: Authority) -> None:
    with world(web, {ADVANCED: Page(slow=True)}) as there:
        assert there.reason(limits=WkdLimits(seconds=0.5)) == "wkd-no-answer"


def test_a_certificate_for_another_name_ends_it(web: Authority, key: bytes) -> None:
    with world(web, {ADVANCED: Page(key)}, shown="example.org") as there:
        assert there.reason() == "wkd-bad-certificate"
        assert there.host.asked == []


def test_an_unknown_authority_ends_it(web: Authority, key: bytes) -> None:
    with world(web, {ADVANCED: Page(key)}) as there:
        there._client = ssl.create_default_context()
        assert there.reason() == "wkd-bad-certificate"


def test_a_name_that_leads_into_the_house_is_not_asked(web: Authority, key: bytes) -> None:
    with world(web, {ADVANCED: Page(key)}) as there:
        assert there.reason(everywhere=False) == "wkd-private"
        assert there.host.asked == []


def test_a_name_server_that_fails_is_no_no(web: Authority) -> None:
    with world(web, {}) as there:
        there.names.faults[(dns.name.from_text("openpgpkey.example.org"), "*")] = "servfail"
        assert there.reason() == "wkd-no-answer"


@pytest.mark.parametrize(
    "address", ["", "joe", "a b@example.org", "é@example.org", "J <j@example.org>", "a@x"]
)
def test_an_odd_address_is_not_asked_for(web: Authority, address: str) -> None:
    with world(web, {}) as there:
        assert there.reason(address) == "wkd-address-wrong"
        assert there.host.asked == []
    with pytest.raises(InputError, match="address-wrong"):
        wkd_path(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
        "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "ff02::1", "::ffff:127.0.0.1",
        "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:0:7f00:1::", "nonsense",
    ],
)  # fmt: skip
def test_private_addresses_are_known_in_every_guise(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["9.9.9.9", "2620:fe::fe", "64:ff9b::909:909", "::ffff:9.9.9.9"])
def test_public_addresses_are_asked(address: str) -> None:
    assert is_public(address)


def test_the_tree_for_ones_own_web_server_is_found_by_a_look_up(web: Authority, key: bytes) -> None:
    tree = published_tree(ADDRESS, key)
    assert sorted(path.removeprefix(".well-known/openpgpkey/") for path in tree) == sorted(
        [f"example.org/hu/{HASH}", "example.org/policy", f"hu/{HASH}", "policy"]
    )
    pages = {f"/{path}": Page(content) for path, content in tree.items()}
    for zone in (BOTH, ONLY_DOMAIN):
        with world(web, pages, zone) as there:
            assert there.look().keys == (tree[f".well-known/openpgpkey/hu/{HASH}"],)
    with pytest.raises(InputError, match="key-mismatch"):
        published_tree("x@example.org", key)


def test_gpg_reckons_the_same_place(key: bytes) -> None:
    address = "o'neil+test_9@example.org"
    with tempfile.TemporaryDirectory() as home:
        Path(home).chmod(0o700)
        gpg = ["gpg", "--homedir", home, "--batch", "--no-tty"]
        subprocess.run([*gpg, "--import"], input=made(f"O <{address}>"), check=True, capture_output=True)
        shown = subprocess.run([*gpg, "--with-wkd-hash", "--list-keys"], check=True, capture_output=True)
    assert f"{wkd_path(address).removeprefix('hu/')}@example.org" in shown.stdout.decode()
