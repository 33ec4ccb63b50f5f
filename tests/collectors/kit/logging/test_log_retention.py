"""The chain by which a table keeps what its workspace keeps."""

from typing import Any

import pytest

from collectors.kit import Item
from collectors.kit.logging.audit_tables import AUDIT_TABLES, is_audit_table
from collectors.kit.logging.log_retention import (
    RetentionError,
    interactive_days,
    purged_early,
    total_days,
)


def table(days: Any, total: Any, workspace: Any = 400, **properties: Any) -> Item:
    home = Item(id="/w", data={"properties": {"retentionInDays": workspace}})
    told = {"retentionInDays": days, "totalRetentionInDays": total, **properties}
    return Item(id="/w/tables/t", data={"name": "t", "properties": told}, parent=home)


@pytest.mark.parametrize(
    ("days", "total", "workspace", "found"),
    [
        (90, 730, 30, (90, 730)),
        (90, -1, 30, (90, 90)),
        (-1, 730, 30, (30, 730)),
        (-1, -1, 400, (400, 400)),
    ],
)
def test_minus_one_is_the_next_above(
    days: int, total: int, workspace: int, found: tuple[int, int]
) -> None:
    one = table(days, total, workspace)

    assert (interactive_days(one), total_days(one)) == found


@pytest.mark.parametrize(
    "one",
    [
        table(None, None),
        table(-1, -1, None),
        table(-1, -1, -1),
        table(0, -1),
        table(30, 10**9),
        table(30, "30"),
        table(30, True),
        table(-1.0, -1.0),
        Item(id="/t", data={"properties": {"retentionInDays": -1, "totalRetentionInDays": -1}}),
    ],
    ids=range(9),
)
def test_what_is_no_retention_is_told_and_not_guessed(one: Item) -> None:
    with pytest.raises(RetentionError, match="Azure returned"):
        total_days(one)


def test_a_flag_to_purge_contradicts_a_longer_retention_only() -> None:
    def workspace(days: int, flag: Any) -> Item:
        features = {"immediatePurgeDataOn30Days": flag}
        return Item(id="/w", data={"properties": {"retentionInDays": days, "features": features}})

    assert purged_early(workspace(400, True), 400)
    assert purged_early(workspace(400, "yes"), 400)
    assert purged_early(workspace(400, False), 400) is None
    assert purged_early(workspace(30, True), 730) is None
    assert purged_early(None, 400) is None


def test_a_table_is_known_by_what_it_holds() -> None:
    named = (
        "auditlogs",
        "NewAuditTable_CL",
        "FutureSignInLogs",
        "AADDomainServicesSystemSecurity",
        "AADGraphActivityLogs",
        "ADXCommand",
        "ASimAuthenticationEventLogs",
        "AZMSOperationalLogs",
        "DatabricksWorkspace",
        "DatabricksUnityCatalog",
        "DataverseActivity",
        "PowerPlatformAdminActivity",
    )
    for name in (*AUDIT_TABLES, *named):
        assert is_audit_table(name)
    for name in ("Heartbeat", "Perf", "AuditLogs_RST", "AuditLogs_SRCH", "DatabricksJobs_SRCH", ""):
        assert not is_audit_table(name)
