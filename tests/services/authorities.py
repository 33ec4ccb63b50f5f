"""Time authorities of every kind for tests: independent, silent, wrong, and soon expired."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from app.trust.keys.certificates import Validity, root_certificate, tsa_certificate
from app.trust.time.development import DevelopmentTsa
from app.trust.time.timestamp import DevelopmentAuthority

KEY = rsa.generate_private_key(65537, 2048)
"""Making an RSA key takes a while; authorities differ by their roots."""


@dataclass
class SetClock:
    """A clock that stands where it is put."""

    at: datetime = datetime(2026, 3, 14, 2, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at


@dataclass(frozen=True)
class Issuer:
    """A root that issues a time authority's certificates, one after the other."""

    key: ec.EllipticCurvePrivateKey
    root: x509.Certificate

    @classmethod
    def made(cls, now: Callable[[], datetime]) -> "Issuer":
        key = ec.generate_private_key(ec.SECP384R1())
        return cls(key, root_certificate(key, _validity(now, 7000)))


def authority(
    name: str, now: Callable[[], datetime], days: int = 3650, issuer: Issuer | None = None
) -> DevelopmentAuthority:
    """A time authority with a root of its own, whose certificate ends after `days`."""
    issuer = issuer or Issuer.made(now)
    root = issuer.root
    certificate = tsa_certificate(KEY.public_key(), root, issuer.key, _validity(now, days))
    tsa = DevelopmentTsa(certificate=certificate, key=KEY, chain=(root,), now=now)
    return DevelopmentAuthority(tsa=tsa, roots=(root,), name=name, assurance="public")


def _validity(now: Callable[[], datetime], days: int) -> Validity:
    start = now() - timedelta(minutes=5)
    return Validity(start=start, end=start + timedelta(days=days))


def trusting(one: DevelopmentAuthority, *roots: x509.Certificate) -> DevelopmentAuthority:
    """The same authority with other roots pinned."""
    return replace(one, roots=roots)


@dataclass
class Moody:
    """An authority that answers only while it is up, and may spoil what it says."""

    inner: DevelopmentAuthority
    up: list[bool] = field(default_factory=lambda: [True])
    spoil: Callable[[bytes, Callable[[bytes], bytes]], bytes] = lambda query, answer: answer(query)
    policies: tuple[str, ...] = ()
    max_accuracy: timedelta | None = None
    asked: list[bytes] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.inner.name

    @property
    def assurance(self) -> str:
        return self.inner.assurance

    @property
    def roots(self) -> tuple[x509.Certificate, ...]:
        return self.inner.roots

    def answer(self, query: bytes) -> bytes:
        self.asked.append(query)
        if not self.up[0]:
            raise ConnectionRefusedError(111, "Connection refused")
        return self.spoil(query, self.inner.answer)
