"""People are printed by the names Azure gave; an id without a name stays an id."""

from datetime import UTC, datetime

from app.controls.ground import Facts
from app.evidence.observed import Former, Interval
from app.services.packing.principal_names import PrincipalNames, with_names
from collectors.kit import Status

NIGHT = datetime(2026, 11, 27, 2, tzinfo=UTC)
MARIA, NOBODY = "AAAAAAAA-0000-4000-8000-000000000001", "bbbbbbbb-0000-4000-8000-000000000002"
NAMES = PrincipalNames(night=NIGHT, by_id={MARIA.lower(): "Maria Keller"})


def facts(reason: str, former: Former | None = None) -> Facts:
    held = Interval(
        check_id="access.role_assignments.privileged_to_people",
        subject="/subscriptions/1/providers/Microsoft.Authorization/roleAssignments/2",
        subject_name=f"Owner, {MARIA}",
        status=Status.FAIL,
        reason=reason,
        first_slot=NIGHT,
        last_slot=NIGHT,
        former=former,
    )
    return Facts(nights=[], counts=[], intervals=[held], gaps=[], records=[], removals=[])


def test_a_name_stands_for_its_id_and_beside_it_in_a_reason() -> None:
    former = Former(status=Status.PASS, reason=f"held by {MARIA.lower()}", since=None)
    (shown,) = with_names(facts(f"the person {MARIA} holds Owner", former), NAMES).intervals

    assert shown.subject_name == "Owner, Maria Keller"
    assert shown.reason == f"the person Maria Keller ({MARIA}) holds Owner"
    assert shown.former is not None
    assert shown.former.reason == f"held by Maria Keller ({MARIA.lower()})"
    assert shown.subject.endswith("/roleAssignments/2")


def test_an_id_without_a_name_stays_as_it_is() -> None:
    told = facts(f"the person {NOBODY} holds Owner")

    assert with_names(told, NAMES).intervals[0].reason == f"the person {NOBODY} holds Owner"
    assert with_names(told, PrincipalNames()) is told
