"""Everything a use case needs, opened once at the edge and handed down."""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography import x509

from app.controls.catalogue import Catalogue, load_catalogue
from app.controls.expectations import Expectation, expectation_values, load_expectations
from app.db.engine.database import Database, open_database
from app.errors import UnavailableError, UsageError
from app.evidence.tree.cosignature import parse_witness_vkey
from app.evidence.tree.note import NoteError, VerifierKey
from app.services.home.remembered_head import HomeHead
from app.services.home.vault_signers import remote_keys
from app.services.log.evidence_log import EvidenceLog
from app.settings import (
    AuthoritySettings,
    Settings,
    StoreSettings,
    WitnessSettings,
    load_settings,
)
from app.store.base import Store
from app.store.factory import open_store
from app.trust.keys.keyring import Trust, load_trust
from app.trust.time.timestamp import DevelopmentAuthority, HttpAuthority, TimeAuthority
from collectors.kit import Collector
from collectors.kit.catalogue.registry import all_collectors, validate
from collectors.kit.errors import CatalogError

Clock = Callable[[], datetime]


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownWitness:
    """A witness as the settings have it."""

    name: str
    key: VerifierKey
    url: str = ""
    """Empty: asked by file alone."""
    ca_file: Path | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Ports:
    """One installation: its settings, store, index, keys, clock and catalogue."""

    home: Path
    settings: Settings
    store: Store
    database: Database
    trust: Trust
    authorities: tuple[TimeAuthority, ...]
    """Whom new timestamps are asked of."""
    known_authorities: tuple[TimeAuthority, ...]
    """Whose tokens in the store are known: those, the retired ones, the development authority."""
    witnesses: tuple[KnownWitness, ...]
    """Who cosigns checkpoints."""
    now: Clock
    catalogue: Catalogue
    collectors: tuple[Collector, ...]
    expectations: Mapping[str, Expectation]

    @property
    def expectation_values(self) -> dict[str, Any]:
        """Plain values by key, as judges read them."""
        return dict(expectation_values(self.expectations))

    @property
    def head(self) -> HomeHead:
        """What this installation remembers of its log."""
        return HomeHead(self.home, self.database, self.trust.origin)

    def open_log(self) -> EvidenceLog:
        """The log of this store. Only inside `writer(…)` may it be appended to."""
        return EvidenceLog.open(self.store, self.trust.log, self.head)

    @contextlib.contextmanager
    def writer(self, purpose: str) -> Iterator[None]:
        """Be the only one who writes to this log, on every host. Raises WriterBusyError.

        Two locks: the index's (PostgreSQL), should two hosts have copies of one store, and the
        store's own.
        """
        with self.database.writer(purpose), self.store.writer(purpose):
            yield

    def apart(self) -> "Ports":
        """The same installation with database connections of its own; it is closed by itself."""
        return replace(self, database=self.database.apart())

    def close(self) -> None:
        """Release the database."""
        self.database.close()


def open_ports(home: Path, now: Clock, *, rebuild: bool = False, judged: bool = False) -> Ports:
    """Open an installation; `rebuild` takes any index, so that `reindex` can make it anew.

    `judged` takes one that cannot be used or lost its triggers, so that `verify` can tell of it.

    Raises UsageError, RefusedError or UnavailableError.
    """
    settings = load_settings(home)
    catalogue = load_catalogue()
    expectations = load_expectations(settings.expectations)
    collectors = _collectors(catalogue, expectations)
    trust = load_trust(home / "trust", remote_keys(settings, home, now))
    return Ports(
        home=home,
        settings=settings,
        store=_store(home, settings.store, now),
        database=open_database(
            _database_url(home, settings.database), rebuild=rebuild, judged=judged
        ),
        trust=trust,
        authorities=_asked(home, settings, trust, now),
        known_authorities=_known(home, settings, trust, now),
        witnesses=tuple(_witness(home, one) for one in settings.witnesses),
        now=now,
        catalogue=catalogue,
        collectors=collectors,
        expectations=expectations,
    )


def _collectors(
    catalogue: Catalogue, expectations: Mapping[str, Expectation]
) -> tuple[Collector, ...]:
    try:
        collectors = all_collectors()
        validate(collectors, (control.id for control in catalogue), expectations)
    except CatalogError as error:
        raise UsageError(str(error), code="catalogue_invalid") from error
    return collectors


def _store(home: Path, settings: StoreSettings, now: Clock) -> Store:
    if "://" not in settings.url:
        return open_store(str(home / settings.url))
    if not settings.url.startswith("https://"):
        return open_store(settings.url)
    from app.services.home.azure_cloud import cloud_of
    from app.services.home.azure_identity import credential_of

    cloud = cloud_of(settings)
    return open_store(
        settings.url,
        credential=credential_of(settings, cloud, now),
        retention_days=settings.retention_days,
        locked=settings.locked,
        legal_hold=settings.legal_hold,
        ca_file=cloud.ca_file,
    )


def _database_url(home: Path, setting: str) -> str:
    return setting if "://" in setting else f"sqlite:///{(home / setting).resolve()}"


def _asked(home: Path, settings: Settings, trust: Trust, now: Clock) -> tuple[TimeAuthority, ...]:
    asked = tuple(_http(home, one) for one in settings.time_authorities if not one.retired)
    return asked or (DevelopmentAuthority.of(trust, now),)


def _known(home: Path, settings: Settings, trust: Trust, now: Clock) -> tuple[TimeAuthority, ...]:
    """The development authority stamped whatever was sealed before another was configured."""
    known = tuple(_http(home, one) for one in settings.time_authorities)
    return (*known, DevelopmentAuthority.of(trust, now))


def _witness(home: Path, settings: WitnessSettings) -> KnownWitness:
    try:
        key = parse_witness_vkey(settings.vkey)
    except NoteError as error:
        raise UsageError(
            f"the vkey of the witness {settings.name} is none: {error}", code="settings_invalid"
        ) from error
    ca_file = home / settings.ca_file if settings.ca_file else None
    return KnownWitness(name=settings.name, key=key, url=settings.url, ca_file=ca_file)


def _http(home: Path, authority: AuthoritySettings) -> HttpAuthority:
    """A root's file is looked for in the home folder, as the other files of the settings are."""
    roots: list[x509.Certificate] = []
    for path in authority.roots:
        try:
            roots += x509.load_pem_x509_certificates((home / path).read_bytes())
        except OSError as error:
            raise UnavailableError(
                f"root {path} of time authority {authority.name} cannot be read: {error.strerror}"
            ) from error
        except ValueError as error:
            raise UsageError(
                f"root {path} of time authority {authority.name} is not a PEM certificate"
            ) from error
    return HttpAuthority(
        name=authority.name,
        url=authority.url,
        roots=tuple(roots),
        assurance=authority.assurance,
        policies=authority.policy_oids,
        max_accuracy=authority.max_accuracy,
    )
