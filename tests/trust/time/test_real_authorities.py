"""Tokens as real authorities write them: accepted exactly where `openssl ts -verify` accepts."""

import subprocess
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import cms, core, tsp
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from app.trust.time.timestamp import (
    TimestampRefusedError,
    TimestampUnavailableError,
    stamp,
    verify_timestamp,
)
from app.trust.time.timestamp_token import read_token
from app.trust.time.token_form import refuse_loose_bytes
from app.trust.time.token_proof import prove
from tests.trust.imitated import (
    AUTHORITY,
    RSA,
    TIME,
    Hall,
    Holder,
    Imitation,
    Pen,
    Wish,
    by_openssl,
    in_order,
    indefinite,
    issued,
    name,
    of_status,
)

DATA = b"evidence.example/log\n1\n\n"
DAY = timedelta(days=1)
MAIL = ExtendedKeyUsageOID.EMAIL_PROTECTION
Build = Callable[[datetime, Path], Imitation]


def now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Case:
    """An authority, whether openssl accepts its tokens, and why not."""

    id: str
    build: Build
    accepted: bool = True
    reason: str = ""


def plain(**options: str) -> Build:
    """By openssl, its chain with it, its root pinned."""

    def build(at: datetime, folder: Path) -> Imitation:
        hall = Hall.built(at)
        return Imitation(
            (hall.root.certificate,), by_openssl(folder, hall.signer, [hall.middle], **options)
        )

    return build


def changed(change: Callable[[Hall], Callable[[bytes], bytes]]) -> Build:
    def build(at: datetime, folder: Path) -> Imitation:
        hall = Hall.built(at)
        reply = by_openssl(folder, hall.signer, [hall.middle, hall.root])
        return Imitation((hall.root.certificate,), reply, change(hall))

    return build


def hall_of(**wishes: Wish) -> Build:
    """By openssl, which does not look at what the chain is worth when it signs."""

    def build(at: datetime, folder: Path) -> Imitation:
        hall = Hall.built(at, **wishes)
        return Imitation((hall.root.certificate,), by_openssl(folder, hall.signer, [hall.middle]))

    return build


def penned(signer: Wish = AUTHORITY, **how: Any) -> Build:
    """Of asn1crypto."""

    def build(at: datetime, _: Path) -> Imitation:
        hall = Hall.built(at, signer=signer)
        given = {
            key: value(hall) if key in {"carried", "tsa"} else value for key, value in how.items()
        }
        if "time" in given:  # of the token's own hour, however late in the day this is run
            given["time"] = given["time"](at)
        carried = given.pop("carried", (hall.signer, hall.middle))
        return Imitation((hall.root.certificate,), Pen(hall.signer, tuple(carried), at, **given))

    return build


def anchored(anchors: Callable[[Hall], list[Holder]]) -> Build:
    """The signer's certificate alone in the token, and these pinned."""

    def build(at: datetime, folder: Path) -> Imitation:
        hall = Hall.built(at)
        roots = tuple(each.certificate for each in anchors(hall))
        return Imitation(roots, by_openssl(folder, hall.signer, []))

    return build


def crossed(*, pinned: str, chain_ids: str = "no", carried: str = "cross") -> Build:
    """A new root that an older one signed as well; the token carries that cross-certificate."""

    def build(at: datetime, folder: Path) -> Imitation:
        old = issued(Wish("Old Root", ca=True), at)
        wish = Wish("New Root", ca=True, key=ec.generate_private_key(ec.SECP256R1()))
        new, cross = issued(wish, at), issued(wish, at, old)
        middle = issued(Wish("Issuing of Time", ca=True), at, new)
        signer = issued(Wish("Time Authority", purposes=(TIME,)), at, middle)
        known = {"cross": cross, "new": new}
        order = [signer, middle, *(known[each] for each in carried.split())]
        roots = {"old": (old,), "new": (new,), "both": (new, old)}[pinned]
        return Imitation(
            tuple(each.certificate for each in roots),
            by_openssl(folder, signer, order[1:], ess_cert_id_chain=chain_ids),
            in_order(*order),
        )

    return build


