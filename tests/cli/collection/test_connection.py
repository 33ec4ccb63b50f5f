"""connection add takes only what can be collected with; connection check names what is missing."""

import json
from collections.abc import Callable, Iterator

import pytest

from app.services.nights.permission_check import Probe, check_connection
from collectors.kit import Scope
from collectors.kit.catalogue.registry import all_collectors
from collectors.kit.level import reads_in
from simulator.process import SimulatorProcess
from tests.cli.conftest import Place
from tests.command_line import Said, several
from tests.installation import IMPATIENT, Installation, installed

TENANT = "11111111-2222-3333-4444-555555555555"
CLIENT = ("--client-id", "99999999-2222-3333-4444-555555555555")
SECRET = ("--client-secret-env", "A_VARIABLE")

REFUSED = {
    "no credential": (("x", "--tenant", TENANT), "usage", "exactly one of --client-secret-env"),
    "two credentials": (
        ("x", "--tenant", TENANT, *CLIENT, *SECRET, "--managed-identity"),
        "usage",
        "exactly one of --client-secret-env",
    ),
    "no client id": (("x", "--tenant", TENANT, *SECRET), "usage", "--client-id is missing"),
    "a client id that is none": (
        ("x", "--tenant", TENANT, "--client-id", "annexa", *SECRET),
        "usage",
        "'annexa' is not an id",
    ),
    "a tenant that is none": (
        ("x", "--tenant", "contoso.com", *CLIENT, *SECRET),
        "usage",
        "'contoso.com' is not an id",
    ),
    "a subscription that is none": (
        ("x", "--tenant", TENANT, *CLIENT, *SECRET, "--subscription", "prod"),
        "usage",
        "'prod' is not an id",
    ),
    "a name with blanks": (("My tenant", "--tenant", TENANT, *CLIENT, *SECRET), "usage", "letters"),
    "a cloud nobody knows": (
        ("x", "--tenant", TENANT, *CLIENT, *SECRET, "--cloud", "germany"),
        "cloud_invalid",
        "germany",
    ),
    "a custom cloud without its file": (
        ("x", "--tenant", TENANT, *CLIENT, *SECRET, "--cloud", "custom"),
        "usage",
        "--cloud-file",
    ),
    "a cloud file for a cloud that is not custom": (
        ("x", "--tenant", TENANT, *CLIENT, *SECRET, "--cloud-file", "cloud.toml"),
        "usage",
        "--cloud custom",
    ),
    "a cloud file that is not there": (
        ("x", "--tenant", TENANT, *CLIENT, *SECRET, "--cloud", "custom", "--cloud-file", "no.toml"),
        "cloud_invalid",
        "no.toml",
    ),
    "a password without a certificate": (
        ("x", "--tenant", TENANT, *CLIENT, *SECRET, "--certificate-password-env", "P"),
        "usage",
        "--certificate FILE",
    ),
    "a schedule that is none": (
        ("x", "--tenant", TENANT, *CLIENT, *SECRET, "--schedule", "nightly"),
        "schedule_invalid",
        "five fields",
    ),
    "a schedule that is never due": (
        ("x", "--tenant", TENANT, *CLIENT, *SECRET, "--schedule", "0 2 30 2 *"),
        "schedule_invalid",
        "never due",
    ),
    "a zone nobody knows": (
        ("x", "--tenant", TENANT, *CLIENT, *SECRET, "--time-zone", "europe/berlin"),
        "time_zone_unknown",
        "Europe/Berlin",
    ),
}


@pytest.fixture(scope="module")
def answers(place: Place) -> dict[str, Said]:
    lines = [("connection", "add", *words) for words, _, _ in REFUSED.values()]
    return dict(zip(REFUSED, several(place.home, lines), strict=True))


@pytest.mark.parametrize("case", REFUSED)
def test_a_connection_that_could_never_collect_is_refused(
    case: str, answers: dict[str, Said]
) -> None:
    _, code, part = REFUSED[case]
    said = answers[case]
    assert said.code == 2
    assert said.sentence.endswith(f"[{code}]")
    assert part in said.sentence


