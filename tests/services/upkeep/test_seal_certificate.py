"""The organisation's own CA certifies the seal's key; openssl makes, judges and reads all of it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.db.rows.log import events
from app.errors import RefusedError
from app.evidence.events.log_events import SealCertificateInstalled
from app.services.home.installation import Ports, open_ports
from app.services.proof.whole_store import seal_root
from app.services.reading.anchors import anchors_of
from app.services.upkeep.seal_certificate import install_certificate, write_request
from app.trust.keys.keyring import load_trust
from app.trust.seals.seal import seal
from tests.services.authority_ca import Authority
from tests.services.homes import home_with

CMS = ("cms", "-verify", "-cades", "-binary", "-inform", "DER", "-out", "/dev/null")


def clock() -> datetime:
    return datetime.now(UTC) + timedelta(seconds=1)


@pytest.fixture(scope="module")
def ca(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.made(tmp_path_factory.mktemp("ca") / "ca")


@pytest.fixture
def ports(tmp_path: Path) -> Iterator[Ports]:
    with home_with(tmp_path / "home", clock) as opened:
        yield opened


def installed(ports: Ports, ca: Authority) -> Path:
    write_request(ports, ca.folder / "seal.csr")
    certificate = ca.sign("seal.csr", "seal.pem")
    install_certificate(ports, certificate, ca.chain, "test")
    return certificate


def sealed(ports: Ports, folder: Path, name: str) -> None:
    data = name.encode()
    (folder / name).write_bytes(data)
    trust = load_trust(ports.trust.folder)
    (folder / f"{name}.p7s").write_bytes(seal(data, trust, ports.authorities, ports.now))


def printed(ca: Authority, path: Path) -> list[str]:
    names = ("-subject", "-nameopt", "RFC2253", "-fingerprint", "-sha256")
    return ca.openssl("x509", "-in", str(path), "-noout", *names).splitlines()


def test_the_request_names_the_organisation_and_is_signed_by_the_seals_key(
    ports: Ports, ca: Authority
) -> None:
    write_request(ports, ca.folder / "asked.csr")

    said = ca.openssl("req", "-in", "asked.csr", "-verify", "-noout", "-subject", "-text")

    assert "verify OK" in said
    assert "O = Northgate Health, CN = Northgate Health evidence seal" in said
    assert "Digital Signature, Non Repudiation" in said
    assert "E-mail Protection" in said


def test_a_seal_of_the_organisations_ca_verifies_under_its_root_and_old_seals_under_theirs(
    ports: Ports, ca: Authority, tmp_path: Path
) -> None:
    sealed(ports, tmp_path, "before")
    own_root = ports.trust.folder / "root.pem"
    certificate = installed(ports, ca)
    sealed(ports, tmp_path, "after")

    for name, roots in (
        ("before", own_root),
        ("after", ca.folder / "root.pem"),
        ("before", seal_root(ports.home)),
        ("after", seal_root(ports.home)),
    ):
        files = ("-in", str(tmp_path / f"{name}.p7s"), "-content", str(tmp_path / name))
        assert "successful" in ca.openssl(*CMS, *files, "-CAfile", str(roots))
    shown = anchors_of(ports)  # of the ports that were opened before
    again = open_ports(ports.home, clock)
    again.close()
    assert again.trust.seal.subject.rfc4514_string().startswith("CN=Northgate Health evidence seal")
    assert [f"sha256 Fingerprint={root.sha256}" for root in shown.roots] == [
        printed(ca, ca.folder / "root.pem")[1],
        printed(ca, own_root)[1],
    ]
    assert anchors_of(again).seal.sha256 in printed(ca, certificate)[1]


def test_the_log_tells_once_from_when_on_which_certificate_seals(
    ports: Ports, ca: Authority
) -> None:
    certificate = installed(ports, ca)
    install_certificate(ports, certificate, ca.chain, "test")

    with ports.database.read() as session:
        (told,) = [one.fact for one in events(session, SealCertificateInstalled)]
    subject, digest = printed(ca, certificate)
    assert f"subject={told.subject}" == subject
    assert told.sha256.upper() == digest.partition("=")[2].replace(":", "")
    kept = list(ports.trust.folder.glob("seal-former-*.crt.pem"))
    assert [told.former_sha256[:16] in path.name for path in kept] == [True]


@pytest.mark.parametrize(
    ("extensions", "why"),
    [
        ("other_uses", "lacks emailProtection"),
        ("no_commitment", "lacks digitalSignature or contentCommitment"),
        ("authority", "CA:TRUE"),
    ],
)
def test_a_certificate_that_cannot_seal_is_refused_and_changes_nothing(
    extensions: str, why: str, ports: Ports, ca: Authority
) -> None:
    ca.openssl(
        *("req", "-new", "-key", str(ports.trust.folder / "seal.key.pem"), "-out", "plain.csr"),
        *("-subj", "/O=Northgate Health/CN=Plain", "-config", "ca.cnf"),
    )
    certificate = ca.sign("plain.csr", "plain.pem", extensions)
    before = {path.name: path.read_bytes() for path in ports.trust.folder.iterdir()}

    with pytest.raises(RefusedError, match=why):
        install_certificate(ports, certificate, ca.chain, "test")

    assert {path.name: path.read_bytes() for path in ports.trust.folder.iterdir()} == before


def test_a_chain_without_its_root_another_key_and_dates_that_are_over_are_refused(
    ports: Ports, ca: Authority
) -> None:
    write_request(ports, ca.folder / "seal.csr")
    dates = ("-startdate", "20200101000000Z", "-enddate", "20210101000000Z")
    for path, chain, why in (
        (ca.sign("seal.csr", "one.pem"), None, "is missing"),
        (
            ca.sign("seal.csr", "two.pem"),
            ca.folder / "issuing.pem",
            "CN=Corporate Root,O=Northgate Health is missing",
        ),
        (ca.sign("issuing.csr", "three.pem"), ca.chain, "another key"),
        (ca.sign("seal.csr", "four.pem", "seal", "issuing", *dates), ca.chain, "valid from"),
    ):
        with pytest.raises(RefusedError, match=why) as refused:
            install_certificate(ports, path, chain, "test")
        assert refused.value.kind == "seal_certificate_unfit"
