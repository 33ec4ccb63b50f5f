"""What Azure means by a property that its answer leaves out, as far as Microsoft says so.

An optional setting that was never set is usually absent from real answers, so that the weakest
settings of old accounts are those that say nothing. A documented default is not a guess. The rule:
absence makes *fail* where the model's text and, if there is one, Microsoft's built-in policy agree
that it is the weak value; it makes *pass* only where both say so; where they differ it is *unknown*
and the reason says that they differ. An answer of a version that did not have the property yet
says nothing by leaving it out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from collectors.kit.spec import Item, Status, Verdict, failed, passed, unknown


@dataclass(frozen=True, kw_only=True, slots=True)
class Absence:
    """One property of one type."""

    type: str
    """Azure type in lower case."""
    path: str
    """Dotted path below the item."""
    since: str
    """First api-version whose answers hold the property where it is set."""
    means: str
    """What Azure then does, for people: "Azure then accepts account keys"."""
    value: Any
    """The stated value that it is the same as."""
    model: Status
    """What the documented default amounts to."""
    policy: str | None = None
    """GUID of Microsoft's built-in definition that judges the property."""
    policy_says: Status | None = None
    """What that rule makes of a resource without it; None without a rule."""
    source: str
    """Where the default is documented: the texts of the models in Microsoft's own package."""
    read_on: str
    """Date on which the source was read."""

    @property
    def then(self) -> Status:
        """What absence makes: a pass by model and rule together, a fail by no contradiction."""
        if self.policy_says is not None and self.policy_says is not self.model:
            return Status.UNKNOWN
        if self.model is Status.PASS and self.policy_says is None:
            return Status.UNKNOWN
        return self.model

    def verdict(self, item: Item) -> Verdict:
        """The verdict on an item that leaves the property out."""
        unseen = _unseen(self, item)
        if unseen is not None:
            return unseen
        match self.then:
            case Status.PASS:
                return passed(f"{self.property} is not set; {self.means}")
            case Status.FAIL:
                return failed(f"{self.property} is not set; {self.means}")
        return unknown(
            f"{self.property} is not set, and Microsoft's own sources differ on what that means: "
            f"by its documentation {self.means}, its built-in policy says otherwise"
            if self.policy_says is not None
            else f"{self.property} is not set; {self.means}, which no rule of Microsoft confirms"
        )

    @property
    def property(self) -> str:
        """Its name without the path."""
        return self.path.rsplit(".", 1)[-1]


def _unseen(absence: Absence, item: Item) -> Verdict | None:
    """Where the property's neighbours are missing too, or the version is too old: no answer."""
    holder, name = item[absence.path.rpartition(".")[0]], absence.property
    if not isinstance(holder, Mapping) or not holder:
        return unknown(f"Azure returned no {name}, nor what stands beside it")
    version = item.api_version or item["apiVersion"]
    if isinstance(version, str) and version[:10] < absence.since:
        return unknown(f"Azure was asked in its version {version}, which does not tell {name} yet")
    return None


def documented(azure_type: str, path: str) -> Absence:
    """The row of the table. Raises KeyError where absence is not documented."""
    return ABSENCES[azure_type, path]


_STORAGE, _BLOB = (
    "microsoft.storage/storageaccounts",
    "microsoft.storage/storageaccounts/blobservices",
)
_SQL = "microsoft.sql/servers"
_STORAGE_MODEL = "https://pypi.org/project/azure-mgmt-storage/25.3.0/"
_BLOB_MODEL = _STORAGE_MODEL
_SOFT_DELETE = "9fbd64e3-67b8-489b-98e5-fa0007d17e76"
"""Microsoft's definition about soft delete of blobs and containers; it denies what is not said."""
_SQL_MODEL = "https://pypi.org/project/azure-mgmt-sql/4.0.0/"
_READ = "2026-11-28"

