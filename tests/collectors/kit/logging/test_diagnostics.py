"""What diagnostic settings log and where to, category by category."""

from typing import Any

import pytest

from collectors.kit import Item
from collectors.kit.logging.audit_logs import STORAGE_SERVICE, TYPES, audit_logs_of
from collectors.kit.logging.diagnostics import DESTINATIONS, Logged, logged
from collectors.kit.values.audit_log import AuditLog

GROUP = "/subscriptions/1/resourceGroups/g/providers"
WORKSPACE = f"{GROUP}/Microsoft.OperationalInsights/workspaces/w"
ARCHIVE = f"{GROUP}/Microsoft.Storage/storageAccounts/s"
LOG = AuditLog(needs=(("Who",), ("What", "Instead")), groups=frozenset({"alllogs"}), source="x")


def setting(*logs: dict[str, Any], **places: Any) -> dict[str, Any]:
    told = dict.fromkeys(DESTINATIONS) | places
    return {"properties": {"logs": list(logs), **told}}


def on(category: str | None = None, group: str | None = None, *, enabled: Any = True) -> Any:
    return {"category": category, "categoryGroup": group, "enabled": enabled}


def seen(*settings: Any, to_workspace: bool = False) -> Logged:
    return logged(list(settings), LOG, to_workspace=to_workspace)


def test_all_that_is_needed_may_stand_in_several_settings() -> None:
    one = setting(on("Who"), storageAccountId=ARCHIVE)
    two = setting(on("instead"), workspaceId=WORKSPACE)

    assert seen(one, two) == Logged(needed=("Who", "Instead"), missing=(), unsaid=())
    assert seen(one, two, to_workspace=True).missing == ("Who",)


def test_what_is_on_is_named_and_the_usual_name_stands_for_a_group() -> None:
    usual = setting(on("What"), on("Instead", enabled=False), on("Who"), workspaceId=WORKSPACE)
    group = setting(on(group="allLogs"), workspaceId=WORKSPACE)

    assert seen(usual).needed == seen(group).needed == ("Who", "What")
    assert seen(setting(on("Instead")), group).needed == ("Who", "What"), "sent nowhere"


@pytest.mark.parametrize(
    "odd",
    [None, "setting", {}, {"properties": None}, {"properties": []}, setting(None, workspaceId="x")],  # type: ignore[arg-type]
)
def test_what_cannot_be_read_may_be_all_or_nothing(odd: Any) -> None:
    good = setting(on("Who"), on("What"), workspaceId=WORKSPACE)

    assert seen(odd).unsaid == ("Who", "What")
    assert seen(odd, good) == Logged(needed=("Who", "What"), missing=(), unsaid=())


@pytest.mark.parametrize(
    ("partner", "arrives"),
    [
        (f"{GROUP}/Microsoft.Datadog/monitors/m", True),
        (f"{GROUP}/Dynatrace.Observability/monitors/m", True),
        (f"{GROUP}/NewRelic.Observability/monitors/m", True),
        (f"{GROUP}/NewRelic.Observability/monitors", False),
        ("NewRelic.Observability/monitors/m", False),
        ("m", False),
        ("", False),
    ],
)
def test_a_partner_is_a_destination_whatever_its_provider_is_called(
    partner: str, *, arrives: bool
) -> None:
    found = seen(setting(on("Who"), on("What"), marketplacePartnerId=partner))

    assert (not found.missing and not found.unsaid) is arrives


@pytest.mark.parametrize(
    ("logs", "missing", "unsaid"),
    [
        ([], ("Who", "What"), ()),
        ([on("Who")], ("What",), ()),
        ([on("Who", enabled=False), on("What")], ("Who",), ()),
        ([on("Who", enabled="true"), on("What")], (), ("Who",)),
        ([on("Who", enabled=1), on("What")], (), ("Who",)),
        ([on(group="allLogs")], (), ()),
        ([on(group="audit")], (), ("Who", "What")),
        ([on()], (), ("Who", "What")),
        ([on("Who", "allLogs")], ("What",), ()),
        ([on(group="allLogs", enabled=False)], ("Who", "What"), ()),
    ],
)
def test_a_switch_counts_for_what_it_names(
    logs: list[Any], missing: tuple[str, ...], unsaid: tuple[str, ...]
) -> None:
    found = seen(setting(*logs, workspaceId=WORKSPACE))

    assert (found.missing, found.unsaid) == (missing, unsaid)


@pytest.mark.parametrize("name", DESTINATIONS)
def test_any_destination_is_one_and_none_is_none(name: str) -> None:
    assert seen(setting(on(group="allLogs"), **{name: ARCHIVE})).missing == ()
    assert seen(setting(on(group="allLogs"))).missing == ("Who", "What")
    assert seen(setting(on(group="allLogs"), **{name: "there"})).unsaid == ("Who", "What")


def test_every_type_names_what_it_needs_and_where_that_is_documented() -> None:
    for azure_type in TYPES:
        for kind in ("app", "functionapp,linux", ""):
            item = Item(id="/x", data={"type": azure_type, "kind": kind})
            for log in (*audit_logs_of(item), STORAGE_SERVICE):
                assert log.needs
                assert "alllogs" in log.groups
                assert log.source.startswith("https://learn.microsoft.com/")


def test_a_type_that_is_not_in_the_table_needs_nothing_known() -> None:
    assert audit_logs_of(Item(id="/x", data={"type": "microsoft.compute/disks"})) == ()
