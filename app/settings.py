"""Settings: one annexa.toml in the home folder, overridden by ANNEXA_* environment variables.

Secrets never stand here: a connection names the environment variable or file that holds one.
"""

import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from app.errors import UsageError
from app.file_modes import named_files, need_own_file, need_own_folder
from app.service_settings import ServiceSettings

FILE_NAME = "annexa.toml"
VAULT_KEY = r"^$|^https://[A-Za-z0-9.-]+/keys/[A-Za-z0-9-]+/[0-9a-fA-F]{32}$"
_Vault = TypeVar("_Vault", bound="VaultSettings")


class AuthoritySettings(BaseModel):
    """One RFC 3161 time authority, tried in the order given."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    url: str = Field(pattern=r"^https?://")
    roots: tuple[Path, ...] = Field(min_length=1)
    """PEM files of the roots this authority's tokens must chain to. Nothing else is trusted."""
    assurance: Literal["public", "qualified"] = "public"
    policy_oids: tuple[Annotated[str, Field(pattern=r"^[0-2](\.(0|[1-9][0-9]*))+$")], ...] = ()
    """Policies under which its tokens are accepted; empty: any."""
    max_accuracy: timedelta | None = Field(default=None, gt=timedelta())
    """Widest error it may state; a token that states none is then refused. None: any."""
    retired: bool = False
    """True: it is asked no more, and what it stamped goes on to verify."""


class StoreCredentialSettings(BaseModel):
    """The identity that writes evidence. It needs to create and read blobs, nothing else."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["managed_identity", "workload_identity", "certificate_file", "secret_env"] = (
        "managed_identity"
    )
    tenant_id: str = ""
    client_id: str | None = None
    secret_env: str | None = None
    file: Path | None = None
    password_env: str | None = None


class StoreSettings(BaseModel):
    """Where evidence is kept. All but `url` is for a blob container."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str = "store"
    """A folder (relative to the home folder) or the https address of a blob container."""
    retention_days: int | None = Field(default=None, ge=1, le=146_000)
    """Immutability of each blob from the day it is written."""
    locked: bool = False
    """Lock that policy: it can then never be shortened or removed, by anyone."""
    legal_hold: bool = False
    """Set a legal hold on each blob."""
    retention_years: int = Field(default=6, ge=0, le=399)
    """Calendar years after the current one that `annexa retention extend` keeps evidence."""
    cloud: str = "public"
    cloud_file: Path | None = None
    credential: StoreCredentialSettings = StoreCredentialSettings()


class VaultSettings(BaseModel):
    """A key, in the trust folder or in Azure Key Vault. All but `kind` is for a vault."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["local", "key_vault"] = "local"
    key_id: str = Field(default="", pattern=VAULT_KEY)
    """https://<vault>.vault.azure.net/keys/<name>/<version>: the version is part of it."""
    cloud: str = "public"
    cloud_file: Path | None = None
    credential: StoreCredentialSettings = StoreCredentialSettings()
    """Who signs: an identity that needs nothing but keys/sign on this key."""


class LogKeySettings(VaultSettings):
    """The key that signs checkpoints. Chosen before `annexa init`: a log keeps its key."""

    public_key: Path | None = None
    """PEM of its public half, as `az keyvault key download` writes it."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        return _whole(self, "public_key", self.public_key)


class SealSettings(VaultSettings):
    """The key that seals bundles and PDFs."""

    certificate: Path | None = None
    """PEM of the certificate of this key."""
    chain: tuple[Path, ...] = ()
    """PEM files of its issuers, the root among them; none for a self-signed certificate."""
    revocation_lists: tuple[Path, ...] = ()
    """PEM or DER files of its issuers' lists. A seal carries them."""
    archival: bool = False
    """PDFs are sealed PAdES-B-LTA instead of B-T: they carry what they are verified with."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        return _whole(self, "certificate", self.certificate)


def _whole(settings: _Vault, name: str, file: Path | None) -> _Vault:
    if settings.kind == "key_vault" and not (settings.key_id and file):
        raise ValueError(f"a key in Key Vault needs key_id and {name}")
    return settings


class PatienceSettings(BaseModel):
    """How long one request to Azure is tried before it becomes a gap."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    tries: int = Field(default=6, ge=1, le=20)
    total_wait: timedelta = timedelta(seconds=120)
    """Waits between tries, all together; a longer Retry-After ends the trying."""
    first_backoff: timedelta = timedelta(seconds=1)
    answer: timedelta = timedelta(seconds=100)
    """For one try, from the first byte sent to the last received."""
    answer_bytes: int = Field(default=32 << 20, ge=1 << 20, le=1 << 30)
    """Of one answer of Azure; a larger one is a gap."""
    list_bytes: int = Field(default=512 << 20, ge=1 << 20, le=1 << 36)
    """Of all pages of a list; what lies beyond is a gap."""


