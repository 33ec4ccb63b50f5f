"""One fact, one answer: two checks that judge the same assignment cannot contradict each other."""

from itertools import product
from typing import Any

import pytest

from collectors.kit import TENANT, Exchange, Expectations, Scope
from collectors.kit.catalogue.registry import all_collectors, collector_by_id
from collectors.kit.interpret import interpret
from collectors.kit.judge import judge
from tests.collectors.case_files import AS_OF, EXPECTATIONS, Case, cases_of, exchange, judged

SUBSCRIPTION = "11111111-1111-1111-1111-111111111111"
SCOPE = f"/subscriptions/{SUBSCRIPTION}"
PROVIDER = f"{SCOPE}/providers/Microsoft.Authorization"
OWNER = f"{PROVIDER}/roleDefinitions/8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
HOLDER = "aaaaaaaa-0000-0000-0000-000000000001"
KINDS = ("User", "Group", "ServicePrincipal", "Unknown", "ForeignGroup", "Device", None)
ENDS = (None, "2026-03-01T00:00:00Z", "2099-12-31T00:00:00Z", "0001-01-01T00:00:00Z", "never", "")
SAME_FACT = (
    ("access.role_assignments.privileged_to_people", "access.pim_azure.no_standing_access"),
)
EVERY_CASE = [case for collector in all_collectors() for case in cases_of(collector)]


def assignment(kind: Any) -> dict[str, Any]:
    facts = {"roleDefinitionId": OWNER, "principalId": HOLDER, "principalType": kind}
    facts |= {"scope": SCOPE, "createdOn": "2026-01-10T00:00:00Z"}
    kind_of = "microsoft.authorization/roleassignments"
    return {"id": f"{PROVIDER}/RoleAssignments/1", "type": kind_of, "properties": facts}


def instance(kind: Any, how: Any, end: Any) -> dict[str, Any]:
    facts = {**assignment(kind)["properties"], "assignmentType": how, "endDateTime": end}
    facts |= {"startDateTime": "2026-01-10T00:00:00Z"}
    facts |= {"originRoleAssignmentId": f"{PROVIDER}/roleAssignments/1"}
    return {"id": f"{PROVIDER}/roleAssignmentScheduleInstances/i", "properties": facts}


def rows(read: str, *found: Any) -> Exchange:
    return exchange(read, {"totalRecords": len(found), "data": list(found)})


def statuses(kind: Any, how: Any, end: Any, *, people: bool) -> tuple[str, str]:
    members = [{"@odata.type": f"#microsoft.graph.{'user' if people else 'device'}", "id": "m"}]
    answered = [{"id": HOLDER, "status": 200, "body": {"value": members}}]
    listed = [{"@odata.type": "#microsoft.graph.group", "id": HOLDER}]
    active = {"value": [instance(kind, how, end)]}
    own = {"id": SCOPE, "type": "microsoft.resources/subscriptions", "properties": {}}
    tenant = (
        rows("assignments", assignment(kind)),
        rows("definitions"),
        exchange("subscriptions", {"value": []}),
        rows("containers", own),
        exchange("active", active, subject=SCOPE),
        exchange("principals", {"value": listed}, request={"ids": [HOLDER]}),
        exchange("members", {"responses": answered}, request={"requests": [{"id": HOLDER}]}),
    )
    here = (
        rows("definitions"),
        exchange("conditional_access", {"value": []}),
        exchange("eligible", {"value": []}),
        exchange("active", active),
        exchange("policies", {"value": []}),
    )
    return (
        status("access.role_assignments", "privileged_to_people", TENANT, tenant),
        status("access.pim_azure", "no_standing_access", Scope(SUBSCRIPTION), here),
    )


def status(collector_id: str, check: str, scope: Scope, pages: tuple[Exchange, ...]) -> str:
    collector = collector_by_id(collector_id)
    expected = Expectations(values=EXPECTATIONS, as_of=AS_OF)
    made = judge(collector, scope, interpret(collector, scope, pages), expected)
    (found,) = {one.verdict.status.value for one in made if one.check_id.endswith(f".{check}")}
    return found


@pytest.mark.parametrize(("how", "end"), [*product(("Activated", "Assigned"), ENDS)])
def test_what_stands_for_people_stands_in_both_lists(how: str, end: Any) -> None:
    assert len(set(statuses("User", how, end, people=True))) == 1
    assert len(set(statuses("Group", how, end, people=True))) == 1


@pytest.mark.parametrize(("kind", "how", "end"), [*product(KINDS, ("Activated", "Assigned"), ENDS)])
def test_under_one_control_no_two_answers_contradict_each_other(
    kind: Any, how: str, end: Any
) -> None:
    for people in (True, False):
        found = set(statuses(kind, how, end, people=people))
        shared = any(controls(one) & controls(other) for one, other in SAME_FACT)
        assert not (shared and found == {"pass", "fail"})


def controls(check_id: str) -> set[str]:
    collector_id, _, check = check_id.rpartition(".")
    (found,) = [one for one in collector_by_id(collector_id).checks if one.id == check]
    return set(found.controls)


@pytest.mark.parametrize("case", EVERY_CASE, ids=lambda case: f"{case.collector.id}: {case.name}")
def test_no_two_checks_of_a_list_give_one_subject_two_reasons_under_one_control(case: Case) -> None:
    """The same words about the same subject are the same fact: then the status is one as well."""
    by_fact: dict[tuple[str, str, str], set[str]] = {}
    for one in judged(case):
        for control in controls(one.check_id):
            key = (one.subject, one.verdict.reason, control)
            by_fact.setdefault(key, set()).add(one.verdict.status.value)

    assert {key: found for key, found in by_fact.items() if len(found) > 1} == {}


SERVER = f"{SCOPE}/resourceGroups/g/providers/Microsoft.Sql/servers/s"
DATABASE = f"{SERVER}/databases/d"
WORKSPACE = f"{SCOPE}/resourceGroups/g/providers/Microsoft.OperationalInsights/workspaces/w"
AUDITED = product(
    ("Enabled", "Disabled", "Paused"), ("https://a.blob.core.windows.net/", ""), (True, False)
)


@pytest.mark.parametrize("takes", [True, False, None])
@pytest.mark.parametrize(("state", "storage", "monitor"), [*AUDITED])
def test_a_database_is_logged_where_its_server_is_audited(
    state: str, storage: str, monitor: Any, takes: Any
) -> None:
    settings = {"state": state, "storageEndpoint": storage, "isAzureMonitorTargetEnabled": monitor}
    settings |= {"auditActionsAndGroups": ["BATCH_COMPLETED_GROUP"], "retentionDays": 0}
    switch = {"category": "SQLSecurityAuditEvents", "enabled": takes}
    sent = {"value": [{"properties": {"workspaceId": WORKSPACE, "logs": [switch]}}]}
    kept = {"id": WORKSPACE, "properties": {"retentionInDays": 730}}
    pages = (
        rows("resources", {"id": DATABASE, "type": "microsoft.sql/servers/databases"}),
        exchange("settings", {"value": []}, subject=DATABASE),
        rows("servers", {"id": SERVER, "type": "microsoft.sql/servers"}),
        rows("databases"),
        rows("workspaces", kept),
        exchange("auditing", {"properties": settings}, subject=SERVER),
        exchange("master_settings", sent, subject=SERVER),
    )
    logged = status("logging.diagnostic_settings", "enabled", Scope(SUBSCRIPTION), pages)

    assert logged == status("sql.databases", "auditing", Scope(SUBSCRIPTION), pages)
