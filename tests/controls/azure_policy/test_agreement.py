"""Azure Policy's state beside our verdict: agreement, and each cause of a difference."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.controls.azure_policy.agreement import PolicyAgreement, policy_agreement
from app.controls.azure_policy.cause import Cause, PolicyState
from app.controls.azure_policy.scope import parent_of, reaches, type_of
from app.controls.observed import Interval
from collectors.kit import Check, Collector, Owner, ResourceGraph, Status, passed

NIGHT = datetime(2026, 1, 15, 2, tzinfo=UTC)
FIRST = NIGHT - timedelta(days=10)
SUB = "/subscriptions/s1"
GROUP = f"{SUB}/resourcegroups/rg"
ACCOUNT = f"{GROUP}/providers/microsoft.storage/storageaccounts/a"
OTHER = f"{GROUP}/providers/microsoft.storage/storageaccounts/b"
PLAIN, STRICT, MEASURED, SHARED = "p-plain", "p-strict", "p-measured", "p-shared"


def check(name: str, policy: str, differs: str = "", expectation: str | None = None) -> Check:
    return Check(
        id=name,
        title=name,
        on="rows",
        judge=lambda *_: passed("fine"),
        controls=("A.8.24",),
        remedy="none",
        owner=Owner.CLOUD,
        policy=policy,
        differs=differs,
        expectation=expectation,
    )


COLLECTOR = Collector(
    id="storage.accounts",
    title="Accounts",
    reads={"rows": ResourceGraph(table="resources")},
    checks=(
        check("plain", PLAIN),
        check("strict", STRICT.upper(), differs="ours is stricter"),
        check("measured", MEASURED, expectation="minimum_tls"),
        check("owner", SHARED, differs="an empty tag is none"),
        check("classified", SHARED),
    ),
)


def verdict(name: str, status: Status, **changed: object) -> Interval:
    made = Interval(
        check_id=f"storage.accounts.{name}",
        subject=ACCOUNT.replace("rg", "RG"),
        subject_name="a",
        status=status,
        reason="as seen",
        first_slot=FIRST,
        last_slot=NIGHT,
    )
    return replace(made, **changed)  # type: ignore[arg-type]  # fields of an interval


def state(policy: str, said: str, **changed: object) -> PolicyState:
    made = PolicyState(
        resource=ACCOUNT,
        policy=policy,
        state=said,
        evaluated=NIGHT - timedelta(hours=5),
        effect="audit",
        assignment=f"{SUB}/providers/microsoft.authorization/policyassignments/x",
        reference="",
    )
    return replace(made, **changed)  # type: ignore[arg-type]  # fields of a state


def compared(*facts: Interval | PolicyState, whole: bool = True) -> PolicyAgreement:
    return policy_agreement(
        night=NIGHT,
        states=[one for one in facts if isinstance(one, PolicyState)],
        whole=whole,
        intervals=[one for one in facts if isinstance(one, Interval)],
        collectors=[COLLECTOR],
        first_night=FIRST,
    )


P, F, U = Status.PASS, Status.FAIL, Status.UNKNOWN


@pytest.mark.parametrize(
    ("name", "policy", "ours", "theirs", "cause"),
    [
        ("plain", PLAIN, P, "Compliant", None),
        ("plain", PLAIN, F, "NonCompliant", None),
        ("plain", PLAIN, P, "Exempt", None),
        ("plain", PLAIN, U, "Exempt", None),
        ("plain", PLAIN, U, "Error", None),
        ("plain", PLAIN, F, "Exempt", Cause.EXEMPT),
        ("plain", PLAIN, F, "Protected", Cause.EXEMPT),
        ("plain", PLAIN, P, "Conflict", Cause.NO_ANSWER),
        ("plain", PLAIN, F, "Error", Cause.NO_ANSWER),
        ("plain", PLAIN, F, "Unknown", Cause.NO_ANSWER),
        ("plain", PLAIN, P, "Whatever", Cause.NO_ANSWER),
        ("plain", PLAIN, U, "Compliant", Cause.UNKNOWN_HERE),
        ("plain", PLAIN, U, "NonCompliant", Cause.UNKNOWN_HERE),
        ("plain", PLAIN, F, "Compliant", Cause.UNEXPLAINED),
        ("strict", STRICT, F, "Compliant", Cause.STRICTER),
        ("strict", STRICT, P, "nonCOMPLIANT", Cause.STRICTER),
        ("measured", MEASURED, F, "Compliant", Cause.PARAMETERS),
        ("owner", SHARED, F, "Compliant", Cause.PARAMETERS),
    ],
)
def test_each_pair_of_answers_agrees_or_has_a_cause(
    name: str, policy: str, ours: Status, theirs: str, cause: Cause | None
) -> None:
    found = compared(verdict(name, ours), state(policy, theirs))

    assert found.compared == 1
    assert [one.cause for one in found.disagreements] == ([] if cause is None else [cause])


def test_a_state_from_before_the_change_is_older() -> None:
    changed = verdict("strict", F, first_slot=NIGHT)
    (one,) = compared(changed, state(STRICT, "Compliant")).disagreements

    assert one.cause is Cause.OLDER
    assert one.explanation == (
        "Azure evaluated it on 2026-01-14 21:00 UTC; it is fail here since 2026-01-15 02:00 UTC"
    )


def test_no_state_is_older_than_what_began_before_the_first_night() -> None:
    early = state(STRICT, "Compliant", evaluated=FIRST - timedelta(days=1))
    (one,) = compared(verdict("strict", F), early).disagreements

    assert one.cause is Cause.STRICTER


def test_of_several_states_the_one_that_azure_lets_win_counts() -> None:
    states = [state(PLAIN, said) for said in ("Exempt", "Compliant", "NonCompliant", "Error")]
    (one,) = compared(verdict("plain", P), *states).disagreements

    assert one.state == "NonCompliant"


def test_a_resource_without_a_state_is_not_evaluated_where_its_like_is() -> None:
    neighbour = state(PLAIN, "Compliant", resource=OTHER)
    (one,) = compared(verdict("plain", P), neighbour).disagreements

    assert (one.cause, one.state, one.evaluated) == (Cause.NOT_EVALUATED, "", None)
    assert compared(verdict("plain", P), neighbour, whole=False).compared == 0
    assert compared(verdict("plain", U), neighbour).compared == 0


def test_where_nothing_of_its_kind_or_its_place_is_evaluated_nothing_is_due() -> None:
    machine = f"{GROUP}/providers/microsoft.compute/virtualmachines/v"
    elsewhere = OTHER.replace("s1", "s2")
    for resource in (machine, elsewhere):
        there = resource.split("/resourcegroups/")[0]
        assignment = f"{there}/providers/microsoft.authorization/policyassignments/x"
        found = compared(
            verdict("plain", P),
            state(PLAIN, "Compliant", resource=resource, assignment=assignment),
        )
        assert found.compared == 0


def test_azure_evaluates_a_facet_where_we_name_what_it_belongs_to() -> None:
    facet = state(PLAIN, "NonCompliant", resource=f"{ACCOUNT}/blobservices/default")

    assert compared(verdict("plain", F), facet).disagreements == ()
    assert compared(verdict("plain", F), facet).compared == 1


def test_a_subscription_is_named_by_its_id() -> None:
    whole = verdict("plain", F, subject="s1", subject_name="s1")

    assert compared(whole, state(PLAIN, "NonCompliant", resource=SUB)).compared == 1


def test_what_is_assigned_nowhere_is_told() -> None:
    found = compared(verdict("plain", P), state(PLAIN, "Compliant"))

    assert (found.named, found.stateless) == (4, (MEASURED, SHARED, STRICT))
    assert found.sentence == (
        "Azure Policy agrees with 1 of 1 verdicts, by 1 of 4 built-in definitions that checks name"
    )
    assert compared(whole=False).sentence == (
        "Azure Policy has states of 0 of 4 built-in definitions that checks name; not all of its "
        "states could be seen"
    )


@pytest.mark.parametrize(
    ("resource", "kind", "parent"),
    [
        (ACCOUNT, "microsoft.storage/storageaccounts", None),
        (
            f"{ACCOUNT}/blobservices/default",
            "microsoft.storage/storageaccounts/blobservices",
            ACCOUNT,
        ),
        (GROUP, "microsoft.resources/subscriptions/resourcegroups", None),
        (SUB, "microsoft.resources/subscriptions", None),
    ],
)
def test_an_id_tells_a_type_and_what_a_facet_belongs_to(
    resource: str, kind: str, parent: str | None
) -> None:
    assert (type_of(resource), parent_of(resource)) == (kind, parent)


def test_an_assignment_reaches_what_lies_in_its_scope() -> None:
    made = "/providers/microsoft.authorization/policyassignments/x"
    group = f"/providers/microsoft.management/managementgroups/root{made}"

    assert reaches(f"{SUB}{made}", OTHER, ACCOUNT)
    assert not reaches(f"/subscriptions/s{made}", OTHER, ACCOUNT)
    assert reaches(group, OTHER, ACCOUNT)
    assert not reaches(group, OTHER.replace("s1", "s2"), ACCOUNT)
