"""What verify-worm tries, on each kind of container: the table of outcomes."""

import secrets
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from app.errors import UnavailableError
from app.services.protection.worm_trial import WormReport, judged
from app.store.azure.blob import AzureBlobStore
from app.store.factory import attackable
from app.store.local.folder import LocalStore
from tests.simulator.blob.serving import BlobService, Credential
from tests.store.azurite import Azurite

NUMBERS = count()
Attack = Callable[..., WormReport]


def new_key() -> str:
    return f"canary/{secrets.token_hex(8)}"


@pytest.fixture
def attack(blob_service: BlobService) -> Iterator[Attack]:
    """Attack a new container of these rules, with the store's own settings."""
    opened: list[AzureBlobStore] = []

    def run(
        rules: dict[str, Any], *, holds: bool = False, account: str = "evidence", **settings: Any
    ) -> WormReport:
        name = f"canaries-{next(NUMBERS)}"
        assert blob_service.immutability(name, account=account, **rules) == 200
        url = f"{blob_service.url}/{account}/{name}"
        opened.append(
            AzureBlobStore(
                url, Credential(), ca_file=blob_service.ca_file, legal_hold=holds, **settings
            )
        )
        trial = attackable(opened[-1], relies_on_holds=holds).attack(new_key)
        return judged(trial, opened[-1].label)

    yield run
    for store in opened:
        store.close()


def table(report: WormReport) -> dict[str, tuple[str, str]]:
    return {a.name: (str(a.outcome), a.code) for a in report.trial.attempts}


KEPT, PERMITTED = ("accepted, sealed version kept", ""), ("permitted", "")
CONDITION = ("refused by condition", "BlobAlreadyExists")
POLICY = ("refused by policy", "BlobImmutableDueToPolicy")
REMOVAL = ("refused by policy", "ImmutabilityPolicyDeleteOnLockedPolicy")
RIGHTS = ("refused for lack of rights", "AuthorizationPermissionMismatch")
NO_OVERWRITE = ("refused for lack of rights", "UnauthorizedBlobOverwrite")
ABSENT = ("nothing to try", "")
NOT_ENABLED = ("refused otherwise", "OperationNotAllowedOnContainer")

VERSION, CONTAINER, NONE = {"level": "version"}, {"level": "container"}, {"level": "none"}
LOCKED, UNLOCKED = {"retention_days": 30, "locked": True}, {"retention_days": 30}
ADD_ONLY = {"add_only": True}


def answers(*given: tuple[str, str]) -> dict[str, tuple[str, str]]:
    names = (
        "overwrite unless it exists",
        "overwrite",
        "set metadata",
        "delete",
        "delete the version",
        "shorten the policy",
        "unlock the policy",
        "remove the policy",
        "remove a legal hold",
    )
    return dict(zip(names, given, strict=True))