def renewed_root(pinned: str) -> Build:
    """One root twice: of one key and name, with other dates. The token carries the other one."""

    def build(at: datetime, folder: Path) -> Imitation:
        wish = Wish("Root of Time", ca=True, key=ec.generate_private_key(ec.SECP256R1()))
        old, new = issued(wish, at), issued(replace(wish, end=4000 * DAY), at)
        middle = issued(Wish("Issuing of Time", ca=True), at, old)
        signer = issued(Wish("Time Authority", purposes=(TIME,)), at, middle)
        root, other = (new, old) if pinned == "new" else (old, new)
        return Imitation((root.certificate,), by_openssl(folder, signer, [middle, other]))

    return build


def attribute(
    kind: str, value: Callable[[dict[str, Any]], Any]
) -> Callable[[dict[str, Any]], dict[str, Any]]:
    def change(values: dict[str, Any]) -> dict[str, Any]:
        made = value(values)
        kept = {key: old for key, old in values.items() if key != kind}
        return kept if made is None else {**kept, kind: made}

    return change


def info(**values: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda before: {**before, **values}


def without_certificates(signed: cms.SignedData) -> None:
    del signed["certificates"]


def two_signers(signed: cms.SignedData) -> None:
    one = signed["signer_infos"][0]
    signed["signer_infos"] = [one, one.copy()]


def more_digests(signed: cms.SignedData) -> None:
    signed["digest_algorithms"] = [{"algorithm": "sha512"}, {"algorithm": "sha256"}]


def other_digests(signed: cms.SignedData) -> None:
    signed["digest_algorithms"] = [{"algorithm": "sha512"}]


def spoilt(signed: cms.SignedData) -> None:
    signer = signed["signer_infos"][0]
    signature = bytearray(signer["signature"].native)
    signature[-1] ^= 1
    signer["signature"] = bytes(signature)


def bare_rsa(signed: cms.SignedData) -> None:
    signed["signer_infos"][0]["signature_algorithm"] = {"algorithm": "rsassa_pkcs1v15"}


def stranger(hall: Hall) -> list[Holder]:
    """A certificate that has nothing to do with the others."""
    at = now()
    return [hall.signer, hall.middle, issued(Wish("Of another house", ca=True), at)]


def orphan(hall: Hall) -> list[Holder]:
    at = now()
    top = issued(Wish("Far away", ca=True), at)
    bare = issued(Wish("Its child", ca=True, key_ids=False), at, top)
    return [hall.signer, hall.middle, issued(Wish("Child", ca=True), at, top), bare]


REQUIRED = [
    Case("certificates unsorted", changed(lambda h: in_order(h.root, h.middle, h.signer))),
    Case("and the other way", changed(lambda h: in_order(h.signer, h.middle, h.root))),
    Case("granted with modifications", changed(lambda _: of_status(1))),
    Case("modifications told", changed(lambda _: of_status(1, "policy changed"))),
    Case("SHA-1 certificate ids", plain(ess_cert_id_alg="sha1")),
    Case("SHA-1 ids of the chain", plain(ess_cert_id_alg="sha1", ess_cert_id_chain="yes")),
    Case("SHA-256 ids of the chain", plain(ess_cert_id_chain="yes")),
    Case("SHA-512 certificate ids", plain(ess_cert_id_alg="sha512")),
    Case("cross-signed, old root", crossed(pinned="old")),
    Case("cross-signed, new root", crossed(pinned="new")),
    Case("cross-signed, new root carried after", crossed(pinned="old", carried="cross new")),
    Case(
        "cross-signed, new root carried before",
        crossed(pinned="old", carried="new cross"),
        accepted=False,
        reason="CN=New Root: self-signed certificate in certificate chain; if that is",
    ),
    Case("cross-signed, both carried, new root", crossed(pinned="new", carried="cross new")),
    Case("cross-signed, both roots", crossed(pinned="both", chain_ids="yes")),
    Case("cross-signed, ids under the old", crossed(pinned="old", chain_ids="yes")),
    Case(
        "cross-signed, ids under the new",
        crossed(pinned="new", chain_ids="yes"),
        accepted=False,
        reason="cross-signed, pin the root that signed it",
    ),
    Case(
        "expired root",
        hall_of(root=Wish("Root of Time", ca=True, end=-DAY)),
        accepted=False,
        reason="CN=Root of Time: certificate has expired; ask the authority",
    ),
    Case(
        "wrong purpose",
        penned(Wish("Time Authority", purposes=(MAIL,))),
        accepted=False,
        reason="the extended key usage of CN=Time Authority is not timeStamping alone",
    ),
    Case("milliseconds", plain(clock_precision_digits="3")),
    Case("microseconds", plain(clock_precision_digits="6")),
]
CHAINS = [
    Case("purpose beside another", penned(Wish("A", purposes=(TIME, MAIL))), False, "alone"),
    Case(
        "purpose not critical", penned(Wish("A", purposes=(TIME,), critical=False)), False, "crit"
    ),
    Case("no purpose", penned(Wish("A")), False, "has no extended key usage"),
    Case(
        "key usage of two kinds",
        penned(Wish("A", purposes=(TIME,), usage=("digital_signature", "key_encipherment"))),
        accepted=False,
        reason="key usage of CN=A is not signing alone",
    ),
    Case(
        "non-repudiation",
        penned(Wish("A", purposes=(TIME,), usage=("content_commitment",))),
    ),
    Case(
        "expired issuer",
        hall_of(middle=Wish("Issuing", ca=True, end=-DAY)),
        accepted=False,
        reason="CN=Issuing: certificate has expired",
    ),
    Case(
        "expired authority",
        hall_of(signer=Wish("A", purposes=(TIME,), end=-DAY)),
        accepted=False,
        reason="CN=A: certificate has expired",
    ),
    Case(
        "authority of tomorrow",
        hall_of(signer=Wish("A", purposes=(TIME,), start=DAY)),
        accepted=False,
        reason="CN=A: certificate is not yet valid",
    ),
    Case("issuer that may not issue", hall_of(middle=Wish("Issuing")), False, "CN=Issuing: "),
    Case("too long a path", hall_of(root=Wish("R", ca=True, path_length=0)), False, "path length"),
    Case("path as long as allowed", hall_of(root=Wish("R", ca=True, path_length=1))),
    Case("chain signed with SHA-1", hall_of(middle=Wish("Issuing", ca=True, sha1=True))),
    Case("root signed with SHA-1", hall_of(root=Wish("Root of Time", ca=True, sha1=True))),
    Case("authority signed with SHA-1", hall_of(signer=Wish("A", purposes=(TIME,), sha1=True))),
    Case("no key ids", hall_of(signer=Wish("A", purposes=(TIME,), key_ids=False))),
    Case(
        "an unknown critical extension",
        hall_of(
            middle=Wish(
                "Issuing",
                ca=True,
                more=(
                    (x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\0"), True),
                ),
            )
        ),
        accepted=False,
        reason="CN=Issuing: unhandled critical extension",
    ),
    Case(
        "name constraints that fit",
        hall_of(
            middle=Wish(
                "Issuing",
                ca=True,
                more=(
                    (
                        x509.NameConstraints([x509.DirectoryName(name("Time Authority"))], None),
                        True,
                    ),
                ),
            )
        ),
    ),
    Case(
        "name constraints that do not",
        hall_of(
            middle=Wish(
                "Issuing",
                ca=True,
                more=((x509.NameConstraints([x509.DirectoryName(name("Another"))], None), True),),
            )
        ),
        accepted=False,
        reason="permitted subtree violation",
    ),
    Case(
        "its issuer left out",
        anchored(lambda h: [h.root]),
        accepted=False,
        reason="unable to get local issuer certificate; pin under `roots`",
    ),
    Case("its issuer pinned with the root", anchored(lambda h: [h.root, h.middle])),
    Case(
        "its issuer pinned alone",
        anchored(lambda h: [h.middle]),
        accepted=False,
        reason="pin the self-signed root",
    ),
    Case(
        "another root",
        anchored(lambda _: [issued(Wish("Other", ca=True), now())]),
        accepted=False,
        reason="unable to get local issuer certificate",
    ),
    Case("a root renewed with its key", renewed_root("new")),
    Case("a root renewed with its key, the old one pinned", renewed_root("old")),
    Case(
        "a namesake of the root",
        anchored(lambda h: [issued(Wish("Root of Time", ca=True), now()), h.middle]),
        accepted=False,
        reason="CN=Issuing of Time: ",
    ),
    Case(
        "a root of the same name beside it",
        anchored(lambda h: [issued(Wish("Root of Time", ca=True), now()), h.root, h.middle]),
    ),
]
FORMS = [
    Case(
        "no certificates",
        penned(signed=without_certificates),
        False,
        "0 certificates, its signer's not",
    ),
    Case("only its issuer's", penned(carried=lambda h: [h.middle]), False, "certReq"),
    Case("a stranger among them", penned(carried=stranger)),
    Case("orphans among them", penned(carried=orphan)),
    Case("its root among them", penned(carried=lambda h: [h.root, h.signer, h.middle])),
    Case("by key id", penned(by_key=True), False, "key identifier"),
    Case("two signers", penned(signed=two_signers), False, "2 signers"),
    Case("several digest algorithms", penned(signed=more_digests)),
    Case("another digest algorithm", penned(signed=other_digests), False, "digest algorithm"),
    Case("a spoilt signature", penned(signed=spoilt), False, "signature does not verify"),
    Case("signed with SHA-1", penned(digest="sha1")),
    Case("signed with SHA-224", penned(digest="sha224")),
    Case("signed with SHA-384", penned(digest="sha384")),
    Case("signed with SHA-512", penned(digest="sha512")),
    Case("RSA", penned(Wish("A", purposes=(TIME,), key=RSA))),
    Case("RSA, named bare", penned(Wish("A", purposes=(TIME,), key=RSA), signed=bare_rsa)),
    Case("RSA with SHA-512", penned(Wish("A", purposes=(TIME,), key=RSA), digest="sha512")),
    Case(
        "RSA-PSS",
        penned(Wish("A", purposes=(TIME,), key=RSA), padding="pss"),
        accepted=False,
        reason="as `openssl ts` reads it: rsassa_pss",
    ),
    Case(
        "P-384",
        penned(
            Wish("A", purposes=(TIME,), key=ec.generate_private_key(ec.SECP384R1())),
            digest="sha384",
        ),
    ),
    Case(
        "P-521",
        penned(
            Wish("A", purposes=(TIME,), key=ec.generate_private_key(ec.SECP521R1())),
            digest="sha512",
        ),
    ),
    Case(
        "Ed25519",
        penned(
            Wish("A", purposes=(TIME,), key=ed25519.Ed25519PrivateKey.generate()), digest="sha512"
        ),
        accepted=False,
        reason="ed25519",
    ),
    Case(
        "no id of its certificate",
        penned(attributes=attribute("signing_certificate_v2", lambda _: None)),
        False,
        "does not say which certificate",
    ),
    Case(
        "no digest", penned(attributes=attribute("message_digest", lambda _: None)), False, "digest"
    ),
    Case(
        "another digest",
        penned(attributes=attribute("message_digest", lambda _: bytes(32))),
        False,
        "not over this",
    ),
    Case(
        "an id of another certificate",
        penned(
            attributes=attribute(
                "signing_certificate_v2",
                lambda _: tsp.SigningCertificateV2({"certs": [{"cert_hash": bytes(32)}]}),
            )
        ),
        accepted=False,
        reason="names its signing certificate by an id",
    ),
    Case(
        "both kinds of ids",
        penned(
            attributes=attribute(
                "signing_certificate",
                lambda _: tsp.SigningCertificate({"certs": [{"cert_hash": bytes(20)}]}),
            )
        ),
        accepted=False,
        reason="names its signing certificate by an id",
    ),
    Case(
        "a time of signing too",
        penned(
            attributes=attribute(
                "signing_time", lambda _: cms.Time({"utc_time": core.UTCTime(now())})
            )
        ),
    ),
    Case("no name", plain(tsa_name="no")),
    Case("its own name", penned(tsa=lambda h: h.signer.certificate.subject)),
    Case("another name", penned(tsa=lambda h: h.root.certificate.subject), False, "name it gives"),
    Case(
        "a name of its certificate's others",
        penned(
            Wish(
                "A",
                purposes=(TIME,),
                more=((x509.SubjectAlternativeName([x509.DirectoryName(name("Known"))]), False),),
            ),
            tsa=lambda _: name("Known"),
        ),
    ),
    Case("ordering", plain(ordering="yes")),
    Case("accuracy to the microsecond", plain(accuracy="secs:1, millisecs:500, microsecs:100")),
    Case("no accuracy", plain(accuracy="")),
    Case("another policy", penned(info=info(policy="1.2.3.4"))),
    Case("version 2", penned(info=info(version=2)), False, "version 1"),
    Case("seven digits", penned(time=lambda at: f"{at:%Y%m%d%H%M%S}.1234567Z")),
    Case("bytes after it", changed(lambda _: lambda response: response + b"\r\n")),
    Case("of indefinite length", changed(lambda _: indefinite)),
    Case("a refusal", changed(lambda _: of_status(2, "no")), False, "refused: rejection, no"),
    Case("to be waited for", changed(lambda _: of_status(3)), False, "refused: waiting"),
    Case("a warning of revocation", changed(lambda _: of_status(4)), False, "revocation warning"),
    Case(
        "no token",
        lambda at, f: Imitation(plain()(at, f).roots, lambda _: bytes.fromhex("30053003020100")),
        False,
        "granted and holds no token",
    ),
    Case(
        "an empty answer",
        lambda at, f: Imitation(plain()(at, f).roots, lambda _: b""),
        False,
        "no RFC 3161",
    ),
]
CASES = [*REQUIRED, *CHAINS, *FORMS]


def openssl_accepts(response: bytes, roots: tuple[x509.Certificate, ...], folder: Path) -> bool:
    """By hand: under each root, then under all of them."""
    folder.mkdir()
    (folder / "token").write_bytes(response)
    (folder / "data").write_bytes(DATA)
    pems = [root.public_bytes(Encoding.PEM) for root in roots]
    for number, pem in enumerate([*pems, b"".join(pems)]):
        (folder / f"{number}.pem").write_bytes(pem)
        command = ["openssl", "ts", "-verify", "-in", "token", "-data", "data"]
        done = subprocess.run(
            [*command, "-CAfile", f"{number}.pem"], cwd=folder, check=False, capture_output=True
        )
        if done.returncode == 0:
            return True
    return False


def proven(response: bytes, roots: tuple[x509.Certificate, ...]) -> str:
    """Why our own verifier refuses, without asking the command; empty where it does not."""
    try:
        token = read_token(response)
        for instant in (now(), token.at):
            prove(token, roots, instant)
        refuse_loose_bytes(token.response, roots)
    except TimestampRefusedError as error:
        return str(error)
    return ""


class Kept:
    """An authority whose last answer is kept, to ask others about it."""

    def __init__(self, inner: Imitation) -> None:
        self._inner, self.last = inner, b""

    def __getattr__(self, wanted: str) -> Any:
        return getattr(self._inner, wanted)

    def answer(self, query: bytes) -> bytes:
        self.last = self._inner.answer(query)
        return self.last


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_token_is_accepted_exactly_where_openssl_accepts_it(case: Case, tmp_path: Path) -> None:
    authority = Kept(case.build(now(), tmp_path / "authority"))
    try:
        stamped, refusal = stamp(DATA, [authority], now), ""
    except TimestampUnavailableError as error:
        stamped, refusal = None, error.message
    by_hand = openssl_accepts(authority.last, authority.roots, tmp_path / "by_hand")
    own = proven(authority.last, authority.roots)
    assert by_hand is case.accepted
    assert (own == "") is case.accepted, own
    assert (stamped is not None) is case.accepted, refusal
    assert case.reason in own
    assert case.reason in refusal
    if stamped:
        assert authority.last.startswith(stamped.response), "kept as it was sent"
        assert stamped.token in stamped.response
        assert verify_timestamp(stamped.response, DATA, authority.roots) == stamped.at