def test_a_name_that_is_taken_is_refused(place: Place) -> None:
    said: Said = place.annexa(
        "connection", "add", "northgate", "--tenant", TENANT, *CLIENT, *SECRET
    )
    assert said.code == 3
    assert said.sentence.endswith("[connection_exists]")


def test_the_nights_of_a_connection_are_shown_wherever_it_is_told_of(spoilable: Place) -> None:
    zone = ("--time-zone", "America/New_York")
    added = spoilable.annexa(
        *("connection", "add", "south", "--tenant", TENANT, *CLIENT, *SECRET),
        *("--schedule", "30 22 * * *", *zone),
    )
    listed = spoilable.annexa("connection", "list")
    plain = json.loads(spoilable.annexa("connection", "list", "--json").out)

    (nights,) = [line for line in added.out.splitlines() if line.startswith("Next nights: ")]
    assert nights.count("22:30 E") == 3
    assert nights.count(" UTC (") == 3
    assert nights in listed.out
    assert [len(one["next_nights"]) for one in plain] == [3, 3]
    assert [one["follows_settings"] for one in plain] == [True, False]
    assert "schedule 0 2 * * * UTC of the settings" in listed.out


def test_a_change_shows_the_nights_of_before_and_those_from_now_on(spoilable: Place) -> None:
    said = spoilable.annexa(
        *("connection", "change", "northgate", "--schedule", "0 5 * * *"),
        *("--subscription", TENANT),
    )
    again = spoilable.annexa("connection", "change", "northgate", "--follow-settings")
    back = spoilable.annexa("connection", "change", "northgate", "--all-subscriptions")
    named = spoilable.annexa("connection", "change", "northgate", "--client-id", TENANT)

    were, are = (
        next(line for line in said.out.splitlines() if line.startswith(f"  nights {word} "))
        for word in ("were", "are")
    )
    assert were.count("02:00 UTC") == 3
    assert are.count("05:00 UTC") == 3
    assert TENANT in said.out
    assert "from now on  0 2 * * * UTC" in again.out
    assert "every subscription that can be seen" in back.out
    assert "connection check northgate" in named.out
    assert spoilable.annexa("verify").code == 0


def test_a_retired_connection_is_listed_so_and_keeps_its_nights(spoilable: Place) -> None:
    said = spoilable.annexa("connection", "retire", "northgate")
    refused = spoilable.annexa("collect", "northgate")
    unknown = spoilable.annexa("connection", "retire", "southgate")

    assert (said.code, refused.code, unknown.code) == (0, 3, 3)
    assert refused.sentence.endswith("[connection_retired]")
    assert "northgate" in unknown.sentence
    assert "Retired on" in spoilable.annexa("connection", "list").out
    assert json.loads(spoilable.annexa("status", "--json").out)["connections"][0]["nights"]
    assert spoilable.annexa("verify").code == 0