_ROWS = (
    Absence(
        type=_STORAGE,
        path="properties.allowSharedKeyAccess",
        since="2020-08-01",
        means="Azure then accepts account keys, which do not say who used them",
        value=True,
        model=Status.FAIL,
        policy="8c6a50c6-9ffd-4ae7-986f-5fa6111f9a54",
        policy_says=Status.FAIL,
        source=_STORAGE_MODEL,
        read_on=_READ,
    ),
    Absence(
        type=_STORAGE,
        path="properties.minimumTlsVersion",
        since="2021-06-01",
        means="Azure then accepts TLS 1.0",
        value="TLS1_0",
        model=Status.FAIL,
        policy="fe83a0eb-a853-422d-aac2-1bffd182c5d0",
        policy_says=Status.FAIL,
        source=_STORAGE_MODEL,
        read_on=_READ,
    ),
    Absence(
        type=_STORAGE,
        path="properties.allowBlobPublicAccess",
        since="2021-06-01",
        means="no container can be made public",
        value=False,
        model=Status.PASS,
        policy="4fa4b6c0-31ca-4c0d-b10d-24b96f62a751",
        policy_says=Status.FAIL,
        source=_STORAGE_MODEL,
        read_on=_READ,
    ),
    Absence(
        type=_STORAGE,
        path="properties.supportsHttpsTrafficOnly",
        since="2019-04-01",
        means="Azure then accepts HTTPS only",
        value=True,
        model=Status.PASS,
        policy="404c3081-a854-4457-ae30-26a93ef643f9",
        policy_says=Status.PASS,
        source=_STORAGE_MODEL,
        read_on=_READ,
    ),
    Absence(
        type=_STORAGE,
        path="properties.encryption.requireInfrastructureEncryption",
        since="2019-06-01",
        means="data is then encrypted once only",
        value=False,
        model=Status.FAIL,
        policy="4733ea7b-a883-42fe-8cac-97454c2a9e4a",
        policy_says=Status.FAIL,
        source=_STORAGE_MODEL,
        read_on=_READ,
    ),
    Absence(
        type=_STORAGE,
        path="properties.networkAcls",
        since="2017-06-01",
        means="every network may then connect",
        value="Allow",
        model=Status.FAIL,
        policy="34c877ad-507e-4c82-993e-3452a6e0ad3c",
        policy_says=Status.FAIL,
        source=_STORAGE_MODEL,
        read_on=_READ,
    ),
    Absence(
        type=_BLOB,
        path="properties.isVersioningEnabled",
        since="2019-06-01",
        means="versioning is then off, an overwritten blob is lost",
        value=False,
        model=Status.FAIL,
        source=_BLOB_MODEL,
        read_on=_READ,
    ),
    Absence(
        type=_BLOB,
        path="properties.containerDeleteRetentionPolicy",
        since="2019-06-01",
        means="deleted containers then cannot be restored",
        value=None,
        model=Status.FAIL,
        policy=_SOFT_DELETE,
        policy_says=Status.FAIL,
        source=_BLOB_MODEL,
        read_on=_READ,
    ),
    Absence(
        type=_BLOB,
        path="properties.deleteRetentionPolicy",
        since="2018-07-01",
        means="deleted blobs then cannot be restored",
        value=None,
        model=Status.FAIL,
        policy=_SOFT_DELETE,
        policy_says=Status.FAIL,
        source=_BLOB_MODEL,
        read_on=_READ,
    ),
    Absence(
        type=_SQL,
        path="properties.administrators",
        since="2020-08-01",
        means="no Entra administrator is then set, and sign-in is by SQL passwords",
        value=None,
        model=Status.FAIL,
        policy="abda6d70-9778-44e7-84a8-06713e6db027",
        policy_says=Status.FAIL,
        source=_SQL_MODEL,
        read_on=_READ,
    ),
    Absence(
        type=_SQL,
        path="properties.minimalTlsVersion",
        since="2019-06-01",
        means="no lowest TLS version is then enforced",
        value="None",
        model=Status.FAIL,
        policy="32e6bbec-16b6-44c2-be37-c5b672d103cf",
        policy_says=Status.FAIL,
        source=_SQL_MODEL,
        read_on=_READ,
    ),
    Absence(
        type=_SQL,
        path="properties.publicNetworkAccess",
        since="2019-06-01",
        means="the server can then be reached from public networks",
        value="Enabled",
        model=Status.FAIL,
        policy="1b8ca024-1d5c-4dec-8995-b1a932b41780",
        policy_says=Status.FAIL,
        source=_SQL_MODEL,
        read_on=_READ,
    ),
)
ABSENCES: Mapping[tuple[str, str], Absence] = MappingProxyType(
    {(row.type, row.path): row for row in _ROWS}
)
"""Every documented absence, by type and path."""
