"""Diagnostic settings: whether resources log who did what, and where these logs go."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from collectors.kit import Arm, Check, Collector, Expectations, Item, Owner, as_far_as_seen, child
from collectors.kit.catalogue.lists import EVERYTHING
from collectors.kit.catalogue.logged_types import OF_SOURCES
from collectors.kit.logging.audit_logs import STORAGE_SERVICE, TYPES, audit_logs_of
from collectors.kit.logging.database_audit import with_server
from collectors.kit.logging.diagnostics import Logged, logged
from collectors.kit.logging.sql_audit import AUDIT_READS
from collectors.kit.values.audit_log import AuditLog
from collectors.kit.values.storage_kinds import PAGES, SERVICES, services_of
from collectors.kit.verdicts import Verdict, failed, passed, unknown

STORAGE = "microsoft.storage/storageaccounts"
"""Accounts emit metrics only; their logs belong to the services below them.
https://learn.microsoft.com/azure/storage/blobs/monitor-blob-storage
"""
DATABASE = "microsoft.sql/servers/databases"
SETTINGS, VERSION = "Microsoft.Insights/diagnosticSettings", "2021-05-01-preview"
BESIDE = (*(f"{service}_settings" for service in SERVICES), *AUDIT_READS)
LACKING = "Azure says that it supports no diagnostic settings, so what it logs cannot be told"
NO_LIST = "Azure returned no list of diagnostic settings"


def enabled(settings: Item, _: Expectations) -> Verdict:
    """What tells who did what is logged, to any place.

    Microsoft's definition 187242f4 asks for a group of categories and takes no single ones, those
    of single services (cf820ca0 for key vaults) ask that every category listed is on: here the
    audit categories count, however they are switched on, and a database may be logged by the audit
    of its server, which is none of its settings. How long a setting keeps logs in storage is not
    asked: Azure stopped to apply it in September 2025.
    """
    return _judged(settings, to_workspace=False)


def to_workspace(settings: Item, _: Expectations) -> Verdict:
    """The audit logs arrive where they can be searched and kept."""
    return _judged(settings, to_workspace=True)


def _judged(settings: Item, *, to_workspace: bool) -> Verdict:
    words = _SENDS if to_workspace else _LOGS
    resource = settings.parent
    if resource is not None and resource.type == STORAGE:
        return _account(settings, words, to_workspace=to_workspace)
    own = _own(settings, words, to_workspace=to_workspace)
    if resource is not None and resource.type == DATABASE:
        return with_server(own, settings, to_workspace=to_workspace)
    return own


def _own(settings: Item, words: "_Words", *, to_workspace: bool) -> Verdict:
    """By the settings of the resource itself."""
    resource = settings.parent
    logs = audit_logs_of(resource) if resource is not None else ()
    found = [_resource(settings, log, words, to_workspace=to_workspace) for log in logs]
    if not found:
        return unknown("what a resource of this type has to log is not known")
    if any(one.status is not found[0].status for one in found):
        return unknown("Azure did not say whether it is a web app or runs functions")
    return found[0]


def _resource(settings: Item, log: AuditLog, words: "_Words", *, to_workspace: bool) -> Verdict:
    if not isinstance(settings["value"], list):
        return unknown(NO_LIST)
    found = logged(settings["value"], log, to_workspace=to_workspace)
    if found.missing:
        none = "" if settings["value"] else "has no diagnostic setting: "
        return failed(f"{none}{words.lacks.format(_listed(found.missing))}")
    if found.unsaid:
        return unknown(f"Azure did not say that it {words.does.format(_listed(found.unsaid))}")
    return passed(words.does.format(_listed(found.needed)))


def _account(account: Item, words: "_Words", *, to_workspace: bool) -> Verdict:
    """An account logs when every service it has does; one that is seen not to is enough to fail.

    Raises NotSeenError.
    """
    found: dict[str, Logged] = {}
    strange: list[str] = []
    for name, item in _seen_services(account):
        if isinstance(item["value"], list):
            found[name] = logged(item["value"], STORAGE_SERVICE, to_workspace=to_workspace)
        else:
            strange.append(name)
    missing = [name for name, one in found.items() if one.missing]
    if missing:
        what = _listed(dict.fromkeys(c for name in missing for c in found[name].missing))
        return failed(_of_services(missing, words.lacks, words.lack, what))
    for name in SERVICES:
        account.near(f"{name}_settings").all()
    if strange:
        return unknown(f"{NO_LIST} of its {strange[0]} service")
    if not found:
        return unknown("Azure showed no service of this account")
    unsaid = [name for name, one in found.items() if one.unsaid]
    if unsaid:
        told = _of_services(unsaid, words.does, words.do, "every access")
        return unknown(f"Azure did not say that {told}")
    return passed(_of_services(list(found), words.does, words.do, "every read, write and delete"))


def _seen_services(account: Item) -> Iterator[tuple[str, Item]]:
    for name in SERVICES:
        for item in account.near(f"{name}_settings").seen:
            yield name, item


@dataclass(frozen=True, kw_only=True, slots=True)
class _Words:
    """How a check says what it found, of one and of several."""

    does: str
    lacks: str
    do: str
    lack: str


_LOGS = _Words(does="logs {}", lacks="does not log {}", do="log {}", lack="do not log {}")
_SENDS = _Words(
    does="sends {} to a workspace",
    lacks="does not send {} to a workspace",
    do="send {} to a workspace",
    lack="do not send {} to a workspace",
)


def _of_services(names: list[str], one: str, many: str, what: str) -> str:
    word = "service" if len(names) == 1 else "services"
    return f"its {_listed(names)} {word} {(one if len(names) == 1 else many).format(what)}"


def _listed(names: Iterable[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def _has(service: str) -> Callable[[Item], bool]:
    """Has the account this service? Where its kind does not tell it is asked, and Azure says."""

    def holds(account: Item) -> bool:
        return service in (services_of(account) or SERVICES)

    return holds


def _surely_has(service: str) -> Callable[[Item], bool]:
    """Has the account this service by what is documented of its kind, and of its tier if told?"""

    def holds(account: Item) -> bool:
        services = services_of(account) or ()
        told = services != SERVICES or account["sku.tier"] == "Standard"
        return service in (services if told else PAGES)

    return holds


def _service_settings(service: str) -> Arm:
    return Arm(
        path=f"{{id}}/{service}Services/default/providers/{SETTINGS}",
        api_version=VERSION,
        per="resource",
        of="resources",
        types=(STORAGE,),
        where=_has(service),
        has=_surely_has(service),
        needs=(f"{SETTINGS}/read",),
    )


COLLECTOR = Collector(
    id="logging.diagnostic_settings",
    title="Diagnostic settings",
    owner=Owner.CLOUD,
    reads={
        "resources": EVERYTHING,
        "settings": replace(
            child("resources", SETTINGS, VERSION), types=(*TYPES, STORAGE, OF_SOURCES)
        ),
        **{f"{service}_settings": _service_settings(service) for service in SERVICES},
        **AUDIT_READS,
    },
    checks=(
        Check(
            id="enabled",
            title="Resources log who did what with them",
            on="settings",
            beside=BESIDE,
            lacking=LACKING,
            judge=as_far_as_seen(enabled),
            controls=("A.8.15",),
            policy="187242f4-89c6-4c43-9a4e-188c0efacc5f",
            differs=(
                "a setting without a destination logs nothing; types without the group audit and "
                "single audit categories are judged too; a database that its server audits needs "
                "no setting of its own"
            ),
            remedy=(
                "az monitor diagnostic-settings create --resource <id> --name to-workspace"
                """ --workspace <id> --logs '[{"categoryGroup":"allLogs","enabled":true}]'"""
                " (of a storage account: --resource <id>/blobServices/default, and so on)"
            ),
        ),
        Check(
            id="to_workspace",
            title="Audit logs go to a Log Analytics workspace",
            on="settings",
            beside=BESIDE,
            lacking=LACKING,
            judge=as_far_as_seen(to_workspace),
            controls=("A.8.15", "A.8.16"),
            remedy=(
                "az monitor diagnostic-settings update --resource <id> --name <setting>"
                " --set workspaceId=<id>"
            ),
            owner=Owner.SECURITY,
        ),
    ),
)