@pytest.fixture(scope="module")
def installation(
    small_tenant: SimulatorProcess, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    home = tmp_path_factory.mktemp("check") / "home"
    with installed(home, small_tenant, IMPATIENT) as made:
        yield made


SERVICES = ("", "blob_", "file_", "queue_", "table_")
PROVIDERS = [
    (
        {"path": "blobservices/default\\?"},
        {"storage.blob_services services"},
        {"Microsoft.Storage/storageAccounts/blobServices/read"},
    ),
    (
        {"path": "resourcegraph", "body": "microsoft.storage/storageaccounts"},
        {
            "storage.accounts accounts",
            "storage.blob_services accounts",
            "storage.blob_services services",  # of accounts that the other route names
        },
        {"Microsoft.Storage/storageAccounts/read"},
    ),
    (
        {"path": "transparentdataencryption"},
        {"sql.databases tde"},
        {"Microsoft.Sql/servers/databases/transparentDataEncryption/read"},
    ),
    (
        {"path": "auditingsettings"},
        {"sql.databases auditing", "logging.diagnostic_settings auditing"},
        {"Microsoft.Sql/servers/auditingSettings/read"},
    ),
    (
        {"path": "resourcegraph", "body": "microsoft.compute/disks"},
        {"compute.disks disks"},
        {"Microsoft.Compute/disks/read"},
    ),
    (
        {"path": "resourcegraph", "body": "networksecuritygroups"},
        {"network.security_groups groups"},
        {"Microsoft.Network/networkSecurityGroups/read"},
    ),
    (
        {"path": "resourcegraph", "body": "roledefinitions"},
        {"access.role_assignments definitions", "access.pim_azure definitions"},
        {"Microsoft.Authorization/roleDefinitions/read"},
    ),
    (
        {"path": "rolemanagementpolicyassignments", "service": "arm"},
        {"access.pim_azure policies", "access.pim_azure group_policies"},
        {"Microsoft.Authorization/roleManagementPolicyAssignments/read"},
    ),
    (
        {"path": "roleeligibilityscheduleinstances", "service": "graph"},
        {"identity.pim_directory eligible", "identity.principals eligible"},
        {"RoleEligibilitySchedule.Read.Directory"},
    ),
    (
        {"path": "/applications", "service": "graph"},
        {"identity.app_credentials applications"},
        {"Application.Read.All"},
    ),
    (
        {"path": "diagnosticsettings"},
        {
            *(f"logging.diagnostic_settings {name}settings" for name in SERVICES),
            "sql.databases master_settings",
            "logging.diagnostic_settings master_settings",
        },
        {"Microsoft.Insights/diagnosticSettings/read"},
    ),
    (
        {"path": "/tables\\?"},
        {"logging.workspace_retention tables", "logging.activity tables", "sql.databases tables"},
        {"Microsoft.OperationalInsights/workspaces/tables/read"},
    ),
    (
        {"path": "/query", "service": "logs"},
        {"logging.activity activity"},
        {
            f"Microsoft.OperationalInsights/workspaces/query/{right}read"
            for right in ("", "AzureActivity/", "AuditLogs/", "SigninLogs/")
        },
    ),
    (
        {"path": "^/subscriptions\\?"},
        {
            "inventory.resources subscriptions",
            "access.role_assignments subscriptions",
            "access.collector_rights subscriptions",
            *(
                f"{collector.id} {name}"
                for collector in all_collectors()
                for name in reads_in(collector, Scope("each"))
            ),
        },
        {"Microsoft.Resources/subscriptions/read"},
    ),
]


@pytest.mark.parametrize(("rule", "sources", "rights"), PROVIDERS, ids=range(len(PROVIDERS)))
def test_check_names_exactly_what_is_missing_for_exactly_what_is_refused(
    rule: dict[str, str],
    sources: set[str],
    rights: set[str],
    installation: Installation,
    denied: Callable[..., None],
) -> None:
    denied(**rule)
    probes = check_connection(installation.ports, installation.connection)
    missing = [probe for probe in probes if not probe.seen]
    assert {named(probe) for probe in missing} == sources
    assert {right for probe in missing for right in probe.needs} == rights
    assert all(probe.detail for probe in missing)


def named(probe: Probe) -> str:
    return f"{probe.collector_id} {probe.read}"


def test_check_on_the_command_line_says_it_in_prose_and_json(
    place: Place, denied: Callable[..., None]
) -> None:
    good = place.annexa("connection", "check")
    denied(path="blobservices/default\\?")
    plain = place.annexa("connection", "check", "northgate")
    told = place.annexa("connection", "check", "northgate", "--json")

    assert (good.code, plain.code, told.code) == (0, 3, 3)
    assert "MISSING" not in good.out
    assert plain.out.count("MISSING") == 1
    assert "needs Microsoft.Storage/storageAccounts/blobServices/read" in plain.out
    assert "annexa permissions" in plain.out
    assert [one["read"] for one in json.loads(told.out) if not one["seen"]] == ["services"]


def test_check_leaves_nothing_behind(installation: Installation) -> None:
    before = installation.ports.open_log().size, list(installation.ports.store.list(""))
    check_connection(installation.ports, installation.connection)
    assert (installation.ports.open_log().size, list(installation.ports.store.list(""))) == before