class WebhookSettings(BaseModel):
    """Checkpoints go to an address as JSON, over HTTPS."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["webhook"]
    name: str
    url: str = Field(pattern=r"^https://")
    token_env: str | None = None
    """Environment variable with a bearer token."""
    ca_file: Path | None = None
    """PEM file of the authority that vouches for the host; None: those of this machine."""


class EmailSettings(BaseModel):
    """Checkpoints go to people, by a mail server that speaks STARTTLS."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["email"]
    name: str
    host: str
    port: int = Field(default=587, ge=1, le=65535)
    sender: str
    recipients: tuple[str, ...] = Field(min_length=1)
    username: str | None = None
    password_env: str | None = None
    ca_file: Path | None = None


NoticeSettings = Annotated[WebhookSettings | EmailSettings, Field(discriminator="kind")]


class ReleaseSettings(BaseModel):
    """Who answers for what runs here; an image has it as ANNEXA_RELEASE__BY and …__COMMIT."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    by: str = Field(default="", max_length=200)
    """Who released this software and these settings; empty: not told."""
    commit: str = Field(default="", max_length=100)
    """The commit it was built from; empty: as the installer noted it, else not told."""


class WitnessSettings(BaseModel):
    """Somebody outside who cosigns checkpoints (c2sp.org/tlog-witness)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    vkey: str
    """Its key, `<name>+<id>+<key>`, as its people gave it. Nothing else is believed."""
    url: str = Field(default="", pattern=r"^$|^https?://")
    """Where it is asked; empty: by file alone (`annexa witness request`, `annexa witness add`)."""
    ca_file: Path | None = None
    """PEM file of the authority that vouches for the host; None: those of this machine."""


class Settings(BaseSettings):
    """Everything an installation can choose."""

    model_config = SettingsConfigDict(
        env_prefix="ANNEXA_", env_nested_delimiter="__", extra="forbid", frozen=True
    )

    organisation: str = "Unnamed organisation"
    log_origin: str = Field(default="annexa.invalid/log", pattern=r"^[^\s+]+$")
    """Name of the log in its checkpoints (C2SP tlog-checkpoint: a schema-less URL)."""
    store: StoreSettings = StoreSettings()
    log_key: LogKeySettings = LogKeySettings()
    seal: SealSettings = SealSettings()
    database: str = "index.sqlite"
    """A SQLite file (relative to the home folder) or a postgresql+psycopg:// address."""
    schedule: str = "0 2 * * *"
    """Cron line of the nights of every connection that was added without one of its own."""
    time_authorities: tuple[AuthoritySettings, ...] = ()
    """Empty: the built-in development authority, which proves nothing about time.

    Two that chain to different roots date every checkpoint and bundle, each for itself."""
    renew_within: timedelta = Field(default=timedelta(days=90), gt=timedelta())
    """How long before a time authority's certificate expires `status` asks for `restamp`."""
    notices: tuple[NoticeSettings, ...] = ()
    """Who is sent the checkpoint of each night."""
    witnesses: tuple[WitnessSettings, ...] = ()
    """Who cosigns the checkpoint of each night and of each bundle."""
    clock_skew: timedelta = Field(default=timedelta(minutes=2), gt=timedelta())
    """Difference to Azure's clock from which status and pack warn."""
    clock_limit: timedelta = Field(default=timedelta(hours=1), gt=timedelta())
    """Difference to Azure's clock from which no night is collected."""
    release: ReleaseSettings = ReleaseSettings()
    """Sealed with the first night after a change of software, rules or expectations."""
    expectations: dict[str, Any] = Field(default_factory=dict)
    """The organisation's own criteria, over those of evidence_templates/expectations.toml."""
    not_applicable: dict[str, str] = Field(default_factory=dict)
    """Statement of Applicability: control id and the reason why it does not apply."""
    rejudging: timedelta = Field(default=timedelta(minutes=30), gt=timedelta())
    """How long, after a night, earlier nights are judged again when the rules have changed."""
    absence_questions: int = Field(default=200, ge=0, le=100_000)
    """How many single things a night may ask for that are missing from its lists."""
    patience: PatienceSettings = PatienceSettings()
    service: ServiceSettings = ServiceSettings()
    concurrency: int = Field(default=24, ge=1, le=200)
    """Requests under way at once against Azure."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Environment first, then the file; nothing else."""
        del dotenv_settings, file_secret_settings
        file = settings_cls.model_config.get("toml_file")
        return (init_settings, env_settings, TomlConfigSettingsSource(settings_cls, file))


def load_settings(home: Path) -> Settings:
    """Settings of a home folder.

    Raises UsageError, naming the key that is wrong, or the file that others may write: the
    settings themselves, their folder, a file that they name.
    """
    path = home / FILE_NAME
    if not path.is_file():
        raise UsageError(
            f"there is no {FILE_NAME} in {home}; run `annexa --home {home} init` first",
            code="not_initialised",
        )

    need_own_folder(home)
    need_own_file(path)

    class _OfThisHome(Settings):
        model_config = SettingsConfigDict(toml_file=path)

    try:
        found = _OfThisHome()
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path} is not TOML: {error}", code="settings_invalid") from None
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise UsageError(f"{path}: {where}: {first['msg']}", code="settings_invalid") from None
    for named in named_files(found):
        need_own_file(home / named)
    return found
