"""The least rights: reads only, nothing that returns secrets."""

import re

import pytest

from collectors.kit import Collector
from collectors.kit.permissions import (
    azure_actions,
    custom_role,
    graph_permissions,
    log_tables,
    only_reads,
)
from collectors.kit.registry import all_collectors, collector_by_id


def test_every_azure_action_is_a_read() -> None:
    for action in azure_actions(all_collectors()):
        assert re.fullmatch(r"(\*|Microsoft\.\w+(/\w+)+)/read", action), action
        assert only_reads(action)


def test_no_permission_gives_secrets() -> None:
    for need in (*azure_actions(all_collectors()), *graph_permissions(all_collectors())):
        assert not re.search(r"write|delete|action|key|secret|password", need, re.IGNORECASE), need


def test_graph_permissions_are_read_only_application_permissions() -> None:
    assert graph_permissions(all_collectors()) == [
        "Application.Read.All",
        "GroupMember.Read.All",
        "Policy.Read.All",
        "RoleAssignmentSchedule.Read.Directory",
        "RoleEligibilitySchedule.Read.Directory",
        "RoleManagement.Read.Directory",
        "RoleManagementPolicy.Read.Directory",
        "User.Read.All",
    ]


@pytest.mark.parametrize("collector", all_collectors(), ids=lambda collector: collector.id)
def test_every_read_names_what_it_needs(collector: Collector) -> None:
    assert all(read.needs for read in collector.reads.values())


def test_the_custom_role_holds_the_actions_and_nothing_else() -> None:
    role = custom_role([collector_by_id("compute.disks")], "/subscriptions/1")

    assert role["Actions"] == ["Microsoft.Compute/disks/read"]
    assert role["AssignableScopes"] == ["/subscriptions/1"]
    assert [role[key] for key in ("NotActions", "DataActions", "NotDataActions")] == [[], [], []]


def test_log_tables_are_asked_only_by_the_collector_of_activity() -> None:
    assert log_tables(all_collectors())
    assert not log_tables([collector_by_id("compute.disks")])