@pytest.mark.parametrize(
    ("rules", "settings", "immutable", "by", "expected"),
    [
        pytest.param(
            VERSION | LOCKED,
            {},
            True,
            "policy",
            answers(CONDITION, KEPT, POLICY, KEPT, POLICY, POLICY, POLICY, REMOVAL, KEPT),
            id="a locked default of versions",
        ),
        pytest.param(
            VERSION,
            {"retention_days": 30, "locked": True},
            True,
            "policy",
            answers(CONDITION, KEPT, POLICY, KEPT, POLICY, POLICY, POLICY, REMOVAL, KEPT),
            id="a locked policy on each blob",
        ),
        pytest.param(
            VERSION | UNLOCKED,
            {},
            False,
            "policy",
            answers(CONDITION, KEPT, POLICY, KEPT, POLICY, PERMITTED, ABSENT, PERMITTED, PERMITTED),
            id="an unlocked default of versions",
        ),
        pytest.param(
            VERSION,
            {},
            False,
            "nothing",
            answers(CONDITION, KEPT, KEPT, KEPT, PERMITTED, ABSENT, ABSENT, ABSENT, PERMITTED),
            id="versions without a policy",
        ),
        pytest.param(
            CONTAINER | LOCKED,
            {},
            False,
            "policy",
            answers(CONDITION, POLICY, POLICY, POLICY, ABSENT, ABSENT, ABSENT, ABSENT, NOT_ENABLED),
            id="a locked policy of the container",
        ),
        pytest.param(
            NONE,
            {},
            False,
            "nothing",
            answers(
                CONDITION,
                PERMITTED,
                PERMITTED,
                PERMITTED,
                ABSENT,
                ABSENT,
                ABSENT,
                ABSENT,
                NOT_ENABLED,
            ),
            id="nothing at all",
        ),
        pytest.param(
            VERSION | LOCKED | ADD_ONLY,
            {},
            True,
            "rights",
            answers(NO_OVERWRITE, NO_OVERWRITE, *[RIGHTS] * 7),
            id="locked, and an identity that may only read and add",
        ),
        pytest.param(
            VERSION | UNLOCKED | ADD_ONLY,
            {},
            False,
            "rights",
            answers(NO_OVERWRITE, NO_OVERWRITE, *[RIGHTS] * 4, ABSENT, *[RIGHTS] * 2),
            id="unlocked, and an identity that may only read and add",
        ),
        pytest.param(
            NONE | ADD_ONLY,
            {},
            False,
            "rights",
            answers(NO_OVERWRITE, NO_OVERWRITE, RIGHTS, RIGHTS, *[ABSENT] * 4, RIGHTS),
            id="no policy, and an identity that may only read and add",
        ),
    ],
)
def test_each_kind_of_container_is_judged_by_what_it_did(
    attack: Attack,
    rules: dict[str, Any],
    settings: dict[str, Any],
    *,
    immutable: bool,
    by: str,
    expected: dict[str, tuple[str, str]],
) -> None:
    report = attack(rules, **settings)

    assert table(report) == expected
    assert (report.immutable, report.protected_by) == (immutable, by)
    named = [name for name, answer in expected.items() if answer == PERMITTED]
    assert list(report.permitted) == named
    assert all(name in report.verdict for name in named)
    assert report.verdict.startswith("immutable" if immutable else "not immutable")


def test_rights_alone_are_told_from_a_policy(attack: Attack) -> None:
    locked, bare = attack(VERSION | LOCKED | ADD_ONLY), attack(NONE | ADD_ONLY)

    assert "this identity lacks the rights" in locked.verdict
    assert "no policy was read back" in bare.verdict


def test_where_evidence_relies_on_holds_removing_one_is_not_immutable(attack: Attack) -> None:
    report = attack(VERSION | LOCKED, holds=True)

    assert report.permitted == ("remove a legal hold",)
    assert report.verdict.startswith("not immutable: the account permitted to remove a legal hold")


def test_a_lock_of_a_container_level_policy_is_not_claimed(attack: Attack) -> None:
    report = attack(CONTAINER | LOCKED)

    assert report.permitted == ()
    assert "cannot be seen to be locked" in report.verdict


def test_azurite_takes_every_policy_in_silence_and_is_reported_as_not_immutable(
    azurite_service: Azurite,
) -> None:
    url = azurite_service.create_container(f"canaries-{next(NUMBERS)}")
    store = AzureBlobStore(
        url, Credential(), retention_days=30, locked=True, ca_file=azurite_service.ca_file
    )

    report = judged(attackable(store, relies_on_holds=False).attack(new_key), store.label)
    store.close()

    assert not report.immutable
    assert report.permitted == ("overwrite", "set metadata", "delete")
    assert report.protected_by == "nothing"
    assert report.verdict == (
        "not immutable: the account permitted to overwrite, set metadata, delete; "
        "no policy was read back of the object just written"
    )


def test_no_answer_is_no_refusal(
    monkeypatch: pytest.MonkeyPatch, blob_service: BlobService
) -> None:
    monkeypatch.setattr("azure.core.pipeline.transport.HttpTransport.sleep", lambda *_: None)
    store = AzureBlobStore(
        "https://127.0.0.1:9/evidence/records", Credential(), ca_file=blob_service.ca_file
    )
    with pytest.raises(UnavailableError):
        attackable(store, relies_on_holds=False).attack(new_key)
    store.close()


def test_a_folder_is_tamper_evident_only_since_its_owner_can_do_everything(tmp_path: Path) -> None:
    store = LocalStore(tmp_path / "store")
    report = judged(attackable(store, relies_on_holds=False).attack(new_key), store.label)

    assert not report.immutable
    assert report.permitted == ("overwrite", "delete")
    assert report.verdict.startswith("tamper-evident only: the owner of the folder can overwrite")
    assert list(store.list("")) == []
